/** Changes that exclude each other: what gives way is listed for everybody, and decided by anybody. */
import { expect, type Page, test } from "@playwright/test";
import { agree, enter, isDurable, makeDocument, person, put, serveAgain, terminal, textOf, two } from "./people";
import { eachHasServer, server } from "./server";

eachHasServer();

const waiting = (page: Page) => page.getByRole("list", { name: "Waiting for a decision" }).locator("li");
const decided = (page: Page) => page.getByRole("list", { name: "Decided" }).locator("li");
const caret = (page: Page) =>
  page.evaluate(() => {
    const { anchorOffset, focusOffset } = getSelection() as Selection;
    return [document.activeElement?.className, anchorOffset, focusOffset, document.querySelector(".cm-scroller")?.scrollTop];
  });

test("what gave way is listed for both, decided by one, and comes back when the decision is taken back", async ({ browser }) => {
  const [ann, ben, id] = await two(server, browser, "Meetings");
  await put(ann, "Tea at four. ");
  await agree(ann, ben);
  await put(ben, "Talk at four. ");
  await agree(ann, ben);
  await ann.locator(".cm-content").press("Control+Home");
  await ann.keyboard.press("ArrowRight");
  await ann.keyboard.press("Alt+k");
  await expect(ann.getByText("Nothing gave way.")).toBeVisible();
  const before = await caret(ann);
  const { runs } = JSON.parse(terminal("log", server.url, id, "--json")) as { runs: { id: string; text: string }[] };
  const run = (text: string) => runs.find((one) => one.text.startsWith(text))?.id as string;
  terminal("constrain", server.url, id, "conflict", run("Tea"), run("Talk"));
  await expect(waiting(ann)).toHaveCount(1);
  await expect.poll(() => textOf(ben)).toBe("Tea at four. ");
  expect(await caret(ann), "nothing moved the caret").toEqual(before);
  await expect(waiting(ann).locator("strong")).toHaveText(["Ben", "Ann"]);
  await expect(waiting(ann).locator(".run-summary")).toHaveText(["Talk at four. ", "Tea at four. "]);

  // By keys alone, beside the text.
  await expect(ben.getByRole("button", { name: "Decisions: 1 to make" })).toBeVisible();
  await ben.keyboard.press("Alt+k");
  await expect(waiting(ben)).toHaveCount(1);
  await waiting(ben).getByRole("button", { name: "Keep what Ben did" }).focus();
  await ben.keyboard.press("Enter");
  await expect(waiting(ben)).toHaveCount(0);
  expect(await ben.evaluate(() => document.activeElement?.className), "who decides by keys stays in the panel").toBe("decisions");
  await expect(waiting(ann)).toHaveCount(0);
  await expect(decided(ann)).toContainText("Ben decided");
  await expect.poll(() => textOf(ann)).toBe("Talk at four. ");
  expect((await caret(ann))[0], "nobody takes the focus").toBe(before[0]);

  await decided(ann).getByRole("button", { name: "Take the decision back" }).click();
  await expect(waiting(ben)).toHaveCount(1);
  await expect.poll(() => textOf(ben)).toBe("Tea at four. ");
  await waiting(ben).getByRole("button", { name: "Keep neither" }).click();
  await expect.poll(() => textOf(ann)).not.toContain("four");
  await expect(decided(ann)).toHaveCount(1);
  await ben.keyboard.press("Alt+k");
  await ann.getByRole("button", { name: "Take the decision back" }).click();
  await waiting(ann).getByRole("button", { name: "Keep both" }).click();
  await expect.poll(() => textOf(ben)).toBe("Tea at four. Talk at four. ");
  await expect(ann.getByText("Nothing gave way.")).toBeVisible();
});

test("what matters more stays, for oneself or for everybody", async ({ browser }) => {
  const [ann, ben, id] = await two(server, browser, "Weights");
  await put(ann, "Tea at four. ");
  await agree(ann, ben);
  await put(ben, "Talk at four. ");
  await agree(ann, ben);
  const { runs } = JSON.parse(terminal("log", server.url, id, "--json")) as { runs: { id: string; text: string }[] };
  const run = (text: string) => runs.find((one) => one.text.startsWith(text))?.id as string;
  terminal("constrain", server.url, id, "conflict", run("Tea"), run("Talk"));
  await expect.poll(() => textOf(ann)).toBe("Tea at four. ");
  await ann.keyboard.press("Alt+h");
  const talk = ann.locator(".run", { hasText: "Talk at four" }).first();
  await talk.hover();
  await talk.getByRole("button", { name: "Why is this not here?" }).click();
  const [matters, toMe] = [ann.getByRole("switch", { name: /^This matters Where/ }), ann.getByRole("switch", { name: /^This matters to me/ })];
  await toMe.click();
  await expect.poll(() => textOf(ann)).toBe("Talk at four. ");
  await ann.screenshot({ path: "artifacts/weights.png" });
  expect(await textOf(ben), "for oneself only").toBe("Tea at four. ");
  await expect(toMe).toBeChecked();
  await toMe.click();
  await expect.poll(() => textOf(ann)).toBe("Tea at four. ");
  await matters.click();
  for (const page of [ann, ben]) await expect.poll(() => textOf(page)).toBe("Talk at four. ");
  await expect(matters).toBeChecked();
  await matters.click();
  for (const page of [ann, ben]) await expect.poll(() => textOf(page)).toBe("Tea at four. ");
});

test("with one's own first, what another did at once to the same words waits aside, for oneself only", async ({ browser }) => {
  const [ann, ben] = await two(server, browser, "Mine first");
  await put(ann, "The cat sat on the mat.");
  await agree(ann, ben);
  await ann.getByRole("button", { name: "People" }).click();
  await ann.getByRole("switch", { name: /^My changes come first/ }).check();
  await server.kill();
  for (const [page, word] of [[ann, "dog"], [ben, "cow"]] as const) {
    await expect(page.locator(".saved")).toHaveAttribute("data-link", "offline");
    await page.locator(".cm-content").click();
    await page.keyboard.press("Control+Home");
    for (let n = 0; n < 4; n++) await page.keyboard.press("ArrowRight");
    for (let n = 0; n < 3; n++) await page.keyboard.press("Shift+ArrowRight");
    await page.keyboard.insertText(word);
  }
  await ben.keyboard.press("Control+End");
  await ben.keyboard.insertText(" It slept.");
  const before = await caret(ann);
  await serveAgain(server, ann, ben);
  const mine = "The dog sat on the mat. It slept.";
  await expect.poll(() => textOf(ann)).toBe(mine);
  expect(await caret(ann), "nothing moved the caret").toEqual(before);
  await isDurable(ann);
  await isDurable(ben);
  await expect.poll(() => textOf(ben)).toMatch(/^The (dogcow|cowdog) sat on the mat. It slept.$/);
  await ann.keyboard.press("Alt+k");
  const aside = ann.getByRole("list", { name: "Kept aside for you" }).locator("li");
  await expect(aside).toHaveCount(1);
  await expect(aside.locator("strong")).toHaveText(["Ben", "Ann"]);
  await expect(waiting(ann), "there is nothing to decide for everybody").toHaveCount(0);
  // It outlives a reload.
  await ann.reload();
  await expect.poll(() => textOf(ann)).toBe(mine);
  await ann.keyboard.press("Alt+k");
  await aside.getByRole("button", { name: "Show what Ben did" }).click();
  await expect(aside).toHaveCount(0);
  await agree(ann, ben);
  await ann.getByRole("button", { name: "Keep it aside" }).click();
  await expect.poll(() => textOf(ann)).toBe(mine);
  // Taking one's own back lets the other's in.
  await expect(aside).toHaveCount(1);
  await ann.getByRole("button", { name: "People" }).click();
  await ann.getByRole("switch", { name: /^My changes come first/ }).uncheck();
  await agree(ann, ben);
});

test("the panel looks well in light and dark", async ({ browser }) => {
  const id = await makeDocument(server, "Pictures of decisions");
  const [ann, ben] = [await person(browser, "Ann Arbour"), await person(browser, "Ben")];
  await Promise.all([enter(server, ann, id), enter(server, ben, id)]);
  for (const [page, text] of [[ann, "Tea at four, in the small hall. "], [ben, "A talk on counterpoint at four. "], [ann, "Walk. "], [ben, "Ride along the river. "]] as const) {
    await put(page, text);
    await agree(ann, ben);
  }
  const { runs } = JSON.parse(terminal("log", server.url, id, "--json")) as { runs: { id: string; text: string }[] };
  const run = (text: string) => runs.find((one) => one.text.startsWith(text))?.id as string;
  terminal("constrain", server.url, id, "conflict", run("Tea"), run("A talk"));
  terminal("constrain", server.url, id, "conflict", run("Walk"), run("Ride"));
  terminal("resolve", server.url, id, run("Walk"), run("Ride"), "--keep", run("Ride"));
  await ann.keyboard.press("Alt+k");
  await expect(waiting(ann)).toHaveCount(1);
  await expect(decided(ann)).toHaveCount(1);
  for (const scheme of ["light", "dark"] as const) {
    await ann.emulateMedia({ colorScheme: scheme });
    await ann.screenshot({ path: `artifacts/decisions-${scheme}.png` });
  }
  await ann.setViewportSize({ width: 400, height: 780 });
  await ann.screenshot({ path: "artifacts/decisions-narrow.png" });
  const overflows = await ann.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
  expect(overflows).toBe(false);
});
