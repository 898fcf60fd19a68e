/** Making history final in the app: asked before, the same for everybody after, and without what was forgotten for who comes anew. */
import { expect, type Page, test } from "@playwright/test";
import { agree, enter, isDurable, makeDocument, person, put, textOf, two } from "./people";
import { eachHasServer, server } from "./server";

eachHasServer();

const section = (page: Page) => page.getByRole("region", { name: "For good" });
const dialog = (page: Page) => page.getByRole("dialog", { name: "Make final and forget" });
const run = (page: Page, words: string) => page.getByRole("list", { name: "Changes, newest first" }).locator("li.run", { hasText: words });

/** A text of Ann's that Ben shortened; runs of their own, since who rests for two seconds begins one. */
async function shortened(ann: Page, ben: Page): Promise<void> {
  await put(ann, "one secret two");
  await agree(ann, ben);
  await ben.locator(".cm-content").click();
  await ben.keyboard.press("Control+Home");
  for (let n = 0; n < 3; n++) await ben.keyboard.press("ArrowRight");
  for (let n = 0; n < 7; n++) await ben.keyboard.press("Delete");
  await isDurable(ben);
  await agree(ann, ben);
  expect(await textOf(ann)).toBe("one two");
}

/** Lets Ann decide, and opens what asks whether to make it final, with everything until now counted. */
async function ask(ann: Page): Promise<void> {
  await ann.keyboard.press("Alt+k");
  await section(ann).getByRole("button", { name: "Let me decide…" }).click();
  await ann.getByRole("dialog").getByRole("button", { name: "Let me decide" }).click();
  await section(ann).getByRole("button", { name: "Make final and forget…" }).click();
  await dialog(ann).getByRole("button", { name: "Decide, and count" }).click();
  await expect(dialog(ann).getByText(/changes? becomes? final/)).toBeVisible();
}

test("what was made final nobody undoes, and who comes anew does without what was forgotten", async ({ browser }) => {
  const [ann, ben, id] = await two(server, browser, "Minutes");
  await shortened(ann, ben);
  await ann.keyboard.press("Alt+k");
  await expect(section(ann)).toContainText("Nobody may decide for good here");
  await section(ann).getByRole("button", { name: "Let me decide…" }).focus();
  // By keys alone; whoever is asked can say no.
  await ann.keyboard.press("Enter");
  await expect(ann.getByRole("button", { name: "Cancel" })).toBeFocused();
  await ann.keyboard.press("Enter");
  await expect(section(ann)).toContainText("Nobody may decide for good here");
  await section(ann).getByRole("button", { name: "Let me decide…" }).click();
  await ann.getByRole("dialog").getByRole("button", { name: "Let me decide" }).click();
  await expect(section(ann)).toContainText("You may decide for good here.");

  await section(ann).getByRole("button", { name: "Make final and forget…" }).focus();
  await ann.keyboard.press("Enter");
  await expect(dialog(ann)).toContainText("Nothing was decided here yet");
  await dialog(ann).getByRole("button", { name: "Decide, and count" }).click();
  await expect(dialog(ann)).toContainText(/[23] changes become final/);
  await expect(dialog(ann)).toContainText("7 characters and values");
  await expect(dialog(ann)).toContainText("This cannot be taken back.");
  await ann.keyboard.press("Escape");
  await expect(dialog(ann)).toHaveCount(0);
  await ann.keyboard.press("Alt+h");
  await expect(run(ann, "one secret two")).toBeVisible();
  await expect(run(ann, "one secret two").locator(".tag")).toHaveCount(0);
  await ann.keyboard.press("Alt+k");
  await section(ann).getByRole("button", { name: "Make final and forget…" }).click();
  await dialog(ann).getByRole("button", { name: "Make it final" }).click();
  await expect(ann.getByText(/[23] changes are final now: nobody can undo them any more/)).toBeVisible();
  await expect(section(ann)).toContainText("everything until then is final");
  await isDurable(ann);

  // Ben, who may not, sees the same, and takes nothing back.
  await ben.keyboard.press("Alt+k");
  await expect(section(ben)).toContainText("Ann may decide for good here.");
  await expect(section(ben).getByRole("button")).toHaveCount(0);
  for (const page of [ann, ben]) {
    await page.keyboard.press("Alt+h");
    await expect(run(page, "one secret two").locator(".tag")).toHaveText(["final"]);
    await expect(run(page, "one secret two").getByRole("button", { name: "Undo this change" })).toHaveCount(0);
  }
  await ben.locator(".cm-content").click();
  await ben.keyboard.press("Control+z");
  await ann.locator(".cm-content").click();
  await ann.keyboard.press("Control+z");
  await put(ben, ".");
  await agree(ann, ben);
  expect(await textOf(ann)).toBe("one two.");

  // The node forgets; these two keep what they have, and go on.
  await server.command("forget", "Minutes");
  for (const page of [ann, ben]) await expect(page.locator(".saved")).toHaveAttribute("data-link", "connected", { timeout: 30_000 });
  await put(ann, "!");
  await agree(ann, ben);
  const cleo = await person(browser, "Cleo");
  await enter(server, cleo, id);
  await expect.poll(() => textOf(cleo)).toBe("one two.!");
  await cleo.keyboard.press("Alt+h");
  await expect(run(cleo, "one… two").locator(".tag")).toHaveText(["final", "forgotten"]);
  await expect(cleo.getByText("secret")).toHaveCount(0);
  await expect(run(ben, "one secret two")).toHaveCount(1);
});

test("the question looks well in light and dark, and where there is little room", async ({ browser }) => {
  const id = await makeDocument(server, "Pictures of the final");
  const [ann, ben] = [await person(browser, "Ann Arbour"), await person(browser, "Ben")];
  await Promise.all([enter(server, ann, id), enter(server, ben, id)]);
  await shortened(ann, ben);
  await ask(ann);
  const overflows = () => ann.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
  const pictures = async (name: string) => {
    for (const scheme of ["light", "dark"] as const) {
      await ann.emulateMedia({ colorScheme: scheme });
      await ann.screenshot({ path: `artifacts/${name}-${scheme}.png` });
    }
    await ann.setViewportSize({ width: 380, height: 780 });
    await ann.screenshot({ path: `artifacts/${name}-narrow.png` });
    expect(await overflows()).toBe(false);
    await ann.setViewportSize({ width: 1200, height: 780 });
  };
  await pictures("final-asked");
  await dialog(ann).getByRole("button", { name: "Make it final" }).click();
  await expect(section(ann)).toContainText("everything until then is final");
  await pictures("final-panel");
  await ann.keyboard.press("Alt+h");
  await expect(run(ann, "one secret two").locator(".tag")).toHaveText(["final"]);
  await pictures("final-history");
});
