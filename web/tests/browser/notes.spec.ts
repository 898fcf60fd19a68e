/** Two editors of one note over the real engine, in a real browser: keys, composition, carets. */
import { expect, type Page, test } from "@playwright/test";

async function open(page: Page, delayMs: number, blocks = 0): Promise<void> {
  page.on("pageerror", (error) => {
    throw error;
  });
  await page.goto(`http://127.0.0.1:4176/notes.html${blocks > 0 ? `?blocks=${blocks}` : ""}`);
  await page.waitForFunction(() => "sides" in window);
  await page.locator("#delay").fill(String(delayMs));
}

type Side = { view: import("prosemirror-view").EditorView };

interface Sides {
  sides: { left: Side; right: Side };
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

test("what keys select stays selected where somebody else's work comes before the page tells of it", async ({ page }) => {
  await open(page, 0);
  await line(page, "left", "The end.").click();
  await page.keyboard.press("End");
  const selected = await page.evaluate(() => {
    const { left, right } = (window as never as { sides: Record<"left" | "right", import("../../src/notes/sidebyside").Side> }).sides;
    const peer = { peer: "Ben", name: "Ben", colour: "#a8252f", anchor: null, head: null };
    const others = [
      () => {
        right.view.dispatch(right.view.state.tr.insertText("[other] ", 2));
        left.receive(right.engine.seal(), peer);
      },
      () => left.receive([], { ...peer, name: "Bea" }),
    ];
    return others.map((comes) => {
      // As Shift and an arrow do, of which the page tells a moment later.
      getSelection()!.modify("extend", "backward", "character");
      comes();
      return getSelection()!.toString();
    });
  });
  expect(selected).toEqual([".", "d."]);
  await settled(page);
});

test("others' carets show, and a task is ticked by a click", async ({ page }) => {
  await open(page, 0);
  await line(page, "left", "something to do").click();
  await expect(page.locator("#right .note-peer-caret")).toHaveAttribute("data-name", "Ann");
  await line(page, "left", "something to do").locator(".note-marker").click();
  await expect(line(page, "right", "something to do").getByRole("checkbox")).toHaveAttribute("aria-checked", "true");
});

test("in a long note the caret goes everywhere, and keys write where it is", async ({ page }) => {
  test.setTimeout(120_000);
  await open(page, 0, 1_000);
  const chunks = page.locator("#left .note > .note-chunk");
  expect(await chunks.count()).toBeGreaterThan(10);
  const text = (block: number) => page.evaluate((n) => (window as never as Sides).sides.left.view.state.doc.child(n).textContent, block);
  const count = () => page.evaluate(() => (window as never as Sides).sides.left.view.state.doc.childCount);
  const start = async (block: number) => {
    const line = page.locator("#left .note-line").nth(block);
    await line.scrollIntoViewIfNeeded();
    await line.click({ position: { x: 2, y: 6 } });
    await page.keyboard.press("Home");
  };
  const first = await chunks.first().locator(".note-block").count();
  await start(3);
  await page.keyboard.press("Control+End");
  await page.keyboard.type(" at the end");
  expect(await text(999)).toMatch(/ at the end$/);
  await page.keyboard.press("Control+Home");
  await page.keyboard.type("At the beginning ");
  expect(await text(0)).toMatch(/^At the beginning P/);

  // Over the border of two chunks.
  await start(first);
  await page.keyboard.type("Behind ");
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.type(" before");
  expect([await text(first - 1), await text(first)].join("\n")).toMatch(/ before\nBehind /);
  await page.keyboard.press("ArrowRight");
  await page.keyboard.type("Right ");
  expect(await text(first)).toMatch(/^Right Behind /);
  await start(first);
  await page.keyboard.press("Backspace");
  expect(await text(first - 1)).toMatch(/ beforeRight Behind /);
  await page.keyboard.press("Enter");
  expect(await text(first)).toMatch(/^Right Behind /);
  expect(await count()).toBe(1_000);

  // What is selected over a border is one stretch, and what is copied has nothing of chunks.
  await start(first - 2);
  for (let n = 0; n < 12; n++) await page.keyboard.press("Shift+ArrowDown");
  const copied = await page.evaluate(() => {
    const data = new DataTransfer();
    document.querySelector("#left .note")!.dispatchEvent(new ClipboardEvent("copy", { clipboardData: data, bubbles: true, cancelable: true }));
    return data.getData("text/html");
  });
  expect(copied).toContain("Behind ");
  expect(copied).not.toContain("chunk");
  await page.keyboard.type("all gone ");
  expect(await text(first - 2)).toMatch(/^all gone /);
  expect(await count()).toBeLessThan(1_000);

  // So many lines at one place that chunks are cut around the caret.
  const linesOf = (side: "left" | "right") => page.evaluate((name) => (window as never as Sides).sides[name].view.state.doc.children.map((block) => block.textContent), side);
  const before = await linesOf("left");
  const typed = Array.from({ length: 150 }, (_, n) => `n${n}`);
  await start(100);
  for (const line of typed) await page.keyboard.type(`${line}\n`);
  await settled(page);
  for (const side of ["left", "right"] as const) {
    expect(await linesOf(side), side).toEqual([...before.slice(0, 100), ...typed, ...before.slice(100)]);
    expect(await page.locator(`#${side} .note-line`).allTextContents(), side).toEqual(await linesOf(side));
  }
});

test("a composition goes on in a long note, while somebody else writes into the same chunk", async ({ page }) => {
  await open(page, 0, 400);
  const ime = await page.context().newCDPSession(page);
  await page.locator("#left .note-line").first().click();
  await page.keyboard.press("Control+Home");
  await ime.send("Input.imeSetComposition", { text: "に", selectionStart: 1, selectionEnd: 1 });
  await page.evaluate(() => {
    const { view } = (window as never as Sides).sides.right;
    view.dispatch(view.state.tr.split(5).insertText("[other] ", 1));
  });
  await ime.send("Input.imeSetComposition", { text: "にほ", selectionStart: 2, selectionEnd: 2 });
  await ime.send("Input.insertText", { text: "日本" });
  await page.keyboard.type("!");
  for (const side of ["left", "right"]) await expect(page.locator(`#${side} .note-line`).first()).toHaveText(/^(\[other\] 日本!|日本!\[other\] )Para?$/);
  await settled(page);
});
