/** Lists, quotes and tasks of foreign HTML as levels of flat blocks. */

const INSIDE: Record<string, string> = { b: "w", o: "v" };

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
export function levelsOf(dom: Element): string {
  let levels = "";
  for (let at: Element | null = dom; at; at = at.parentElement) {
    if (at.tagName === "BLOCKQUOTE" && at !== dom) levels = `q${levels}`;
    if (at.tagName !== "LI") continue;
    const letter = at.parentElement?.tagName === "OL" ? "o" : "b";
    levels = (isFirstIn(at, dom) ? letter : INSIDE[letter]) + levels;
  }
  return levels;
}

/** Whether the item has a box, and whether it is ticked. */
export function taskOf(dom: Element): boolean | null {
  const item = dom.closest("li");
  const box = item?.querySelector<HTMLInputElement>(":scope > input[type=checkbox], :scope > label > input[type=checkbox], :scope > p > input[type=checkbox]");
  return box && isFirstIn(item!, dom) ? box.checked : null;
}
