/** Commands that put something into a note, or change links. */
import { Fragment, type Mark, type Node, type ResolvedPos, Slice } from "prosemirror-model";
import type { BlobFacts } from "@motet/client";
import { blobOf, bodyDepth, schema } from "@motet/client/prosemirror";
import { type Command, type EditorState, NodeSelection, TextSelection, type Transaction } from "prosemirror-state";

const TABLE_ROWS = 3;
const TABLE_COLUMNS = 3;

/** Whether a place is within an object of one of these types. */
export function isWithin($place: ResolvedPos, ...types: string[]): boolean {
  for (let depth = $place.depth; depth > 0; depth--) if (types.includes($place.node(depth).type.name)) return true;
  return false;
}

const paragraph = () => schema.node("block");

/** Puts a block behind the one with the caret, or in its place where that says nothing; a paragraph follows it. */
function insertBlock(make: () => Node, caretIn: number): Command {
  return ({ selection, tr }, dispatch) => {
    const { $from } = selection;
    if ($from.parent.type !== schema.nodes.block) return false;
    const isBlank = $from.parent.content.size === 0 && $from.parent.attrs["kind"] === null;
    const body = $from.node(bodyDepth($from));
    const isLast = $from.index(bodyDepth($from)) === body.childCount - 1;
    const at = $from.after();
    const block = make();
    if (isBlank) {
      // What is there keeps its name: only what it is like is other.
      const [begin, end] = [$from.before(), $from.end()];
      tr.setNodeAttribute(begin, "kind", block.attrs["kind"]);
      if (block.content.size > 0) tr.insert(end, block.content);
    } else tr.insert(at, block);
    const after = isBlank ? $from.before() + tr.doc.nodeAt($from.before())!.nodeSize : at + block.nodeSize;
    if (isLast) tr.insert(after, paragraph());
    const caret = caretIn > 0 ? (isBlank ? $from.before() : at) + caretIn : after + 1;
    dispatch?.(tr.setSelection(TextSelection.near(tr.doc.resolve(caret))).scrollIntoView());
    return true;
  };
}

export const insertRule = insertBlock(() => schema.node("block", { kind: "rule" }), 0);

function emptyTable(): Node {
  const cell = () => schema.node("cell", null, [paragraph()]);
  const row = () => schema.node("row", null, Array.from({ length: TABLE_COLUMNS }, cell));
  return schema.node("table", { id: null }, Array.from({ length: TABLE_ROWS }, row));
}

/** A table of three by three, with the caret in its first cell; tables do not hold tables. */
export const insertTable: Command = (state, dispatch) => {
  if (isWithin(state.selection.$from, "cell")) return false;
  return insertBlock(() => schema.node("block", { kind: "table" }, [emptyTable()]), 4)(state, dispatch);
};

/** Puts a table that there is behind the block with the caret; in a cell, its cells into that one and those right and below of it, or as lines where not all have room. */
export const putTable = (block: Node): Command => (state, dispatch) => {
  const { $from } = state.selection;
  if (!isWithin($from, "cell")) return insertBlock(() => block, 0)(state, dispatch);
  const table = block.firstChild!;
  const lines = () => table.children.map((row) => schema.node("block", null, row.textContent ? schema.text(row.children.map((cell) => cell.textContent).join("\t")) : []));
  dispatch?.((fillCells(state, table) ?? state.tr.replaceSelection(new Slice(Fragment.from(lines()), 1, 1))).scrollIntoView());
  return true;
};

/** The transaction that puts a table's cells into those from the one with the caret on; null where there are too few. */
function fillCells({ selection: { $from }, tr }: EditorState, from: Node): Transaction | null {
  let depth = $from.depth;
  while ($from.node(depth).type !== schema.nodes.cell) depth--;
  const [table, top, left] = [$from.node(depth - 2), $from.index(depth - 2), $from.index(depth - 1)];
  const rows = from.children.map((row, n) => ({ row, into: table.maybeChild(top + n) }));
  if (rows.some(({ row, into }) => !into || left + row.childCount > into.childCount)) return null;
  const start = $from.start(depth - 2);
  const places: { cell: Node; at: number; old: Node }[] = [];
  table.forEach((row, offset, n) => {
    const given = rows[n - top]?.row;
    if (n >= top && given) row.forEach((old, at, m) => m >= left && m - left < given.childCount && places.push({ cell: given.child(m - left), at: start + offset + 1 + at, old }));
  });
  // From the end on, so that places stay what they are.
  for (const { cell, at, old } of places.reverse()) tr.replaceWith(at + 1, at + 1 + old.content.size, cell.content);
  return tr;
}

/** A footnote at the end of the selection, with the caret in it. */
export const insertFootnote: Command = ({ selection, tr }, dispatch) => {
  const { $to } = selection;
  if (!$to.parent.inlineContent || $to.parent.attrs["kind"] === "code" || isWithin($to, "footnote")) return false;
  tr.insert($to.pos, schema.node("footnote", { id: null, label: null }, [paragraph()]));
  dispatch?.(tr.setSelection(TextSelection.create(tr.doc, $to.pos + 2)).scrollIntoView());
  return true;
};

/** An image by its address, or by the blob that it is. */
export interface Picture {
  address?: string;
  blob?: BlobFacts;
  alt: string;
}

const imageNode = ({ address, blob, alt }: Picture) => schema.node("image", { address: address ?? null, blob: blob ? blobOf(blob) : null, alt: alt || null });

/** Puts images at a place, one behind the other. */
export function insertImages(tr: Transaction, place: number, pictures: readonly Picture[]): Transaction {
  const images = Fragment.from(pictures.map(imageNode));
  const $place = tr.doc.resolve(place);
  const at = $place.parent.inlineContent ? place : TextSelection.near($place).head;
  // Code and the like hold text only: what is put there goes behind it.
  const isCode = tr.doc.resolve(at).parent.attrs["kind"] === "code";
  const end = tr.doc.resolve(at).after();
  if (isCode) tr.insert(end, schema.node("block", null, images));
  else tr.insert(at, images);
  return tr.setSelection(TextSelection.near(tr.doc.resolve((isCode ? end + 1 : at) + images.size))).scrollIntoView();
}

export function insertImage(picture: Picture): Command {
  return ({ selection, tr }, dispatch) => {
    if (!selection.$from.parent.inlineContent) return false;
    const image = imageNode(picture);
    dispatch?.(tr.replaceWith(selection.from, selection.to, Fragment.from(image)).scrollIntoView());
    return true;
  };
}

/** The image that is selected. */
export function imageAt(state: EditorState | null): Node | null {
  const { selection } = state ?? {};
  return selection instanceof NodeSelection && selection.node.type === schema.nodes.image ? selection.node : null;
}

/** Gives the selected image another address, where it has one, and says what it shows. */
export function changeImage({ address, alt }: Picture): Command {
  return (state, dispatch) => {
    const image = imageAt(state);
    if (!image) return false;
    const { tr, selection } = state;
    tr.setNodeAttribute(selection.from, "alt", alt || null);
    if (image.attrs["address"] !== null && address) tr.setNodeAttribute(selection.from, "address", address);
    dispatch?.(tr.setSelection(NodeSelection.create(tr.doc, selection.from)));
    return true;
  };
}

/** The link at the caret or at the beginning of the selection, and from where to where it goes. */
export function linkAt({ selection, doc }: EditorState): { mark: Mark; from: number; to: number } | null {
  const $at = selection.empty ? selection.$from : doc.resolve(selection.from + (selection.$from.textOffset === 0 ? 1 : 0));
  const { parent } = $at;
  if (!parent.inlineContent) return null;
  const at = $at.parentOffset;
  const nodes = parent.children.map((node, n) => ({ node, from: parent.children.slice(0, n).reduce((size, { nodeSize }) => size + nodeSize, 0) }));
  const touched = nodes.findIndex(({ node, from }) => from <= at && at <= from + node.nodeSize && schema.marks.link!.isInSet(node.marks));
  if (touched < 0) return null;
  const mark = schema.marks.link!.isInSet(nodes[touched]!.node.marks)!;
  let [first, last] = [touched, touched];
  while (first > 0 && mark.isInSet(nodes[first - 1]!.node.marks)) first--;
  while (last + 1 < nodes.length && mark.isInSet(nodes[last + 1]!.node.marks)) last++;
  const start = $at.start();
  return { mark, from: start + nodes[first]!.from, to: start + nodes[last]!.from + nodes[last]!.node.nodeSize };
}

/** Makes what is selected, or the link that is there, a link to an address, or with none no link; without either the address is written. */
export function setLink(address: string): Command {
  return (state, dispatch) => {
    const { selection, tr } = state;
    const link = linkAt(state);
    const { from, to } = selection.empty && link ? link : selection;
    if (from < to) tr.removeMark(from, to, schema.marks.link!);
    if (address !== "") {
      const mark = schema.mark("link", { address, title: link?.mark.attrs["title"] ?? null });
      if (from < to) tr.addMark(from, to, mark);
      else tr.insert(from, schema.text(address, [...selection.$from.marks(), mark])).removeStoredMark(mark);
    }
    if (!tr.docChanged) return false;
    dispatch?.(tr.scrollIntoView());
    return true;
  };
}
