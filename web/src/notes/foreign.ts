/**
 * HTML of other programs, made such that the schema reads it as it was meant: items that Word only draws, numbers that
 * lists begin with, cells that span others, and footnotes, of which a page has the text at its end.
 */
import { inside } from "@motet/client/prosemirror";

/** The note's own HTML is read as it stands. */
const OWN = "data-pm-slice";

const LIST_ITEM = "p[style*='mso-list'], h1[style*='mso-list'], h2[style*='mso-list'], h3[style*='mso-list']";
/** So many cells at most stand for one that spans them. */
const SPAN_MAX = 100;

/** HTML from a clipboard, or what is dropped. */
export function tidied(html: string): string {
  if (html.includes(OWN)) return html;
  // Nothing of such a page is fetched or run.
  const { body } = new DOMParser().parseFromString(html, "text/html");
  body.querySelectorAll("style, script, title").forEach((one) => one.remove());
  body.querySelectorAll("img[aria-roledescription=checkbox]").forEach((one) => one.remove());
  wordLists(body);
  footnotes(body);
  body.querySelectorAll("table").forEach(squared);
  body.querySelectorAll("pre").forEach(wholeCode);
  return body.innerHTML;
}

/** What Word draws before an item: a bullet, or a number. */
const isNumber = (marker: string) => /^\(?[\da-z]{1,6}[.)]$/i.test(marker.trim());

/** Word writes items as paragraphs with their depth in the style and their bullet as text. */
function wordLists(body: HTMLElement): void {
  /** The kinds of the items above. */
  let above: string[] = [];
  for (const item of body.querySelectorAll<HTMLElement>(LIST_ITEM)) {
    const level = /mso-list:[^;]*\blevel(\d)/.exec(item.getAttribute("style") ?? "")?.[1];
    const marker = item.querySelector("[style*='mso-list:Ignore'], [style*='mso-list: Ignore']");
    if (level === undefined || marker === null) continue;
    const letter = isNumber(marker.textContent ?? "") ? "o" : "b";
    marker.remove();
    above = above.slice(0, Number(level) - 1);
    while (above.length < Number(level) - 1) above.push(letter);
    item.dataset["noteLevels"] = inside(above.join("")) + letter;
    above.push(letter);
  }
}

const isSign = (words: string | null) => /^\[?[\w*†‡]{1,4}\]?$/.test(words?.trim() ?? "");

/** Whether a link says itself that it leads to a note, rather than to a place of the page. */
const isReference = (link: Element) => link.closest("sup") !== null || /footnote/i.test(`${link.getAttribute("style")} ${link.className} ${link.getAttribute("role")}`) || /^\[\w{1,4}\]$/.test(link.textContent!.trim());

/** Links to notes at the end, with links back, as notes where they are said. */
function footnotes(body: HTMLElement): void {
  const anchors = new Map<string, Element>();
  for (const one of body.querySelectorAll("[id], a[name]")) {
    for (const name of [one.id, one.getAttribute("name")]) if (name && !anchors.has(name)) anchors.set(name, one);
  }
  for (const link of body.querySelectorAll<HTMLAnchorElement>("a[href^='#']")) {
    const target = isSign(link.textContent) && isReference(link) ? noteAt(body, anchors.get(link.getAttribute("href")!.slice(1))) : null;
    if (!target || target.contains(link)) continue;
    const note = body.ownerDocument.createElement("span");
    note.className = "note-footnote";
    // In a line there are no paragraphs.
    const lines = [...target.querySelectorAll("p")];
    note.innerHTML = (lines.length > 0 ? lines : [target]).map((one) => one.innerHTML).join("<br>");
    note.querySelectorAll("a[href^='#'], sup").forEach((one) => (isSign(one.textContent) || /^[↩︎^\s]*$/u.test(one.textContent ?? "")) && one.remove());
    (link.closest("sup") ?? link).replaceWith(note);
    target.remove();
  }
}

/** The note that an anchor of a page is in, where it leads back. */
function noteAt(body: HTMLElement, anchor: Element | undefined): Element | null {
  // A note that was taken to one link is not there for another.
  const note = (anchor?.isConnected ? anchor : null)?.closest("li, [id^=fn], [id^=ftn]:not(a), p, div") ?? null;
  const isSmall = note && note !== body && !note.querySelector("h1, h2, h3, h4, h5, h6, table, div div");
  return isSmall && note.querySelector("a[href^='#'], sup") ? note : null;
}

const spanOf = (cell: Element, name: string) => Math.max(1, Math.min(SPAN_MAX, Number(cell.getAttribute(name)) || 1));

/** A table in which each cell is at one crossing, with its caption before it. */
function squared(table: HTMLTableElement): void {
  const page = table.ownerDocument;
  const { caption } = table;
  if (caption) {
    const line = page.createElement("p");
    line.append(...caption.childNodes);
    caption.remove();
    table.before(line);
  }
  /** How many rows more each column is taken by a cell above. */
  const taken: number[] = [];
  for (const row of table.rows) {
    let column = 0;
    const empty = (before: Element | null) => row.insertBefore(page.createElement("td"), before);
    const skip = (before: Element | null) => {
      for (; (taken[column] ?? 0) > 0; column++) {
        taken[column]! -= 1;
        empty(before);
      }
    };
    for (const cell of [...row.cells]) {
      skip(cell);
      const [width, height] = [spanOf(cell, "colspan"), spanOf(cell, "rowspan")];
      for (let n = 0; n < width; n++, column++) {
        taken[column] = height - 1;
        if (n > 0) empty(cell.nextElementSibling);
      }
    }
    skip(null);
  }
}

/** A line end before the end of code is none of it. */
function wholeCode(code: HTMLPreElement): void {
  code.querySelectorAll("br").forEach((one) => one.replaceWith("\n"));
  let last: ChildNode | null = code;
  while (last && last.nodeType !== Node.TEXT_NODE) last = last.lastChild;
  if (last) last.textContent = last.textContent!.replace(/\n$/, "");
}
