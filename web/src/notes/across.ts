/**
 * Selections that begin in one body and end in another: over cells, or from a paragraph into a table or a footnote. What is deleted of
 * them is text: cells stay where they are, and no table is drawn into a line.
 */
import { bodyDepth, schema } from "@motet/client/prosemirror";
import type { Node, ResolvedPos } from "prosemirror-model";
import { type Command, type EditorState, Plugin, TextSelection, type Transaction } from "prosemirror-state";

interface Stretch {
  from: number;
  to: number;
}

/** Whether the ends of the selection are in different bodies. */
export const isAcross = ({ selection }: EditorState) => selection instanceof TextSelection && areApart(selection.$from, selection.$to);

/** Whether two places are in different bodies. */
export function areApart($from: ResolvedPos, $to: ResolvedPos): boolean {
  if ($from.sameParent($to)) return false;
  const [first, last] = [bodyDepth($from), bodyDepth($to)];
  return first !== last || $from.start(first) !== $to.start(last);
}

/** What is within an object between two places, cell by cell. */
function withinObject(object: Node, at: number, { from, to }: Stretch): Stretch[] {
  const lines = (body: Node, start: number): Stretch => ({ from: Math.max(from, start + 1), to: Math.min(to, start + body.content.size - 1) });
  if (object.type !== schema.nodes.table) return [lines(object, at + 1)];
  const found: Stretch[] = [];
  object.descendants((node, offset) => {
    if (node.type === schema.nodes.cell) found.push(lines(node, at + 2 + offset));
    return node.type === schema.nodes.row;
  });
  return found;
}

/** The object in the line of a body that a place is within; null where it is in the line itself. */
function objectAround($place: ResolvedPos, depth: number): { node: Node; at: number; end: number } | null {
  return $place.depth < depth + 2 ? null : { node: $place.node(depth + 2), at: $place.before(depth + 2), end: $place.after(depth + 2) };
}

/** The parts of a selection over several bodies, each of one of them, ascending. */
export function stretches({ $from, $to, from, to }: Pick<EditorState["selection"], "$from" | "$to" | "from" | "to">): Stretch[] {
  const depth = bodyDepth($from, $from.sharedDepth(to));
  const [first, last] = [objectAround($from, depth), objectAround($to, depth)];
  if (first && first.at === last?.at) return withinObject(first.node, first.at, { from, to });
  const isTable = (found: typeof first) => found?.node.type === schema.nodes.table;
  // Beside a table lines stay apart: the one before it ends there, and the one behind begins.
  const begin = !first ? from : isTable(first) ? Math.min(to, $from.after(depth + 1) + 1) : first.end;
  const end = !last ? to : isTable(last) ? Math.max(from, $to.before(depth + 1) - 1) : last.at;
  return [
    ...(first ? withinObject(first.node, first.at, { from, to: first.end }) : []),
    { from: begin, to: end },
    ...(last ? withinObject(last.node, last.at, { from: last.at, to }) : []),
  ];
}

/** Deletes what is selected over several bodies; the caret is where it began. */
export function cleared({ selection, tr }: EditorState): Transaction {
  for (const { from, to } of stretches(selection).reverse()) if (from < to) tr.delete(from, to);
  return tr.setSelection(TextSelection.near(tr.doc.resolve(tr.mapping.map(selection.from, -1)))).scrollIntoView();
}

/** Deletes what is selected, where that is of several bodies. */
export const clearAcross: Command = (state, dispatch) => {
  if (!isAcross(state)) return false;
  dispatch?.(cleared(state));
  return true;
};

/** Typing and pasting over such a selection; before all that would replace it. */
export const acrossPlugin = new Plugin({
  props: {
    handleTextInput(view, _from, _to, text) {
      if (!isAcross(view.state)) return false;
      const tr = cleared(view.state);
      view.dispatch(tr.insertText(text, tr.selection.from));
      return true;
    },
    handlePaste(view) {
      clearAcross(view.state, view.dispatch);
      return false;
    },
  },
});
