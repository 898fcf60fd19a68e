/** One suggests, another accepts and rejects, in notes and in texts; and drafts. */
import { expect, type Page, test } from "@playwright/test";
import { agree as agreeText, isDurable, person, textOf, two } from "./people";
import { eachHasServer, server } from "./server";

eachHasServer(90_000);
test.use({ actionTimeout: 8_000 });

/** What a note reads, but for what is drawn beside it. */
const linesOf = (page: Page) =>
  page.evaluate(() => {
    const copy = document.querySelector(".note-page .note")!.cloneNode(true) as HTMLElement;
    for (const drawn of copy.querySelectorAll(".note-peer-caret, .note-marker, br, .ProseMirror-separator, .suggested-delete, .is-mark, .suggested-beside")) drawn.remove();
    return [...copy.querySelectorAll(".note-line")].map((line) => line.textContent);
  });

const proposed = (page: Page) => page.evaluate(() => [...document.querySelectorAll(".suggested-insert, .suggested-delete")].map((drawn) => `${drawn.tagName === "INS" ? "+" : "-"}${drawn.textContent}`));

const openOnes = (page: Page) => page.locator(".suggestion-group .suggestion");
const suggestionsButton = (page: Page) => page.getByRole("button", { name: /^Suggestions/ });
const mode = (page: Page) => page.getByRole("button", { name: /^How you work/ });
const everyones = (page: Page) => page.getByRole("radio", { name: "Everyone’s" }).check();

/** Where the caret is: what holds it, how far in, and on the page. */
const caret = (page: Page) =>
  page.evaluate(() => {
    const { anchorNode, anchorOffset, isCollapsed } = getSelection() as Selection;
    const line = anchorNode?.parentElement?.closest(".note-line, .cm-line");
    const range = document.createRange();
    range.selectNodeContents(line!);
    range.setEnd(anchorNode!, anchorOffset);
    const copy = range.cloneContents();
    for (const drawn of copy.querySelectorAll(".note-peer-caret, .suggested-delete, .is-mark, .peer-caret")) drawn.remove();
    return [isCollapsed, copy.textContent, document.activeElement?.className.split(" ")[0], document.querySelector(".note-scroll, .cm-scroller")?.scrollTop];
  });

const NAMES = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

/** Puts the caret behind a word of a line, by keys from the line's beginning. */
async function goBehind(page: Page, line: number, word: string): Promise<void> {
  const at = (await linesOf(page))[line]!.indexOf(word) + word.length;
  await page.locator(".note-page .note-line").nth(line).click({ position: { x: 3, y: 8 } });
  await page.keyboard.press("Home");
  for (let n = 0; n < at; n++) await page.keyboard.press("ArrowRight");
}

test("ten suggestions in a note: half are accepted, by the card, by keys and through the panel, and the rest rejected", async ({ browser }) => {
  const [ann, ben] = [await person(browser, "Ann"), await person(browser, "Ben")];
  await ann.goto(server.url);
  await ann.getByRole("button", { name: "New note" }).first().click();
  await ann.locator(".note").waitFor();
  await ann.locator(".note-page .note").click();
  await ann.keyboard.type(NAMES.map((name) => `The ${name} voice`).join("\n"));
  await isDurable(ann);
  await ben.goto(ann.url());
  await ben.locator(".note").waitFor();
  await expect.poll(() => linesOf(ben)).toEqual(NAMES.map((name) => `The ${name} voice`));

  await ben.keyboard.press("Alt+s");
  await expect(mode(ben)).toHaveText("Suggesting");
  // Of every kind: words that come, go, take the place of others, a new paragraph, and another kind of paragraph.
  for (const [line, name] of NAMES.slice(0, 7).entries()) {
    await goBehind(ben, line, name);
    await ben.keyboard.type("th");
  }
  await goBehind(ben, 7, "eight");
  for (let n = 0; n < "eight".length; n++) await ben.keyboard.press("Backspace");
  await ben.keyboard.type("8th");
  await goBehind(ben, 8, "voice");
  for (let n = 0; n < 6; n++) await ben.keyboard.press("Backspace");
  await goBehind(ben, 9, "voice");
  await ben.keyboard.press("Control+Alt+2");
  await isDurable(ben);
  await expect.poll(() => proposed(ben)).toEqual([...Array(7).fill("+th"), "-eight", "+8th", "- voice"]);

  // Who looks on sees nothing of it but that there is something.
  await expect(ann.getByRole("button", { name: "Suggestions: 10 open, 10 not shown" })).toBeVisible();
  expect(await linesOf(ann)).toEqual(NAMES.map((name) => `The ${name} voice`));
  await ann.keyboard.press("Alt+Shift+s");
  await expect(ann.getByText("10 suggestions are not shown in the document.")).toBeVisible();
  await everyones(ann);
  await expect.poll(() => proposed(ann)).toEqual(await proposed(ben));
  await expect.poll(() => linesOf(ann)).toEqual(await linesOf(ben));
  await expect(openOnes(ann)).toHaveCount(10);
  await expect(ann.locator(".note h2, [data-kind=heading]")).toHaveCount(1);

  await goBehind(ben, 2, "The");
  await ben.keyboard.press("Escape");
  const before = await caret(ben);

  // By the card, on hover.
  await ann.locator(".suggested-insert").first().hover();
  const card = ann.locator(".suggestion-card:visible");
  await expect(card).toContainText("Ben");
  await card.getByRole("button", { name: "Accept" }).click();
  await expect(openOnes(ann)).toHaveCount(9);
  expect(await caret(ben), "nothing moved the caret").toEqual(before);

  // By keys: on to the next, accept, to the next, reject.
  await ann.locator(".note-line").first().click({ position: { x: 3, y: 8 } });
  await ann.keyboard.press("Home");
  for (const key of ["a", "x"]) {
    await ann.keyboard.press("Alt+j");
    await expect(card).toBeVisible();
    await ann.keyboard.press(`Alt+${key}`);
  }
  await expect(openOnes(ann)).toHaveCount(7);
  await expect.poll(async () => (await linesOf(ben)).slice(0, 4)).toEqual(["The oneth voice", "The twoth voice", "The three voice", "The fourth voice"]);
  expect(await caret(ben), "nothing moved the caret").toEqual(before);

  // Through the panel: a part of one, two whole ones, and the rest.
  await goBehind(ann, 3, "fourt");
  await ann.keyboard.press("Shift+ArrowRight");
  await ann.getByRole("button", { name: "Reject part" }).click();
  await expect.poll(async () => (await linesOf(ben))[3]).toBe("The fourt voice");
  await openOnes(ann).filter({ hasText: "eight" }).getByRole("button", { name: "Accept" }).click();
  await openOnes(ann).filter({ hasText: "kind of paragraph" }).getByRole("button", { name: "Accept" }).click();
  await openOnes(ann).first().getByRole("button", { name: "Accept" }).click();
  await expect(openOnes(ann)).toHaveCount(4);
  await ann.getByRole("button", { name: "Reject all: all suggestions by Ben" }).click();
  await expect(openOnes(ann)).toHaveCount(0);
  await expect(ann.getByText("No suggestion is open.")).toBeVisible();
  const end = ["The oneth voice", "The twoth voice", "The three voice", "The fourt voice", "The five voice", "The six voice", "The seven voice", "The 8th voice", "The nine voice", "The ten voice"];
  for (const page of [ann, ben]) {
    await expect.poll(() => linesOf(page)).toEqual(end);
    await expect.poll(() => proposed(page)).toEqual([]);
    await expect(page.locator("[data-kind=heading]")).toHaveText(["The ten voice"]);
  }
  expect(await caret(ben), "nothing moved the caret").toEqual(before);

  // A decision is taken back by the other, and made again.
  await ben.keyboard.press("Alt+Shift+s");
  await expect(ben.getByRole("list", { name: "Decided suggestions" })).toContainText("Ann accepted it");
  await ben.getByRole("button", { name: "Take back: Ann accepted delete “eight”, insert “8th”" }).click();
  await expect.poll(() => proposed(ann)).toContain("-eight");
  await expect(openOnes(ann)).toHaveCount(1);
  await ann.getByRole("button", { name: "Accept: delete" }).click();
  await expect.poll(() => linesOf(ben)).toEqual(end);
  await ben.reload();
  await expect(mode(ben)).toHaveText("Suggesting");
  await expect.poll(() => linesOf(ben)).toEqual(end);
});

test("suggestions in a text, and a draft", async ({ browser }) => {
  const [ann, ben] = await two(server, browser, "Proposed");
  await ann.locator(".cm-content").click();
  await ann.keyboard.insertText("We meet at noon.\nBring tea.");
  await agreeText(ann, ben);

  await ben.locator(".cm-content").click();
  await ben.keyboard.press("Control+Home");
  await mode(ben).click();
  await ben.getByRole("menuitemradio", { name: "Suggesting" }).click();
  await ben.locator(".cm-line").first().click();
  await ben.keyboard.press("End");
  await ben.keyboard.press("ArrowLeft");
  for (let n = 0; n < 4; n++) await ben.keyboard.press("Shift+ArrowLeft");
  await ben.keyboard.type("ten");
  await ben.keyboard.press("Control+End");
  await ben.keyboard.type(" And cake.");
  await expect.poll(() => proposed(ben)).toEqual(["-noon", "+ten", "+ And cake."]);
  await isDurable(ben);
  await expect.poll(() => textOf(ann)).toBe("We meet at noon.\nBring tea.");
  await suggestionsButton(ann).click();
  await everyones(ann);
  await expect.poll(() => proposed(ann)).toEqual(["-noon", "+ten", "+ And cake."]);
  const before = await caret(ben);
  await ann.locator(".cm-content").click();
  await ann.keyboard.press("Control+Home");
  await ann.keyboard.press("Alt+j");
  await ann.keyboard.press("Alt+a");
  await openOnes(ann).getByRole("button", { name: "Reject" }).click();
  for (const page of [ann, ben]) await expect.poll(() => textOf(page)).toBe("We meet at ten.\nBring tea.");
  expect((await caret(ben)).slice(0, 1), "the caret stays where what it was in was").toEqual(before.slice(0, 1));

  // A draft: made, written in, looked at, accepted.
  await mode(ben).click();
  await ben.getByRole("menuitem", { name: "New draft…" }).click();
  await ben.getByRole("textbox", { name: "Name of the draft" }).fill("Evening");
  await ben.keyboard.press("Enter");
  await expect(mode(ben)).toHaveText("Evening");
  await ben.locator(".cm-content").click();
  await ben.keyboard.press("Control+End");
  await ben.keyboard.type(" Stay for supper.");
  await isDurable(ben);
  const draft = ann.getByRole("list", { name: "Drafts" }).locator("> li");
  await expect(draft).toContainText("Evening");
  await expect(draft.getByRole("button", { name: "1 change" })).toBeVisible();
  expect(await textOf(ann)).toBe("We meet at ten.\nBring tea.");
  await ann.getByRole("switch", { name: "Show the draft Evening" }).check();
  await expect.poll(() => proposed(ann)).toEqual(["+ Stay for supper."]);
  await ann.getByRole("switch", { name: "Show the draft Evening" }).uncheck();
  await expect.poll(() => textOf(ann)).toBe("We meet at ten.\nBring tea.");
  await draft.getByRole("button", { name: "Accept all" }).click();
  await expect.poll(() => textOf(ann)).toBe("We meet at ten.\nBring tea. Stay for supper.");
  await agreeText(ann, ben);
  await ben.reload();
  await expect(mode(ben)).toHaveText("Evening");
  await mode(ben).click();
  await ben.getByRole("menuitemradio", { name: /^Editing/ }).click();
  await expect(mode(ben)).toHaveText("Editing");
});

test("it looks well in light, dark and narrow", async ({ browser }) => {
  const [ann, ben] = [await person(browser, "Ann Arbour"), await person(browser, "Ben")];
  await ann.goto(server.url);
  await ann.getByRole("button", { name: "New note" }).first().click();
  await ann.locator(".note").waitFor();
  await ann.locator(".note-page .note").click();
  await ann.keyboard.type("# Three voices\nThe first voice enters at noon, and the second follows it.\nThe third waits.\nAll end as one.");
  await isDurable(ann);
  await ben.goto(ann.url());
  await ben.locator(".note").waitFor();
  await expect.poll(async () => (await linesOf(ben)).length).toBe(4);
  await ben.keyboard.press("Alt+s");
  await goBehind(ben, 1, "noon");
  for (let n = 0; n < 4; n++) await ben.keyboard.press("Backspace");
  await ben.keyboard.type("ten");
  await goBehind(ben, 2, "waits");
  await ben.keyboard.type(" for them");
  await ben.keyboard.press("End");
  await ben.keyboard.press("Enter");
  await ben.keyboard.type("It has the tune.");
  await goBehind(ben, 3 + 1, "All");
  await ben.keyboard.press("Control+Alt+3");
  await isDurable(ben);
  await suggestionsButton(ann).click();
  await everyones(ann);
  await expect(openOnes(ann)).toHaveCount(4);
  await openOnes(ann).nth(2).getByRole("button", { name: "Accept" }).click();
  await ann.getByRole("button", { name: "New draft" }).click();
  await ann.getByRole("textbox", { name: "Name of the draft" }).fill("A slower ending");
  await ann.keyboard.press("Enter");
  await goBehind(ann, 4, "one");
  await ann.keyboard.type(", slowly");
  await isDurable(ann);
  await goBehind(ann, 2, "for");
  await expect(ann.locator(".suggestion-card:visible")).toBeVisible();
  for (const scheme of ["light", "dark"] as const) {
    await ann.emulateMedia({ colorScheme: scheme });
    await ann.screenshot({ path: `artifacts/suggestions-${scheme}.png` });
  }
  await ann.setViewportSize({ width: 400, height: 780 });
  await ann.screenshot({ path: "artifacts/suggestions-narrow.png" });
  await ann.keyboard.press("Alt+Shift+s");
  await ann.screenshot({ path: "artifacts/suggestions-narrow-closed.png" });
  const overflows = await ann.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
  expect(overflows).toBe(false);
});
