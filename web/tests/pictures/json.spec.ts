/** Pictures of the JSON screen, to be looked at: `npm run pictures`. They land in `artifacts/`. */
import { type Browser, expect, type Page, test } from "@playwright/test";

const ID = "15031000000000000000000000000000";
const FOLDER = "artifacts/pictures";
const SCENE = {
  asset: { type: "application/si-dpo-3d.document+json", version: "1.0", copyright: "A museum with a name that is long enough to be cut somewhere on a narrow screen" },
  scene: 0,
  scenes: [{ units: "cm", nodes: [0, 1, 2], setup: { navigation: { enabled: true, orbit: { orbit: [-22.5, 0, 0], offset: [0, 0, 80] } }, background: null } }],
  nodes: [{ id: "camera", name: "Camera", translation: [0, 12.5, 80] }, { id: "light", name: "Light, warm", scale: [1, 1, 1] }, { id: "model", name: "" }],
  about: "The piece was found in three parts and put together again, which is why its back is darker.",
  published: false,
};

async function open(browser: Browser, as: string, scheme: "light" | "dark", width: number, height: number, context = null as Awaited<ReturnType<Browser["newContext"]>> | null): Promise<Page> {
  const baseURL = test.info().project.use.baseURL;
  const own = context ?? (await browser.newContext({ viewport: { width, height }, colorScheme: scheme, reducedMotion: "reduce", ...(baseURL ? { baseURL } : {}) }));
  const page = await own.newPage();
  await page.goto("/");
  await page.evaluate((id) => localStorage.setItem("fake.documents", JSON.stringify([{ id, name: "The figurine", deleted: false, type: "json", changed: Date.now() }, { id: "d2", name: "Programme notes", deleted: false, changed: Date.now() - 9e5 }])), ID);
  await page.goto(`/?as=${encodeURIComponent(as)}#/d/${ID}`);
  await page.locator(".json-tree, .notice").first().waitFor();
  return page;
}

const line = (page: Page, key: string) => page.locator(`[role=treeitem][data-key="${key}"]`);
const press = async (page: Page, ...all: string[]) => {
  for (const key of all) await page.keyboard.press(key);
};

async function write(page: Page, key: string, value: string): Promise<void> {
  await line(page, key).locator(".json-key").click();
  await press(page, "Enter");
  await page.getByRole("textbox", { name: "Value" }).fill(value);
  await press(page, "Enter");
}

async function shoot(browser: Browser, scheme: "light" | "dark", width: number, height: number, tag: string): Promise<void> {
  const ann = await open(browser, "Ann Arbour", scheme, width, height);
  const picture = (name: string) => ann.screenshot({ path: `${FOLDER}/${tag}-json-${name}.png` });
  await picture("0-empty");
  await ann.getByRole("button", { name: /Object/ }).click();
  await ann.evaluate(({ text }) => {
    const data = new DataTransfer();
    data.setData("text/plain", text);
    document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, cancelable: true }));
  }, { text: JSON.stringify(SCENE) });
  await line(ann, "pasted").waitFor();
  const ben = await open(browser, "Ben", scheme, width, height, ann.context());
  for (const page of [ann, ben]) {
    await page.bringToFront();
    await line(page, "pasted").locator(".json-key").click();
    await press(page, "ArrowRight");
  }
  await ann.bringToFront();
  await ann.getByRole("button", { name: "More for this value" }).click();
  await picture("1-menu");
  await ann.getByRole("menuitem", { name: "Open all" }).click();
  await picture("2-open");
  await ben.bringToFront();
  await ben.getByRole("button", { name: "More", exact: true }).click();
  await ben.getByRole("menuitem", { name: "Work offline" }).click();
  await write(ben, "scene", "2");
  await line(ben, "asset").locator(".json-key").click();
  await press(ben, "Delete");
  await ann.bringToFront();
  await write(ann, "scene", "1");
  await write(ann, "version", "1.1");
  await ben.bringToFront();
  await ben.getByRole("button", { name: "Go online" }).click();
  await line(ben, "published").locator(".json-key").click();
  await ann.bringToFront();
  await expect(ann.getByRole("button", { name: "2 conflicts" })).toBeVisible();
  await ann.getByRole("button", { name: "2 conflicts" }).click();
  await ann.waitForTimeout(300);
  await picture("3-conflict");
  await press(ann, "Alt+c");
  await ann.waitForTimeout(300);
  await picture("4-conflicts");
  await press(ann, "Alt+c");
  await write(ann, "scene", "seven");
  await picture("5-problem");
  await press(ann, "Escape");
  await ann.getByLabel("Find in names and values").fill("light");
  await press(ann, "Enter");
  await ann.waitForTimeout(300);
  await picture("6-find");
  await line(ann, "about").locator(".json-key").click();
  await press(ann, "Enter");
  await ann.keyboard.type(" And more words, which make it long enough for a second line of the field.");
  await picture("7-text");
  await press(ann, "Escape", "Alt+h");
  await ann.waitForTimeout(400);
  await ann.locator(".run").last().locator(".run-main").click();
  await ann.waitForTimeout(300);
  await picture("8-past");
  await ann.goto("/");
  await ann.waitForTimeout(300);
  await ann.getByRole("button", { name: "Other new documents" }).click();
  await picture("9-new");
  await ann.context().close();
}

test.describe.configure({ timeout: 120_000 });

test("light", ({ browser }) => shoot(browser, "light", 1200, 780, "light"));
test("dark", ({ browser }) => shoot(browser, "dark", 1200, 780, "dark"));
test("narrow", ({ browser }) => shoot(browser, "light", 390, 780, "narrow"));
