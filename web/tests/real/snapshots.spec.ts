/** Versions with a name: taken, listed, looked at, compared, brought back and taken out, by two people. */
import { expect, type Page, test } from "@playwright/test";
import { agree, isDurable, person, put, terminal, textOf, two } from "./people";
import { eachHasServer, server } from "./server";

eachHasServer();

const listed = (page: Page) => page.getByRole("list", { name: "Snapshots, newest first" }).locator("li.snapshot");
const past = (page: Page) => page.locator(".banner.is-past");

/** By keys alone. */
async function take(page: Page, name: string, note = ""): Promise<void> {
  await page.keyboard.press("Alt+Shift+T");
  await expect(page.getByRole("textbox", { name: "Name of the snapshot" })).toBeFocused();
  await page.keyboard.type(name);
  await page.getByRole("textbox", { name: "Note", exact: true }).fill(note);
  await page.getByRole("button", { name: "Take a snapshot", exact: true }).click();
}

test("one takes them, all find them, look at them, compare, and bring one back", async ({ browser }) => {
  const [ann, ben, id] = await two(server, browser, "Snapshots");
  await ann.keyboard.press("Alt+t");
  await expect(ann.getByText("There are none yet.")).toBeVisible();
  await expect(ann.getByText("Nothing was written yet.")).toBeVisible();
  await ann.keyboard.press("Alt+t");
  await put(ann, "Tea at four.");
  await take(ann, "First draft", "before the review");
  await expect(listed(ann)).toHaveCount(1);
  await agree(ann, ben);
  await put(ben, " Bring scones.");
  await agree(ann, ben);
  await take(ben, "Second draft");
  await expect(listed(ann).locator("strong").first()).toHaveText("Second draft");
  await expect(listed(ann).nth(1)).toContainText("before the review");
  await expect(listed(ann).nth(1)).toContainText("Ann");
  // The terminal has the same.
  expect(terminal("snapshot", "list", server.url, id)).toContain("First draft");

  // Looked at: the past, said plainly, and nothing is lost.
  await listed(ann).nth(1).locator(".run-main").click();
  await expect(past(ann)).toContainText("This is the past: the snapshot “First draft” by Ann");
  await expect(ann.locator(".old-text .cm-content")).toHaveText("Tea at four.");
  await expect(ann.locator(".old-text .cm-content")).toHaveAttribute("contenteditable", "false");
  await put(ben, " And jam.");
  await expect(ann.locator(".old-text .cm-content")).toHaveText("Tea at four.");
  await past(ann).getByRole("button", { name: "Compare with now" }).click();
  await expect(past(ann)).toContainText("What differs between “First draft”");
  await expect(ann.locator(".was-added").first()).toContainText("Bring scones.");
  await listed(ann).nth(1).getByRole("button", { name: "Compare “First draft”" }).click();
  await ann.getByRole("menuitemradio", { name: /Second draft/ }).click();
  await expect(ann.locator(".old-text .cm-content")).toHaveText("Tea at four. Bring scones.");
  await ann.keyboard.press("Escape");
  await expect(past(ann)).toHaveCount(0);
  await expect.poll(() => textOf(ann)).toBe("Tea at four. Bring scones. And jam.");

  // Brought back by a change like any other.
  await listed(ann).nth(1).getByRole("button", { name: "Restore “First draft”" }).click();
  await expect.poll(() => textOf(ben)).toBe("Tea at four.");
  await expect(listed(ann)).toHaveCount(2);
  await ann.getByRole("status").getByRole("button", { name: "Undo" }).click();
  await expect.poll(() => textOf(ben)).toBe("Tea at four. Bring scones. And jam.");

  // Taken out of the list while another looks at it.
  await ben.locator(".run.snapshot", { hasText: "First draft" }).locator(".run-main").click();
  await expect(past(ben)).toBeVisible();
  await listed(ann).nth(1).getByRole("button", { name: "Take “First draft” out of the list" }).click();
  await expect(listed(ben)).toHaveCount(1);
  await expect(past(ben)).toHaveCount(0);
  await expect(ben.getByText("The snapshot was taken out of the list")).toBeVisible();
  await ann.getByRole("status").getByRole("button", { name: "Undo" }).last().click();
  await expect(listed(ben)).toHaveCount(2);
  await agree(ann, ben);
});

test("they look well in light and dark, and keep a note whole", async ({ browser }) => {
  const ann = await person(browser, "Ann Arbour");
  const made = await fetch(`${server.url}/api/documents`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ name: "Programme", type: "note" }) });
  const { id } = (await made.json()) as { id: string };
  await ann.goto(`${server.url}/#/d/${id}`);
  await ann.locator(".note").waitFor();
  await ann.locator(".note").click();
  await ann.keyboard.type("# Order of the evening\nThe motet comes first.\n");
  await isDurable(ann);
  await take(ann, "For the printer", "Without the encore:\nwe decide that on Friday.");
  await ann.locator(".note").click();
  await ann.keyboard.press("Control+End");
  await ann.keyboard.type("An encore.");
  await isDurable(ann);
  await take(ann, "With an encore");
  await expect(listed(ann)).toHaveCount(2);
  await listed(ann).nth(1).locator(".run-main").click();
  await expect(ann.locator(".old-note")).not.toContainText("An encore.");
  for (const scheme of ["light", "dark"] as const) {
    await ann.emulateMedia({ colorScheme: scheme });
    await ann.screenshot({ path: `artifacts/snapshots-${scheme}.png` });
  }
  await past(ann).getByRole("button", { name: "Compare with now" }).click();
  await expect(ann.locator(".old-note .was-changed")).toContainText("An encore.");
  await ann.screenshot({ path: "artifacts/snapshots-compared.png" });
  await past(ann).getByRole("button", { name: "Restore “For the printer”" }).click();
  await expect(ann.locator(".note").first()).not.toContainText("An encore.");
  await ann.setViewportSize({ width: 400, height: 780 });
  await ann.screenshot({ path: "artifacts/snapshots-narrow.png" });
  expect(await ann.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)).toBe(false);
});
