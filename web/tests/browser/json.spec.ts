/** The screen of JSON documents over stand-ins: what people see and do, one behaviour a test. */
import { type BrowserContext, expect, type Page, test } from "@playwright/test";

const ID = "15030000000000000000000000000000";
const TEXT = `{
  "title": "Two voices",
  "tags": ["first", "second", "third"],
  "size": 12,
  "about": "A text that is long enough to be edited by words.",
  "nodes": [{"name": "a", "children": [1, 2]}, {"name": "b", "on": true}],
  "nothing": null
}
`;

/** Opens the document as somebody; the first gives it something to say. */
async function open(context: BrowserContext, name: string): Promise<Page> {
  const page = await context.newPage();
  page.on("pageerror", (error) => {
    throw error;
  });
  await page.goto("/");
  await page.evaluate((id) => localStorage.setItem("fake.documents", JSON.stringify([{ id, name: "Voices", deleted: false, type: "json" }])), ID);
  await page.goto(`/?as=${encodeURIComponent(name)}#/d/${ID}`);
  await page.locator(".json-tree, .notice").first().waitFor();
  return page;
}

/** Somebody with the document above. */
async function made(context: BrowserContext, name = "Ann"): Promise<Page> {
  const page = await open(context, name);
  await page.getByRole("button", { name: /Object/ }).click();
  await page.getByRole("treeitem").first().click();
  await paste(page, TEXT);
  return page;
}

/** Pastes as the browser does, with what the clipboard has. */
async function paste(page: Page, text: string): Promise<void> {
  await page.getByRole("tree").focus();
  await page.evaluate((value) => {
    const data = new DataTransfer();
    data.setData("text/plain", value);
    document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, cancelable: true }));
  }, text);
}

const line = (page: Page, key: string) => page.locator(`[role=treeitem][data-key="${key}"]`);
const keys = (page: Page) => page.locator(".json-key").allTextContents();
const select = (page: Page, key: string) => line(page, key).locator(".json-key").click();
const press = (page: Page, ...all: string[]) => all.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());

test("an empty document begins with an object, and grows by keys alone", async ({ context }) => {
  const page = await open(context, "Ann");
  await page.getByRole("button", { name: /Object/ }).click();
  await expect(page.getByRole("tree")).toBeFocused();
  await press(page, "Control+Enter");
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("title");
  await press(page, "Tab");
  await page.getByRole("textbox", { name: "Value" }).fill("Étude");
  await press(page, "Enter");
  await expect(line(page, "title").locator(".json-value")).toHaveText("Étude");
  await expect(page.getByRole("tree")).toBeFocused();
  await press(page, "F2");
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("name");
  await press(page, "Enter", "Control+d");
  await expect.poll(() => keys(page)).toEqual(["name", "name 2"]);
  await press(page, "Delete");
  await expect.poll(() => keys(page)).toEqual(["name"]);
  await press(page, "Control+z");
  await expect.poll(() => keys(page)).toEqual(["name", "name 2"]);
});

test("a tree by its keys: opening, closing, moving, and copying as JSON", async ({ context }) => {
  const page = await made(context);
  const inside = line(page, "pasted");
  await expect(inside).toHaveAttribute("aria-level", "2");
  await select(page, "pasted");
  await press(page, "ArrowRight");
  await expect(inside).toHaveAttribute("aria-expanded", "true");
  await expect.poll(() => keys(page)).toEqual(["pasted", "title", "tags", "size", "about", "nodes", "nothing"]);
  await press(page, "ArrowRight", "Alt+ArrowDown");
  await expect.poll(() => keys(page)).toEqual(["pasted", "tags", "title", "size", "about", "nodes", "nothing"]);
  await press(page, "Alt+ArrowLeft");
  await expect(line(page, "title")).toHaveAttribute("aria-level", "2");
  await press(page, "Alt+ArrowRight");
  await expect(line(page, "title")).toHaveAttribute("aria-level", "3");
  await press(page, "Home", "End", "ArrowUp", "ArrowLeft", "ArrowLeft");
  await expect(inside).toHaveAttribute("aria-selected", "true");
  const copied = await page.evaluate(() => {
    const event = new ClipboardEvent("copy", { clipboardData: new DataTransfer(), cancelable: true });
    document.dispatchEvent(event);
    return event.clipboardData?.getData("text/plain");
  });
  expect(JSON.parse(copied as string)).toEqual(JSON.parse(TEXT));
  await expect(page.locator(".json-status code")).toHaveText("/pasted");
});

test("what cannot be is said in words, and nothing is lost", async ({ context }) => {
  const page = await made(context);
  await select(page, "pasted");
  await press(page, "ArrowRight");
  await line(page, "size").locator(".json-value").dblclick();
  await page.getByRole("textbox", { name: "Value" }).fill("twelve");
  await press(page, "Enter");
  await expect(page.getByRole("alert")).toContainText("A number looks like 12");
  await press(page, "Escape");
  await expect(line(page, "size").locator(".json-value")).toHaveText("12");
  await press(page, "F2");
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("title");
  await press(page, "Enter");
  await expect(page.getByRole("alert")).toContainText("another member “title”");
  await press(page, "Escape");
  await paste(page, "{not json");
  await expect(page.locator(".toast")).toContainText("not JSON");
});

test("a type is changed, and undone", async ({ context }) => {
  const page = await made(context);
  await select(page, "pasted");
  await press(page, "ArrowRight");
  await select(page, "size");
  await page.getByLabel("Type of the selected value").selectOption("string");
  await expect(line(page, "size").locator(".json-value")).toHaveClass(/is-string/);
  await page.getByRole("tree").focus();
  await press(page, "Control+z");
  await expect(line(page, "size").locator(".json-value")).toHaveClass(/is-number/);
  await select(page, "tags");
  await page.getByLabel("Type of the selected value").selectOption("object");
  await page.getByRole("tree").focus();
  await press(page, "ArrowRight");
  await expect.poll(() => keys(page)).toEqual(expect.arrayContaining(["1", "2", "3"]));
});

test("words are found in names and values, wherever they are", async ({ context }) => {
  const page = await made(context);
  await page.getByRole("tree").focus();
  await press(page, "Control+f");
  await page.getByLabel("Find in names and values").fill("b");
  await expect(page.locator(".json-search output")).toHaveText("2 found");
  await press(page, "Enter", "Enter");
  await expect(page.locator(".json-search output")).toHaveText("2 of 2");
  await expect(page.locator("[aria-selected=true] .json-value")).toHaveText("b");
  await press(page, "Enter");
  await expect(page.locator("[aria-selected=true] .json-key")).toHaveText("about");
  await press(page, "Escape");
  await expect(page.getByRole("tree")).toBeFocused();
});

test("a line is dragged into another", async ({ context }) => {
  const page = await made(context);
  await select(page, "pasted");
  await press(page, "ArrowRight");
  await line(page, "title").dragTo(line(page, "tags"));
  await expect(line(page, "title")).toHaveCount(0);
  await select(page, "tags");
  await expect(line(page, "tags").locator(".json-count")).toHaveText("4 items");
  await line(page, "size").dragTo(line(page, "nothing"), { targetPosition: { x: 200, y: 26 } });
  await expect.poll(async () => (await keys(page)).slice(-2)).toEqual(["nothing", "size"]);
});

test("two people see where the other is, and write one text by words", async ({ context }) => {
  const [ann, ben] = [await made(context), await open(context, "Ben")];
  for (const page of [ann, ben]) {
    await select(page, "pasted");
    await press(page, "ArrowRight");
    await select(page, "about");
  }
  await expect(line(ann, "about").locator(".json-peer")).toHaveText("Ben");
  await press(ann, "Enter");
  await ann.keyboard.type(" Ann.");
  await press(ben, "Enter", "Home");
  await ben.keyboard.type("Ben! ");
  for (const page of [ann, ben]) await expect(page.getByRole("textbox", { name: "Text" })).toHaveValue("Ben! A text that is long enough to be edited by words. Ann.");
  await press(ann, "Escape", "Control+z");
  await expect(line(ann, "about").locator(".json-value")).toHaveText("Ben! A text that is long enough to be edited by words.");
});

test("what two wrote at once is shown with who wrote it, and chosen", async ({ context }) => {
  const [ann, ben] = [await made(context), await open(context, "Ben")];
  for (const page of [ann, ben]) {
    await select(page, "pasted");
    await press(page, "ArrowRight");
  }
  await ben.getByRole("button", { name: "More", exact: true }).click();
  await ben.getByRole("menuitem", { name: "Work offline" }).click();
  const write = async (page: Page, key: string, value: string) => {
    await select(page, key);
    await press(page, "Enter");
    await page.getByRole("textbox", { name: "Value" }).fill(value);
    await press(page, "Enter");
  };
  await write(ben, "size", "13");
  await write(ann, "size", "14");
  await select(ann, "tags");
  await press(ann, "Delete");
  await select(ben, "tags");
  await press(ben, "ArrowRight", "ArrowRight", "Enter");
  await ben.getByRole("textbox", { name: "Value" }).fill("changed");
  await press(ben, "Enter");
  await ben.getByRole("button", { name: "Go online" }).click();
  await expect(ann.getByRole("button", { name: "2 conflicts" })).toBeVisible();
  await ann.keyboard.press("Alt+c");
  const panel = ann.getByRole("complementary", { name: "Conflicts" });
  await expect(panel.locator(".json-conflict")).toHaveCount(2);
  await expect(panel).toContainText("took it out");
  const size = panel.locator(".json-conflict", { hasText: "/pasted/size" });
  await expect(size.locator("code", { hasText: "13" })).toBeVisible();
  await expect(size.locator("code", { hasText: "14" })).toBeVisible();
  await size.locator(".json-choice", { hasText: "Ben" }).getByRole("button").click();
  await expect(line(ann, "size").locator(".json-value")).toHaveText("13");
  await select(ben, "tags");
  await ben.locator(".json-below").getByRole("button", { name: "Keep" }).click();
  await expect(ann.getByRole("button", { name: /conflict/i })).toHaveCount(1);
  for (const page of [ann, ben]) {
    await expect(line(page, "size").locator(".json-value")).toHaveText("13");
    await expect(line(page, "tags").locator(".json-count")).toHaveText("3 items");
  }
});

test("the past is looked at, and brought back as a new change", async ({ context }) => {
  const [ann, ben] = [await made(context), await open(context, "Ben")];
  await select(ben, "pasted");
  await press(ben, "ArrowRight");
  await select(ben, "size");
  await press(ben, "Delete");
  await expect(line(ben, "size")).toHaveCount(0);
  await ann.keyboard.press("Alt+h");
  await expect(ann.locator(".run").first()).toContainText("Ben");
  await ann.locator(".run").nth(1).locator(".run-main").click();
  const past = ann.getByRole("tree", { name: "The document as it was" });
  await past.getByRole("treeitem").nth(1).click();
  await past.press("ArrowRight");
  await expect(past.locator('[data-key="size"]')).toBeVisible();
  await ann.getByRole("button", { name: "Restore this" }).click();
  await expect(line(ben, "size").locator(".json-value")).toHaveText("12");
});

test("a file becomes a document, and comes out again byte for byte", async ({ page }) => {
  await page.goto("/?as=Ann");
  await page.getByLabel("Files to import").setInputFiles({ name: "voices.json", mimeType: "application/json", buffer: Buffer.from(TEXT) });
  await page.getByRole("tree").waitFor();
  await expect.poll(() => keys(page)).toEqual(["title", "tags", "size", "about", "nodes", "nothing"]);
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: "Download as JSON" }).click();
  const stream = await (await download).createReadStream();
  expect((await stream.toArray()).join("")).toBe(TEXT);
  expect((await download).suggestedFilename()).toBe("voices.json");
});
