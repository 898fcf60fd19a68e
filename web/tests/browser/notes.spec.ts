/** Two editors of one note over the real engine, in a real browser: keys, composition, carets. */
import { expect, type Page, test } from "@playwright/test";

async function open(page: Page, delayMs: number): Promise<void> {
  page.on("pageerror", (error) => {
    throw error;
  });
  await page.goto("http://127.0.0.1:4176/notes.html");
  await page.waitForFunction(() => "sides" in window);
  await page.locator("#delay").fill(String(delayMs));
}

const line = (page: Page, side: "left" | "right", text: string) => page.locator(`#${side} .note-block`, { hasText: text });
const settled = (page: Page) => expect(page.locator("#state")).toHaveText("both sides are equal");

test("a composition goes on while somebody else writes into the same line", async ({ page }) => {
  await open(page, 0);
  const ime = await page.context().newCDPSession(page);
  await line(page, "left", "The end.").click();
  await page.keyboard.press("End");
  await ime.send("Input.imeSetComposition", { text: "に", selectionStart: 1, selectionEnd: 1 });
  await line(page, "right", "The end.").evaluate((block) => {
    // Without the focus, which would end the composition.
    const { view } = (window as never as { sides: { right: { view: import("prosemirror-view").EditorView } } }).sides.right;
    view.dispatch(view.state.tr.insertText("[other] ", view.posAtDOM(block.querySelector(".note-line")!, 0)));
  });
  await ime.send("Input.imeSetComposition", { text: "にほ", selectionStart: 2, selectionEnd: 2 });
  await ime.send("Input.insertText", { text: "日本" });
  await page.keyboard.type("!");
  await expect(line(page, "right", "The end.")).toHaveText("[other] The end.日本!");
  await expect(line(page, "left", "The end.")).toHaveText("[other] The end.日本!");
  await settled(page);
});

test("no key is lost and no caret thrown while another writes around it", async ({ page }) => {
  await open(page, 100);
  await line(page, "left", "The end.").click();
  await page.keyboard.press("End");
  await page.evaluate(() => {
    const { view } = (window as never as { sides: { right: { view: import("prosemirror-view").EditorView } } }).sides.right;
    let left = 30;
    const timer = setInterval(() => {
      const { content, lastChild } = view.state.doc;
      view.dispatch(view.state.tr.insertText("x", content.size - lastChild!.nodeSize + 1 + (left % 3)));
      if (--left === 0) clearInterval(timer);
    }, 20);
  });
  for (const key of " It is not.") await page.keyboard.press(key, { delay: 15 });
  await expect(line(page, "right", "It is not.")).toHaveCount(1);
  await settled(page);
  const last = await page.locator("#left .note-block").last().innerText();
  expect(last.replaceAll("x", "")).toBe("The end. It is not.");
  expect(last.endsWith(" It is not.")).toBe(true);
  const [drawn, meant] = await page.evaluate(() => {
    const { view } = (window as never as { sides: { left: { view: import("prosemirror-view").EditorView } } }).sides.left;
    return [getSelection()!.getRangeAt(0).getBoundingClientRect().left, view.coordsAtPos(view.state.selection.head).left];
  });
  expect(Math.abs(drawn! - meant!)).toBeLessThan(2);
});

test("others' carets show, and a task is ticked by a click", async ({ page }) => {
  await open(page, 0);
  await line(page, "left", "something to do").click();
  await expect(page.locator("#right .note-peer-caret")).toHaveAttribute("data-name", "Ann");
  await line(page, "left", "something to do").locator(".note-marker").click();
  await expect(line(page, "right", "something to do").getByRole("checkbox")).toHaveAttribute("aria-checked", "true");
});
