/**
 * Where the engine's positions are in ProseMirror's document, and back. A body's tokens are the openings of its blocks,
 * but for the head's, and what is in their lines; each is one unit of the engine's text. Nodes never change, so how
 * long one is is worked out once, and after an edit only where it was.
 */
import type { Fragment, Node, ResolvedPos } from "prosemirror-model";
import type { ElementId, Name, RichEngine } from "./rich.js";
import { HEAD, isBody, schema } from "./schema.js";

const lengths = new WeakMap<Node, number>();

/** How many units a block's line has. */
export function lineLength(block: Node): number {
  // Mostly a line is one text.
  if (block.childCount < 2 && block.firstChild?.isText !== false) return block.content.size;
  let length = lengths.get(block);
  if (length === undefined) {
    length = 0;
    for (let n = 0; n < block.childCount; n++) length += unitsOf(block.child(n));
    lengths.set(block, length);
  }
  return length;
}

/** How many units a node in a line is. */
export const unitsOf = (inline: Node) => (inline.isText ? inline.nodeSize : 1);

/** How many units the opening of a block is. */
export const openingOf = (block: Node, index: number) => (index === 0 && block.attrs["id"] === HEAD ? 0 : 1);

/** A node that holds blocks, and where its content begins. */
export interface Body {
  node: Node;
  start: number;
}

/** The place right behind so many units of a line, counted from where the line begins. */
function placeInLine(block: Node, units: number): number {
  let [left, at] = [units, 0];
  for (let n = 0; left > 0; n++) {
    const child = block.child(n);
    if (child.isText && left <= child.nodeSize) return at + left;
    left -= unitsOf(child);
    at += child.nodeSize;
  }
  return at;
}

/** Where the blocks of a body begin, in units and in places, and behind them where the last one ends. */
interface Beginnings {
  units: Int32Array;
  places: Int32Array;
}

const known = new WeakMap<Fragment, Beginnings>();

/** The long body that was asked for last: the next one mostly has the same blocks, which need not be looked at again. */
let last: { blocks: readonly Node[]; found: Beginnings } | null = null;

/** From how many blocks on it is worth knowing. */
export const LONG = 100;

/** How many blocks two bodies have in common where they begin, and of the others how many where they end; the first is never of those. */
function inCommon(some: readonly Node[], others: readonly Node[]): [number, number] {
  const least = Math.min(some.length, others.length);
  let [first, end] = [0, 0];
  while (first < least && some[first] === others[first]) first++;
  // Of the first block it matters where it is.
  const most = least - Math.max(first, 1);
  while (end < most && some[some.length - 1 - end] === others[others.length - 1 - end]) end++;
  return [first, end];
}

/** As `beginningsOf`, for blocks of which nothing is known. */
function measure(blocks: readonly Node[]): Beginnings {
  const [had, before] = [last?.blocks ?? [], last?.found];
  const [units, places] = [new Int32Array(blocks.length + 1), new Int32Array(blocks.length + 1)];
  const [same, after] = inCommon(blocks, had);
  if (before) {
    units.set(before.units.subarray(0, same + 1));
    places.set(before.places.subarray(0, same + 1));
  }
  const end = blocks.length - after;
  for (let n = same; n < end; n++) {
    const block = blocks[n]!;
    units[n + 1] = units[n]! + openingOf(block, n) + lineLength(block);
    places[n + 1] = places[n]! + block.nodeSize;
  }
  if (before && after > 0) {
    const from = had.length - after;
    copyMoved(before.units, from, units, end);
    copyMoved(before.places, from, places, end);
  }
  return { units, places };
}

/** Copies what is behind a number of a list behind one of another, which says how far from there all of it is. */
function copyMoved(list: Int32Array, from: number, into: Int32Array, to: number): void {
  const more = into[to]! - list[from]!;
  for (let n = 1; from + n < list.length; n++) into[to + n] = list[from + n]! + more;
}

function beginningsOf(content: Fragment): Beginnings {
  let found = known.get(content);
  if (found === undefined) {
    const blocks = content.content;
    known.set(content, (found = measure(blocks)));
    if (blocks.length >= LONG) last = { blocks, found };
  }
  return found;
}

/** Where each block of a body begins, counted from the body's content, and behind them where the last one ends. */
export const placesOfBlocks = ({ content }: { content: Fragment }): Int32Array => beginningsOf(content).places;

/** How many of ascending numbers are below one. */
export function countBelow(ascending: Int32Array, limit: number): number {
  let [first, end] = [0, ascending.length];
  while (first < end) {
    const middle = (first + end) >> 1;
    if (ascending[middle]! < limit) first = middle + 1;
    else end = middle;
  }
  return first;
}

/** The place right behind so many units of a body: between blocks only where a mark comes first and there are none. */
export function locate({ node, start }: Body, units: number): number {
  const { units: before, places } = beginningsOf(node.content);
  const n = Math.max(0, countBelow(before, units) - 1);
  if (units > before.at(-1)!) throw new RangeError(`the body has ${before.at(-1)} units, not ${units}`);
  const block = node.child(n);
  const [at, left] = [start + places[n]!, units - before[n]!];
  const opening = openingOf(block, n);
  return left < opening ? at : at + 1 + placeInLine(block, left - opening);
}

/** How many units of a body lie before a place, where `within` says how many of a line do. */
export function unitsTo({ node, start }: Body, place: number, within: (block: Node, place: number) => number): number {
  const { units, places } = beginningsOf(node.content);
  const n = countBelow(places, place - start) - 1;
  if (n < 0 || n === node.childCount) return units[Math.max(0, n)]!;
  if (start + places[n + 1]! === place) return units[n + 1]!;
  return units[n]! + openingOf(node.child(n), n) + within(node.child(n), place - start - places[n]! - 1);
}

/** How many units of a body lie before a place that is directly between its blocks or in one of its lines. */
export const unitsBefore = (body: Body, place: number) => unitsTo(body, place, unitsInLine);

function unitsInLine(block: Node, place: number): number {
  let [units, at] = [0, 0];
  for (let n = 0; n < block.childCount && at < place; n++) {
    const child = block.child(n);
    units += child.isText ? Math.min(child.nodeSize, place - at) : 1;
    at += child.nodeSize;
  }
  return units;
}

/** The depth of the innermost body around a place. */
export function bodyDepth($place: ResolvedPos, most = $place.depth): number {
  let depth = most;
  while (!isBody($place.node(depth))) depth--;
  return depth;
}

/** The engine's name of the body at a depth. */
export function bodyName($place: ResolvedPos, depth: number, root: Name): Name {
  const node = $place.node(depth);
  if (node.type === schema.nodes.cell) return `${$place.node(depth - 1).attrs["id"]}*${node.attrs["column"]}`;
  return depth === 0 ? root : node.attrs["id"];
}

/** Whether what has a name hangs on one element. */
export const isElement = (name: Name) => !name.startsWith("/") && !name.includes("*");

/** Finds nodes by the engine's names, in a document that shows what the engine does around them. */
export class Finder {
  constructor(
    private readonly engine: RichEngine,
    private readonly root: Name,
  ) {}

  /** The body that shows the text `name`. */
  body(doc: Node, name: Name): Body | null {
    if (name === this.root) return { node: doc, start: 0 };
    if (name.startsWith("/")) return null;
    const [row, column] = name.split("*");
    if (column !== undefined) return this.cell(doc, row!, column);
    const at = this.object(doc, name);
    const node = at === null ? null : doc.nodeAt(at)!;
    return node?.type === schema.nodes.footnote ? { node, start: at! + 1 } : null;
  }

  /** The table of a row or a column; null for what is none. */
  tableOf(item: ElementId): ElementId | null {
    return this.engine.itemPlace(item) === null ? null : this.ownerOf(this.engine.home(item)!);
  }

  /** The table that a list is of; null where it is no element's. */
  ownerOf(list: Name): ElementId | null {
    const owner = isElement(list) ? this.engine.home(list) : null;
    return owner !== null && isElement(owner) ? owner : null;
  }

  private cell(doc: Node, rowId: ElementId, column: ElementId): Body | null {
    const table = this.tableOf(rowId);
    const at = table === null ? null : this.object(doc, table);
    if (at === null) return null;
    let start = at + 1;
    for (const row of doc.nodeAt(at)!.children) {
      if (row.attrs["id"] !== rowId) {
        start += row.nodeSize;
        continue;
      }
      start += 1;
      for (const cell of row.children) {
        if (cell.attrs["column"] === column) return { node: cell, start: start + 1 };
        start += cell.nodeSize;
      }
      return null;
    }
    return null;
  }

  /** The place of an object. */
  object(doc: Node, id: ElementId): number | null {
    const at = this.behind(doc, id, 0);
    return at !== null && doc.nodeAt(at)?.attrs["id"] === id ? at : null;
  }

  /** The place of the block of a paragraph mark. */
  block(doc: Node, id: ElementId): number | null {
    const at = this.behind(doc, id, 1);
    return at !== null && doc.nodeAt(at)?.attrs["id"] === id && doc.nodeAt(at)!.type === schema.nodes.block ? at : null;
  }

  /** The place right behind what comes before an element, or behind the end of that block. */
  private behind(doc: Node, id: ElementId, closing: number): number | null {
    const place = this.engine.richPlace(`r${id}`, this.root);
    const body = place && this.body(doc, place.in);
    if (!body) return null;
    try {
      const at = locate(body, place.at);
      return doc.resolve(at).depth > doc.resolve(body.start).depth ? at + closing : at;
    } catch {
      // The engine is ahead of the document there, so the element does not show yet.
      return null;
    }
  }
}
