/** Two browsers in one note on the real server. */
import { expect, type Page, test } from "@playwright/test";
import { isDurable, person, serveAgain } from "./people";
import { eachHasServer, server } from "./server";

eachHasServer();

/** What a note shows, but for carets and what only its reader sees. */
const shownIn = (page: Page) =>
  page.evaluate(() => {
    const copy = document.querySelector(".note-page .note")!.cloneNode(true) as HTMLElement;
    for (const caret of copy.querySelectorAll(".note-peer-caret, .note-marker, br, .ProseMirror-separator")) caret.remove();
    return [...copy.querySelectorAll<HTMLElement>(".note-block")].map((block) => [block.dataset["kind"], block.dataset["levels"] ?? "", block.textContent]);
  });

const linesOf = (page: Page) => page.locator(".note-page .note > .note-chunk > * > .note-block > .note-line").allTextContents();
const line = (page: Page, text: string) => page.locator(".note-page .note > .note-chunk > * > .note-block", { hasText: text });

async function agree(a: Page, b: Page): Promise<void> {
  await expect.poll(async () => JSON.stringify(await shownIn(a)) === JSON.stringify(await shownIn(b)), { timeout: 20_000 }).toBe(true);
}

async function enter(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await page.locator(".note").waitFor();
  await expect(page.locator(".saved")).toHaveAttribute("data-link", "connected");
}

async function write(page: Page, text: string): Promise<void> {
  await page.locator(".note-page .note").click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type(text);
}

test("two write in one note, its table and its comments, move a section, and undo their own", async ({ browser }) => {
  const [ann, ben] = [await person(browser, "Ann"), await person(browser, "Ben")];
  await ann.goto(server.url);
  await ann.getByRole("button", { name: "New note" }).first().click();
  await ann.locator(".note").waitFor();
  await enter(ben, ann.url());
  await write(ann, "# One\nfirst\n# Two\nsecond\n# Three\nthird\n");
  await ann.getByRole("button", { name: "Table", exact: true }).click();
  await agree(ann, ben);

  // Both in one cell, and beside it.
  const cell = (page: Page, n: number) => page.locator(".note td").nth(n);
  await Promise.all([cell(ann, 0).click().then(() => ann.keyboard.type("Ann")), cell(ben, 0).click().then(() => ben.keyboard.type("Ben"))]);
  await agree(ann, ben);
  // Who begins behind what the other has so far may come before the rest of it: there is no better order for both.
  const both = (await cell(ann, 0).textContent())!;
  expect([...both].sort().join("")).toBe("ABennn");
  for (const order of [/A.*n.*n/, /B.*e.*n/]) expect(both).toMatch(order);
  await expect(ann.locator("td .note-peer-caret")).toHaveAttribute("data-name", "Ben");

  // A section moves while the other writes in it.
  await ann.keyboard.press("Alt+o");
  await line(ben, "second").locator(".note-line").click();
  await ben.keyboard.press("End");
  const heading = (name: string) => ann.getByRole("button", { name, exact: true });
  await Promise.all([heading("Two").dragTo(heading("One"), { targetPosition: { x: 20, y: 3 } }), ben.keyboard.type(" of Ben")]);
  await agree(ann, ben);
  expect((await linesOf(ben)).slice(0, 4)).toEqual(["Two", "second of Ben", "One", "first"]);

  // A comment, answered.
  await line(ann, "first").locator(".note-line").dblclick({ position: { x: 10, y: 10 } });
  await ann.keyboard.press("Control+Alt+m");
  await ann.getByRole("textbox", { name: "Comment" }).fill("Why?");
  await ann.keyboard.press("Control+Enter");
  await expect(ben.locator(".note-comment")).toHaveText(["first"]);
  await ben.keyboard.press("Alt+c");
  await ben.getByRole("button", { name: "Reply" }).click();
  await ben.getByRole("textbox", { name: "Reply" }).fill("Because.");
  await ben.keyboard.press("Control+Enter");
  await expect(ann.locator(".thread .entry")).toHaveCount(2);

  // One's own work only.
  await write(ann, "Ann at the end");
  await agree(ann, ben);
  await write(ben, ", Ben too");
  await agree(ann, ben);
  await ann.keyboard.press("Control+z");
  await expect.poll(async () => (await linesOf(ben)).at(-1)).toBe(", Ben too");
  await agree(ann, ben);

  // What was durable is there after a crash; what came meanwhile is merged.
  await isDurable(ann);
  await server.kill();
  await write(ann, " Ann alone.");
  await write(ben, " Ben alone.");
  await serveAgain(server, ann, ben);
  await isDurable(ann);
  await isDurable(ben);
  await agree(ann, ben);
  for (const words of ["Ann alone.", "Ben alone.", ", Ben too"]) expect((await linesOf(ann)).at(-1)).toContain(words);
  await ann.reload();
  await ann.locator(".note").waitFor();
  await agree(ann, ben);
});

test("a note is taken away as Markdown", async ({ browser }) => {
  const ann = await person(browser, "Ann");
  await ann.goto(server.url);
  await ann.getByRole("button", { name: "New note" }).first().click();
  await ann.locator(".note").waitFor();
  await write(ann, "# Title\n- item");
  await isDurable(ann);
  await ann.getByRole("button", { name: "More" }).click();
  const [file] = await Promise.all([ann.waitForEvent("download"), ann.getByRole("menuitem", { name: "Download as Markdown" }).click()]);
  const chunks: Buffer[] = [];
  for await (const chunk of await file.createReadStream()) chunks.push(chunk as Buffer);
  expect(Buffer.concat(chunks).toString()).toBe("# Title\n\n- item\n");
});

test("Markdown is imported as notes", async ({ browser }) => {
  const ann = await person(browser, "Ann");
  await ann.goto(server.url);
  const file = (name: string, text: string) => ({ name, mimeType: "text/markdown", buffer: Buffer.from(text) });
  const text = "# Title\n\n- item[^1]\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n\n[^1]: small\n";
  await ann.getByLabel("Markdown to import as notes").setInputFiles(file("Paper.md", `\uFEFF${text}`));
  await expect(ann.locator(".note .note-footnote")).toHaveText("small");
  await expect(ann.locator(".note td")).toHaveCount(4);
  await expect(ann.getByLabel("Rename the document")).toHaveValue("Paper");
  const id = new URL(ann.url()).hash.split("/")[2];
  expect(await (await fetch(`${server.url}/api/documents/${id}/text`, { headers: { accept: "text/markdown" } })).text()).toBe(text);

  await ann.getByRole("button", { name: "All documents" }).click();
  await ann.getByLabel("Markdown to import as notes").setInputFiles([file("a.md", "a"), file("b.md", "b")]);
  await expect(ann.locator(".toast")).toContainText("2 files were imported");
  await ann.getByLabel("Markdown to import as notes").setInputFiles(file("long.md", "x".repeat((4 << 20) + 1)));
  await expect(ann.locator(".toast").last()).toContainText("long.md is too long");
});

test("what is cut and pasted, and what is dragged, keeps its comment", async ({ browser }) => {
  const [ann, ben] = [await person(browser, "Ann"), await person(browser, "Ben")];
  await ann.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await ann.goto(server.url);
  await ann.getByRole("button", { name: "New note" }).first().click();
  await ann.locator(".note").waitFor();
  await enter(ben, ann.url());
  await write(ann, "first alpha\nsecond beta\nlast");
  await agree(ann, ben);
  const word = (page: Page, text: string) => page.locator(".note-page .note > .note-chunk > * > .note-block > .note-line", { hasText: text });
  // A comment on "alpha", which ends its line.
  await word(ann, "first").click();
  await ann.keyboard.press("End");
  for (let n = 0; n < 5; n++) await ann.keyboard.press("Shift+ArrowLeft");
  await ann.keyboard.press("Control+Alt+m");
  await ann.getByRole("textbox", { name: "Comment" }).fill("Why?");
  await ann.keyboard.press("Control+Enter");
  await expect(ben.locator(".note-comment")).toHaveText(["alpha"]);

  // Cut and pasted by the keys.
  await word(ann, "first").click();
  await ann.keyboard.press("End");
  for (let n = 0; n < 5; n++) await ann.keyboard.press("Shift+ArrowLeft");
  await ann.keyboard.press("Control+x");
  await expect(word(ann, "first")).toHaveText("first ");
  await word(ann, "last").click();
  await ann.keyboard.press("End");
  await ann.keyboard.press("Control+v");
  await expect(ann.locator(".note-comment")).toHaveText(["alpha"]);
  await agree(ann, ben);
  expect(await linesOf(ben)).toEqual(["first ", "second beta", "lastalpha"]);
  await expect(ben.locator(".note-comment")).toHaveText(["alpha"]);
  // One undo, and it is where it was.
  await ann.keyboard.press("Control+z");
  await agree(ann, ben);
  expect(await linesOf(ben)).toEqual(["first alpha", "second beta", "last"]);
  await expect(ben.locator(".note-comment")).toHaveText(["alpha"]);

  // Dragged by the mouse.
  await word(ann, "first").click();
  await ann.keyboard.press("End");
  for (let n = 0; n < 5; n++) await ann.keyboard.press("Shift+ArrowLeft");
  const from = (await ann.locator(".note-comment").boundingBox())!;
  const to = (await word(ann, "last").boundingBox())!;
  await ann.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
  await ann.mouse.down();
  await ann.mouse.move(to.x + 200, to.y + to.height / 2, { steps: 8 });
  await ann.mouse.move(to.x + 201, to.y + to.height / 2);
  await ann.mouse.up();
  await expect.poll(() => linesOf(ann)).toEqual(["first ", "second beta", "lastalpha"]);
  await agree(ann, ben);
  await expect(ben.locator(".note-comment")).toHaveText(["alpha"]);
});
