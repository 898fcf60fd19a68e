/** Random scripts of several writers: whatever they do, in whatever order it arrives, they end up with one note. */
import type { ProposedRun } from "@motet/client";
import { listOf, schema } from "@motet/client/prosemirror";
import type { Node } from "prosemirror-model";
import { expect, it } from "vitest";
import { drawingsOf, unitsOf } from "../../../src/suggest/units";
import { seeded } from "../random";
import { Exchange, type Writer, writers } from "./writers";

type Random = (end: number) => number;

/** Whether a place is directly in a line, and not within a character. */
function isPlaceOf(doc: Node, line: Node, at: number): boolean {
  const $at = doc.resolve(at);
  return $at.parent === line && !($at.textOffset > 0 && /[\ud800-\udbff]/.test($at.nodeBefore!.text!.at(-1)!));
}

/** Places in lines, wherever they are. */
function places(doc: Node): number[] {
  const found: number[] = [];
  doc.descendants((node, at) => {
    if (node.inlineContent) for (let n = 0; n <= node.content.size; n++) if (isPlaceOf(doc, node, at + 1 + n)) found.push(at + 1 + n);
    return true;
  });
  return found;
}

const pick = <T>(random: Random, from: readonly T[]): T => from[random(from.length)]!;
const TEXTS = ["a", "bc", "é", "🎼", "🎹", "字", "\u0301", "אב", " "];
const MARKS = ["emphasis", "strong", "code", "strike"];

const block = (text: string) => schema.node("block", null, text ? schema.text(text) : []);

function inset(random: Random): Node {
  switch (random(5)) {
    case 0:
      return schema.node("footnote", { id: null }, [block("note"), block("")].slice(0, 1 + random(2)));
    case 1:
      return schema.node("table", { id: null }, [0, 1].map(() => schema.node("row", null, [0, 1, 2].map((n) => schema.node("cell", null, [block("x".repeat(n))])))));
    case 2:
      return schema.node("image", { address: "a.png", alt: "A" });
    case 3:
      return schema.node("html", { tag: "<kbd>" });
    default:
      return schema.node("break");
  }
}

/** Changes the rows or columns of a table. */
function reshape(random: Random, writer: Writer): void {
  const tables: string[] = [];
  writer.state.doc.descendants((node) => void (node.type === schema.nodes.table && tables.push(node.attrs["id"])));
  if (tables.length === 0) return;
  const list = listOf(writer.engine, pick(random, tables), pick(random, ["rows", "columns"]));
  if (list === null) return;
  const length = writer.engine.items(list).length;
  const [at, to] = [random(length), random(length)];
  switch (random(4)) {
    case 0:
      return void writer.binding.change([{ do: "listInsert", in: list, at }]);
    case 1:
      return void writer.binding.change([{ do: "listDelete", in: list, at, len: 1 }]);
    case 2:
      return void writer.binding.change([{ do: "listMove", in: list, at, to }]);
    default:
      return length > 0 ? void writer.binding.change([{ do: "set", in: writer.engine.items(list)[at]!, key: "align", value: pick(random, ["left", "right", 7]) }]) : undefined;
  }
}

/** One thing that a person might do. */
function act(random: Random, writer: Writer): void {
  const all = places(writer.state.doc);
  const at = pick(random, all);
  const $at = writer.state.doc.resolve(at);
  const line = all.filter((place) => writer.state.doc.resolve(place).sameParent($at));
  const [from, to] = [at, pick(random, line)].sort((a, b) => a - b) as [number, number];
  const depth = $at.depth;
  switch (random(19)) {
    case 0:
    case 1:
    case 2:
      return writer.act((tr) => tr.insertText(pick(random, TEXTS), at));
    case 3:
      return writer.act((tr) => tr.split(at));
    case 4:
      return writer.act((tr) => tr.delete(from, to));
    case 5:
      return writer.act((tr) => tr.addMark(from, to, schema.mark(pick(random, MARKS))));
    case 6:
      return writer.act((tr) => tr.removeMark(from, to, schema.mark(pick(random, MARKS))));
    case 7:
      return writer.act((tr) => tr.setNodeAttribute($at.before(depth), "kind", pick(random, [null, "heading", "code"])));
    case 8:
      return writer.act((tr) => tr.setNodeAttribute($at.before(depth), "levels", pick(random, ["", "b", "wo", "q"])));
    case 9:
      return $at.index(depth - 1) > 0 ? writer.act((tr) => tr.join($at.before(depth))) : undefined;
    case 10: {
      // From one line into another, in one body.
      const around = all.filter((place) => writer.state.doc.resolve(place).sharedDepth(at) >= depth - 1 && writer.state.doc.resolve(place).depth === depth);
      const [start, end] = [at, pick(random, around)].sort((a, b) => a - b) as [number, number];
      return writer.act((tr) => tr.deleteRange(start, end));
    }
    case 11:
      return depth < 10 ? writer.act((tr) => tr.insert(at, inset(random))) : undefined;
    case 12:
      return void writer.binding.undo();
    case 13:
      return void writer.binding.redo();
    case 14: {
      const copy = writer.state.doc.slice(from, to);
      return writer.act((tr) => tr.replace(pick(random, line), undefined, copy));
    }
    case 15: {
      const length = writer.engine.richLength("/note");
      const [at, len, to] = [random(length + 1), random(6), random(length + 1)];
      return void writer.binding.change([{ do: "move", in: "/note", at, len, to }]);
    }
    case 16:
    case 17:
      return reshape(random, writer);
    default:
      return writer.act((tr) => tr.replaceWith(from, to, schema.text(pick(random, TEXTS), [schema.mark(pick(random, MARKS))])));
  }
}

/** Suggests from now on, or not; shows what others suggest, or not; decides about something. */
function propose(random: Random, writer: Writer): void {
  const { engine } = writer.engine;
  const runs = () => JSON.parse(engine.proposals()) as ProposedRun[];
  switch (random(5)) {
    case 0:
    case 1:
      engine.setSuggesting(pick(random, ["suggestion", undefined]));
      break;
    case 2:
      engine.setShowing(pick(random, ["", "own", "all"]));
      break;
    default: {
      const open = runs().filter((run) => run.open !== "");
      if (open.length > 0) engine.decide(pick(random, open).open, random(2) === 0);
    }
  }
  writer.binding.hear("view");
  // What is to be drawn is in the note.
  for (const [text, { inserted, removed, restyled, beside }] of drawingsOf(unitsOf(runs()))) {
    const name = text.startsWith("text:") ? `/${text.slice("text:".length)}` : text.slice("text@".length);
    const length = writer.engine.richLength(name);
    const places = [...[...inserted, ...restyled].flatMap(({ from, to }) => [from, to]), ...[...removed, ...beside].map(({ at }) => at)];
    for (const place of places) {
      expect(place).toBeLessThanOrEqual(length);
      const shown = writer.binding.placeIn(name, place);
      expect(shown === null || (shown >= 0 && shown <= writer.state.doc.content.size)).toBe(true);
    }
    for (const { from, to } of inserted) expect(from).toBeLessThan(to);
  }
}

function play(seed: number, count: number, steps: number, proposes = false): void {
  const chance = seeded(seed);
  const random: Random = (end) => Math.floor(chance() * end);
  const all = writers(count, pick(random, ["", "one", "one\ntwo\n\nthree"]));
  const exchange = new Exchange(all);
  for (let step = 0; step < steps; step++) {
    const writer = pick(random, all);
    act(random, writer);
    if (proposes && random(4) === 0) propose(random, writer);
    if (random(3) === 0) exchange.send(writer);
    if (random(3) === 0) exchange.deliver(pick(random, all));
    if (random(20) === 0) writer.select(pick(random, places(writer.state.doc)));
  }
  exchange.settle();
  for (const writer of proposes ? all : []) {
    writer.engine.engine.setSuggesting(undefined);
    writer.engine.engine.setShowing("");
    writer.binding.hear("view");
  }
  for (const writer of all) {
    writer.binding.project().check();
    expect(writer.state.doc.toJSON()).toEqual(all[0]!.state.doc.toJSON());
    expect(writer.engine.stateHash()).toBe(all[0]!.engine.stateHash());
  }
}

const SEEDS = Number(process.env["NOTE_SEEDS"] ?? 12);
const FROM = Number(process.env["NOTE_FROM"] ?? 1);

it.each([
  [1, "edit"], [2, "edit"], [3, "edit"], [1, "suggest"], [2, "suggest"], [3, "suggest"],
] as const)("%i writers who %s end up with one note", { timeout: 120_000 }, (count, how) => {
  for (let seed = FROM; seed < FROM + SEEDS; seed++) {
    try {
      play(seed, count, 100, how === "suggest");
    } catch (problem) {
      throw new Error(`NOTE_FROM=${seed} NOTE_SEEDS=1, ${count} writers who ${how}: ${(problem as Error).message}`, { cause: problem });
    }
  }
});
