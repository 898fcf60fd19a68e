/** Two people, each with a browser and a Motet of their own: one shares by a link, the other joins by it. */
import { expect, type Page, test } from "@playwright/test";
import { agree, enter, isDurable, makeDocument, person, write } from "./people";
import { Server } from "./server";

test.skip(process.env["MOTET_BINARY"] === undefined, "needs the built server: run `cargo xtask test`");
test.describe.configure({ timeout: 120_000 });

/** Only this machine, and nobody is looked for. */
const HERE = ["--bind", "127.0.0.1:0", "--no-discovery"];
let [here, there]: Server[] = [];

async function serve(...flags: string[]): Promise<Server> {
  return Server.start(undefined, ...flags);
}

test.beforeEach(async () => {
  [here, there] = await Promise.all([serve(...HERE), serve(...HERE)]);
});
test.afterEach(async () => {
  await Promise.all([here?.remove(), there?.remove()]);
});

const servers = () => ({ here: here as Server, there: there as Server });
const sharing = (page: Page) => page.getByRole("dialog", { name: "Share without a server" });

/** Opens the dialog by its keys, and makes a ticket. */
async function share(page: Page): Promise<string> {
  await page.keyboard.press("Alt+Shift+P");
  await expect(sharing(page).getByRole("button", { name: "Make a ticket" })).toBeVisible();
  await page.screenshot({ path: `artifacts/tickets/before.png` });
  await page.keyboard.press("Enter");
  return sharing(page).getByLabel(/^Link/).first().inputValue();
}

const at = (server: Server, link: string) => `${server.url}/${link.slice(link.indexOf("#"))}`;

test("what one shares by a link the other joins, and both see each other's typing until it ends", async ({ browser }) => {
  const { here, there } = servers();
  const [ann, ben] = [await person(browser, "Ann"), await person(browser, "Ben")];
  const id = await makeDocument(here, "Minutes");
  await enter(here, ann, id);
  await write(ann, "Ann began. ");
  await isDurable(ann);
  const link = await share(ann);
  expect(link).toMatch(/^http:\/\/127\.0\.0\.1:4040\/#join=motet:[a-z2-7]+$/);
  await expect(sharing(ann)).toContainText("Nobody is here by it yet");
  await sharing(ann).getByText("QR code").click();
  await expect(sharing(ann).getByRole("img", { name: /QR code/ })).toBeVisible();

  await ben.goto(at(there, link));
  await expect(ben.getByRole("heading", { name: "Minutes" })).toBeVisible();
  await expect(ben.locator(".facts")).toContainText(id);
  await ben.screenshot({ path: `artifacts/tickets/read.png` });
  await ben.keyboard.press("Enter");
  await ben.locator(".cm-content").waitFor();
  expect(ben.url()).toBe(`${there.url}/#/d/${id}`);
  await expect(ben.locator(".cm-content")).toContainText("Ann began.");
  await expect(sharing(ann)).toContainText("1 Motet here by it");
  await ann.screenshot({ path: `artifacts/tickets/shared.png` });
  await ann.keyboard.press("Escape");
  await expect(sharing(ann)).toBeHidden();
  await Promise.all([write(ann, "And Ann went on. "), write(ben, "Ben came. ")]);
  await agree(ann, ben);
  await expect(ann.locator(".cm-content")).toContainText("Ben came.");
  // Who joined sees where who shares is, through two servers.
  await expect(ben.locator(".peer-name").first()).toHaveAttribute("data-name", "Ann");

  await ben.keyboard.press("Alt+Shift+P");
  await expect(sharing(ben).locator(".followed")).toHaveAttribute("data-state", "connected");
  await ann.keyboard.press("Alt+Shift+P");
  await sharing(ann).getByRole("button", { name: "Stop sharing" }).click();
  await expect(sharing(ann).getByRole("button", { name: "Make a ticket" })).toBeVisible();
  await expect(sharing(ben).locator(".followed")).toHaveAttribute("data-state", "refused");
  await ben.screenshot({ path: `artifacts/tickets/followed.png` });
  // What is pressed in a dialog is not meant for what lies under it.
  await ben.keyboard.press("Control+z");
  await ben.keyboard.press("Tab");
  await ben.keyboard.press("Control+z");
  await expect(ben.locator(".cm-content")).toContainText("Ben came.");
  await ben.keyboard.press("Escape");
  await write(ben, "Ben alone. ");
  await isDurable(ben);
  await expect(ann.locator(".cm-content")).not.toContainText("Ben alone.");
});

test("tickets that do not hold, or that nobody answers, say what to do", async ({ browser }) => {
  const { here, there } = servers();
  const [ann, ben] = [await person(browser, "Ann"), await person(browser, "Ben")];
  const id = await makeDocument(here, "Minutes");
  await enter(here, ann, id);
  const link = await share(ann);
  await ben.goto(there.url);
  await ben.getByRole("button", { name: "Join by a ticket" }).click();
  await ben.getByLabel("Ticket or link").fill(link.slice(0, -3));
  await ben.keyboard.press("Enter");
  await expect(ben.getByRole("alert")).toContainText("Copy it again");
  await ben.getByLabel("Ticket or link").fill(link);
  await ben.getByRole("button", { name: "Go on" }).click();
  await expect(ben.getByRole("heading", { name: "Minutes" })).toBeVisible();

  await here.kill();
  await ben.getByRole("button", { name: "Join", exact: true }).click();
  await expect(ben.getByRole("alert")).toContainText("Nobody is found", { timeout: 30_000 });
  await ben.screenshot({ path: `artifacts/tickets/seeking.png` });
  await ben.getByRole("button", { name: "Cancel" }).click();
  await expect(ben.getByRole("button", { name: "Join", exact: true })).toBeVisible();
  const { documents } = (await (await fetch(`${there.url}/api/documents`)).json()) as { documents: unknown[] };
  expect(documents).toEqual([]);
});

test("a server that does not join says how else", async ({ browser }) => {
  const { here } = servers();
  const closed = await serve("--no-peers");
  try {
    const [ann, ben] = [await person(browser, "Ann"), await person(browser, "Ben")];
    await enter(here, ann, await makeDocument(here, "Minutes"));
    const link = await share(ann);
    await ben.goto(at(closed, link));
    await expect(ben.getByLabel("In a terminal")).toHaveValue(`motet join ${link.slice(link.indexOf("motet:"))}`);
    await ben.screenshot({ path: `artifacts/tickets/missing.png` });
    await enter(closed, ben, await makeDocument(closed, "Own"));
    await ben.keyboard.press("Alt+Shift+P");
    await expect(sharing(ben)).toContainText("--peers");
  } finally {
    await closed.remove();
  }
});

for (const [theme, width] of [["light", 1200], ["dark", 1200], ["dark", 380], ["light", 380]] as const) {
  test(`sharing and joining in ${theme}, ${width} wide`, async ({ browser }) => {
    const { here, there } = servers();
    const [ann, ben] = [await person(browser, "Ann"), await person(browser, "Ben")];
    for (const page of [ann, ben]) {
      await page.setViewportSize({ width, height: 760 });
      await page.emulateMedia({ colorScheme: theme });
    }
    await enter(here, ann, await makeDocument(here, "Minutes of the meeting about everything"));
    const link = await share(ann);
    await ben.goto(at(there, link));
    await expect(ben.getByRole("button", { name: "Join", exact: true })).toBeFocused();
    await sharing(ann).getByText("QR code").click();
    for (const [name, page] of [["shared", ann], ["read", ben]] as const) {
      await page.screenshot({ path: `artifacts/tickets/${theme}-${width}-${name}.png` });
      const isWide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
      expect(isWide, `${name} is wider than the screen`).toBe(false);
    }
  });
}
