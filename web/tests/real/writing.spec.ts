/** What one person does in a note with pointer, keys and clipboard, as browsers do it. */
import { expect, type Page, test } from "@playwright/test";
import { isDurable, person } from "./people";
import { eachHasServer, server } from "./server";

eachHasServer();

const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

async function note(page: Page): Promise<void> {
  await page.goto(server.url);
  await page.getByRole("button", { name: "New note" }).first().click();
  await page.locator(".note").waitFor();
  await expect(page.locator(".saved")).toHaveAttribute("data-link", "connected");
  await page.locator(".note-page .note").click();
}

async function write(page: Page, text: string): Promise<void> {
  await page.locator(".note-page .note").click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type(text);
}

const press = async (page: Page, ...keys: string[]) => {
  for (const key of keys) await page.keyboard.press(key);
};

/** Pastes as a browser does, with what other programs put on the clipboard. */
const paste = (page: Page, html: string, text = "words") =>
  page.evaluate(
    ([html, text]) => {
      const data = new DataTransfer();
      data.setData("text/html", html!);
      data.setData("text/plain", text!);
      document.querySelector(".note-page .note")!.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
    },
    [html, text],
  );

const cells = (page: Page) => page.locator(".note td").allTextContents();
const kinds = (page: Page) => page.locator(".note > .note-chunk > * > .note-block").evaluateAll((blocks) => blocks.map((block) => (block as HTMLElement).dataset["kind"]));
const markdown = async (page: Page) => {
  await isDurable(page);
  const id = new URL(page.url()).hash.split("/")[2];
  return (await fetch(`${server.url}/api/documents/${id}/text`, { headers: { accept: "text/markdown" } })).text();
};

test("cells that are selected are written over, cut and pasted, and stay cells", async ({ browser }) => {
  const page = await person(browser, "Ann");
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await note(page);
  await page.getByRole("button", { name: "Table", exact: true }).click();
  for (const letter of "abcdefghi") {
    await page.keyboard.type(letter);
    if (letter !== "i") await press(page, "Tab");
  }
  const drag = async () => {
    const [from, to] = [(await page.locator(".note td").nth(1).boundingBox())!, (await page.locator(".note td").nth(4).boundingBox())!];
    await page.mouse.move(from.x + 12, from.y + from.height / 2);
    await page.mouse.down();
    await page.mouse.move(to.x + 30, to.y + to.height / 2, { steps: 6 });
    await page.mouse.up();
  };
  await drag();
  await page.keyboard.type("X");
  expect(await cells(page)).toEqual(["a", "X", "", "", "", "f", "g", "h", "i"]);
  await press(page, "Control+z");
  await drag();
  await press(page, "Control+x");
  expect(await cells(page)).toEqual(["a", "", "", "", "", "f", "g", "h", "i"]);
  await press(page, "Control+v");
  expect((await cells(page)).slice(0, 6)).toEqual(["a", "b", "c", "", "d", "e"]);
  // In the last cell Tab makes a row; the menu offers what there is to do, and takes the table away.
  await page.locator(".note td").last().click();
  await press(page, "Tab");
  await page.keyboard.type("new");
  await expect(page.locator(".note td")).toHaveCount(12);
  await page.getByRole("button", { name: /Rows and columns/ }).click();
  await expect(page.getByRole("menuitem", { name: "Move the row down" })).toBeDisabled();
  await page.getByRole("menuitem", { name: "Delete the table" }).click();
  await expect(page.locator(".note td")).toHaveCount(0);
  await page.keyboard.type("text");
  expect(await markdown(page)).toBe("text\n");
});

test("code is written with tabulators, and left downwards; nothing is written in rules", async ({ browser }) => {
  const page = await person(browser, "Ann");
  await note(page);
  await write(page, "```js\nif");
  await press(page, "Tab");
  await page.keyboard.type("x");
  await expect(page.locator(".note-line[data-info]")).toHaveAttribute("data-info", "js");
  await page.getByRole("button", { name: "Language of the code: js" }).click();
  await page.getByLabel("Language", { exact: true }).fill("type script");
  await press(page, "Enter", "ArrowDown");
  await page.keyboard.type("after\n---below **bold** it");
  expect(await markdown(page)).toBe("```type-script\nif\tx\n```\n\nafter\n\n***\n\nbelow **bold** it\n");
});

test("a link is opened by a click with Ctrl, and from its dialog", async ({ browser }) => {
  const page = await person(browser, "Ann");
  await page.context().route("**/elsewhere", (route) => route.fulfill({ body: "elsewhere" }));
  await note(page);
  await paste(page, `<p>a <a href="${server.url}/elsewhere">link here</a> b</p>`);
  const opened = () => page.context().waitForEvent("page");
  const [first] = await Promise.all([opened(), page.locator(".note a").click({ modifiers: ["Control"] })]);
  expect(first.url()).toBe(`${server.url}/elsewhere`);
  await first.close();
  await page.locator(".note a").click();
  await press(page, "Control+k");
  const [second] = await Promise.all([opened(), page.getByRole("link", { name: "Open" }).click()]);
  expect(second.url()).toBe(`${server.url}/elsewhere`);
});

test("a picture from elsewhere says so, what it shows can be said later, and bytes in HTML become the note's own", async ({ browser }) => {
  const page = await person(browser, "Ann");
  await note(page);
  await page.getByRole("button", { name: "Image", exact: true }).click();
  await page.getByLabel("Or its address").fill("https://example.org/cat.png");
  await page.getByRole("button", { name: "Insert" }).click();
  await expect(page.locator(".note-picture-words")).toContainText("This picture is at example.org");
  await page.locator(".note-picture-words").click({ position: { x: 4, y: 4 } });
  await page.getByRole("button", { name: "Image", exact: true }).click();
  await page.getByLabel("What it shows").fill("A cat");
  await page.getByRole("button", { name: "Change", exact: true }).click();
  expect(await markdown(page)).toBe("![A cat](https://example.org/cat.png)\n");
  await press(page, "ArrowRight", "Enter");
  await paste(page, `<p>dot <img src="data:image/png;base64,${PIXEL}" alt="a dot"></p>`);
  await expect(page.locator(".note img[alt='a dot']")).toHaveAttribute("src", /^blob:/);
  expect(await markdown(page)).toMatch(/dot !\[a dot\]\(\/blobs\/[0-9a-f]{64}\)/);
});

test("a wide table scrolls by itself, and each block reads its own way", async ({ browser }) => {
  const page = await (await browser.newContext({ viewport: { width: 380, height: 740 } })).newPage();
  await note(page);
  await page.keyboard.type("שלום?\n");
  await page.getByRole("button", { name: "Table", exact: true }).click();
  await page.keyboard.type("Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen");
  const sizes = await page.evaluate(() => [".note-scroll", ".note-block[data-kind=table] > .note-line"].map((path) => document.querySelector(path)!).map((box) => box.scrollWidth > box.clientWidth));
  expect(sizes).toEqual([false, true]);
  const direction = await page.locator(".note-line").first().evaluate((line) => getComputedStyle(line).direction);
  expect(direction).toBe("rtl");
  expect(await kinds(page)).toEqual(["paragraph", "table", "paragraph"]);
});

test("what is composed over cells is in the first of them, and a selection from an empty cell is not shown as another one", async ({ browser }) => {
  const [ann, ben] = [await person(browser, "Ann"), await person(browser, "Ben")];
  await note(ann);
  await ann.getByRole("button", { name: "Table", exact: true }).click();
  await ben.goto(ann.url());
  const cell = (page: Page, n: number) => page.locator(".note td").nth(n);
  await cell(ben, 4).click();
  await ben.keyboard.type("Ben types here");
  const drag = async (page: Page, from: number, to: number, x: number) => {
    const [begin, end] = [(await cell(page, from).boundingBox())!, (await cell(page, to).boundingBox())!];
    await page.mouse.move(begin.x + 12, begin.y + 14);
    await page.mouse.down();
    await page.mouse.move(end.x + x, end.y + 14, { steps: 5 });
    await page.mouse.up();
  };
  await drag(ben, 0, 4, 42);
  await expect(ann.locator(".note-peer-caret")).toHaveCount(1);
  await expect(ann.locator("td", { has: ann.locator(".note-peer-caret") })).toContainText("Ben");
  await expect(ann.locator(".note-peer-selection")).toHaveCount(0);
  const ime = await ann.context().newCDPSession(ann);
  await cell(ann, 3).click();
  await ann.keyboard.type("abc");
  await drag(ann, 3, 4, 42);
  await ime.send("Input.imeSetComposition", { text: "か", selectionStart: 1, selectionEnd: 1 });
  await ime.send("Input.insertText", { text: "火" });
  await expect.poll(() => cells(ben)).toEqual((await cells(ann)));
  const [third, fourth] = (await cells(ann)).slice(3, 5);
  expect(third).toMatch(/^a?b?c?火$/);
  expect("Ben types here".endsWith(fourth!) && fourth !== "Ben types here").toBe(true);
});

test("Escape closes the panel from within the note, a comment opens its own, and what cannot be is said", async ({ browser }) => {
  const page = await person(browser, "Ann");
  await note(page);
  await page.keyboard.type("word");
  await press(page, "Alt+o");
  await expect(page.locator(".panel h2")).toHaveText("Outline");
  await page.locator(".note").click();
  await press(page, "Escape");
  await expect(page.locator(".panel")).toHaveCount(0);
  await page.locator(".note-line").dblclick({ position: { x: 10, y: 10 } });
  await press(page, "Control+Alt+m");
  await page.getByRole("textbox", { name: "Comment" }).fill("Why?");
  await press(page, "Control+Enter");
  await press(page, "Escape");
  await expect(page.locator(".panel")).toHaveCount(0);
  await page.locator(".note-comment").click();
  await expect(page.locator(".panel h2")).toHaveText("Comments");
  await page.getByRole("button", { name: "Reply" }).click();
  await press(page, "Escape");
  await expect(page.getByRole("button", { name: "Reply" })).toBeFocused();

  await page.locator(".note").click();
  await press(page, "Control+End", "Control+k");
  for (const wrong of ["javascript:alert(1)", "no address"]) {
    await page.getByLabel("Address").fill(wrong);
    await press(page, "Enter");
    await expect(page.getByRole("alert")).toBeVisible();
  }
  await press(page, "Escape");
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.items.add(new File(["words"], "a.txt", { type: "text/plain" }));
    const editor = document.querySelector(".note")!;
    const { x, y } = editor.getBoundingClientRect();
    editor.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true, clientX: x + 300, clientY: y + 40 }));
  });
  await expect(page.locator(".toast")).toContainText("a.txt is no picture");
});
