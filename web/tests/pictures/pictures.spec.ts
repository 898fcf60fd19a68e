/** Pictures of every screen, to be looked at: `npm run pictures`. They land in `artifacts/`. */
import { type Browser, type BrowserContext, type Page, test } from "@playwright/test";

const BASE = "http://127.0.0.1:4175";
const SHARED = "5aed0000000000000000000000000000";
const FOLDER = "artifacts/pictures";
const NAMES = ["Programme notes", "Rehearsal plan, autumn", "Letter to the ensemble", "Étude for four hands", "On counterpoint: a draft with a rather long name that has to be cut somewhere"];
const TEXT = `# Programme notes

The **motet** is a piece in which several voices sing *different* texts at once, and it still holds together.

## Order of the evening

1. Opening, all voices
2. A pause for [the audience](https://example.org)
3. \`da capo\`, if asked for

> Whatever is not chosen stays in the log.

`;

async function seed(context: BrowserContext): Promise<void> {
  const page = await context.newPage();
  await page.goto(BASE);
  const now = Date.now();
  const list = NAMES.map((name, index) => ({ id: index === 0 ? SHARED : `d${index}`, name, deleted: false, changed: now - index ** 4 * 900_000 }));
  await page.evaluate((value) => localStorage.setItem("fake.documents", value), JSON.stringify([...list, { id: "gone", name: "Old", deleted: true }]));
  await page.evaluate(() => localStorage.setItem("motet.profile", JSON.stringify({ name: "Ann Arbour", colour: "#0f766e" })));
  await page.close();
}

async function open(context: BrowserContext, name: string): Promise<Page> {
  const page = await context.newPage();
  page.on("pageerror", (error) => console.error(name, error));
  await page.goto(`${BASE}/?as=${encodeURIComponent(name)}#/d/${SHARED}`);
  await page.locator(".cm-content").waitFor();
  return page;
}

async function paste(page: Page, text: string): Promise<void> {
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+End");
  await page.keyboard.insertText(text);
  await page.waitForTimeout(150);
}

async function shoot(browser: Browser, scheme: "light" | "dark", width: number, height: number, tag: string): Promise<void> {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, reducedMotion: "reduce" });
  const picture = (page: Page, name: string) => page.screenshot({ path: `${FOLDER}/${tag}-${name}.png` });
  const empty = await context.newPage();
  await empty.goto(BASE);
  await empty.waitForTimeout(300);
  await picture(empty, "0-empty");
  await seed(context);
  await empty.reload();
  await empty.waitForTimeout(300);
  await picture(empty, "1-documents");
  await empty.getByRole("button", { name: "More", exact: true }).click();
  await picture(empty, "2-menu");
  await empty.goto(`${BASE}/?down=1`);
  await empty.waitForTimeout(300);
  await picture(empty, "3-down");
  await empty.keyboard.press("F1");
  await empty.waitForTimeout(250);
  await picture(empty, "4-help");

  const [ann, ben, chloe] = [await open(context, "Ann Arbour"), await open(context, "Ben"), await open(context, "Chloé Dubois")];
  await paste(ann, TEXT);
  await ann.waitForTimeout(4_200);
  await paste(ben, "Ben adds a line about the hall and its acoustics, which are dry.\n\n");
  await paste(chloe, "Chloé asks who brings the stands.\n");
  await chloe.keyboard.press("Shift+Control+ArrowLeft");
  await chloe.keyboard.press("Shift+Control+ArrowLeft");
  await paste(ann, Array.from({ length: 30 }, (_, index) => `Line ${index + 1} of a longer part, so that the text scrolls.\n\n`).join(""));
  await ann.bringToFront();
  await ann.keyboard.press("Control+Home");
  await ben.keyboard.press("Shift+ArrowUp");
  await ann.waitForTimeout(300);
  await picture(ann, "5-editor");
  await ann.keyboard.press("Alt+p");
  await ann.waitForTimeout(300);
  await picture(ann, "6-people");
  await ann.keyboard.press("Alt+h");
  await ann.waitForTimeout(500);
  await picture(ann, "7-history");
  await ann.locator(".cm-line", { hasText: "Ben adds" }).hover();
  await ann.waitForTimeout(800);
  await picture(ann, "8-blame");
  await ann.locator(".run", { hasText: "Ben" }).first().locator(".run-main").click();
  await ann.waitForTimeout(300);
  await picture(ann, "9-past");
  await ann.keyboard.press("Escape");
  await ann.keyboard.press("Escape");
  await ann.getByRole("button", { name: "More", exact: true }).click();
  await ann.getByRole("menuitem", { name: "Work offline" }).click();
  await paste(ann, "Alone.");
  await picture(ann, "10-offline");
  await ann.locator(".cm-content").press("Control+f");
  await ann.waitForTimeout(200);
  await picture(ann, "11-search");
  await ann.getByRole("button", { name: "More", exact: true }).click();
  await ann.getByRole("menuitem", { name: "How others see you" }).click();
  await ann.waitForTimeout(250);
  await picture(ann, "12-profile");
  await shootNote(context, picture);
  await context.close();
}

const NOTE = "# Programme notes\nThe motet is a piece in which several voices sing different texts.\n## Order of the evening\n1. Opening\nA pause\n\n- [ ] bring the stands\ntune the organ\n";

async function shootNote(context: BrowserContext, picture: (page: Page, name: string) => Promise<unknown>): Promise<void> {
  const page = await context.newPage();
  await page.goto(`${BASE}/?as=Ann#/`);
  await page.getByRole("button", { name: "New note" }).first().click();
  await page.locator(".note").waitFor();
  await picture(page, "13-note-empty");
  await page.locator(".note").click();
  await page.keyboard.type(NOTE);
  await page.getByRole("button", { name: "Table", exact: true }).click();
  await page.keyboard.type("Voice");
  await picture(page, "14-note");
  await page.keyboard.press("Alt+o");
  await picture(page, "15-note-outline");
  await page.locator(".note-line", { hasText: "The motet" }).dblclick({ position: { x: 60, y: 10 } });
  await page.keyboard.press("Control+Alt+m");
  await page.getByRole("textbox", { name: "Comment" }).fill("Which kind of motet?");
  await page.keyboard.press("Control+Enter");
  await picture(page, "16-note-comment");
  await page.keyboard.press("Alt+h");
  await page.locator(".run-main").nth(1).click();
  await page.waitForTimeout(300);
  await picture(page, "17-note-past");
}

test.describe.configure({ timeout: 120_000 });

test("light", ({ browser }) => shoot(browser, "light", 1200, 780, "light"));
test("dark", ({ browser }) => shoot(browser, "dark", 1200, 780, "dark"));
test("narrow", ({ browser }) => shoot(browser, "light", 390, 780, "narrow"));
