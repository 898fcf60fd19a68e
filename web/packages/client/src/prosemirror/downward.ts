/**
 * From the engine to the page: what changed, as the smallest steps. A node whose element still shows where it was is
 * never replaced, so whatever points into it stays.
 */
import { Fragment, type Mark, Mark as Marks, type Node, Slice } from "prosemirror-model";
import type { Transaction } from "prosemirror-state";
import { AddMarkStep, RemoveMarkStep, ReplaceStep } from "prosemirror-transform";
import { type Body, Finder, isElement, locate } from "./places.js";
import { cellNode, depthOf, headBlock, pieces, rowNode, tableShape, type TableShape } from "./projection.js";
import { attrsToSet, blockAttrs, marksOf, objectAttrs } from "./properties.js";
import type { ElementId, Name, RichEngine, RichPatch, RichRun, RichTextChanges } from "./rich.js";
import { HEAD, marksOn, schema } from "./schema.js";

/** Adds to a transaction what the engine says has changed since the document was equal to it. */
export class Downward {
  private readonly finder: Finder;
  /** Objects that the transaction put in: they were read as they are now. */
  private readonly fresh = new Set<ElementId>();

  constructor(
    private readonly tr: Transaction,
    private readonly engine: RichEngine,
    private readonly root: Name,
  ) {
    this.finder = new Finder(engine, root);
  }

  show(patch: RichPatch): void {
    // What is around first: it says where to find what is within.
    const texts = patch.texts.map((text) => ({ text, depth: depthOf(this.engine, text.in) })).sort((a, b) => a.depth - b.depth);
    for (const { text } of texts) this.showText(text);
    for (const map of patch.maps) this.showMap(map);
    for (const list of patch.lists) {
      const table = this.finder.ownerOf(list);
      if (table !== null) this.showTable(table);
    }
  }

  /** Reads a table anew, for what steps of ProseMirror made of it. */
  mend(table: ElementId): void {
    const at = this.finder.object(this.tr.doc, table);
    if (at === null) return;
    const { in: home, at: place } = this.engine.richPlace(`r${table}`, this.root)!;
    const { lead } = pieces(this.engine, home, this.engine.richRuns(home, place, place + 1));
    this.replace(at, at + this.tr.doc.nodeAt(at)!.nodeSize, lead);
  }

  private body(name: Name): Body | null {
    return this.isFresh(name) ? null : this.finder.body(this.tr.doc, name);
  }

  /** Whether a body is in an object that the transaction put in. */
  private isFresh(name: Name): boolean {
    if (this.fresh.size === 0 || name.startsWith("/")) return false;
    const [row, column] = name.split("*") as [ElementId, ElementId | undefined];
    const object = column === undefined ? row : this.finder.tableOf(row);
    if (object === null || this.fresh.has(object)) return true;
    const home = this.engine.home(object);
    return home === null || this.isFresh(home);
  }

  private replace(from: number, to: number, nodes: readonly Node[], openStart = 0, openEnd = 0): void {
    if (from === to && nodes.length === 0) return;
    this.tr.step(new ReplaceStep(from, to, new Slice(Fragment.fromArray([...nodes]), openStart, openEnd)));
  }

  private showText({ in: name, splices, restyled }: RichTextChanges): void {
    if (!this.body(name)) return;
    let shift = 0;
    for (const { from, to, insert } of splices) {
      this.splice(name, from + shift, to - from, insert.length);
      shift += insert.length - (to - from);
    }
    this.dropEmptyHead(name);
    for (const { from, to } of restyled) this.restyle(name, from, to);
  }

  /** Shows that `removed` units at `at` went and `inserted` came. */
  private splice(name: Name, at: number, removed: number, inserted: number): void {
    const body = this.body(name)!;
    const runs = inserted > 0 ? this.engine.richRuns(name, at, at + inserted) : [];
    const { lead, blocks } = pieces(this.engine, name, runs);
    const [from, to] = [locate(body, at), locate(body, at + removed)];
    this.remember(runs);
    const head = () => headBlock(this.engine, name, lead);
    // Places between blocks are found only at the beginning.
    const isBetween = (place: number) => place === body.start;
    if (!isBetween(from)) {
      // In a line: what begins blocks splits it, and the last of them goes on with the rest.
      if (blocks.length === 0) this.replace(from, to, lead);
      else this.replace(from, to, [schema.node("block", null, lead), ...blocks], 1, 1);
    } else if (isBetween(to)) {
      this.replace(from, to, lead.length > 0 ? [head(), ...blocks] : blocks);
    } else {
      this.replace(from, to, lead.length > 0 || blocks.length === 0 ? [head(), ...blocks] : blocks, 0, 1);
    }
  }

  private remember(runs: readonly RichRun[]): void {
    for (const { object, id } of runs) if (object) this.fresh.add(id);
  }

  /** What is before the first mark is a block only where it shows something, or where there is no mark. */
  private dropEmptyHead(name: Name): void {
    const { node, start } = this.body(name)!;
    const head = node.firstChild!;
    if (head.attrs["id"] === HEAD && head.content.size === 0 && node.childCount > 1) this.replace(start, start + head.nodeSize, []);
  }

  private restyle(name: Name, from: number, to: number): void {
    let at = from;
    for (const { text, object, marks } of this.engine.richRuns(name, from, to)) {
      if (object !== "") this.mark(name, at, text.length, marksOf(marks));
      at += text.length;
    }
  }

  /** Sees to it that so many units of one line have these marks. */
  private mark(name: Name, at: number, length: number, marks: readonly Mark[]): void {
    const body = this.body(name)!;
    let from = locate(body, at);
    let left = length;
    while (left > 0) {
      const node = this.tr.doc.nodeAt(from)!;
      const $from = this.tr.doc.resolve(from);
      const units = node.isText ? Math.min(left, node.nodeSize - $from.textOffset) : 1;
      const to = from + (node.isText ? units : node.nodeSize);
      if (node.isText || node.isLeaf) this.markNode(from, to, marksOn(node), marks);
      left -= units;
      from = to;
    }
  }

  private markNode(from: number, to: number, had: readonly Mark[], wanted: readonly Mark[]): void {
    if (Marks.sameSet(had, wanted)) return;
    for (const mark of had) if (!mark.isInSet(wanted)) this.tr.step(new RemoveMarkStep(from, to, mark));
    for (const mark of wanted) if (!mark.isInSet(had)) this.tr.step(new AddMarkStep(from, to, mark));
  }

  private setAttrs(at: number, wanted: Record<string, unknown>): void {
    for (const [key, value] of attrsToSet(this.tr.doc.nodeAt(at)!, wanted)) this.tr.setNodeAttribute(at, key, value);
  }

  /** Properties of a block, an object, a column, or of the head of a body. */
  private showMap(name: Name): void {
    const body = this.body(name);
    const head = body?.node.firstChild;
    if (head?.attrs["id"] === HEAD) this.setAttrs(body!.start, blockAttrs(this.engine, HEAD, name));
    if (!isElement(name)) return;
    const block = this.finder.block(this.tr.doc, name);
    if (block !== null) return this.setAttrs(block, blockAttrs(this.engine, name, name));
    const object = this.finder.object(this.tr.doc, name);
    if (object !== null) {
      const kind = this.tr.doc.nodeAt(object)!.type.name;
      if (kind === "table") this.showTable(name);
      else if (kind !== "object") this.setAttrs(object, objectAttrs(this.engine, kind, name));
      return;
    }
    const table = this.finder.tableOf(name);
    if (table !== null) this.showTable(table);
  }

  private showTable(table: ElementId): void {
    if (this.fresh.has(table)) return;
    const place = () => {
      const at = this.finder.object(this.tr.doc, table);
      const node = at === null ? null : this.tr.doc.nodeAt(at)!;
      return node?.type === schema.nodes.table ? { node, start: at! + 1 } : null;
    };
    const before = place();
    if (!before) return;
    const { rows, columns } = tableShape(this.engine, table);
    const depth = depthOf(this.engine, this.engine.home(table)!) + 1;
    const known = new Map(before.node.children.map((row) => [row.attrs["id"], row]));
    this.replaceChildren(before, rows.map((row) => known.get(row) ?? rowNode(this.engine, row, columns, depth)));
    for (let n = 0; n < rows.length; n++) {
      const { node, start } = place()!;
      const above = node.children.slice(0, n).reduce((size, row) => size + row.nodeSize, 0);
      this.showRow({ node: node.child(n), start: start + above + 1 }, columns, depth);
    }
  }

  private showRow(row: Body, columns: TableShape["columns"], depth: number): void {
    const known = new Map(row.node.children.map((cell) => [cell.attrs["column"], cell]));
    const cells = columns.map((column) => known.get(column.id) ?? cellNode(this.engine, row.node.attrs["id"], column, depth));
    this.replaceChildren(row, cells);
    let at = row.start;
    cells.forEach((cell, n) => {
      this.setAttrs(at, { align: columns[n]!.align });
      at += cell.nodeSize;
    });
  }

  /** Gives a node other children, leaving those that stay where they are. */
  private replaceChildren({ node, start }: Body, children: readonly Node[]): void {
    const old = node.children;
    let [first, oldEnd, end] = [0, old.length, children.length];
    let [from, to] = [start, start + node.content.size];
    for (; first < oldEnd && first < end && old[first] === children[first]; first++) from += old[first]!.nodeSize;
    for (; oldEnd > first && end > first && old[oldEnd - 1] === children[end - 1]; oldEnd--, end--) to -= old[oldEnd - 1]!.nodeSize;
    this.replace(from, to, children.slice(first, end));
  }
}

/** Where the last change of a patch ends: where the caret belongs after an undo. */
export function endOf(patch: RichPatch): { in: Name; at: number } | null {
  const text = patch.texts.findLast(({ splices }) => splices.length > 0);
  if (!text) return null;
  const last = text.splices.at(-1)!;
  const shift = text.splices.slice(0, -1).reduce((sum, { from, to, insert }) => sum + insert.length - (to - from), 0);
  return { in: text.in, at: last.from + shift + last.insert.length };
}

