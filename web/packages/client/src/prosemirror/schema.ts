/**
 * The shape of a note in ProseMirror: flat blocks, drawn as lists and quotes by their levels; objects within lines, of
 * which footnotes and tables hold blocks. Nothing that merging can bring about is against it, so no node is ever
 * dropped to make a document fit.
 */
import { type Attrs, type DOMOutputSpec, Fragment, type Mark, type Node, Schema } from "prosemirror-model";
import { addressOf, blobOf } from "./blob.js";
import { alignOf, languageOf, levelsOf, startOf, taskOf } from "./pasted.js";

/** The name of the block before the first paragraph mark of a body, which no element names. */
export const HEAD = "";

const none = { default: null };

/** What has such an attribute is never made to wrap blocks that were pasted into a line. */
const required = {};

const blockAttrs = {
  /** The paragraph mark; `HEAD`, or null until the engine has named it. */
  id: none,
  /** Null for a paragraph. */
  kind: none,
  rank: { default: 1 },
  info: { default: "" },
  levels: { default: "" },
  start: none,
  task: none,
};

/** What shows what a block is like, for the style sheet. */
export function blockDom(attrs: Attrs): Record<string, string> {
  const dom: Record<string, string> = { "data-kind": attrs["kind"] ?? "paragraph" };
  if (attrs["kind"] === "heading") {
    dom["data-rank"] = String(attrs["rank"]);
    dom["role"] = "heading";
    dom["aria-level"] = String(attrs["rank"]);
  }
  if (attrs["levels"]) dom["data-levels"] = attrs["levels"];
  if (attrs["task"] !== null) dom["data-task"] = String(attrs["task"]);
  if (attrs["info"]) dom["data-info"] = attrs["info"];
  if (attrs["start"] !== null) dom["data-start"] = String(attrs["start"]);
  return dom;
}

const pasted = (more: Attrs) => (dom: HTMLElement) => ({ levels: levelsOf(dom), task: taskOf(dom), start: startOf(dom), ...more });
const hasBlocks = (dom: HTMLElement) => dom.querySelector(":scope > :is(p, h1, h2, h3, h4, h5, h6, pre, div, blockquote, hr)");
const holdsBlocks = (dom: HTMLElement) => dom.querySelector("p, h1, h2, h3, h4, h5, h6, pre, div, blockquote, hr, ul, ol, table");
const heading = (rank: number) => ({ tag: `h${rank}`, getAttrs: pasted({ kind: "heading", rank }), preserveWhitespace: false as const });

function ownAttrs(dom: HTMLElement): Attrs {
  const { kind, rank, levels, task, info, start } = dom.dataset;
  return {
    kind: kind === "paragraph" ? null : kind,
    rank: Number(rank ?? 1),
    levels: (levels ?? "").replace(/[^qbowv]/g, "").slice(0, 32),
    task: task === undefined ? null : task === "true",
    info: info ?? "",
    start: start === undefined ? null : Number(start),
  };
}

/** A link that a browser may follow without harm. */
export const isSafe = (address: string) => /^(https?:|mailto:|tel:|#|\/|\.)/i.test(address) || !/^[a-z][a-z0-9+.-]*:/i.test(address);

/** An image as others read it; whoever has the same documents knows its blob by what it is called. */
function imageDom({ address, blob, title, alt }: Attrs): Record<string, string | null> {
  const reference = address ? null : blobOf(blob);
  if (reference === null) return { src: isSafe(address ?? "") ? address : "", title, alt: alt ?? "" };
  return { src: addressOf(reference), "data-blob": JSON.stringify(reference), title, alt: alt ?? "" };
}

function pastedBlob(dom: HTMLElement): Attrs | null {
  try {
    const blob = blobOf(JSON.parse(dom.dataset["blob"] ?? ""));
    return blob && { blob, title: dom.getAttribute("title") || null, alt: dom.getAttribute("alt") || null };
  } catch {
    return null;
  }
}

const hole: DOMOutputSpec = ["span", { class: "note-content" }, 0];

export const schema = new Schema({
  nodes: {
    doc: { content: "block+", marks: "chunk" },
    block: {
      content: "inline*",
      attrs: blockAttrs,
      // Line ends in code are characters, so a block is read from the page as it stands.
      whitespace: "pre",
      defining: true,
      toDOM: (node) => ["div", { class: "note-block", ...blockDom(node.attrs) }, 0],
      parseDOM: [
        { tag: ".note-block", getAttrs: ownAttrs },
        // What is in code is no code within a line.
        { tag: "pre > code", skip: true, priority: 60 },
        ...[1, 2, 3, 4, 5, 6].map(heading),
        { tag: "pre", getAttrs: (dom) => pasted({ kind: "code", info: languageOf(dom) })(dom), preserveWhitespace: "full" },
        { tag: "hr", getAttrs: pasted({ kind: "rule" }) },
        { tag: "li", getAttrs: (dom) => (hasBlocks(dom) ? false : pasted({})(dom)), preserveWhitespace: false },
        { tag: "p", getAttrs: pasted({}), preserveWhitespace: false },
        { tag: "blockquote", getAttrs: (dom) => (holdsBlocks(dom) ? false : { levels: `${levelsOf(dom)}q` }), preserveWhitespace: false },
      ],
    },
    text: { group: "inline" },
    image: {
      group: "inline",
      inline: true,
      draggable: true,
      attrs: { id: none, address: none, blob: none, title: none, alt: none },
      toDOM: ({ attrs }) => ["img", imageDom(attrs)],
      parseDOM: [
        { tag: "img[data-blob]", getAttrs: (dom) => pastedBlob(dom) ?? false },
        { tag: "img[src]", getAttrs: (dom) => ({ address: dom.getAttribute("src"), title: dom.getAttribute("title"), alt: dom.getAttribute("alt") }) },
      ],
    },
    break: { group: "inline", inline: true, selectable: false, attrs: { id: none }, toDOM: () => ["br"], parseDOM: [{ tag: "br" }] },
    html: {
      group: "inline",
      inline: true,
      attrs: { id: none, tag: { default: "" } },
      toDOM: ({ attrs }) => ["span", { class: "note-html", "data-tag": attrs["tag"] }, attrs["tag"]],
      parseDOM: [{ tag: "span.note-html", getAttrs: (dom) => ({ tag: dom.dataset["tag"] }) }],
    },
    /** An object of a kind that is not known here. */
    object: {
      group: "inline",
      inline: true,
      attrs: { id: none, kind: { default: "" } },
      toDOM: ({ attrs }) => ["span", { class: "note-object", "data-kind": attrs["kind"] }, attrs["kind"]],
      parseDOM: [{ tag: "span.note-object", getAttrs: (dom) => ({ kind: dom.dataset["kind"] }) }],
    },
    footnote: {
      group: "inline",
      inline: true,
      content: "block+",
      isolating: true,
      marks: "",
      attrs: { id: required, label: none },
      toDOM: ({ attrs }) => ["span", { class: "note-footnote", "data-label": attrs["label"] }, hole],
      parseDOM: [{ tag: "span.note-footnote", getAttrs: (dom) => ({ id: null, label: dom.dataset["label"] ?? null }) }],
    },
    table: {
      group: "inline",
      inline: true,
      content: "row*",
      isolating: true,
      attrs: { id: required },
      toDOM: () => ["table", { class: "note-table" }, ["tbody", 0]],
      parseDOM: [{ tag: "table", getAttrs: () => ({ id: null }) }],
    },
    row: { content: "cell*", attrs: { id: none }, toDOM: () => ["tr", 0], parseDOM: [{ tag: "tr" }] },
    cell: {
      content: "block+",
      isolating: true,
      attrs: { column: none, align: none },
      toDOM: ({ attrs }) => ["td", attrs["align"] ? { style: `text-align: ${attrs["align"]}` } : {}, 0],
      parseDOM: ["td", "th"].map((tag) => ({ tag, getAttrs: (dom: HTMLElement) => ({ align: alignOf(dom) }) })),
    },
  },
  marks: {
    /** Where a block is on the page: nothing of the note, so it is neither written nor copied. */
    chunk: { attrs: { n: {} }, toDOM: () => ["div", 0] },
    emphasis: { toDOM: () => ["em", 0], parseDOM: [{ tag: "em" }, { tag: "i" }, { style: "font-style=italic" }] },
    strong: {
      toDOM: () => ["strong", 0],
      parseDOM: [
        { tag: "strong" },
        // Some word processors wrap everything in a <b> that is none.
        { tag: "b", getAttrs: (dom) => dom.style.fontWeight !== "normal" && null },
        { style: "font-weight", getAttrs: (value) => /^(bold(er)?|[5-9]\d{2,})$/.test(value) && null },
      ],
    },
    strike: { toDOM: () => ["s", 0], parseDOM: [{ tag: "s" }, { tag: "del" }, { tag: "strike" }, { style: "text-decoration=line-through" }] },
    code: { inclusive: false, toDOM: () => ["code", 0], parseDOM: [{ tag: "code" }] },
    link: {
      inclusive: false,
      attrs: { address: { default: "" }, title: none },
      toDOM: ({ attrs }) => ["a", { ...(isSafe(attrs["address"]) ? { href: attrs["address"] } : {}), title: attrs["title"], rel: "noopener noreferrer" }, 0],
      parseDOM: [{ tag: "a[href]", getAttrs: (dom) => ({ address: dom.getAttribute("href"), title: dom.getAttribute("title") }) }],
    },
    /** All threads at a place in one mark, so that equal places have equal marks. */
    comments: { inclusive: false, attrs: { threads: {} }, toDOM: ({ attrs }) => ["span", { class: "note-thread", "data-threads": attrs["threads"] }, 0] },
    /** Properties that are not known here, as JSON. */
    properties: { inclusive: false, attrs: { held: {} }, toDOM: () => ["span", 0] },
  },
});

/** Whether a node holds blocks, which is what has a text of its own in the engine. */
export const isBody = (node: Node) => node.type === schema.nodes.doc || node.type === schema.nodes.footnote || node.type === schema.nodes.cell;

/** Blocks without what says where they are on the page. */
export const unchunked = (blocks: Fragment): Fragment => Fragment.fromArray(blocks.content.map((node) => (node.type === schema.nodes.block ? node.mark([]) : node)));

/** Marks that make a difference in the engine: what holds blocks has none. */
export const marksOn = (node: Node): readonly Mark[] => (node.isText || node.isLeaf ? node.marks : []);
