/** How long a page takes from a key to what it shows. */
import type { Page } from "@playwright/test";

export interface Delays {
  /** From the key to what it changed on the page, styles and layout included. */
  work: number[];
  /** From the key to behind the frame that shows it. */
  paint: number[];
}

/** Begins to measure keys that write, before the page's own scripts hear of them. */
export const watch = (page: Page) =>
  page.addInitScript(() => {
    const delays: Delays = { work: [], paint: [] };
    Object.assign(window, { delays });
    const behindFrame = new MessageChannel();
    let waiting: number[] = [];
    behindFrame.port1.onmessage = () => {
      for (const since of waiting) delays.paint.push(performance.now() - since);
      waiting = [];
    };
    addEventListener(
      "keydown",
      ({ key, timeStamp, ctrlKey }) => {
        if (key.length !== 1 || ctrlKey || !document.activeElement?.closest(".note")) return;
        const began = performance.now();
        addEventListener(
          "input",
          () => {
            // Asking for a size makes the browser lay out what changed.
            queueMicrotask(() => {
              void document.body.offsetHeight;
              delays.work.push(performance.now() - began);
            });
          },
          { once: true, capture: true },
        );
        requestAnimationFrame(() => {
          waiting.push(timeStamp);
          behindFrame.port2.postMessage(null);
        });
      },
      { capture: true },
    );
  });

export const delaysOf = (page: Page): Promise<Delays> => page.evaluate(() => (window as never as { delays: Delays }).delays);

/** Milliseconds that a page's main thread has worked for. */
async function workOf(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  // Its own time: what else the machine does in between is not counted.
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  return async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    return 1_000 * metrics.find(({ name }) => name === "TaskDuration")!.value;
  };
}

/** How many milliseconds of its main thread a page works for while something happens, beyond what it does at rest. */
export async function workDuring(page: Page, happen: () => Promise<void>): Promise<number> {
  const work = await workOf(page);
  const timed = async (act: () => Promise<void>) => {
    const [began, before] = [performance.now(), await work()];
    await act();
    return { work: (await work()) - before, time: performance.now() - began };
  };
  const rest = await timed(() => page.waitForTimeout(5_000));
  const found = await timed(happen);
  return found.work - (rest.work * found.time) / rest.time;
}

/** The value that a part of the sorted numbers is not above. */
export function quantile(numbers: readonly number[], part: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
}
