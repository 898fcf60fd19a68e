/**
 * Three browsers in one long note over a bad network, for as long as asked: `cargo xtask crowd`.
 *
 * Nobody's word is lost, no caret is thrown, and in the end all see one note; how long keys take is said.
 */
import { writeFileSync } from "node:fs";
import { type Browser, expect, type Page, test } from "@playwright/test";
import { isDurable, person } from "../real/people";
import { Server } from "../real/server";
import { badNetwork } from "./network";
import { delaysOf, quantile, watch, workDuring } from "./paint";
import { Writer } from "./writer";

const SECONDS = Number(process.env["CROWD_SECONDS"] ?? 20);
const PARAGRAPHS = Number(process.env["CROWD_PARAGRAPHS"] ?? 300);
const BADNESS = { delay: 300, loss: 0.05 };
const NAMES = ["Ann", "Ben", "Cleo"] as const;

test.skip(process.env["MOTET_BINARY"] === undefined, "needs the built server: run `cargo xtask test`");
test.describe.configure({ timeout: (SECONDS + 240) * 1_000 });

/** Chances that are the same in each run. */
function chances(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A note of that many paragraphs, with a heading now and then. */
function markdown(paragraphs: number): string {
  const block = (n: number) => (n % 40 === 0 ? `## Part ${n / 40}` : `Paragraph ${n} has some words, as many as one has on average in a paper, and some more.`);
  return `${Array.from({ length: paragraphs }, (_, n) => block(n)).join("\n\n")}\n`;
}

async function makeNote(server: Server, text: string): Promise<string> {
  const body = JSON.stringify({ name: "Crowd", type: "note" });
  const answer = await fetch(`${server.url}/api/documents`, { method: "POST", headers: { "content-type": "application/json" }, body });
  const { id } = (await answer.json()) as { id: string };
  const put = await fetch(`${server.url}/api/documents/${id}/text`, { method: "PUT", headers: { "content-type": "text/markdown" }, body: text });
  expect(put.ok, await put.text()).toBe(true);
  return id;
}

/** A note as a page shows it: what each block is and says, but for where others are. */
const shownIn = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const copy = document.querySelector(".note-page .note")!.cloneNode(true) as HTMLElement;
    for (const aside of copy.querySelectorAll(".note-peer-caret, .note-marker, .ProseMirror-separator, .ProseMirror-trailingBreak")) aside.remove();
    const strong = (block: HTMLElement) => [...block.querySelectorAll("strong, em")].map((mark) => `${mark.tagName} ${mark.textContent}`).join("|");
    // What a table in a block says is said by the blocks of its cells.
    const ownText = (block: HTMLElement) => {
      const own = block.cloneNode(true) as HTMLElement;
      for (const inner of own.querySelectorAll(".note-block")) inner.remove();
      return own.textContent;
    };
    return [...copy.querySelectorAll<HTMLElement>(".note-block, td, th")].map((block) =>
      [block.tagName, block.dataset["kind"], block.dataset["levels"], block.matches("td, th") ? "" : ownText(block), strong(block)].join("\t"),
    );
  });

async function enter(browser: Browser, address: string, name: string): Promise<Page> {
  const page = await person(browser, name);
  await watch(page);
  page.on("pageerror", (error) => {
    throw error;
  });
  await page.goto(address);
  await page.locator(".note .note-block").first().waitFor({ timeout: 60_000 });
  await expect(page.locator(".saved")).toHaveAttribute("data-link", "connected", { timeout: 60_000 });
  await expect.poll(() => page.locator(".note > .note-chunk > * > .note-block").count(), { timeout: 60_000 }).toBeGreaterThanOrEqual(PARAGRAPHS);
  return page;
}

const times = (words: readonly string[], text: string) => words.filter((word) => text.split(new RegExp(`${word}(?!\\d)`)).length !== 2);

/** What is seen of a word that is not there once: where it stands, or all but its first or last letter. */
const traces = (word: string, text: string) => ({ word, lines: text.split("\n").filter((line) => line.includes(word.slice(1)) || line.includes(word.slice(0, -1))) });

test(`three write in a note of ${PARAGRAPHS} paragraphs for ${SECONDS} s over a bad network`, async ({ playwright, launchOptions }, info) => {
  const server = await Server.start();
  const network = await badNetwork(Number(new URL(server.url).port), { ...BADNESS, seed: 7 });
  // A browser for each: each has a process that draws.
  const browsers = await Promise.all(NAMES.map(() => playwright.chromium.launch(launchOptions)));
  try {
    const id = await makeNote(server, markdown(PARAGRAPHS));
    const pages = await Promise.all(NAMES.map((name, n) => enter(browsers[n]!, `http://127.0.0.1:${network.port}/#/d/${id}`, name)));
    for (const page of pages) await expect(page.locator(".faces .avatar")).toHaveCount(NAMES.length - 1, { timeout: 20_000 });
    const writers = pages.map((page, n) => new Writer(page, NAMES[n]!, chances(n + 1)));
    const deadline = Date.now() + SECONDS * 1_000;
    await Promise.all(writers.map((writer) => writer.writeUntil(deadline)));

    for (const page of pages) await isDurable(page);
    await expect
      .poll(async () => new Set((await Promise.all(pages.map(shownIn))).map((shown) => JSON.stringify(shown))).size, { timeout: 60_000 })
      .toBe(1);
    // What another's letter costs who looks on.
    const [ann, ben] = [writers[0]!, pages[1]!];
    const letters = 100;
    const cost = await workDuring(ben, async () => {
      await ann.typeLong(letters);
      await ben.waitForTimeout(2_000);
    });
    const text = (await shownIn(pages[0]!)).map((block) => block.split("\t")[3]).join("\n");
    const words = writers.flatMap((writer) => writer.words);
    const report = [`${words.length} words, ${network.sent} segments of which ${network.lost} were lost`];
    for (const [n, page] of pages.entries()) {
      const { work, paint } = await delaysOf(page);
      const said = (numbers: readonly number[]) => [0.5, 0.95, 0.99].map((part) => quantile(numbers, part).toFixed(1)).join("/");
      report.push(`${NAMES[n]}: ${work.length} keys; work and layout ${said(work)} ms, to behind the frame ${said(paint)} ms (p50/p95/p99)`);
    }
    report.push(`a letter of somebody else's takes ${(cost / letters).toFixed(2)} ms of the main thread`);
    console.log(report.join("\n"));
    writeFileSync(info.outputPath("crowd.txt"), `${report.join("\n")}\n`);
    expect(writers.flatMap((writer) => writer.wrongs)).toEqual([]);
    expect(times(words, text).map((word) => traces(word, text))).toEqual([]);
  } finally {
    await Promise.all(browsers.map((browser) => browser.close()));
    await network.close();
    await server.remove();
  }
});
