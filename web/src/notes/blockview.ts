/** A block on the page. It is never drawn anew for what it is like, so that a caret in it stays. */
import { blockDom } from "@motet/client/prosemirror";
import type { Node } from "prosemirror-model";
import type { NodeViewConstructor } from "prosemirror-view";
import { countingStyle } from "./numbers";

/** Bars beside what is in quotes, one for each. */
function bars(levels: string): string {
  const bar = (letter: string, n: number) => (letter === "q" ? [`linear-gradient(var(--note-bar), var(--note-bar)) var(--note-side, left) ${n * 1.7 + 0.2}em top 0 / 3px 100% no-repeat`] : []);
  return [...levels].flatMap(bar).join(", ");
}

const COUNTED: Record<string, string> = { b: "bullet", o: "number" };

export const blockView: NodeViewConstructor = (first, view, placeOf) => {
  let node = first;
  const dom = document.createElement("div");
  const marker = document.createElement("span");
  const contentDOM = document.createElement("div");
  dom.className = "note-block";
  contentDOM.className = "note-line";
  marker.className = "note-marker";
  marker.contentEditable = "false";
  // Behind the line: a caret that a browser puts at the block's very start is in the line then.
  dom.append(contentDOM, marker);
  marker.addEventListener("mousedown", (event) => {
    const at = placeOf();
    if (node.attrs["task"] === null || at === undefined || !view.editable) return;
    event.preventDefault();
    view.dispatch(view.state.tr.setNodeAttribute(at, "task", !node.attrs["task"]));
  });
  const show = ({ attrs }: Node) => {
    const wanted = blockDom(attrs);
    for (const { name } of [...dom.attributes]) if (!(name in wanted) && name.startsWith("data-")) dom.removeAttribute(name);
    for (const name of ["role", "aria-level"]) if (!(name in wanted)) dom.removeAttribute(name);
    for (const [name, value] of Object.entries(wanted)) if (dom.getAttribute(name) !== value) dom.setAttribute(name, value);
    // Each block reads the way its first letter does.
    dom.dir = attrs["kind"] === "code" ? "ltr" : "auto";
    // Shown by the style sheet, which reads it of the line.
    if (attrs["kind"] === "code" && attrs["info"]) contentDOM.dataset["info"] = attrs["info"];
    else delete contentDOM.dataset["info"];
    const levels = attrs["levels"] as string;
    const { increment, set } = countingStyle(attrs);
    dom.style.setProperty("--depth", String(levels.length));
    dom.style.counterIncrement = increment;
    dom.style.setProperty("counter-set", set);
    dom.style.background = bars(levels);
    const kind = attrs["task"] === null ? COUNTED[levels.at(-1) ?? ""] : "task";
    marker.dataset["marker"] = kind ?? "none";
    marker.style.setProperty("--number", kind === "number" ? `counter(note-${levels.length - 1})` : "none");
    if (kind === "task") {
      marker.setAttribute("role", "checkbox");
      marker.setAttribute("aria-label", "Done");
      marker.setAttribute("aria-checked", String(attrs["task"]));
    } else {
      marker.removeAttribute("role");
      marker.removeAttribute("aria-checked");
    }
  };
  show(node);
  return {
    dom,
    contentDOM,
    update(next) {
      if (next.type !== node.type) return false;
      if (next.attrs !== node.attrs) show(next);
      node = next;
      return true;
    },
    ignoreMutation: (mutation) => mutation.type !== "selection" && !contentDOM.contains(mutation.target) && mutation.target !== contentDOM,
    stopEvent: (event) => event.type === "mousedown" && event.target === marker && node.attrs["task"] !== null,
  };
};
