/** Undo with what depends on it, what won against something, and views of one's own: two browsers on the real server. */
import { expect, type Page, test } from "@playwright/test";
import { agree, isDurable, person, put, terminal, textOf, two } from "./people";
import { eachHasServer, server } from "./server";

eachHasServer();

/** The run that begins with some words, as the terminal names it. */
function run(id: string, words: string): string {
  const { runs } = JSON.parse(terminal("log", server.url, id, "--json")) as { runs: { id: string; text: string }[] };
  return runs.find((one) => one.text.startsWith(words))?.id as string;
}

/** Writes in turn, each seen by the other. */
async function inTurn(turns: readonly (readonly [Page, string])[], ann: Page, ben: Page): Promise<void> {
  for (const [page, text] of turns) {
    await put(page, text);
    await agree(ann, ben);
  }
}

/** Where the caret is, what has the focus, and how far the text is scrolled. */
const caret = (page: Page) =>
  page.evaluate(() => {
    const { anchorNode, anchorOffset, focusOffset } = getSelection() as Selection;
    return [document.activeElement?.className, anchorNode?.textContent, anchorOffset, focusOffset, document.querySelector(".cm-scroller")?.scrollTop];
  });

/** The words that are marked, without regard to how they are cut. */
const marked = (page: Page, layer: "won" | "taken") => page.evaluate((layer) => [...document.querySelectorAll(`.is-${layer}`)].map((mark) => mark.textContent).join(""), layer);

const asking = (page: Page) => page.getByRole("group", { name: "Undo with what depends on it" });
const line = (page: Page, words: string) => page.locator(".run", { hasText: words });

test("an undo says whose work would go along, shows it, and takes or spares it", async ({ browser }) => {
  const [ann, ben, id] = await two(server, browser, "Along");
  await inTurn([[ann, "Room. "], [ben, "Table. "], [ann, "Garden. "], [ben, "Chair. "]], ann, ben);
  const all = "Room. Table. Garden. Chair. ";
  terminal("constrain", server.url, id, "enables", run(id, "Room"), run(id, "Table"));
  terminal("constrain", server.url, id, "enables", run(id, "Table"), run(id, "Chair"));
  await ann.keyboard.press("Alt+h");
  const ask = async (words: string) => {
    await line(ann, words).hover();
    await line(ann, words).getByRole("button", { name: "Undo this change, for everyone" }).click();
  };
  // What nobody depends on goes at once, as ever.
  await ask("Garden. ");
  await expect.poll(() => textOf(ben)).toBe("Room. Table. Chair. ");
  await line(ann, "Garden. ").hover();
  await line(ann, "Garden. ").getByRole("button", { name: "Redo this change, for everyone" }).click();
  await expect.poll(() => textOf(ben)).toBe(all);

  await ask("Room. ");
  await expect(asking(ann)).toContainText("2 changes by Ben depend on it");
  await expect.poll(() => marked(ann, "taken")).toBe("Room. Table. Chair. ");
  await expect(ann.locator(".run.is-going")).toHaveCount(3);
  expect(await textOf(ann), "nothing is done yet").toBe(all);
  expect(await marked(ben, "taken"), "others see nothing of it").toBe("");
  for (const scheme of ["light", "dark"] as const) {
    await ann.emulateMedia({ colorScheme: scheme });
    await ann.screenshot({ path: `artifacts/along-${scheme}.png` });
  }
  await ann.keyboard.press("Escape");
  await expect(asking(ann)).toHaveCount(0);
  expect(await marked(ann, "taken")).toBe("");
  expect(await textOf(ann)).toBe(all);

  await ask("Room. ");
  await asking(ann).getByRole("button", { name: "Keep theirs" }).click();
  await expect.poll(() => textOf(ben)).toBe("Table. Garden. Chair. ");
  await agree(ann, ben);
  // Taking the undo back brings back what was said, too. The list is not drawn with every key.
  await expect(line(ann, "Undid changes")).toHaveCount(2);
  await line(ann, "Undid changes").first().hover();
  await line(ann, "Undid changes").first().getByRole("button", { name: "Undo this change, for everyone" }).click();
  await expect.poll(() => textOf(ben)).toBe(all);

  await ask("Room. ");
  await expect(asking(ann)).toBeVisible();
  await ann.keyboard.press("Enter");
  await expect.poll(() => textOf(ben)).toBe("Garden. ");
  await agree(ann, ben);
  await ann.getByRole("button", { name: "Redo my last change" }).click();
  await expect.poll(() => textOf(ben)).toBe(all);
});

test("what won is tinted for both until one of them decides, and nobody who writes is disturbed", async ({ browser }) => {
  const [ann, ben, id] = await two(server, browser, "Tint");
  await inTurn([[ann, "Tea at four. "], [ben, "Talk at four. "], [ann, "And a walk. "]], ann, ben);
  await ann.locator(".cm-content").press("Control+Home");
  await ann.keyboard.type("Plan");
  await agree(ann, ben);
  const before = await caret(ann);
  const scrolled = before.at(-1);
  terminal("constrain", server.url, id, "conflict", run(id, "Tea"), run(id, "Talk"));
  for (const page of [ann, ben]) await expect.poll(() => marked(page, "won")).toBe("Tea at four. ");
  const after = await caret(ann);
  expect([after[0], after[2], after[3], after[4]], "nothing moved").toEqual([before[0], before[2], before[3], scrolled]);
  await ann.keyboard.type(": ");
  await agree(ann, ben);
  expect(await textOf(ann)).toBe("Plan: Tea at four. And a walk. ");
  await expect.poll(() => marked(ben, "won"), "it follows edits").toBe("Tea at four. ");
  await expect(ben.locator(".is-won").first()).toHaveAttribute("title", "Ann’s change is shown; Ben’s gave way to it: “Talk at four.”");
  await ben.locator(".cm-content").click();
  await ben.keyboard.press("Control+End");
  await ben.keyboard.press("Alt+g");
  for (const scheme of ["light", "dark"] as const) {
    await ann.emulateMedia({ colorScheme: scheme });
    await ann.screenshot({ path: `artifacts/won-${scheme}.png` });
  }
  // Why here: from what is selected.
  await ben.keyboard.press("Shift+End");
  expect((await ben.evaluate(() => String(getSelection()))).replaceAll("\u2060", ""), "the key went to it").toBe("Tea at four. And a walk. ");
  await ben.keyboard.press("Alt+w");
  const card = ben.getByRole("complementary", { name: "Why here" });
  await expect(card).toContainText("Ann");
  await expect(card.getByRole("list", { name: "Changes that are tied to each other" }).locator("li")).toHaveCount(2);
  await expect(card.getByRole("list", { name: "What ties them" })).toContainText("excludes");
  for (const scheme of ["light", "dark"] as const) {
    await ben.emulateMedia({ colorScheme: scheme });
    await ben.screenshot({ path: `artifacts/why-${scheme}.png` });
  }
  await ben.keyboard.press("Escape");
  await expect(card).toHaveCount(0);

  await ben.keyboard.press("Alt+k");
  await ben.getByRole("button", { name: "Keep what Ann did" }).click();
  for (const page of [ann, ben]) await expect.poll(() => marked(page, "won")).toBe("");
  // Why not here: from the history.
  await ben.keyboard.press("Alt+h");
  await line(ben, "Talk at four").hover();
  await line(ben, "Talk at four").getByRole("button", { name: "Why is this not here?" }).click();
  await expect(ben.getByRole("complementary", { name: "Why not here" })).toContainText("Ben decided against it.");
});

test("who holds somebody is told how far they have gone, and comes back", async ({ browser }) => {
  const [ann, ben] = await two(server, browser, "Hold");
  await inTurn([[ann, "One. "], [ben, "Two. "]], ann, ben);
  const meter = ann.getByRole("button", { name: /^You see \d+ changes? differently from others$/ });
  await expect(meter).toHaveCount(0);
  await ann.keyboard.press("Alt+p");
  await ann.getByRole("button", { name: "Hold Ben's new changes" }).click();
  await put(ann, "Three. ");
  await put(ben, "Four. ");
  await expect(meter).toHaveAccessibleName("You see 1 change differently from others");
  await expect(ann.getByRole("button", { name: "View: My own choices" })).toBeVisible();
  expect(await textOf(ann)).not.toContain("Four");
  await meter.click();
  const hidden = ann.getByRole("list", { name: "Others see it, you do not" });
  await expect(hidden.locator("li")).toHaveCount(1);
  await expect(hidden).toContainText("Four.");
  for (const scheme of ["light", "dark"] as const) {
    await ann.emulateMedia({ colorScheme: scheme });
    await ann.screenshot({ path: `artifacts/differences-${scheme}.png` });
  }
  await ann.setViewportSize({ width: 400, height: 780 });
  await ann.screenshot({ path: "artifacts/differences-narrow.png" });
  expect(await ann.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)).toBe(false);
  await ann.setViewportSize({ width: 1200, height: 780 });
  await hidden.getByRole("button", { name: "Let Ben’s work in" }).click();
  await expect(meter).toHaveCount(0);
  await agree(ann, ben);
});

test("views are switched by keys without loading anything, and kept in the browser", async ({ browser }) => {
  const [ann, ben] = await two(server, browser, "Views");
  await inTurn([[ann, "One. "], [ben, "Two. "], [ann, "Three. "]], ann, ben);
  const menu = ann.getByRole("menu", { name: /^View/ });
  const choose = async (name: string) => {
    await ann.keyboard.press("Alt+v");
    await menu.getByText(name).click();
  };
  await choose("Without Ben");
  await expect.poll(() => textOf(ann)).toBe("One. Three. ");
  await expect(ann.getByRole("button", { name: "View: Without Ben" })).toBeVisible();
  await ann.keyboard.press("Alt+v");
  await expect(menu.getByRole("menuitemradio", { name: "Without Ben" })).toHaveAttribute("aria-checked", "true");
  await ann.screenshot({ path: "artifacts/views-light.png" });
  await ann.keyboard.press("Escape");
  // A choice of one's own, kept by name.
  await ann.keyboard.press("Alt+h");
  await line(ann, "Three. ").hover();
  await line(ann, "Three. ").getByRole("button", { name: "Hide this change, for me only" }).click();
  await expect.poll(() => textOf(ann)).toBe("One. ");
  ann.once("dialog", (dialog) => void dialog.accept("Only the beginning"));
  await choose("Keep this view…");
  await expect(ann.getByRole("button", { name: "View: Only the beginning" })).toBeVisible();
  await choose("Shared view");
  await agree(ann, ben);
  await ann.reload();
  await agree(ann, ben);
  await choose("Only the beginning");
  await expect.poll(() => textOf(ann)).toBe("One. ");
  // An earlier version, until one writes.
  await choose("Shared view");
  await ann.keyboard.press("Alt+h");
  await line(ann, "Two. ").locator(".run-main").click();
  await ann.keyboard.press("Alt+v");
  await menu.getByText(/^Only what was there/).click();
  await expect.poll(() => textOf(ann)).toBe("One. Two. ");
  await expect(ann.getByRole("button", { name: "View: An earlier version" })).toBeVisible();
  await put(ann, "Four. ");
  await agree(ann, ben);
  expect(await textOf(ann)).toContain("Three. ");
});

test("in a note, what another wrote into a footnote is shown to go with it, and keeps it there", async ({ browser }) => {
  const [ann, ben] = [await person(browser, "Ann"), await person(browser, "Ben")];
  await ann.goto(server.url);
  await ann.getByRole("button", { name: "New note" }).first().click();
  await ann.locator(".note").waitFor();
  await ben.goto(ann.url());
  await ben.locator(".note").waitFor();
  const note = (page: Page) => page.locator(".note-page .note");
  await note(ann).click();
  await ann.keyboard.type("Tea is served.");
  await expect(note(ben)).toContainText("Tea is served.");
  await ann.keyboard.press("Control+Alt+f");
  await expect(ben.locator(".note-footnote")).toHaveCount(1);
  await ben.locator(".note-footnote").click();
  await ben.keyboard.type("Only on Mondays.");
  await expect(ann.locator(".note-footnote")).toHaveText("Only on Mondays.");
  await isDurable(ben);
  await ann.locator(".note-line").first().click();
  await ann.keyboard.press("Alt+h");
  const footnote = ann.locator(".run", { hasText: "Ann" }).first();
  await footnote.hover();
  await footnote.getByRole("button", { name: "Undo this change, for everyone" }).click();
  await expect(asking(ann)).toContainText("by Ben depends on it");
  await expect(asking(ann)).toContainText("which is in it");
  await expect.poll(() => marked(ann, "taken")).toContain("Only on Mondays.");
  for (const scheme of ["light", "dark"] as const) {
    await ann.emulateMedia({ colorScheme: scheme });
    await ann.screenshot({ path: `artifacts/along-note-${scheme}.png` });
  }
  await ann.keyboard.press("Escape");
  expect(await marked(ann, "taken")).toBe("");
  // What is in the way of the caret says why it is there.
  await ann.keyboard.press("Alt+h");
  await ben.locator(".note-footnote").dblclick();
  await ben.keyboard.press("Alt+w");
  await expect(ben.getByRole("complementary", { name: "Why here" })).toContainText("Ben");
  await ben.keyboard.press("Escape");

  await ann.keyboard.press("Alt+h");
  await footnote.hover();
  await footnote.getByRole("button", { name: "Undo this change, for everyone" }).click();
  await asking(ann).getByRole("button", { name: "Undo all of it" }).click();
  await expect(note(ben).locator(".note-footnote")).toHaveCount(0);
});
