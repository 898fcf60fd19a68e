/** Two browsers and an editor that knows nothing of Motet, on one text: together, apart, and over a crash. */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { type Browser, expect, type Page, test } from "@playwright/test";
import { agree, enter, isDurable, makeDocument, person, serveAgain, textOf, write } from "./people";
import { needsServer, Server } from "./server";

needsServer(240_000);

const APART_MS = 60_000;
const read = (file: string) => readFileSync(file, "utf8");

/** Saves as vim does: the new text beside the file, and then in its place. */
function save(file: string, change: (text: string) => string): void {
  writeFileSync(`${file}~`, change(read(file)));
  renameSync(`${file}~`, file);
}

async function allAgree(pages: Page[], file: string): Promise<void> {
  await agree(pages[0] as Page, pages[1] as Page);
  await expect.poll(async () => read(file) === (await textOf(pages[0] as Page)), { timeout: 20_000 }).toBe(true);
}

async function beginning(server: Server, browser: Browser): Promise<{ ann: Page; ben: Page; file: string }> {
  const [ann, ben] = [await person(browser, "Ann"), await person(browser, "Ben")];
  const id = await makeDocument(server, "Three voices");
  await fetch(`${server.url}/api/documents/${id}/text`, { method: "PUT", body: "First line\nSecond line\nThird line\n" });
  await Promise.all([enter(server, ann, id), enter(server, ben, id)]);
  const file = await server.link("voices.md", id);
  await allAgree([ann, ben], file);
  return { ann, ben, file };
}

test("browsers and a linked file edit at once, undo their own, part for a minute, and lose nothing to a crash", async ({ browser }) => {
  const server = await Server.start();
  try {
    const { ann, ben, file } = await beginning(server, browser);

    await Promise.all([write(ann, "Ann at the end. "), ben.locator(".cm-content").press("Control+Home").then(() => ben.keyboard.type("Ben at the start. "))]);
    save(file, (text) => text.replace("Second", "The editor's second"));
    await allAgree([ann, ben], file);
    for (const words of ["Ann at the end.", "Ben at the start.", "The editor's second line"]) expect(read(file)).toContain(words);
    await expect(ann.locator(".peer-name")).toHaveAttribute("data-name", "Ben");
    await expect(ben.locator(".peer-name")).toHaveAttribute("data-name", "Ann");

    await ann.locator(".cm-content").press("Control+z");
    await expect.poll(() => read(file), { timeout: 20_000 }).not.toContain("Ann at the end.");
    await allAgree([ann, ben], file);
    for (const words of ["Ben at the start.", "The editor's second line"]) expect(read(file)).toContain(words);

    await ben.getByRole("button", { name: "More" }).click();
    await ben.getByRole("menuitem", { name: "Work offline" }).click();
    const [sinceMs, kept] = [Date.now(), "Durable before the crash. "];
    await write(ben, "Ben alone. ");
    await write(ann, kept);
    await isDurable(ann);
    await server.kill();
    save(file, (text) => text.replace("Third", "The editor's third"));
    await write(ann, "Ann without a server. ");
    await serveAgain(server, ann);
    await isDurable(ann);
    await write(ben, "Ben still alone. ");
    await new Promise((done) => setTimeout(done, sinceMs + APART_MS - Date.now()));
    expect(await textOf(ben)).not.toContain(kept.trim());
    await ben.getByRole("button", { name: "Go online" }).click();
    await isDurable(ben);
    await allAgree([ann, ben], file);
    for (const words of [kept, "Ann without a server. ", "Ben alone. Ben still alone. ", "The editor's third line"]) expect(read(file)).toContain(words);
  } finally {
    await server.remove();
  }
});
