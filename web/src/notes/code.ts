/** Keys in code: line ends, tabulators, and the ways out. */
import { bodyDepth, schema } from "@motet/client/prosemirror";
import type { ResolvedPos } from "prosemirror-model";
import { type Command, Selection, TextSelection, type Transaction } from "prosemirror-state";

const TAB = "\t";
/** What a step further out takes of a line. */
const INDENT = /^(?:\t| {1,4})/;

const isCode = ($place: ResolvedPos) => $place.parent.type === schema.nodes.block && $place.parent.attrs["kind"] === "code";

/** Puts a paragraph behind the code, with the caret. */
function follow(tr: Transaction, $code: ResolvedPos): Transaction {
  const at = tr.mapping.map($code.after());
  tr.insert(at, schema.node("block"));
  return tr.setSelection(TextSelection.create(tr.doc, at + 1)).scrollIntoView();
}

/** A line end; a third one in a row at the end of the code leaves it. */
export const breakCode: Command = ({ selection, tr }, dispatch) => {
  const { $from, $to, empty } = selection;
  if (!isCode($from) || !$from.sameParent($to)) return false;
  const isLeaving = empty && $from.parentOffset === $from.parent.content.size && $from.parent.textContent.endsWith("\n\n");
  dispatch?.(isLeaving ? follow(tr.delete($from.pos - 2, $from.pos), $from) : tr.insertText("\n").scrollIntoView());
  return true;
};

/** Leaves code for a paragraph behind it. */
export const leaveCode: Command = ({ selection, tr }, dispatch) => {
  if (!isCode(selection.$from)) return false;
  dispatch?.(follow(tr, selection.$from));
  return true;
};

/** Down from the last line of code that nothing follows. */
export const downFromCode: Command = (state, dispatch) => {
  const { $head, empty } = state.selection;
  const depth = bodyDepth($head);
  const isLast = $head.index(depth) === $head.node(depth).childCount - 1;
  if (!empty || !isCode($head) || !isLast || $head.parent.textContent.slice($head.parentOffset).includes("\n")) return false;
  return leaveCode(state, dispatch);
};

/** Says which language the code with the caret is in; empty for none. */
export const setLanguage = (language: string): Command => ({ selection: { $from }, tr }, dispatch) => {
  if (!isCode($from)) return false;
  dispatch?.(tr.setNodeAttribute($from.before(), "info", language));
  return true;
};

/** The places where the selected lines of code begin. */
function lineStarts({ $from, $to }: Selection): number[] {
  const text = $from.parent.textContent;
  const first = text.lastIndexOf("\n", $from.parentOffset - 1) + 1;
  const starts = [first];
  for (let at = text.indexOf("\n", first); at >= 0 && at + 1 < Math.max($to.parentOffset, first + 1); at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts.map((at) => $from.start() + at);
}

/** A tabulator, or the selected lines further in. */
export const tabInCode: Command = ({ selection, tr }, dispatch) => {
  const { $from, $to } = selection;
  if (!isCode($from) || !$from.sameParent($to)) return false;
  const isOneLine = !$from.parent.textBetween($from.parentOffset, $to.parentOffset).includes("\n");
  if (isOneLine) tr.insertText(TAB);
  else for (const at of lineStarts(selection).reverse()) tr.insertText(TAB, at);
  dispatch?.(tr.scrollIntoView());
  return true;
};

/** The selected lines further out. */
export const untabInCode: Command = ({ selection, tr }, dispatch) => {
  const { $from, $to } = selection;
  if (!isCode($from) || !$from.sameParent($to)) return false;
  for (const at of lineStarts(selection).reverse()) {
    const found = INDENT.exec($from.parent.textContent.slice(at - $from.start()));
    if (found) tr.delete(at, at + found[0].length);
  }
  dispatch?.(tr.scrollIntoView());
  return true;
};
