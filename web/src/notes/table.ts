/** Rows and columns of the table with the caret. They are items of lists, which the engine moves and merges. */
import { type ElementId, listOf, type RichChange, type RichReader, schema } from "@motet/client/prosemirror";
import { type Command, type EditorState, TextSelection, type Transaction } from "prosemirror-state";

/** A cell, by where it is. */
export interface CellPlace {
  table: ElementId;
  row: number;
  column: number;
  rows: number;
  columns: number;
}

/** The innermost cell around the caret. */
export function cellAt({ selection }: EditorState): CellPlace | null {
  const { $head } = selection;
  let depth = $head.depth;
  while (depth > 0 && $head.node(depth).type !== schema.nodes.cell) depth--;
  if (depth === 0) return null;
  const table = $head.node(depth - 2);
  return { table: table.attrs["id"], row: $head.index(depth - 2), column: $head.index(depth - 1), rows: table.childCount, columns: $head.node(depth - 1).childCount };
}

export type TableCommand =
  | "rowAbove" | "rowBelow" | "rowUp" | "rowDown" | "rowDelete"
  | "columnBefore" | "columnAfter" | "columnLeft" | "columnRight" | "columnDelete"
  | "alignLeft" | "alignCenter" | "alignRight";

type Step = (change: { list: string; item: number; count: number; id: ElementId }) => RichChange | null;

const insert = (behind: 0 | 1): Step => ({ list, item }) => ({ do: "listInsert", in: list, at: item + behind });
const move = (by: 1 | -1): Step => ({ list, item, count }) => (item + by < 0 || item + by >= count ? null : { do: "listMove", in: list, at: item, to: item + by });
// A table without a row or a column could not be got rid of any more.
const remove: Step = ({ list, item, count }) => (count > 1 ? { do: "listDelete", in: list, at: item, len: 1 } : null);
const align = (value: string): Step => ({ id }) => ({ do: "set", in: id, key: "align", value });

const STEPS: Record<TableCommand, readonly ["rows" | "columns", Step]> = {
  rowAbove: ["rows", insert(0)],
  rowBelow: ["rows", insert(1)],
  rowUp: ["rows", move(-1)],
  rowDown: ["rows", move(1)],
  rowDelete: ["rows", remove],
  columnBefore: ["columns", insert(0)],
  columnAfter: ["columns", insert(1)],
  columnLeft: ["columns", move(-1)],
  columnRight: ["columns", move(1)],
  columnDelete: ["columns", remove],
  alignLeft: ["columns", align("left")],
  alignCenter: ["columns", align("center")],
  alignRight: ["columns", align("right")],
};

/** Whether a command does anything at a cell. */
export function isPossible({ row, column, rows, columns }: CellPlace, command: TableCommand): boolean {
  const isEdge: Partial<Record<TableCommand, boolean>> = {
    rowUp: row === 0,
    rowDown: row === rows - 1,
    rowDelete: rows === 1,
    columnLeft: column === 0,
    columnRight: column === columns - 1,
    columnDelete: columns === 1,
  };
  return !isEdge[command];
}

/** Takes a table away; the line that it stood in becomes a paragraph. */
export function withoutTable(tr: Transaction, at: number): Transaction {
  const $at = tr.doc.resolve(at);
  tr.delete(at, at + tr.doc.nodeAt(at)!.nodeSize);
  if ($at.parent.attrs["kind"] === "table") tr.setNodeAttribute($at.before(), "kind", null);
  return tr.setSelection(TextSelection.near(tr.doc.resolve(at))).scrollIntoView();
}

/** Deletes the table with the caret. */
export const deleteTableAround: Command = ({ selection: { $head }, tr }, dispatch) => {
  let depth = $head.depth;
  while (depth > 0 && $head.node(depth).type !== schema.nodes.table) depth--;
  if (depth === 0) return false;
  dispatch?.(withoutTable(tr, $head.before(depth)));
  return true;
};

/** The change that a command makes at a cell; null where it cannot. */
export function tableChange(engine: RichReader, cell: CellPlace, command: TableCommand): RichChange | null {
  const [key, step] = STEPS[command];
  const list = listOf(engine, cell.table, key);
  if (list === null) return null;
  const [item, count] = key === "rows" ? [cell.row, cell.rows] : [cell.column, cell.columns];
  const id = engine.items(list)[item];
  return id === undefined ? null : step({ list, item, count, id });
}
