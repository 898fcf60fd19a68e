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
