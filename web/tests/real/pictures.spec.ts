/** Pictures in a note: pasted by one and seen by another, without a server, after a reload, and up to what a server takes. */
import { expect, type Page, test } from "@playwright/test";
import { isDurable, person, serveAgain } from "./people";
import { eachHasServer, server } from "./server";

eachHasServer();

/** Pastes a picture of so many pixels, as a screenshot comes. */
async function paste(page: Page, colour: string, [width, height]: [number, number]): Promise<void> {
  await page.evaluate(
    async ([colour, width, height]) => {
      const canvas = Object.assign(document.createElement("canvas"), { width, height });
      const draw = canvas.getContext("2d")!;
      draw.fillStyle = colour;
      draw.fillRect(0, 0, width, height);
      const blob = await new Promise<Blob>((done) => canvas.toBlob((made) => done(made!), "image/png"));
      const data = new DataTransfer();
      data.items.add(new File([blob], "image.png", { type: "image/png" }));
      document.querySelector(".note-page .note")!.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
    },
    [colour, width, height] as const,
  );
}

const pictures = (page: Page) => page.locator(".note-page .note .note-picture > img");
const words = (page: Page) => page.locator(".note-page .note .note-picture-words");

/** Whether a picture's bytes are here and drawn. */
const isDrawn = (page: Page, n = 0) => expect.poll(() => pictures(page).nth(n).evaluate((image: HTMLImageElement) => image.src.startsWith("blob:") && image.complete && image.naturalWidth > 0), { timeout: 20_000 }).toBe(true);

async function newNote(page: Page): Promise<void> {
  await page.goto(server.url);
  await page.getByRole("button", { name: "New note" }).first().click();
  await page.locator(".note").waitFor();
  await expect(page.locator(".saved")).toHaveAttribute("data-link", "connected");
}

async function enter(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await page.locator(".note").waitFor();
}

test("a picture that is pasted is seen by another, where room was left for it, and comes back by undo", async ({ browser }) => {
  const [ann, ben] = [await person(browser, "Ann"), await person(browser, "Ben")];
  await newNote(ann);
  await ann.keyboard.type("Before ");
  // Ben's bytes are late.
  let open = () => {};
  const gate = new Promise<void>((done) => (open = done));
  await ben.context().route("**/blobs/*", async (route) => {
    await gate;
    await route.continue();
  });
  await enter(ben, ann.url());
  await paste(ann, "#0f766e", [300, 120]);
  await isDrawn(ann);
  await ann.keyboard.type(" after");
  await isDurable(ann);
  await expect(pictures(ben)).toHaveCount(1);
  await expect(words(ben)).toHaveText("Loading…");
  const room = await pictures(ben).boundingBox();
  expect([room!.width, room!.height]).toEqual([300, 120]);
  open();
  await isDrawn(ben);
  expect(await pictures(ben).boundingBox()).toEqual(room);
  await expect(ben.locator(".note-line").first()).toHaveText("Before  after");

  // Programs get an address of the server, under which it is only ever an image.
  const id = ann.url().split("/").at(-1)!;
  const markdown = await (await fetch(`${server.url}/api/documents/${id}/text`)).text();
  const [, address] = /^Before !\[\]\((\/blobs\/[0-9a-f]{64})\) after\n$/.exec(markdown)!;
  const html = await (await fetch(`${server.url}/api/documents/${id}/text`, { headers: { accept: "text/html" } })).text();
  expect(html).toContain(`<img src="${address}" alt="">`);
  const answer = await fetch(server.url + address);
  expect([answer.headers.get("content-type"), answer.headers.get("x-content-type-options")]).toEqual(["image/png", "nosniff"]);

  // Saved by a program, it stays the picture that it is.
  const saved = await fetch(`${server.url}/api/documents/${id}/text`, { method: "PUT", headers: { "content-type": "text/markdown" }, body: `Moved\n\n- ![field](${address})\n` });
  expect(saved.status).toBe(204);
  await expect(ann.locator(".note-line").first()).toHaveText("Moved");
  await expect(pictures(ann)).toHaveAttribute("alt", "field");
  await isDrawn(ann);
  await isDrawn(ben);

  // Deleted, and back.
  await pictures(ann).click();
  await ann.keyboard.press("Delete");
  await expect(pictures(ben)).toHaveCount(0);
  await ann.keyboard.press("Control+z");
  await isDrawn(ann);
  await isDrawn(ben);
});

test("a picture that is pasted without a server is there after a reload, and is sent when the server is back", async ({ browser }) => {
  const [ann, ben] = [await person(browser, "Ann"), await person(browser, "Ben")];
  await newNote(ann);
  await ann.keyboard.type("Here: ");
  await isDurable(ann);
  await ann.waitForFunction(() => navigator.serviceWorker.controller !== null || navigator.serviceWorker.ready.then(() => true));
  await server.kill();
  await expect(ann.locator(".saved")).toHaveAttribute("data-link", "offline");
  await paste(ann, "#b45309", [200, 150]);
  await isDrawn(ann);
  await expect(words(ann)).toHaveText("Kept on this device until the server answers");
  await expect(ann.locator(".saved")).toHaveAttribute("data-level", "local");
  await expect(ann.locator(".saved")).toContainText("1 file");
  // Another window of the same browser.
  const second = await ann.context().newPage();
  await enter(second, ann.url());
  await isDrawn(second);
  await second.close();

  await ann.reload();
  await ann.locator(".note").waitFor();
  await isDrawn(ann);
  await expect(ann.locator(".saved")).toHaveAttribute("data-level", "local");
  await serveAgain(server, ann);
  await isDurable(ann);
  await expect(words(ann)).toBeHidden();
  await enter(ben, ann.url());
  await isDrawn(ben);
});

test("what a server has no room for is said, stays here, and is not called saved", async ({ browser }) => {
  await server.restart("--blob-document-quota", "100");
  const ann = await person(browser, "Ann");
  await newNote(ann);
  await paste(ann, "#1d4ed8", [240, 160]);
  await isDrawn(ann);
  await expect(words(ann)).toContainText("--blob-document-quota");
  await expect(ann.locator(".saved")).toHaveAttribute("data-level", "local");
  await ann.getByRole("button", { name: "Do not send" }).click();
  await expect(words(ann)).toBeHidden();
  await isDurable(ann);
});

test("a picture from this device goes in by the toolbar, and an SVG runs no scripts", async ({ browser }) => {
  const ann = await person(browser, "Ann");
  await newNote(ann);
  await ann.getByRole("button", { name: "Image", exact: true }).click();
  const svg = "<svg xmlns='http://www.w3.org/2000/svg' width='90' height='60'><script>top.hacked = 1</script><rect width='90' height='60' fill='teal'/></svg>";
  await ann.getByLabel("From this device").setInputFiles({ name: "a.svg", mimeType: "image/svg+xml", buffer: Buffer.from(svg) });
  await ann.getByLabel("What it shows").fill("a field");
  await ann.getByRole("button", { name: "Insert" }).click();
  await expect(pictures(ann)).toHaveAttribute("alt", "a field");
  await expect(pictures(ann)).toHaveAttribute("src", /^data:image\/svg\+xml;base64/);
  expect((await pictures(ann).boundingBox())!.width).toBe(90);
  await isDurable(ann);
  // Opened by itself it is a download of no origin.
  const id = ann.url().split("/").at(-1)!;
  const [, address] = /\((\/blobs\/[0-9a-f]+)\)/.exec(await (await fetch(`${server.url}/api/documents/${id}/text`)).text())!;
  const { headers } = await fetch(server.url + address);
  expect([headers.get("content-disposition"), headers.get("content-security-policy")]).toEqual(["attachment", expect.stringMatching(/sandbox$/)]);
  expect(await ann.evaluate(() => (window as { hacked?: number }).hacked)).toBeUndefined();
});
