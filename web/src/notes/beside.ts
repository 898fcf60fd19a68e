/** Rules, and lines with a table in them, hold nothing that is written: what is typed there goes beside them. */
import { bodyDepth, inside, schema } from "@motet/client/prosemirror";
import type { Node, ResolvedPos } from "prosemirror-model";
import { type Command, NodeSelection, Plugin, Selection, TextSelection, type Transaction } from "prosemirror-state";

const hasTable = (block: Node) => block.type === schema.nodes.block && block.children.some(({ type }) => type === schema.nodes.table);

/** Whether a block is a rule, or has a table. */
const isObject = (block: Node | null | undefined): block is Node => block != null && (block.attrs["kind"] === "rule" || block.attrs["kind"] === "table" || hasTable(block));

/** A line that belongs to an object: a rule's, or the one that a table stands in. */
const isObjectLine = ($place: ResolvedPos) => isObject($place.parent) && ($place.parent.attrs["kind"] === "rule" || hasTable($place.parent));

/** Puts a paragraph before or behind the object, with the caret in it. */
function stepAside(tr: Transaction, $place: ResolvedPos): Transaction {
  const isBefore = $place.parent.attrs["kind"] !== "rule" && $place.parentOffset === 0;
  const at = isBefore ? $place.before() : $place.after();
  tr.insert(at, schema.node("block", { levels: inside($place.parent.attrs["levels"]) }));
  return tr.setSelection(TextSelection.create(tr.doc, at + 1));
}

/** The object right before or behind the block that a place is in. */
function neighbour($place: ResolvedPos, side: -1 | 1): { block: Node; at: number } | null {
  if ($place.parent.type !== schema.nodes.block) return null;
  const depth = bodyDepth($place);
  const block = $place.node(depth).maybeChild($place.index(depth) + side);
  return isObject(block) ? { block, at: side < 0 ? $place.before() - block.nodeSize : $place.after() } : null;
}

/** Selects what is no line first, so that nobody deletes it by one key too many. */
function choose(side: -1 | 1): Command {
  return ({ selection, tr }, dispatch) => {
    const { $from, empty } = selection;
    const isAtEdge = empty && $from.parentOffset === (side < 0 ? 0 : $from.parent.content.size);
    const found = isAtEdge ? neighbour($from, side) : null;
    if (!found) return false;
    const { block, at } = found;
    if ($from.parent.content.size === 0 && side > 0) tr.delete($from.before(), $from.after());
    const place = tr.mapping.map(at);
    const only = block.childCount === 1 && !block.firstChild!.isText ? 1 : 0;
    dispatch?.(tr.setSelection(NodeSelection.create(tr.doc, place + only)).scrollIntoView());
    return true;
  };
}

export const objectBefore = choose(-1);
export const objectBehind = choose(1);

/** At the beginning of a table's line there is nothing to join with what is before. */
export const stayApart: Command = ({ selection, tr }, dispatch) => {
  const { $from, empty } = selection;
  if (!empty || $from.parentOffset > 0 || !hasTable($from.parent)) return false;
  dispatch?.(tr.setSelection(Selection.near(tr.doc.resolve(Math.max(0, $from.before())), -1)).scrollIntoView());
  return true;
};

/** Begins a paragraph beside an object. */
export const breakBeside: Command = ({ selection, tr }, dispatch) => {
  if (!selection.empty || !isObjectLine(selection.$from)) return false;
  dispatch?.(stepAside(tr, selection.$from).scrollIntoView());
  return true;
};

export const besidePlugin = new Plugin({
  props: {
    handleTextInput({ state, dispatch }, _from, _to, text) {
      const { selection, tr } = state;
      if (!selection.empty || !isObjectLine(selection.$from)) return false;
      dispatch(stepAside(tr, selection.$from).insertText(text).scrollIntoView());
      return true;
    },
    handlePaste({ state, dispatch }) {
      breakBeside(state, dispatch);
      return false;
    },
  },
});
