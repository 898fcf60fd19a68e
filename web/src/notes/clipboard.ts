/** What is copied and pasted: plain text by lines, HTML by the schema. */
import { schema } from "@motet/client/prosemirror";
import { Fragment, type Node, Slice } from "prosemirror-model";
import { Plugin } from "prosemirror-state";
import { toast } from "../app/toasts";
import { clipboardSerializer, textOf } from "./copied";
import { tidied } from "./foreign";
import { putTable } from "./insert";

/** More at once would keep the page from answering for long: a file of it is imported. */
const BLOCKS_MAX = 20_000;

/** Lines as blocks, empty ones too. */
function blocksOf(text: string): Slice {
  const lines = text.split(/\r\n?|\n/);
  const blocks = lines.map((line) => schema.node("block", null, line ? schema.text(line) : []));
  return new Slice(Fragment.fromArray(blocks), 1, 1);
}

/** The nodes of a line, with each table by itself, and no breaks beside it. */
function partsOf(block: Node): Node[][] {
  const parts: Node[][] = [];
  let isOpen = false;
  for (const node of block.children) {
    if (node.type === schema.nodes.table) parts.push([node]);
    else if (isOpen) parts.at(-1)!.push(node);
    else parts.push([node]);
    isOpen = node.type !== schema.nodes.table;
  }
  return parts.length > 1 ? parts.filter((part) => part.some(({ type }) => type !== schema.nodes.break)) : parts;
}

/** Code is text and nothing else. */
const plainCode = (line: readonly Node[]) => line.map((node) => (node.isText ? node.mark([]) : node));

/** Blocks in which a table stands alone, and code has no marks. */
function blocksIn(fragment: Fragment): Fragment {
  const isBare = fragment.content.some(({ type }) => type === schema.nodes.table);
  const nodes = isBare ? [schema.node("block", null, fragment)] : fragment.content;
  const blocks = nodes.flatMap((node) => {
    if (node.type !== schema.nodes.block) return [node];
    if (node.attrs["kind"] === "code") return [node.copy(Fragment.from(plainCode(node.children)))];
    if (node.children.every(({ type }) => type !== schema.nodes.table)) return [node];
    return partsOf(node).map((part) => {
      const isTable = part[0]!.type === schema.nodes.table;
      return schema.node("block", { ...node.attrs, kind: isTable ? "table" : node.attrs["kind"] === "table" ? null : node.attrs["kind"] }, part);
    });
  });
  return Fragment.fromArray(blocks);
}

/** Whether something is more than is taken at once; then that is said. */
function isTooMuch({ content }: Slice): boolean {
  if (content.childCount <= BLOCKS_MAX) return false;
  toast(`${content.childCount.toLocaleString("en")} paragraphs are too many to be pasted at once: paste ${BLOCKS_MAX.toLocaleString("en")} at most, or import a file of them.`);
  return true;
}

/** One address, and nothing else. */
const ADDRESS = /^https?:\/\/[^\s<>"]+$/;

export const clipboardPlugin = new Plugin({
  props: {
    clipboardTextParser: (text) => blocksOf(text),
    clipboardTextSerializer: ({ content }) => textOf(content),
    clipboardSerializer,
    transformPastedHTML: tidied,
    transformPasted({ content, openStart, openEnd }) {
      const blocks = blocksIn(content);
      // A table goes into no line.
      const isBare = blocks.firstChild?.type === schema.nodes.block && content.firstChild?.type !== schema.nodes.block;
      const isTable = (node: Node | null) => node?.attrs["kind"] === "table";
      const open = (at: number, node: Node | null) => (isTable(node) ? 0 : isBare ? 1 : at);
      return new Slice(blocks, open(openStart, blocks.firstChild), open(openEnd, blocks.lastChild));
    },
    handlePaste(view, event, slice) {
      const { state } = view;
      const { $from, $to, empty, from, to } = state.selection;
      const text = event.clipboardData?.getData("text/plain") ?? "";
      if ($from.parent.attrs["kind"] === "code" && $from.sameParent($to) && text) {
        view.dispatch(state.tr.insertText(text.replace(/\r\n?/g, "\n")).scrollIntoView());
        return true;
      }
      if (isTooMuch(slice)) return true;
      const { firstChild, childCount } = slice.content;
      if (firstChild && childCount === 1 && firstChild.attrs["kind"] === "table" && slice.openStart === 0) {
        if (!empty) view.dispatch(state.tr.deleteSelection());
        return putTable(firstChild)(view.state, view.dispatch);
      }
      // An address on words is where they lead.
      if (empty || !$from.sameParent($to) || !ADDRESS.test(text.trim())) return false;
      view.dispatch(state.tr.removeMark(from, to, schema.marks.link!).addMark(from, to, schema.mark("link", { address: text.trim() })));
      return true;
    },
  },
});
