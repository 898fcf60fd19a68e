/** JSON documents over the real engine and the real server: two people edit one, and files go in and out. */
import { type Browser, expect, type Page, test } from "@playwright/test";
import { isDurable, person } from "./people";
import { eachHasServer, server } from "./server";

eachHasServer();

const TEXT = `{
  "title": "Two voices",
  "size": 12,
  "about": "A text that is long enough to be edited by words, by two at once.",
  "nodes": [{"name": "a"}, {"name": "b"}],
  "attic": {}
}
`;

const url = (id: string) => `${server.url}/api/documents/${id}/text`;
const line = (page: Page, key: string) => page.locator(`[role=treeitem][data-key="${key}"]`);
const value = (page: Page, key: string) => line(page, key).locator(".json-value");
const select = (page: Page, key: string) => line(page, key).locator(".json-key").click();
const press = async (page: Page, ...all: string[]) => {
  for (const key of all) await page.keyboard.press(key);
};

/** A JSON document on the server, made by a program. */
async function makeJson(name: string): Promise<string> {
  const made = await fetch(`${server.url}/api/documents`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ name, type: "json" }) });
  const { id } = (await made.json()) as { id: string };
  const put = await fetch(url(id), { method: "PUT", headers: { "content-type": "application/json" }, body: TEXT });
  expect(put.ok).toBe(true);
  return id;
}

async function enter(browser: Browser, name: string, id: string): Promise<Page> {
  const page = await person(browser, name);
  await page.goto(`${server.url}/#/d/${id}`);
  await line(page, "title").waitFor();
  await expect(page.locator(".saved")).toHaveAttribute("data-link", "connected");
  return page;
}

async function write(page: Page, key: string, text: string): Promise<void> {
  await select(page, key);
  await press(page, "Enter");
  await page.getByRole("textbox", { name: "Value" }).fill(text);
  await press(page, "Enter");
}

async function offline(page: Page): Promise<void> {
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: "Work offline" }).click();
}

/** What a page gives as a download. */
async function downloaded(page: Page): Promise<string> {
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("menuitem", { name: "Download as JSON" }).click();
  return (await (await (await download).createReadStream()).toArray()).join("");
}

test("two browsers edit one JSON document, choose in a conflict, and agree with the server", async ({ browser }) => {
  const id = await makeJson("scene.json");
  const [ann, ben] = [await enter(browser, "Ann", id), await enter(browser, "Ben", id)];
  await write(ann, "title", "Three voices");
  await expect(value(ben, "title")).toHaveText("Three voices");
  await select(ben, "size");
  await expect(line(ann, "size").locator(".json-peer")).toHaveText("Ben");

  // Both write one value, and one moves what the other works in, without knowing of each other.
  await offline(ben);
  await write(ben, "size", "13");
  await select(ben, "nodes");
  await press(ben, "ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight", "Enter");
  await ben.getByRole("textbox", { name: "Value" }).fill("a, edited");
  await press(ben, "Enter");
  await write(ann, "size", "14");
  await line(ann, "nodes").dragTo(line(ann, "attic"));
  await select(ann, "attic");
  await press(ann, "ArrowRight");
  await ben.getByRole("button", { name: "Go online" }).click();
  await expect(ann.getByRole("button", { name: "1 conflict" })).toBeVisible();
  await expect(ben.getByRole("button", { name: "1 conflict" })).toBeVisible();
  await select(ben, "size");
  const card = ben.locator(".json-below");
  await expect(card.locator("code", { hasText: "13" })).toBeVisible();
  await expect(card.locator("code", { hasText: "14" })).toBeVisible();
  await card.locator(".json-choice", { hasText: "Ann" }).getByRole("button").click();
  for (const page of [ann, ben]) {
    await expect(value(page, "size")).toHaveText("14");
    await expect(page.getByRole("button", { name: "1 conflict" })).toHaveCount(0);
  }

  // Undo takes back one's own work only.
  await write(ann, "title", "Four voices");
  await expect(value(ben, "title")).toHaveText("Four voices");
  await write(ben, "size", "15");
  await expect(value(ann, "size")).toHaveText("15");
  await press(ann, "Control+z");
  await expect(value(ben, "title")).toHaveText("Three voices");
  await expect(value(ann, "size")).toHaveText("15");

  for (const page of [ann, ben]) await isDurable(page);
  const got = await (await fetch(url(id))).text();
  expect(JSON.parse(got)).toEqual({ title: "Three voices", size: 15, about: JSON.parse(TEXT).about, attic: { nodes: [{ name: "a, edited" }, { name: "b" }] } });
  expect(await downloaded(ann)).toBe(got);
  expect(await downloaded(ben)).toBe(got);
});

test("a file is imported, and others and the server have it byte for byte", async ({ browser }) => {
  const ann = await person(browser, "Ann");
  await ann.goto(server.url);
  await ann.getByLabel("Files to import").setInputFiles({ name: "voices.json", mimeType: "application/json", buffer: Buffer.from(TEXT) });
  await line(ann, "title").waitFor();
  await isDurable(ann);
  const id = new URL(ann.url()).hash.split("/")[2] as string;
  expect(await (await fetch(url(id))).text()).toBe(TEXT);
  const ben = await enter(browser, "Ben", id);
  expect(await downloaded(ben)).toBe(TEXT);
  await ann.getByRole("button", { name: "All documents" }).click();
  await ann.getByRole("button", { name: "Other new documents" }).click();
  await ann.getByRole("menuitem", { name: "New JSON" }).click();
  await expect(ann.getByRole("treeitem")).toHaveCount(1);
  await expect(ann.locator(".json-count")).toHaveText("0 members");
});

test("a hundred thousand lines open and scroll", async ({ browser }) => {
  const page = await person(browser, "Ann");
  await page.goto(server.url);
  const many = JSON.stringify({ title: "Many", items: Array.from({ length: 20_000 }, (_, at) => ({ id: at, name: `item ${at}`, on: at % 2 === 0, tag: null })) });
  await page.getByLabel("Files to import").setInputFiles({ name: "many.json", mimeType: "application/json", buffer: Buffer.from(many) });
  await line(page, "title").waitFor({ timeout: 60_000 });
  await page.getByRole("button", { name: "More for this value" }).click();
  await page.getByRole("menuitem", { name: "Open all" }).click();
  await page.getByRole("tree").focus();
  await press(page, "End");
  await expect(page.locator("[aria-selected=true] .json-key")).toHaveText("tag");
  expect(await page.getByRole("treeitem").count()).toBeLessThan(100);
  await press(page, "Control+f");
  await page.getByLabel("Find in names and values").fill("item 12345");
  await expect(page.locator(".json-search output")).toHaveText("1 found");
  await press(page, "Enter");
  await expect(page.locator("[aria-selected=true] .json-value")).toHaveText("item 12345");
});

test("a text is composed and undone while another writes in it, and nothing that was written is lost silently", async ({ browser }) => {
  const id = await makeJson("scene.json");
  const [ann, ben] = [await enter(browser, "Ann", id), await enter(browser, "Ben", id)];
  const text = (page: Page) => page.locator(".json-field textarea");
  const rest = JSON.parse(TEXT).about as string;
  for (const page of [ann, ben]) {
    await select(page, "about");
    await press(page, "Enter");
  }
  await press(ben, "Home");
  await ann.keyboard.type(" Ann");
  await ben.keyboard.type("Ben ");
  await expect(text(ann)).toHaveValue(`Ben ${rest} Ann`);
  await press(ann, "Control+z");
  await expect(text(ben)).toHaveValue(`Ben ${rest}`);
  await press(ann, "Control+Shift+z");
  await expect(text(ben)).toHaveValue(`Ben ${rest} Ann`);

  const ime = await ann.context().newCDPSession(ann);
  await press(ann, "End");
  await ime.send("Input.imeSetComposition", { text: "に", selectionStart: 1, selectionEnd: 1 });
  await ben.keyboard.type("too ");
  await isDurable(ben);
  await ime.send("Input.imeSetComposition", { text: "にほ", selectionStart: 2, selectionEnd: 2 });
  await ime.send("Input.insertText", { text: "日本" });
  for (const page of [ann, ben]) await expect(text(page)).toHaveValue(`Ben too ${rest} Ann日本`);
  await press(ann, "Escape");

  await select(ann, "size");
  await press(ann, "Enter");
  await ann.getByRole("textbox", { name: "Value" }).fill("12a");
  await line(ann, "title").locator(".json-key").click();
  await expect(ann.locator(".toast").last()).toContainText("“12a” was not kept. A number looks like");
  await ann.locator(".json-kind select").selectOption("number");
  await expect(value(ann, "title")).toHaveText("0");
  await ann.locator(".toast").last().getByRole("button", { name: "Undo" }).click();
  await expect(value(ann, "title")).toHaveText("Two voices");
});
