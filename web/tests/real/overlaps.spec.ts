/** What two change at once at one place, of which nothing is lost: marked faintly, told in a card and a list, dismissed by a key. */
import { type Browser, expect, type Page, test } from "@playwright/test";
import { agree, isDurable, person, serveAgain, textOf, two } from "./people";
import { eachHasServer, server } from "./server";

eachHasServer();

const marked = (page: Page) => page.evaluate(() => [...document.querySelectorAll(".is-overlap")].map((mark) => mark.textContent).join("|"));
const card = (page: Page) => page.locator(".overlap-card");
const listed = (page: Page) => page.getByRole("list", { name: "Changed at once" }).locator("li");
/** What has the keyboard, the text behind the caret, and how far the page is scrolled. */
const place = (page: Page) =>
  page.evaluate(() => {
    const { focusNode, focusOffset } = getSelection() as Selection;
    const behind = document.createRange();
    behind.selectNodeContents(document.querySelector(".cm-content") as Element);
    if (focusNode) behind.setStart(focusNode, focusOffset);
    return [document.activeElement?.className, behind.toString(), document.querySelector(".cm-scroller")?.scrollTop];
  });

async function replaceWord(page: Page, from: number, length: number, word: string): Promise<void> {
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+Home");
  for (let n = 0; n < from; n++) await page.keyboard.press("ArrowRight");
  for (let n = 0; n < length; n++) await page.keyboard.press("Shift+ArrowRight");
  await page.keyboard.insertText(word);
}

/** Two who rewrite one word while the server is away, and meet again; Ann's caret is at the end. */
async function atOnce(browser: Browser, name: string): Promise<[ann: Page, ben: Page]> {
  const [ann, ben] = await two(server, browser, name);
  await ann.locator(".cm-content").click();
  await ann.keyboard.insertText("The cat sat on the mat, and nobody minded.");
  await isDurable(ann);
  await agree(ann, ben);
  await server.kill();
  for (const [page, word] of [[ann, "dog"], [ben, "hen"]] as const) {
    await expect(page.locator(".saved")).toHaveAttribute("data-link", "offline");
    await replaceWord(page, 4, 3, word);
  }
  await ann.keyboard.press("Control+End");
  await ann.keyboard.press("ArrowLeft");
  const before = await place(ann);
  await serveAgain(server, ann, ben);
  await expect.poll(() => textOf(ann)).toMatch(/^The (doghen|hendog) sat on the mat, and nobody minded.$/);
  await agree(ann, ben);
  await expect.poll(() => marked(ann)).toMatch(/^(dog\|hen|hen\|dog)$/);
  expect(await place(ann), "nothing moved caret, focus or scroll").toEqual(before);
  return [ann, ben];
}

test("both see it marked, read who did what, and each dismisses it for themselves", async ({ browser }) => {
  const [ann, ben] = await atOnce(browser, "At once");
  await expect.poll(() => marked(ben)).toMatch(/^(dog\|hen|hen\|dog)$/);
  await expect(card(ann), "nothing opens by itself").toHaveCount(0);

  // By the pointer.
  await ann.locator(".is-overlap").first().hover();
  await expect(card(ann)).toContainText("Ben and you changed the same at once; both changes are here");
  await expect(card(ann).locator("strong")).toHaveText(["Ben", "Ann"]);
  await ann.mouse.move(5, 400);
  await expect(card(ann)).toHaveCount(0);

  // By keys: to the next one, where the card says it, and away with it.
  await ann.keyboard.press("Alt+m");
  await expect(card(ann)).toBeVisible();
  expect((await place(ann))[0], "the keyboard stays in the text").toContain("cm-content");
  await ann.keyboard.press("Alt+q");
  await expect(card(ann)).toHaveCount(0);
  await expect.poll(() => marked(ann)).toBe("");
  expect(await marked(ben), "for oneself only").not.toBe("");

  // It outlives a reload, and is found again.
  await ann.reload();
  await ann.locator(".cm-content").waitFor();
  await expect(ann.locator(".saved")).toHaveAttribute("data-link", "connected");
  await ann.keyboard.press("Alt+k");
  await ann.getByRole("button", { name: "Show 1 more that you dismissed" }).click();
  await expect(ann.getByRole("list", { name: "Dismissed" })).toContainText("Ben");
  expect(await marked(ann)).toBe("");
  await ann.getByRole("button", { name: "Mark it again" }).click();
  await expect.poll(() => marked(ann)).not.toBe("");
  await expect(listed(ann)).toHaveCount(1);
  await expect(listed(ann).locator("strong")).toHaveText(["Ben", "Ann"]);

  // What is taken back overlaps with nothing, for anybody.
  await ben.locator(".cm-content").click();
  await ben.keyboard.press("Control+z");
  await expect.poll(() => marked(ann)).toBe("");
  await expect(listed(ann)).toHaveCount(0);
  await agree(ann, ben);
});

test("it looks well in light and dark", async ({ browser }) => {
  const [ann] = await atOnce(browser, "At once, pictures");
  await ann.keyboard.press("Alt+k");
  await expect(listed(ann)).toHaveCount(1);
  await ann.keyboard.press("Alt+m");
  await expect(card(ann)).toBeVisible();
  for (const scheme of ["light", "dark"] as const) {
    await ann.emulateMedia({ colorScheme: scheme });
    await ann.screenshot({ path: `artifacts/overlaps-${scheme}.png` });
  }
  await ann.setViewportSize({ width: 400, height: 780 });
  await ann.screenshot({ path: "artifacts/overlaps-narrow.png" });
  expect(await ann.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)).toBe(false);
});

test("in a note it is marked too", async ({ browser }) => {
  const [ann, ben] = [await person(browser, "Ann"), await person(browser, "Ben")];
  const made = await fetch(`${server.url}/api/documents`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ name: "Note", type: "note" }) });
  const { id } = (await made.json()) as { id: string };
  for (const page of [ann, ben]) {
    await page.goto(`${server.url}/#/d/${id}`);
    await page.locator(".note").waitFor();
    await expect(page.locator(".saved")).toHaveAttribute("data-link", "connected");
  }
  await ann.locator(".note").click();
  await ann.keyboard.type("The cat sat.");
  await isDurable(ann);
  await expect(ben.locator(".note")).toContainText("The cat sat.");
  await server.kill();
  for (const [page, word] of [[ann, "dog"], [ben, "hen"]] as const) {
    await expect(page.locator(".saved")).toHaveAttribute("data-link", "offline");
    await page.locator(".note").click();
    await page.keyboard.press("Control+Home");
    for (let n = 0; n < 4; n++) await page.keyboard.press("ArrowRight");
    for (let n = 0; n < 3; n++) await page.keyboard.press("Shift+ArrowRight");
    await page.keyboard.type(word);
  }
  await serveAgain(server, ann, ben);
  await expect(ann.locator(".note")).toContainText(/The (doghen|hendog) sat\./);
  // Letter by letter there are as many marks.
  await expect.poll(async () => (await marked(ann)).replaceAll("|", "")).toMatch(/^(doghen|hendog)$/);
  await ann.keyboard.press("Control+End");
  await ann.keyboard.press("Alt+m");
  await expect(card(ann)).toContainText("Ben and you changed the same at once");
  await ann.screenshot({ path: "artifacts/overlaps-note.png" });
  await ann.keyboard.press("Alt+q");
  await expect.poll(() => marked(ann)).toBe("");
});
