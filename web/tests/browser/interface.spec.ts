/** The interface over stand-ins: what people see and do, one behaviour a test. */
import { type BrowserContext, expect, type Page, test } from "@playwright/test";

const DOCUMENT = "/#/d/5aed0000000000000000000000000000";

async function open(context: BrowserContext, name: string): Promise<Page> {
  const page = await context.newPage();
  page.on("pageerror", (error) => {
    throw error;
  });
  await page.goto(`/?as=${encodeURIComponent(name)}${DOCUMENT.slice(1)}`);
  await page.locator(".cm-content").waitFor();
  return page;
}

const textOf = (page: Page) => page.evaluate(() => document.querySelector(".text:not(.old-text) .cm-content")?.textContent?.replaceAll("\u2060", ""));
const write = async (page: Page, text: string) => {
  await page.locator(".cm-content").click();
  await page.keyboard.type(text);
};

test("makes, renames, deletes and brings back a document", async ({ page }) => {
  await page.goto("/");
  await expect(page.getByRole("heading", { name: "No documents yet" })).toBeVisible();
  await page.getByRole("button", { name: "New text" }).first().click();
  await page.locator(".cm-content").waitFor();
  const name = page.getByLabel("Rename the document");
  await name.fill("Étude for four hands");
  await name.press("Enter");
  await page.getByRole("button", { name: "All documents" }).click();
  await page.getByLabel("Search documents by name").fill("etude hands");
  await expect(page.getByRole("link", { name: /Étude for four hands/ })).toBeVisible();
  await page.getByRole("button", { name: /More for/ }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await expect(page.getByRole("link", { name: /Étude/ })).toHaveCount(0);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("link", { name: /Étude/ })).toBeVisible();
});

test("a server that does not answer is said, with what to do", async ({ page }) => {
  await page.goto("/?down=1");
  await expect(page.getByRole("alert")).toContainText("does not answer");
  await expect(page.getByRole("button", { name: "Try again" })).toBeVisible();
});

test("two people see each other's words and carets", async ({ context }) => {
  const [ann, ben] = [await open(context, "Ann"), await open(context, "Ben")];
  await write(ann, "Hello from Ann");
  await expect.poll(() => textOf(ben)).toContain("Hello from Ann");
  await write(ben, " and Ben");
  await expect.poll(() => textOf(ann)).toContain("and Ben");
  await expect(ann.locator(".peer-name")).toHaveAttribute("data-name", "Ben");
  await expect(ann.locator(".scroll-marks button")).toHaveCount(1);
  await expect(ann.locator(".saved")).toHaveAttribute("data-level", "durable");
});

test("undo takes back one's own work only", async ({ context }) => {
  const [ann, ben] = [await open(context, "Ann"), await open(context, "Ben")];
  await write(ann, "Ann's.");
  await expect.poll(() => textOf(ben)).toContain("Ann's.");
  await write(ben, "Ben's.");
  await expect.poll(() => textOf(ann)).toContain("Ben's.");
  await ann.locator(".cm-content").press("Control+z");
  await expect.poll(() => textOf(ann)).toBe("Ben's.");
  await expect.poll(() => textOf(ben)).toBe("Ben's.");
  await ann.locator(".cm-content").press("Control+Shift+z");
  await expect.poll(() => textOf(ben)).toContain("Ann's.");
});

test("work done offline is kept, said, and merged", async ({ context }) => {
  const [ann, ben] = [await open(context, "Ann"), await open(context, "Ben")];
  await write(ann, "Before. ");
  await expect.poll(() => textOf(ben)).toContain("Before.");
  await ann.getByRole("button", { name: "More" }).click();
  await ann.getByRole("menuitem", { name: "Work offline" }).click();
  await write(ann, "Alone. ");
  await expect(ann.locator(".saved")).toContainText("Offline");
  await expect(ann.locator(".saved")).toHaveAttribute("data-level", "local");
  await write(ben, "Meanwhile. ");
  await ann.getByRole("button", { name: "Go online" }).click();
  await expect(ann.locator(".saved")).toContainText("Saved");
  await expect.poll(() => textOf(ann)).toContain("Meanwhile.");
  await expect.poll(async () => (await textOf(ben)) === (await textOf(ann))).toBe(true);
});

test("history travels, restores as a new change, and undoes anybody's run", async ({ context }) => {
  const [ann, ben] = [await open(context, "Ann"), await open(context, "Ben")];
  await write(ann, "First. ");
  await expect.poll(() => textOf(ben)).toContain("First.");
  await write(ben, "Second. ");
  await expect.poll(() => textOf(ann)).toContain("Second.");
  await ann.keyboard.press("Alt+h");
  const runs = ann.locator(".run");
  await expect(runs).toHaveCount(2);
  await runs.filter({ hasText: "Ann" }).locator(".run-main").click();
  await expect(ann.locator(".old-text .cm-content")).toHaveText(/First\.\s*$/);
  await expect(ann.locator(".old-text .was-added")).toBeVisible();
  await ann.getByRole("button", { name: "Restore this" }).click();
  await expect.poll(() => textOf(ben)).not.toContain("Second.");
  await ann.getByRole("button", { name: "Undo", exact: true }).click();
  await expect.poll(() => textOf(ben)).toContain("Second.");
  const annsRun = runs.filter({ hasText: "First." });
  await annsRun.hover();
  await annsRun.getByRole("button", { name: "Undo this change, for everyone" }).click();
  await expect.poll(() => textOf(ben)).not.toContain("First.");
});

test("a person can be hidden and held, for oneself only", async ({ context }) => {
  const [ann, ben] = [await open(context, "Ann"), await open(context, "Ben")];
  await write(ben, "Ben was here. ");
  await expect.poll(() => textOf(ann)).toContain("Ben was here.");
  await ann.keyboard.press("Alt+p");
  await ann.getByRole("button", { name: "Hide Ben's work" }).click();
  await expect.poll(() => textOf(ann)).not.toContain("Ben was here.");
  expect(await textOf(ben)).toContain("Ben was here.");
  await ann.getByRole("button", { name: "Show Ben's work" }).click();
  await ann.getByRole("switch", { name: /^Hold everyone's changes/ }).check();
  await write(ben, "Later. ");
  await expect(ann.locator(".banner")).toContainText("waiting");
  expect(await textOf(ann)).not.toContain("Later.");
  await ann.getByRole("button", { name: "Let them in" }).click();
  await expect.poll(() => textOf(ann)).toContain("Later.");
});

test("everything is reached by keyboard", async ({ page }) => {
  await page.goto("/");
  await page.getByRole("heading", { name: "No documents yet" }).waitFor();
  await page.keyboard.press("F1");
  await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.keyboard.press("Alt+n");
  await page.locator(".cm-content").waitFor();
  await page.keyboard.press("Alt+h");
  await expect(page.getByRole("complementary", { name: "History" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("complementary")).toHaveCount(0);
  await page.keyboard.press("Alt+d");
  await expect(page.getByRole("heading", { name: "Documents", exact: true })).toBeVisible();
});
