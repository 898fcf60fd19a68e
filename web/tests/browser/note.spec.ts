/** A note as a document of the app, over stand-ins: what people see and do, one behaviour a test. */
import { type BrowserContext, expect, type Page, test } from "@playwright/test";

async function enter(context: BrowserContext, name: string, path: string): Promise<Page> {
  const page = await context.newPage();
  page.on("pageerror", (error) => {
    throw error;
  });
  await page.goto(`/?as=${encodeURIComponent(name)}${path}`);
  return page;
}

/** Two people in a new note. */
async function two(context: BrowserContext): Promise<[Page, Page]> {
  const ann = await enter(context, "Ann", "#/");
  await ann.getByRole("button", { name: "New note" }).first().click();
  await ann.locator(".note").waitFor();
  const ben = await enter(context, "Ben", new URL(ann.url()).hash);
  await ben.locator(".note").waitFor();
  await ann.bringToFront();
  return [ann, ben];
}

const linesOf = (page: Page) => page.locator(".note-page .note > .note-chunk > * > .note-block > .note-line").allTextContents();
const line = (page: Page, text: string) => page.locator(".note-page .note > .note-chunk > * > .note-block", { hasText: text });

/** Where a double click hits the first word of a line. */
const wordIn = (page: Page, text: string) => ({ dblclick: () => line(page, text).locator(".note-line").first().dblclick({ position: { x: 10, y: 10 } }) });

/** Types at the end of the note; "\n" is Enter. A page behind another one is not told where its caret goes. */
async function write(page: Page, text: string): Promise<void> {
  await page.bringToFront();
  await page.locator(".note-page .note").click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type(text);
}

const SECTIONS = "# One\nfirst\n# Two\nsecond\n# Three\nthird";

test("an empty note says what to do, and becomes what is typed", async ({ context }) => {
  const [ann, ben] = await two(context);
  await expect(ann.locator(".note.is-empty")).toHaveCount(1);
  await write(ann, "# Plan\n- milk\nbread");
  await expect(ann.locator(".note.is-empty")).toHaveCount(0);
  await expect.poll(() => linesOf(ben)).toEqual(["Plan", "milk", "bread"]);
  await expect(line(ben, "Plan")).toHaveAttribute("data-kind", "heading");
  await expect(line(ben, "bread")).toHaveAttribute("data-levels", "b");
  await expect(ben.locator(".note-peer-caret")).toHaveAttribute("data-name", "Ann");
});

test("the toolbar works by keyboard, shows what is on, and goes back to the text", async ({ context }) => {
  const [ann] = await two(context);
  await write(ann, "plain ");
  await ann.keyboard.press("Alt+F10");
  await expect(ann.getByRole("button", { name: /Kind of block/ })).toBeFocused();
  await ann.keyboard.press("ArrowRight");
  await expect(ann.getByRole("button", { name: "Bold" })).toBeFocused();
  await ann.keyboard.press("Enter");
  await expect(ann.getByRole("button", { name: "Bold" })).toHaveAttribute("aria-pressed", "true");
  await ann.keyboard.type("bold");
  await expect(ann.locator(".note strong")).toHaveText("bold");
  await ann.getByRole("button", { name: /Kind of block/ }).click();
  await ann.getByRole("menuitemradio", { name: /Heading 2/ }).click();
  await expect(line(ann, "plain bold")).toHaveAttribute("data-rank", "2");
  await ann.getByRole("button", { name: "Undo my last change" }).click();
  await expect(line(ann, "plain bold")).toHaveAttribute("data-kind", "paragraph");
});

test("links, footnotes and rules are put in where the caret is", async ({ context }) => {
  const [ann, ben] = await two(context);
  await write(ann, "See ");
  await ann.keyboard.press("Control+k");
  await ann.getByLabel("Address").fill("example.org/a");
  await ann.keyboard.press("Enter");
  await expect(ann.locator(".note a")).toHaveAttribute("href", "https://example.org/a");
  await ann.keyboard.press("Control+Alt+f");
  await ann.keyboard.type("small print");
  await expect(ben.locator(".note-footnote")).toHaveText("small print");
  await expect(ben.locator(".note-footnote .note-peer-caret")).toHaveCount(1);
  await write(ann, "");
  await ann.getByRole("button", { name: "Rule" }).click();
  await ann.keyboard.type("after");
  await expect.poll(async () => (await linesOf(ben)).at(-1)).toBe("after");
});

test("two write in one table while its rows and columns change", async ({ context }) => {
  const [ann, ben] = await two(context);
  await ann.getByRole("button", { name: "Table", exact: true }).click();
  await ann.keyboard.type("a");
  await ann.keyboard.press("Tab");
  await ann.keyboard.type("b");
  await expect(ben.locator(".note td")).toHaveCount(9);
  await ben.bringToFront();
  await ben.locator(".note td").nth(1).click();
  await ben.keyboard.press("End");
  await ben.keyboard.type("!");
  await ann.bringToFront();
  const table = ann.getByRole("button", { name: /Rows and columns/ });
  await table.click();
  await ann.getByRole("menuitem", { name: "Insert a row above" }).click();
  await table.click();
  await ann.getByRole("menuitem", { name: "Move the column left" }).click();
  await expect(ben.locator(".note td")).toHaveCount(12);
  await expect.poll(() => ben.locator(".note td").allTextContents()).toEqual(["", "", "", "b!", "a", "", "", "", "", "", "", ""]);
  await table.click();
  await ann.getByRole("menuitem", { name: "Delete the row" }).click();
  await expect(ben.locator(".note td")).toHaveCount(9);
});

test("a section is dragged, or moved by keys, with what another writes in it", async ({ context }) => {
  const [ann, ben] = await two(context);
  await write(ann, SECTIONS);
  await expect.poll(() => linesOf(ben)).toEqual(["One", "first", "Two", "second", "Three", "third"]);
  await ann.keyboard.press("Alt+o");
  const heading = (name: string) => ann.getByRole("button", { name, exact: true });
  await expect(heading("Three")).toHaveAttribute("aria-current", "true");
  await ben.bringToFront();
  await line(ben, "second").click();
  await ben.keyboard.press("End");
  await ann.bringToFront();
  await heading("Two").dragTo(heading("One"), { targetPosition: { x: 20, y: 3 } });
  await ben.bringToFront();
  await ben.keyboard.type(" and more");
  const moved = ["Two", "second and more", "One", "first", "Three", "third"];
  await expect.poll(() => linesOf(ann)).toEqual(moved);
  await expect.poll(() => linesOf(ben)).toEqual(moved);
  await ann.bringToFront();
  await heading("One").focus();
  await ann.keyboard.press("Alt+ArrowDown");
  await expect.poll(() => linesOf(ben)).toEqual(["Two", "second and more", "Three", "third", "One", "first"]);
  await expect(heading("One")).toBeFocused();
  await ann.getByRole("button", { name: "Undo my last change" }).click();
  await expect.poll(() => linesOf(ben)).toEqual(moved);
});

test("a comment stays with its text through moves, deletion and undo", async ({ context }) => {
  const [ann, ben] = await two(context);
  await write(ann, SECTIONS);
  await wordIn(ann, "second").dblclick();
  await ann.keyboard.press("Control+Alt+m");
  await ann.getByRole("textbox", { name: "Comment" }).fill("Is this so?");
  await ann.keyboard.press("Control+Enter");
  await expect(ben.locator(".note-comment")).toHaveText(["second"]);
  await ben.bringToFront();
  await ben.keyboard.press("Alt+c");
  await ben.getByRole("button", { name: "Reply" }).click();
  await ben.getByRole("textbox", { name: "Reply" }).fill("It is.");
  await ben.keyboard.press("Control+Enter");
  await expect(ann.locator(".thread .entry")).toHaveCount(2);
  await ann.bringToFront();
  await ann.keyboard.press("Alt+o");
  await ann.getByRole("button", { name: "Two", exact: true }).focus();
  await ann.keyboard.press("Alt+ArrowUp");
  await expect.poll(async () => (await linesOf(ben))[0]).toBe("Two");
  await expect(ben.locator(".note-comment")).toHaveText(["second"]);
  await ben.bringToFront();
  await wordIn(ben, "second").dblclick();
  await ben.keyboard.press("Delete");
  await expect(ben.locator(".thread")).toContainText("on deleted text");
  await expect(ben.locator(".thread")).toContainText("second");
  await ben.getByRole("button", { name: "Undo my last change" }).click();
  await expect(ben.locator(".note-comment")).toHaveText(["second"]);
  await ben.getByRole("button", { name: "Resolve" }).click();
  await expect(ann.locator(".note-comment")).toHaveCount(0);
  await ben.getByRole("button", { name: /Show 1 resolved/ }).click();
  await ben.getByRole("button", { name: "Delete the comment" }).click();
  await expect(ben.locator(".thread")).toHaveCount(0);
});

test("history shows the note as it was, and brings all of it back", async ({ context }) => {
  const [ann, ben] = await two(context);
  await write(ann, "# Title\nfirst");
  await expect.poll(() => linesOf(ben)).toEqual(["Title", "first"]);
  await write(ben, " of Ben");
  await expect.poll(() => linesOf(ann)).toEqual(["Title", "first of Ben"]);
  await ann.bringToFront();
  await line(ann, "Title").click();
  await ann.keyboard.press("Control+Alt+0");
  await ann.keyboard.press("Alt+h");
  await ann.locator(".run-main", { hasText: "of Ben" }).click();
  await expect(ann.locator(".old-note .note-block").first()).toHaveAttribute("data-kind", "heading");
  await expect(ann.locator(".old-note .was-changed")).toHaveCount(1);
  await ann.getByRole("button", { name: "Restore this" }).click();
  await expect(line(ben, "Title")).toHaveAttribute("data-kind", "heading");
  await ann.locator(".toast").getByRole("button", { name: "Undo" }).click();
  await expect(line(ben, "Title")).toHaveAttribute("data-kind", "paragraph");
});

test("the note is taken away as Markdown, which the server makes", async ({ context }) => {
  const [ann] = await two(context);
  await write(ann, "words");
  await ann.getByRole("button", { name: "More" }).click();
  const [file] = await Promise.all([ann.waitForEvent("download"), ann.getByRole("menuitem", { name: "Download as Markdown" }).click()]);
  expect(file.suggestedFilename()).toBe("Untitled.md");
});

test("what is typed is in the line, also where nothing is drawn, as in a page behind another one", async ({ context }) => {
  const [ann, ben] = await two(context);
  await ann.locator(".note-page .note").click();
  await ben.bringToFront();
  await ann.keyboard.type("one\ntwo\nthree");
  await expect.poll(() => linesOf(ben)).toEqual(["one", "two", "three"]);
});

test("undo takes back one's own work only, also from the bar", async ({ context }) => {
  const [ann, ben] = await two(context);
  await write(ann, "Ann. ");
  await expect.poll(() => linesOf(ben)).toEqual(["Ann. "]);
  await write(ben, "Ben.");
  await expect.poll(() => linesOf(ann)).toEqual(["Ann. Ben."]);
  await ann.getByRole("button", { name: "Undo my last change" }).click();
  await expect.poll(() => linesOf(ben)).toEqual(["Ben."]);
  await ann.getByRole("button", { name: "Redo my last change" }).click();
  await expect.poll(() => linesOf(ben)).toEqual(["Ann. Ben."]);
});
