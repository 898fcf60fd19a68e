/**
 * React keeps the selection of what is edited by counting all characters before it, whenever it draws anything: in a long
 * note that takes longer than all else a key does. The editor keeps its selection itself, so React is told that this is
 * nothing it would know.
 */
export function keepSelectionFromReact(editable: HTMLElement): void {
  Object.defineProperty(editable, "contentEditable", {
    configurable: true,
    get: () => "inherit",
    set: (value: string) => editable.setAttribute("contenteditable", value),
  });
}
