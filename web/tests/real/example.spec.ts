/** The client's example page, built as anybody would build it, over the real server. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { needsServer, Server } from "./server";

needsServer();

let server: Server;
let folder: string;
test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "motet-example-"));
  execFileSync("npx", ["vite", "build", "packages/client/examples/browser", "--outDir", folder, "--emptyOutDir", "--logLevel", "error"]);
  server = await Server.start(resolve(folder));
});
test.afterAll(async () => {
  await server.remove();
  rmSync(folder, { recursive: true, force: true });
});

async function add(page: Page, what: string): Promise<void> {
  await page.getByLabel("What is to be done").fill(what);
  await page.getByRole("button", { name: "Add" }).click();
}

const items = (page: Page) => page.locator("#todo li span").allTextContents();

test("two browsers share a list and a text, move and undo, and go on without a server", async ({ browser }) => {
  const open = async () => {
    const page = await (await browser.newContext()).newPage();
    await page.goto(server.url);
    await expect(page.locator("#status")).toContainText("durable");
    return page;
  };
  const ann = await open();
  const ben = await open();
  await add(ann, "Bread");
  await add(ben, "Milk");
  await expect.poll(() => items(ann)).toHaveLength(2);
  await expect.poll(() => items(ben)).toHaveLength(2);
  const [first, second] = await items(ann);
  await ann.getByRole("button", { name: "Up" }).nth(1).click();
  await expect.poll(() => items(ben)).toEqual([second, first]);
  await ann.getByRole("button", { name: "Undo my last change" }).click();
  await expect.poll(() => items(ben)).toEqual([first, second]);
  await ann.locator(".cm-content").click();
  await ann.keyboard.type("Notes of Ann");
  await expect(ben.locator(".cm-content")).toContainText("Notes of Ann");
  await expect(ben.locator(".peer-caret")).toHaveCount(1);

  await server.kill();
  await expect(ann.locator("#status")).toContainText("offline");
  await add(ann, "Alone");
  await expect(ann.locator("#status")).toContainText("local");
  await server.run();
  await expect.poll(() => items(ben), { timeout: 30_000 }).toHaveLength(3);
  await expect(ann.locator("#status")).toContainText("durable");
});

test("two browsers write in one note with the binding for ProseMirror", async ({ browser }) => {
  const open = async () => {
    const page = await (await browser.newContext()).newPage();
    await page.goto(`${server.url}/note.html`);
    await expect(page.locator("#status")).toContainText("connected");
    return page;
  };
  const ann = await open();
  const ben = await open();
  const lines = (page: Page) => page.locator(".note-block").allTextContents();
  await ann.locator(".ProseMirror").click();
  await ann.getByRole("button", { name: "Heading" }).click();
  await ann.keyboard.type("Minutes");
  await ann.keyboard.press("Enter");
  await ann.keyboard.type("We met.");
  await expect.poll(() => lines(ben)).toEqual(["Minutes", "We met."]);
  await expect(ben.locator(".note-peer-caret")).toHaveCount(1);
  // Both write at once, each in a line of their own.
  await ben.locator(".note-block").first().click();
  await ben.keyboard.press("End");
  await Promise.all([ann.keyboard.type(" And went.", { delay: 20 }), ben.keyboard.type(" of May", { delay: 20 })]);
  for (const page of [ann, ben]) await expect.poll(() => lines(page)).toEqual(["Minutes of May", "We met. And went."]);
  await ben.getByRole("button", { name: "Undo" }).click();
  for (const page of [ann, ben]) await expect.poll(() => lines(page)).toEqual(["Minutes", "We met. And went."]);
  await expect(ann.locator(".note-block").first()).toHaveAttribute("data-kind", "heading");
});
