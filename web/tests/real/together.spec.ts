/** The built app over the real engine and the real server: as people would see it. */
import { expect, test } from "@playwright/test";
import { agree, enter, isDurable, makeDocument, person, serveAgain, textOf, two, write } from "./people";
import { eachHasServer, server } from "./server";

eachHasServer();

test("two browsers write at once, see each other, and undo their own work only", async ({ browser }) => {
  const [ann, ben] = await two(server, browser, "Together");
  await Promise.all([write(ann, "Ann was here. "), write(ben, "Ben was here. ")]);
  await agree(ann, ben);
  await expect(ann.locator(".peer-name")).toHaveAttribute("data-name", "Ben");
  await ann.locator(".cm-content").press("Control+z");
  await expect.poll(() => textOf(ben)).not.toContain("Ann was here.");
  expect(await textOf(ben)).toContain("Ben was here.");
  await agree(ann, ben);
});

test("what was shown as durable outlives a killed server; what was written meanwhile merges", async ({ browser }) => {
  const [ann, ben] = await two(server, browser, "Survivor");
  await write(ann, "Durable. ");
  await isDurable(ann);
  await agree(ann, ben);
  await server.kill();
  await expect(ann.locator(".saved")).toHaveAttribute("data-link", "offline");
  await write(ann, "Ann alone. ");
  await write(ben, "Ben alone. ");
  await expect(ann.locator(".saved")).toHaveAttribute("data-level", "local");
  await serveAgain(server, ann, ben);
  await agree(ann, ben);
  for (const words of ["Durable.", "Ann alone.", "Ben alone."]) expect(await textOf(ann)).toContain(words);
  await isDurable(ann);
  await isDurable(ben);
});

test("a reload works offline, with the text and with undo", async ({ browser }) => {
  const ann = await person(browser, "Ann");
  const id = await makeDocument(server, "Reloaded");
  await enter(server, ann, id);
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
  await serveAgain(server, ann);
  await isDurable(ann);
});

test("the app comes packed, and is the same without it", async ({ browser }) => {
  const ann = await person(browser, "Ann");
  const engine = ann.waitForResponse(/\.wasm$/);
  await enter(server, ann, await makeDocument(server, "Packed"));
  const answer = await engine;
  expect(await answer.allHeaders()).toMatchObject({ "content-encoding": "gzip", vary: "accept-encoding" });
  const plain = await fetch(answer.url(), { headers: { "accept-encoding": "identity" } });
  expect(plain.headers.get("content-encoding")).toBeNull();
  expect(Buffer.from(await plain.arrayBuffer()).equals(await answer.body())).toBe(true);
});

test("two tabs of one browser share what they store, without a server", async ({ browser }) => {
  const first = await person(browser, "Ann");
  const id = await makeDocument(server, "Tabs");
  await enter(server, first, id);
  const second = await first.context().newPage();
  await enter(server, second, id);
  await server.kill();
  await write(first, "From the first. ");
  await write(second, "From the second. ");
  await agree(first, second);
});
