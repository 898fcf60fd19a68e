/** What the engine shows, as ProseMirror's nodes. Only reads. */
import type { Node } from "prosemirror-model";
import { blockAttrs, marksOf, objectAttrs } from "./properties.js";
import type { ElementId, Name, RichReader, RichRun } from "./rich.js";
import { HEAD, schema } from "./schema.js";

/** How deep footnotes and tables are shown within each other; what is deeper shows as an object. */
const DEPTH_MAX = 8;

/** Runs as nodes: what goes on in a line, and the blocks that begin. */
export interface Pieces {
  lead: Node[];
  blocks: Node[];
}

/** The document that the text `root` is. */
export const project = (engine: RichReader, root: Name): Node => schema.node("doc", null, bodyBlocks(engine, root, 0));

/** The blocks of a body, of which there is always one. */
function bodyBlocks(engine: RichReader, name: Name, depth: number): Node[] {
  const { lead, blocks } = pieces(engine, name, engine.richRuns(name, 0, engine.richLength(name)), depth);
  return lead.length > 0 || blocks.length === 0 ? [headBlock(engine, name, lead), ...blocks] : blocks;
}

/** The block before the first mark of a body. */
export const headBlock = (engine: RichReader, body: Name, line: Node[]) => schema.node("block", blockAttrs(engine, HEAD, body), line);

/** Runs of a body as nodes. */
export function pieces(engine: RichReader, body: Name, runs: readonly RichRun[], depth = depthOf(engine, body)): Pieces {
  const lead: Node[] = [];
  const blocks: { id: ElementId; line: Node[] }[] = [];
  for (const run of runs) {
    if (run.object === "") blocks.push({ id: run.id, line: [] });
    else (blocks.at(-1)?.line ?? lead).push(inlineNode(engine, run, depth));
  }
  return { lead, blocks: blocks.map(({ id, line }) => schema.node("block", blockAttrs(engine, id, body), line)) };
}

function inlineNode(engine: RichReader, { id, text, object, marks }: RichRun, depth: number): Node {
  if (object === null) return schema.text(text, marksOf(marks));
  const deeper = depth + 1;
  if (object === "footnote" && deeper < DEPTH_MAX) return schema.node("footnote", objectAttrs(engine, object, id), bodyBlocks(engine, id, deeper));
  if (object === "table" && deeper < DEPTH_MAX) return schema.node("table", { id }, tableRows(engine, id, deeper));
  if (object === "image" || object === "break" || object === "html") return schema.node(object, objectAttrs(engine, object, id), undefined, marksOf(marks));
  return schema.node("object", { id, kind: object }, undefined, marksOf(marks));
}

/** The rows and columns of a table. */
export interface TableShape {
  rows: ElementId[];
  columns: { id: ElementId; align: string | null }[];
}

const ALIGNMENTS = ["left", "center", "right"];

/** The name of a table's list. */
export function listOf(engine: RichReader, table: ElementId, key: "rows" | "columns"): Name | null {
  const held = engine.properties(table)[key] as { container?: Name } | undefined;
  return held?.container ?? null;
}

/** What rows and columns a table has. */
export function tableShape(engine: RichReader, table: ElementId): TableShape {
  const items = (key: "rows" | "columns") => {
    const list = listOf(engine, table, key);
    return list === null ? [] : engine.items(list);
  };
  const align = (id: ElementId) => {
    const held = engine.properties(id)["align"] as string;
    return ALIGNMENTS.includes(held) ? held : null;
  };
  return { rows: items("rows"), columns: items("columns").map((id) => ({ id, align: align(id) })) };
}

function tableRows(engine: RichReader, table: ElementId, depth: number): Node[] {
  const { rows, columns } = tableShape(engine, table);
  return rows.map((row) => rowNode(engine, row, columns, depth));
}

/** A row of a table. */
export function rowNode(engine: RichReader, row: ElementId, columns: TableShape["columns"], depth: number): Node {
  return schema.node("row", { id: row }, columns.map((column) => cellNode(engine, row, column, depth)));
}

/** A cell of a table. */
export function cellNode(engine: RichReader, row: ElementId, { id, align }: TableShape["columns"][number], depth: number): Node {
  return schema.node("cell", { column: id, align }, bodyBlocks(engine, `${row}*${id}`, depth));
}

/** How many objects a body is within. */
export function depthOf(engine: RichReader, body: Name): number {
  let depth = 0;
  for (let name: Name | null = body; name !== null && !name.startsWith("/"); depth++) {
    const [row, column] = name.split("*") as [ElementId, ElementId | undefined];
    const list: Name | null = column === undefined ? row : engine.home(row);
    const object: Name | null = column === undefined ? row : list && engine.home(list);
    name = object && engine.home(object);
  }
  return depth;
}
