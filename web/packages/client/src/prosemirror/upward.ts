/**
 * From the page to the engine: what each step of a transaction did, as changes by position. A step says between which
 * places something may be other than before; the tokens there, before and after, say what. So steps of every kind, also
 * those that nobody here has heard of, go one way.
 */
import { Mark, type Node } from "prosemirror-model";
import type { EditorState, Transaction } from "prosemirror-state";
import { AddMarkStep, AddNodeMarkStep, AttrStep, Mapping, RemoveMarkStep, RemoveNodeMarkStep, ReplaceAroundStep, ReplaceStep, type Step } from "prosemirror-transform";
import { ManyStep } from "./many.js";
import { type Body, bodyDepth, bodyName, unitsOf, unitsTo } from "./places.js";
import { changesOfAttrs, markChanges, richMarks } from "./properties.js";
import type { ElementId, Name, RichChange } from "./rich.js";
import { HEAD, marksOn, schema } from "./schema.js";

/** A unit of a body, or its head. */
interface Token {
  at: number;
  node: Node;
  /** A character's text. */
  text: string | null;
  /** The name of a block's mark or an object; null where the engine has not named it. */
  id: ElementId | null;
}

/** A stretch of a document. */
interface Stretch {
  from: number;
  to: number;
}

/** An attribute of a node that the engine's answer fills in. */
interface Blank {
  at: number;
  attr: "id" | "column";
  /** The number of what is made, or the value itself. */
  value: number | string;
}

const isChar = (token: Token) => token.text !== null;
const isBlock = (token: Token) => token.node.type === schema.nodes.block;
const units = (tokens: readonly Token[]) => tokens.filter((token) => token.id !== HEAD).length;

/** Where a step may have changed something, before and after. */
function stretches(step: Step, before: Node, after: Node): [Stretch, Stretch] {
  if (step instanceof ReplaceStep || step instanceof ReplaceAroundStep) {
    return [step, { from: step.from, to: step.getMap().map(step.to, 1) }];
  }
  if (step instanceof AddMarkStep || step instanceof RemoveMarkStep) return [step, step];
  if (step instanceof AttrStep || step instanceof AddNodeMarkStep || step instanceof RemoveNodeMarkStep) {
    const stretch = { from: step.pos, to: step.pos + 1 };
    return [stretch, stretch];
  }
  if (step instanceof ManyStep) {
    const stretch = { from: step.looks[0]!.at, to: step.looks.at(-1)!.at + 1 };
    return [stretch, stretch];
  }
  const from = before.content.findDiffStart(after.content);
  const to = before.content.findDiffEnd(after.content);
  if (from === null || to === null) return [{ from: 0, to: 0 }, { from: 0, to: 0 }];
  const overlap = Math.max(0, from - Math.min(to.a, to.b));
  return [{ from, to: to.a + overlap }, { from, to: to.b + overlap }];
}

/** The tokens of a body that lie or reach between two places. */
function tokensIn({ node: body, start }: Body, { from, to }: Stretch): Token[] {
  const tokens: Token[] = [];
  let at = start;
  for (let n = 0; n < body.childCount && at < to; n++) {
    const block = body.child(n);
    // Only the first block can be the head; a copy of it is a new block.
    if (at >= from) tokens.push({ at, node: block, text: null, id: n > 0 && block.attrs["id"] === HEAD ? null : block.attrs["id"] });
    if (at + block.nodeSize > from) addLine(tokens, block, at + 1, { from, to });
    at += block.nodeSize;
  }
  return tokens;
}

function addLine(tokens: Token[], block: Node, start: number, { from, to }: Stretch): void {
  let at = start;
  for (let n = 0; n < block.childCount && at < to; n++) {
    const node = block.child(n);
    const end = at + node.nodeSize;
    if (node.isText) {
      for (let place = Math.max(at, from); place < Math.min(end, to); place++) tokens.push({ at: place, node, text: node.text![place - at]!, id: null });
    } else if (end > from) tokens.push({ at, node, text: null, id: node.attrs["id"] });
    at = end;
  }
}

/** How many units of a body lie wholly before a place. */
const unitsBehind = (body: Body, place: number) => unitsTo(body, place, lineBehind);

function lineBehind(block: Node, place: number): number {
  let [count, at] = [0, 0];
  for (let n = 0; n < block.childCount && at < place; n++) {
    const child = block.child(n);
    if (child.isText) count += Math.min(child.nodeSize, place - at);
    else if (at + child.nodeSize <= place) count += unitsOf(child);
    at += child.nodeSize;
  }
  return count;
}

/** Pairs of tokens with one name, ascending on both sides. */
function namedPairs(before: readonly Token[], after: readonly Token[]): [number, number][] {
  const places = new Map<ElementId, number>();
  before.forEach((token, n) => token.id !== null && places.set(token.id, n));
  const pairs: [number, number][] = [];
  after.forEach((token, n) => {
    const place = token.id === null ? undefined : places.get(token.id);
    if (place !== undefined && place > (pairs.at(-1)?.[0] ?? -1) && before[place]!.node.type === token.node.type) pairs.push([place, n]);
  });
  return pairs;
}

const isHigh = (token: Token | undefined) => /^[\ud800-\udbff]$/.test(token?.text ?? "");
const isLow = (token: Token | undefined) => /^[\udc00-\udfff]$/.test(token?.text ?? "");
const isSameChar = (a: Token, b: Token) => isChar(a) && a.text === b.text;

/** How many characters are the same at the beginning and at the end; never half a pair. */
function sameEnds(before: readonly Token[], after: readonly Token[]): [number, number] {
  const most = Math.min(before.length, after.length);
  let head = 0;
  while (head < most && isSameChar(before[head]!, after[head]!)) head++;
  if (head > 0 && isHigh(before[head - 1]) && (isLow(before[head]) || isLow(after[head]))) head--;
  let tail = 0;
  while (tail < most - head && isSameChar(before.at(-1 - tail)!, after.at(-1 - tail)!)) tail++;
  if (tail > 0 && isLow(before.at(-tail)) && (isHigh(before.at(-tail - 1)) || isHigh(after.at(-tail - 1)))) tail--;
  return [head, tail];
}

/** Gathers what transactions did to a document, for one action. */
export class Upward {
  readonly changes: RichChange[] = [];
  /** Tables of which steps made something that no table is. */
  readonly torn = new Set<ElementId>();
  private readonly blanks: Blank[] = [];
  /** Bodies with other first blocks than before: the places right before their nodes. */
  private bodies: { name: Name; before: number }[] = [];
  private made = 0;

  constructor(private readonly root: Name) {}

  add(transaction: Transaction): void {
    transaction.steps.forEach((step, n) => {
      const after = transaction.docs[n + 1] ?? transaction.doc;
      this.follow(step);
      this.step(step, transaction.docs[n]!, after);
    });
  }

  /** Sees to it that no body begins with an empty head while it has other blocks: nobody would see the head. */
  nameHeads(doc: Node): void {
    const named = new Set<Name>();
    for (const { name, before } of this.bodies) {
      // Several steps may have been in one body.
      if (named.has(name)) continue;
      named.add(name);
      const body = before < 0 ? doc : doc.nodeAt(before);
      const head = body?.firstChild;
      if (!head || head.attrs["id"] !== HEAD || head.content.size > 0 || body.childCount < 2) continue;
      this.makeBlock(name, 0, { at: before + 1, node: head, text: null, id: null });
    }
    this.bodies = [];
  }

  /** Writes the names of what was made into the document. */
  fill(state: EditorState, made: readonly ElementId[]): Transaction {
    const { tr } = state;
    const looks = new Map<number, Record<string, unknown>>();
    for (const { at, attr, value } of this.blanks) {
      const wanted = typeof value === "number" ? made[value]! : value;
      const node = tr.doc.nodeAt(at);
      if (node && node.attrs[attr] !== wanted) looks.set(at, { ...looks.get(at), [attr]: wanted });
    }
    const ascending = [...looks].sort(([a], [b]) => a - b).map(([at, attrs]) => ({ at, attrs }));
    if (ascending.length > 0) tr.step(new ManyStep(ascending));
    return tr;
  }

  /** Brings places to where a step leaves them. */
  private follow(step: Step): void {
    const map = new Mapping([step.getMap()]);
    const blanks = this.blanks.splice(0);
    for (const blank of blanks) {
      const { pos, deletedAfter } = map.mapResult(blank.at, 1);
      if (!deletedAfter) this.blanks.push({ ...blank, at: pos });
    }
    this.bodies = this.bodies.flatMap((body) => {
      if (body.before < 0) return [body];
      const { pos, deletedAfter } = map.mapResult(body.before, 1);
      return deletedAfter ? [] : [{ ...body, before: pos }];
    });
  }

  private step(step: Step, before: Node, after: Node): void {
    const [old, now] = stretches(step, before, after);
    const $from = before.resolve(old.from);
    const depth = bodyDepth($from, $from.sharedDepth(old.to));
    const start = $from.start(depth);
    const body = { node: $from.node(depth), start };
    const next = { node: after.resolve(start).node(depth), start };
    const name = bodyName($from, depth, this.root);
    // Whether the first block is the head depends on what comes before it.
    const reaches = old.from <= start && body.node.firstChild!.attrs["id"] === HEAD ? Math.max(0, start + 1 - old.to) : 0;
    const [wide, nextWide] = [old, now].map(({ from, to }) => ({ from, to: to + reaches }));
    this.compare(name, [body, wide!], [next, nextWide!]);
  }

  private compare(name: Name, [body, old]: [Body, Stretch], [next, now]: [Body, Stretch]): void {
    const before = tokensIn(body, old);
    const known = new Set(before.map((token) => token.id));
    // A name that was not here is a copy's, or a thing's that is deleted: what bears it is new.
    const after = tokensIn(next, now).map((token) => {
      const isKnown = token.id !== null && known.delete(token.id);
      return isKnown ? token : { ...token, id: null };
    });
    this.bodies.push({ name, before: body.start - 1 });
    let at = unitsBehind(body, before[0] && !isChar(before[0]) ? Math.min(before[0].at, old.from) : old.from);
    let [left, right] = [0, 0];
    for (const [n, m] of namedPairs(before, after)) {
      at = this.gap(name, at, before.slice(left, n), after.slice(right, m));
      this.keep(name, at, before[n]!, after[m]!);
      at += after[m]!.id === HEAD ? 0 : 1;
      [left, right] = [n + 1, m + 1];
    }
    this.gap(name, at, before.slice(left), after.slice(right));
  }

  /** Changes between two things that stay; returns where the second is then. */
  private gap(name: Name, at: number, before: readonly Token[], after: readonly Token[]): number {
    const [head, tail] = sameEnds(before, after);
    this.remark(name, at, before.slice(0, head), after.slice(0, head));
    const removed = units(before.slice(head, before.length - tail));
    const end = this.insert(name, at + head, removed, after.slice(head, after.length - tail));
    this.remark(name, end, before.slice(before.length - tail), after.slice(after.length - tail));
    return end + tail;
  }

  /** Puts tokens in the place of so many units; returns where they end. */
  private insert(name: Name, from: number, removed: number, tokens: readonly Token[]): number {
    let [at, len] = [from, removed];
    for (let n = 0; n < tokens.length; ) {
      const token = tokens[n]!;
      if (!isChar(token)) {
        if (len > 0) this.changes.push({ do: "text", in: name, at, len, text: "" });
        if (isBlock(token)) this.makeBlock(name, at, token);
        else this.makeObject(name, at, token);
        [at, len, n] = [at + 1, 0, n + 1];
        continue;
      }
      const marks = marksOn(token.node);
      let text = "";
      for (; n < tokens.length && isChar(tokens[n]!) && Mark.sameSet(marksOn(tokens[n]!.node), marks); n++) text += tokens[n]!.text;
      // Half a character cannot be kept: it stands for itself as the sign for that, one unit as well.
      this.changes.push({ do: "text", in: name, at, len, text: wellFormed(text), marks: richMarks(marks) });
      [at, len] = [at + text.length, 0];
    }
    if (len > 0) this.changes.push({ do: "text", in: name, at, len, text: "" });
    return at;
  }

  /** Properties of characters that stay. */
  private remark(name: Name, from: number, before: readonly Token[], after: readonly Token[]): void {
    for (let n = 0; n < after.length; ) {
      const [had, has] = [before[n]!.node, after[n]!.node];
      let end = n + 1;
      while (end < after.length && before[end]!.node === had && after[end]!.node === has) end++;
      this.markRange(name, from + n, end - n, marksOn(had), marksOn(has));
      n = end;
    }
  }

  private markRange(name: Name, at: number, len: number, had: readonly Mark[], has: readonly Mark[]): void {
    if (Mark.sameSet(had, has)) return;
    for (const mark of markChanges(had, has)) this.changes.push({ do: "mark", in: name, at, len, ...mark });
  }

  /** What a block or an object that stays is like, and what is in it. */
  private keep(name: Name, at: number, old: Token, now: Token): void {
    if (old.node === now.node) return;
    this.changes.push(...changesOfAttrs(now.id === HEAD ? name : now.id!, old.node, now.node));
    if (isBlock(now)) return;
    this.markRange(name, at, 1, marksOn(old.node), marksOn(now.node));
    if (now.node.type === schema.nodes.footnote) this.compareAll(now.id!, { node: old.node, start: old.at + 1 }, { node: now.node, start: now.at + 1 });
    if (now.node.type === schema.nodes.table) this.compareTables(old, now);
  }

  private compareAll(name: Name, body: Body, next: Body): void {
    const whole = ({ node, start }: Body) => ({ from: start, to: start + node.content.size });
    if (body.node !== next.node) this.compare(name, [body, whole(body)], [next, whole(next)]);
  }

  /** Cells by rows and columns; steps that make other rows or columns are not taken, and mended. */
  private compareTables(old: Token, now: Token): void {
    const cells = ({ node, at }: Token) => {
      const found: [Name, Body][] = [];
      node.descendants((inner, place, row) => {
        if (inner.type === schema.nodes.cell) found.push([`${row!.attrs["id"]}*${inner.attrs["column"]}`, { node: inner, start: at + 2 + place }]);
        return inner.type === schema.nodes.row;
      });
      return found;
    };
    const [before, after] = [cells(old), cells(now)];
    const isOther = ([name, { node }]: [Name, Body], n: number) => name !== after[n]![0] || node.attrs["align"] !== after[n]![1].node.attrs["align"];
    if (before.length !== after.length || before.some(isOther)) return void this.torn.add(now.id!);
    before.forEach(([name, body], n) => this.compareAll(name, body, after[n]![1]));
  }

  private make(change: RichChange, ...blanks: Omit<Blank, "value">[]): string {
    this.changes.push(change);
    for (const blank of blanks) this.blanks.push({ ...blank, value: this.made });
    return `@${this.made++}`;
  }

  private makeBlock(name: Name, at: number, token: Token): void {
    const id = this.make({ do: "object", in: name, at, kind: "" }, { at: token.at, attr: "id" });
    this.changes.push(...changesOfAttrs(id, null, token.node));
  }

  private makeObject(name: Name, at: number, { node, at: place }: Token): void {
    const kind = node.type === schema.nodes.object ? node.attrs["kind"] : node.type.name;
    const id = this.make({ do: "object", in: name, at, kind, marks: richMarks(marksOn(node)) }, { at: place, attr: "id" });
    this.changes.push(...changesOfAttrs(id, null, node));
    if (node.type === schema.nodes.footnote) this.fillBody(id, { node, start: place + 1 });
    if (node.type === schema.nodes.table) this.fillTable(id, node, place + 1);
  }

  /** Writes a body that is empty yet. */
  private fillBody(name: Name, { node, start }: Body): void {
    const first = node.firstChild!;
    const hasHead = first.content.size > 0 || node.childCount === 1;
    if (hasHead) {
      this.blanks.push({ at: start, attr: "id", value: HEAD });
      this.changes.push(...changesOfAttrs(name, null, first));
    }
    const tokens = tokensIn({ node, start }, { from: start, to: start + node.content.size }).map((token) => ({ ...token, id: null }));
    this.insert(name, 0, 0, hasHead ? tokens.slice(1) : tokens);
  }

  private fillTable(table: Name, node: Node, start: number): void {
    const width = Math.max(0, ...node.children.map((row) => row.childCount));
    const rows = this.make({ do: "setList", in: table, key: "rows" });
    const columns = this.make({ do: "setList", in: table, key: "columns" });
    const names = Array.from({ length: width }, (_, n) => this.make({ do: "listInsert", in: columns, at: n }));
    // How a cell is aligned its column says.
    const alignments = names.map((_, n) => node.firstChild?.maybeChild(n)?.attrs["align"] ?? null);
    alignments.forEach((value, n) => value !== null && this.changes.push({ do: "set", in: names[n]!, key: "align", value }));
    const fits = (row: Node) => row.childCount === width && row.children.every((cell, n) => cell.attrs["align"] === alignments[n]);
    if (!node.children.every(fits)) this.torn.add(table);
    let at = start;
    node.children.forEach((row, n) => {
      const id = this.make({ do: "listInsert", in: rows, at: n }, { at, attr: "id" });
      let place = at + 1;
      row.children.forEach((cell, m) => {
        this.blanks.push({ at: place, attr: "column", value: Number(names[m]!.slice(1)) });
        this.fillBody(`${id}*${names[m]}`, { node: cell, start: place + 1 });
        place += cell.nodeSize;
      });
      at += row.nodeSize;
    });
  }
}

/** Text in which halves of characters are replaced. */
const wellFormed = (text: string) => text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd");
