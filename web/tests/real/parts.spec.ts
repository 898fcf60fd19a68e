/** A part of a document is held: what others do there waits, all else shows, and the caret stays. */
import { type Browser, expect, type Page, test } from "@playwright/test";
import { agree, isDurable, person, textOf, two } from "./people";
import { eachHasServer, server } from "./server";

eachHasServer();

const HOLD = "Alt+Shift+h";
const banner = (page: Page) => page.locator(".banner");
const parts = (page: Page) => page.getByRole("list", { name: "Parts you hold" }).locator("li");

/** Replaces a text as one change, before the words that are there, or behind them. */
async function putAt(page: Page, words: string, key: "Home" | "End", text: string): Promise<void> {
  await page.locator(".cm-line", { hasText: words }).click();
  await page.keyboard.press(key);
  await page.keyboard.insertText(text);
  await isDurable(page);
}

/** Two in one document of a type, made by a program. */
async function made(browser: Browser, type: string, body: string, mediaType: string, shown: string): Promise<[Page, Page]> {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`${server.url}/api/documents`, { method: "POST", headers, body: JSON.stringify({ name: "Parts", type }) });
  const { id } = (await answer.json()) as { id: string };
  const put = await fetch(`${server.url}/api/documents/${id}/text`, { method: "PUT", headers: { "content-type": mediaType }, body });
  expect(put.ok).toBe(true);
  const pages = [await person(browser, "Ann"), await person(browser, "Ben")] as [Page, Page];
  for (const page of pages) {
    await page.goto(`${server.url}/#/d/${id}`);
    await page.locator(shown).first().waitFor();
    await expect(page.locator(".saved")).toHaveAttribute("data-link", "connected");
  }
  return pages;
}

test("the line of a text, over a reload, until it is let go", async ({ browser }) => {
  const [ann, ben] = await two(server, browser, "Held line");
  await ann.locator(".cm-content").click();
  await ann.keyboard.insertText("first line\nsecond line\nthird line");
  await isDurable(ann);
  await agree(ann, ben);
  await ann.locator(".cm-line", { hasText: "second" }).click();
  await ann.keyboard.press("End");
  await ann.keyboard.press(HOLD);
  await expect(banner(ann)).toContainText("You hold others' changes to “second line”. None is waiting.");
  await putAt(ben, "second", "End", ", by Ben");
  await putAt(ben, "second", "Home", "The ");
  await putAt(ben, "third", "End", ", by Ben");
  await expect.poll(() => textOf(ann)).toBe("first line\nsecond line\nthird line, by Ben");
  await expect(banner(ann)).toContainText("2 changes of others waiting");
  // She goes on where she was.
  await ann.keyboard.type(", mine");
  expect(await textOf(ann)).toBe("first line\nsecond line, mine\nthird line, by Ben");
  await isDurable(ann);

  await ann.reload();
  await ann.locator(".cm-content").waitFor();
  await expect(banner(ann)).toContainText("2 changes of others waiting");
  expect(await textOf(ann)).toBe("first line\nsecond line, mine\nthird line, by Ben");
  await ann.keyboard.press("Alt+p");
  await expect(parts(ann)).toHaveText(["second line"]);
  for (const scheme of ["light", "dark"] as const) {
    await ann.emulateMedia({ colorScheme: scheme });
    await ann.screenshot({ path: `artifacts/parts-${scheme}.png` });
  }
  await ann.setViewportSize({ width: 400, height: 780 });
  await ann.screenshot({ path: "artifacts/parts-narrow.png" });
  expect(await ann.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)).toBe(false);
  await ann.getByRole("button", { name: "Let changes to “second line” in" }).click();
  await expect(banner(ann)).toHaveCount(0);
  await agree(ann, ben);
  expect(await textOf(ann)).toContain("The second line");
});

test("the section of a note that the caret is in, and undone at once", async ({ browser }) => {
  const [ann, ben] = await made(browser, "note", "# One\n\nfirst\n\n# Two\n\nsecond\n\n# Three\n\nthird\n", "text/markdown", ".note");
  const block = (page: Page, text: string) => page.locator(".note-block", { hasText: text }).last();
  await block(ann, "second").click();
  await ann.keyboard.press(HOLD);
  await expect(banner(ann)).toContainText("to “Two”");
  const write = async (where: string, text: string) => {
    await block(ben, where).click();
    await ben.keyboard.press("End");
    await ben.keyboard.type(text);
    await isDurable(ben);
  };
  await write("second", " and more\nof it");
  await write("Two", " voices");
  await write("third", " from Ben");
  await expect(block(ann, "third")).toContainText("third from Ben");
  await expect(ann.locator(".note")).not.toContainText("and more");
  await expect(ann.locator(".note")).not.toContainText("voices");
  await ann.getByRole("button", { name: "Undo", exact: true }).click();
  await expect(ann.locator(".note")).toContainText("second and more");
  await expect(ann.locator(".note")).toContainText("Two voices");
  await expect(banner(ann)).toHaveCount(0);
});

test("a value of JSON, with all that is in it", async ({ browser }) => {
  const body = '{"title": "Two voices", "nodes": [{"name": "a"}], "size": 12}\n';
  const [ann, ben] = await made(browser, "json", body, "application/json", '[role=treeitem][data-key="title"]');
  const line = (page: Page, key: string) => page.locator(`[role=treeitem][data-key="${key}"]`);
  await line(ann, "nodes").locator(".json-key").click();
  await ann.keyboard.press("ArrowRight");
  await ann.keyboard.press(HOLD);
  await expect(banner(ann)).toContainText("to “/nodes”");
  await ann.keyboard.press("Alt+w");
  await expect(ann.getByRole("complementary", { name: "Why here" })).toContainText("Nothing is against it");
  await ann.keyboard.press("Escape");
  const put = async (key: string, value: string) => {
    await line(ben, key).locator(".json-key").click();
    await ben.keyboard.press("Enter");
    await ben.getByRole("textbox", { name: "Value" }).fill(value);
    await ben.keyboard.press("Enter");
    await isDurable(ben);
  };
  await put("size", "13");
  await line(ben, "nodes").locator(".json-key").click();
  await ben.keyboard.press("Control+Enter");
  await ben.keyboard.press("Escape");
  await isDurable(ben);
  await expect(line(ann, "size")).toContainText("13");
  await expect(banner(ann)).toContainText("waiting");
  const inside = (page: Page) => page.getByRole("treeitem").count();
  const [hers, his] = [await inside(ann), await inside(ben)];
  expect(hers).toBeLessThan(his);
  await banner(ann).getByRole("button", { name: "Let them in" }).click();
  await expect.poll(() => inside(ann)).toBe(his);
});
