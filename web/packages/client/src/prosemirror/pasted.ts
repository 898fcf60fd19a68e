/** Lists, quotes and tasks of foreign HTML as levels of flat blocks. */

const INSIDE: Record<string, string> = { b: "w", o: "v" };

/** The levels of a block that goes on in what a block with `levels` is in. */
export const inside = (levels: string) => [...levels].map((letter) => INSIDE[letter] ?? letter).join("");

/** Whether nothing that shows comes before `dom` in the item. */
function isFirstIn(item: Element, dom: Element): boolean {
  for (let at: Element = dom; at !== item && at.parentElement; at = at.parentElement) {
    for (let before = at.previousSibling; before; before = before.previousSibling) {
      if (before.textContent?.trim()) return false;
    }
  }
  return true;
}

/** The levels of a block that stands at `dom`. */
export function levelsOf(dom: HTMLElement): string {
  // Said by what made the HTML such that it can be read.
  if (dom.dataset["noteLevels"]) return dom.dataset["noteLevels"].replace(/[^qbowv]/g, "").slice(0, 32);
  let levels = "";
  for (let at: Element | null = dom; at; at = at.parentElement) {
    if (at.tagName === "BLOCKQUOTE" && at !== dom) levels = `q${levels}`;
    if (at.tagName !== "LI") continue;
    const letter = at.parentElement?.tagName === "OL" ? "o" : "b";
    levels = (isFirstIn(at, dom) ? letter : inside(letter)) + levels;
  }
  return levels;
}

/** Whether the item has a box, and whether it is ticked. */
export function taskOf(dom: Element): boolean | null {
  const item = dom.closest("li");
  // Google Docs says it of the item.
  const said = item?.getAttribute("role") === "checkbox" ? item.getAttribute("aria-checked") : null;
  if (said !== null && isFirstIn(item!, dom)) return said === "true";
  const box = item?.querySelector<HTMLInputElement>(":scope > input[type=checkbox], :scope > label > input[type=checkbox], :scope > p > input[type=checkbox]");
  return box && isFirstIn(item!, dom) ? box.checked : null;
}

/** The number that a list starts with where its first item stands at `dom`; null where that is one, or none. */
export function startOf(dom: Element): number | null {
  const item = dom.closest("li");
  const list = item?.parentElement;
  if (!item || list?.tagName !== "OL" || !isFirstIn(item, dom)) return null;
  const said = item.getAttribute("value") ?? (list.querySelector(":scope > li") === item ? list.getAttribute("start") : null);
  const start = Number(said ?? 1);
  return Number.isInteger(start) && start >= 0 && start < 1e9 && start !== 1 ? start : null;
}

/** What language code is in, as pages say it. */
export function languageOf(dom: Element): string {
  const names = [dom, ...dom.querySelectorAll(":scope > code")].flatMap((one) => [...one.classList]);
  return names.flatMap((name) => /^(?:lang|language|highlight-source)-(.+)$/.exec(name)?.[1] ?? [])[0] ?? "";
}

/** How a cell is aligned. */
export function alignOf(dom: HTMLElement): string | null {
  const align = (dom.style.textAlign || dom.getAttribute("align") || "").toLowerCase();
  return ["left", "center", "right"].includes(align) ? align : null;
}
