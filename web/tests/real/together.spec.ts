/** The built app over the real engine and the real server: as people would see it. */
import { type Browser, expect, type Page, test } from "@playwright/test";
import { Server } from "./server";

test.skip(process.env["MOTET_BINARY"] === undefined, "needs the built server: run `cargo xtask test`");
test.describe.configure({ timeout: 120_000 });

let server: Server;
test.beforeEach(async () => {
  server = await Server.start();
});
test.afterEach(async () => server.remove());

/** A person with a browser of his own. */
async function person(browser: Browser, name: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  const profile = JSON.stringify({ name, colour: "#0f766e" });
  await page.addInitScript((value) => localStorage.setItem("motet.profile", value), profile);
  return page;
}

async function makeDocument(name: string): Promise<string> {
  const body = JSON.stringify({ name });
  const answer = await fetch(`${server.url}/api/documents`, { method: "POST", headers: { "content-type": "application/json" }, body });
  return ((await answer.json()) as { id: string }).id;
}

async function enter(page: Page, id: string): Promise<void> {
  await page.goto(`${server.url}/#/d/${id}`);
  await page.locator(".cm-content").waitFor();
  await expect(page.locator(".saved")).toHaveAttribute("data-link", "connected");
}

const textOf = (page: Page) =>
  page.evaluate(() => [...document.querySelectorAll(".cm-line")].map((line) => line.textContent?.replaceAll("\u2060", "")).join("\n"));
const isDurable = (page: Page) => expect(page.locator(".saved")).toHaveAttribute("data-level", "durable");

async function write(page: Page, text: string): Promise<void> {
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type(text);
}

async function agree(a: Page, b: Page): Promise<void> {
  await expect.poll(async () => (await textOf(a)) === (await textOf(b)), { timeout: 20_000 }).toBe(true);
}

test("two browsers write at once, see each other, and undo their own work only", async ({ browser }) => {
  const [ann, ben] = [await person(browser, "Ann"), await person(browser, "Ben")];
  const id = await makeDocument("Together");
  await Promise.all([enter(ann, id), enter(ben, id)]);
  await Promise.all([write(ann, "Ann was here. "), write(ben, "Ben was here. ")]);
  await agree(ann, ben);
  await expect(ann.locator(".peer-name")).toHaveAttribute("data-name", "Ben");
  await ann.locator(".cm-content").press("Control+z");
  await expect.poll(() => textOf(ben)).not.toContain("Ann was here.");
  expect(await textOf(ben)).toContain("Ben was here.");
  await agree(ann, ben);
});

test("what was shown as durable outlives a killed server; what was written meanwhile merges", async ({ browser }) => {
  const [ann, ben] = [await person(browser, "Ann"), await person(browser, "Ben")];
  const id = await makeDocument("Survivor");
  await Promise.all([enter(ann, id), enter(ben, id)]);
  await write(ann, "Durable. ");
  await isDurable(ann);
  await agree(ann, ben);
  await server.kill();
  await expect(ann.locator(".saved")).toHaveAttribute("data-link", "offline");
  await write(ann, "Ann alone. ");
  await write(ben, "Ben alone. ");
  await expect(ann.locator(".saved")).toHaveAttribute("data-level", "local");
  await server.run();
  await agree(ann, ben);
  for (const words of ["Durable.", "Ann alone.", "Ben alone."]) expect(await textOf(ann)).toContain(words);
  await isDurable(ann);
  await isDurable(ben);
});

test("a reload works offline, with the text and with undo", async ({ browser }) => {
  const ann = await person(browser, "Ann");
  const id = await makeDocument("Reloaded");
  await enter(ann, id);
  await ann.evaluate(() => navigator.serviceWorker.ready.then(() => true));
  await write(ann, "Kept. ");
  await isDurable(ann);
  await server.kill();
  await write(ann, "Also kept. ");
  await expect(ann.locator(".saved")).toHaveAttribute("data-level", "local");
  await ann.reload();
  await ann.locator(".cm-content").waitFor();
  await expect.poll(() => textOf(ann)).toContain("Also kept.");
  await ann.locator(".cm-content").press("Control+z");
  await expect.poll(() => textOf(ann)).not.toContain("Also kept.");
  await server.run();
  await isDurable(ann);
});

test("two tabs of one browser share what they store, without a server", async ({ browser }) => {
  const first = await person(browser, "Ann");
  const id = await makeDocument("Tabs");
  await enter(first, id);
  const second = await first.context().newPage();
  await enter(second, id);
  await server.kill();
  await write(first, "From the first. ");
  await write(second, "From the second. ");
  await agree(first, second);
});
