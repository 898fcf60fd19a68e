/** What a note is on the clipboard: HTML in which lists are lists, for other programs, read here as what it was; and plain text. */
import { blockDom, schema } from "@motet/client/prosemirror";
import { type DOMOutputSpec, DOMSerializer, type Fragment, type Node } from "prosemirror-model";

/** Which list a level is of; a quote is none. */
const listOf = (level: string) => (level === "q" ? null : level === "b" || level === "w" ? "ul" : "ol");

/** Whether a block begins an item at a level. */
const begins = (level: string | undefined) => level === "b" || level === "o";

/** How many of its levels a block goes on in; `open` are those of the block before. */
function shared(open: string, levels: string): number {
  let kept = 0;
  while (kept < Math.min(open.length, levels.length) && !begins(levels[kept]) && listOf(open[kept]!) === listOf(levels[kept]!)) kept++;
  return kept;
}

/** An element that is open for a level: a list with the item that blocks go into, or a quote. */
interface Open {
  outer: Element;
  inner: Element;
}

/** Puts blocks into the lists and quotes that their levels say, neighbours into the same ones. */
class Nest {
  private open: Open[] = [];
  private levels = "";

  constructor(
    private readonly page: Document,
    private readonly top: ParentNode,
  ) {}

  put(block: Node, dom: globalThis.Node): void {
    const { levels, start, task } = block.attrs as { levels: string; start: number | null; task: boolean | null };
    const kept = shared(this.levels, levels);
    const isLast = kept === levels.length - 1;
    const isNext = kept < this.levels.length && begins(levels[kept]) && listOf(levels[kept]!) === listOf(this.levels[kept]!) && !(isLast && start !== null);
    const list = isNext ? this.open[kept]!.outer : null;
    this.open.length = kept;
    for (let n = kept; n < levels.length; n++) this.open.push(this.level(levels[n]!, n === kept ? list : null, n === levels.length - 1 ? start : null));
    if (task !== null && begins(levels.at(-1))) this.room.append(this.box(task));
    this.room.append(dom);
    this.levels = levels;
  }

  private get room(): ParentNode {
    return this.open.at(-1)?.inner ?? this.top;
  }

  private level(level: string, list: Element | null, start: number | null): Open {
    const name = listOf(level);
    const outer = list ?? this.page.createElement(name ?? "blockquote");
    if (!list) this.room.append(outer);
    if (name === null) return { outer, inner: outer };
    if (start !== null && !list) outer.setAttribute("start", String(start));
    return { outer, inner: outer.appendChild(this.page.createElement("li")) };
  }

  private box(isDone: boolean): Element {
    const box = this.page.createElement("input");
    for (const [name, value] of Object.entries({ type: "checkbox", disabled: "", ...(isDone && { checked: "" }) })) box.setAttribute(name, value);
    return box;
  }
}

/** A block by the element that other programs know it by; its attributes are what is read here. */
function blockSpec({ attrs, childCount, children }: Node): DOMOutputSpec {
  const { role: _, "aria-level": __, ...dom } = blockDom(attrs);
  const own = { class: "note-block", ...dom };
  if (attrs["kind"] === "heading") return [`h${attrs["rank"]}`, own, 0];
  if (attrs["kind"] === "code") return ["pre", own, ["code", attrs["info"] ? { class: `language-${(attrs["info"] as string).split(/\s/)[0]}` } : {}, 0]];
  if (attrs["kind"] === "html") return ["pre", own, 0];
  if (attrs["kind"] === "rule" && childCount === 0) return ["hr", own];
  // A paragraph of HTML ends where a block begins: what holds blocks is none.
  return [children.some(({ isLeaf }) => !isLeaf) ? "div" : "p", own, 0];
}

class NoteSerializer extends DOMSerializer {
  override serializeFragment(fragment: Fragment, options: { document?: Document } = {}, target?: HTMLElement | DocumentFragment): HTMLElement | DocumentFragment {
    if (fragment.firstChild?.type !== schema.nodes.block) return super.serializeFragment(fragment, options, target);
    const page = options.document ?? document;
    const into = target ?? page.createDocumentFragment();
    const nest = new Nest(page, into);
    fragment.forEach((block) => nest.put(block, this.serializeNode(block, options)));
    return into;
  }
}

/** Objects within lines, as other programs read them. */
const specs = DOMSerializer.nodesFromSchema(schema);

/** Makes the HTML on the clipboard. */
export const clipboardSerializer = new NoteSerializer(
  {
    ...specs,
    block: blockSpec,
    // One paragraph stays in the line that it is said in.
    footnote: (node) => (node.childCount === 1 ? ["span", { class: "note-footnote", "data-label": node.attrs["label"] }, 0] : specs["footnote"]!(node)),
    // Where others can ask for it; here it is known by what it is called.
    image(node) {
      const [name, attrs] = specs["image"]!(node) as unknown as [string, Record<string, string | null>];
      const src = attrs["src"];
      return [name, { ...attrs, src: src?.startsWith("/") ? new URL(src, location.origin).href : src }];
    },
  },
  DOMSerializer.marksFromSchema(schema),
);

/** The line of a block as plain text. */
function lineText(block: Node, indent = ""): string {
  const parts = block.children.map((node) => {
    if (node.isText) return node.text!;
    if (node.type === schema.nodes.break) return `\n${indent}`;
    if (node.type === schema.nodes.footnote) return ` [${node.children.map((inner) => lineText(inner)).join(" ")}]`;
    if (node.type === schema.nodes.table) return tableText(node);
    return node.attrs["alt"] ?? node.attrs["tag"] ?? "";
  });
  return parts.join("");
}

/** Cells with tabs between, as spreadsheets take them. */
const tableText = (table: Node) => table.children.map(rowText).join("\n");
const rowText = (row: Node) => row.children.map((cell) => cell.children.map((block) => lineText(block).replace(/\s+/g, " ")).join(" ")).join("\t");

/** Blocks as lines, with what lists and tasks show before them. */
function linesOf(blocks: readonly Node[]): string[] {
  const counts: number[] = [];
  return blocks.map((block) => {
    const { levels, start, task, kind } = block.attrs as { levels: string; start: number | null; task: boolean | null; kind: string | null };
    counts.length = Math.min(counts.length, levels.length);
    const depth = levels.length - 1;
    if (levels.endsWith("o")) counts[depth] = start ?? (counts[depth] ?? 0) + 1;
    const number = `${counts[depth] ?? 1}. `;
    const before = [...levels.slice(0, -1)].map((level) => (level === "q" ? "> " : listOf(level) === "ul" ? "  " : "   ")).join("");
    const signs: Record<string, string> = { q: "> ", b: "- ", o: number, w: "  ", v: "   " };
    const own = (signs[levels.at(-1) ?? ""] ?? "") + (task === null ? "" : task ? "[x] " : "[ ] ");
    const text = kind === "rule" ? "---" : lineText(block, before + " ".repeat(own.length));
    return before + own + text;
  });
}

/** What is selected, as plain text. */
export function textOf(content: Fragment): string {
  const blocks = content.content;
  const [first] = blocks;
  if (first?.type === schema.nodes.row) return blocks.map(rowText).join("\n");
  if (first?.type === schema.nodes.cell) return rowText(schema.node("row", null, content));
  if (first?.type !== schema.nodes.block) return lineText(schema.node("block", null, content));
  // Part of a line, mostly: nobody wants signs before it.
  return blocks.length === 1 ? lineText(first) : linesOf(blocks).join("\n");
}
