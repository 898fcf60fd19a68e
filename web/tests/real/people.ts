/** What people do with the real app, and how it looks to them. */
import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, expect, type Page } from "@playwright/test";
import type { Server } from "./server";

/** A person with a browser of his own. */
export async function person(browser: Browser, name: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  const profile = JSON.stringify({ name, colour: "#0f766e" });
  await page.addInitScript((value) => localStorage.setItem("motet.profile", value), profile);
  return page;
}

export async function makeDocument(server: Server, name: string): Promise<string> {
  const body = JSON.stringify({ name });
  const answer = await fetch(`${server.url}/api/documents`, { method: "POST", headers: { "content-type": "application/json" }, body });
  return ((await answer.json()) as { id: string }).id;
}

export async function enter(server: Server, page: Page, id: string): Promise<void> {
  await page.goto(`${server.url}/#/d/${id}`);
  await page.locator(".cm-content").waitFor();
  await expect(page.locator(".saved")).toHaveAttribute("data-link", "connected");
}

/** Ann and Ben, each in a browser of their own, in one new text. */
export async function two(server: Server, browser: Browser, name: string): Promise<[ann: Page, ben: Page, id: string]> {
  const [ann, ben] = [await person(browser, "Ann"), await person(browser, "Ben")];
  const id = await makeDocument(server, name);
  await Promise.all([enter(server, ann, id), enter(server, ben, id)]);
  return [ann, ben, id];
}

/** Starts the server again, and returns once all are back: who was away for a while looks seldom. */
export async function serveAgain(server: Server, ...pages: Page[]): Promise<void> {
  await server.run();
  for (const page of pages) await expect(page.locator(".saved")).toHaveAttribute("data-link", "connected", { timeout: 30_000 });
}

export const textOf = (page: Page) =>
  page.evaluate(() => [...document.querySelectorAll(".cm-line")].map((line) => line.textContent?.replaceAll("\u2060", "")).join("\n"));
export const isDurable = (page: Page) => expect(page.locator(".saved")).toHaveAttribute("data-level", "durable");

export async function write(page: Page, text: string): Promise<void> {
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type(text);
}

/** Writes as one change, at the end. */
export async function put(page: Page, text: string): Promise<void> {
  await page.locator(".cm-content").first().click();
  await page.keyboard.press("Control+End");
  await page.keyboard.insertText(text);
  await isDurable(page);
}

export async function agree(a: Page, b: Page): Promise<void> {
  await expect.poll(async () => (await textOf(a)) === (await textOf(b)), { timeout: 20_000 }).toBe(true);
}

/** What the command says to somebody at a terminal, who is new there each time. */
export function terminal(...words: string[]): string {
  const home = mkdtempSync(join(tmpdir(), "motet-home-"));
  return execFileSync(process.env["MOTET_BINARY"] as string, words, { env: { ...process.env, MOTET_HOME: home }, encoding: "utf8" });
}
