/**
 * What is decided about as one: changes of one person that touch each other, such as a word that takes the place of another however
 * long that took to type, and what was done in one action.
 */
import type { AuthorId, ContainerId, DraftId, ProposedChange, ProposedRun, Showing, Spans } from "@motet/client";
import { common, overlaps, type Span, spansIn, written } from "./spans";

export interface Unit {
  /** Stays the same while it grows at its end. */
  id: string;
  author: AuthorId;
  name: string;
  /** When it was begun, in milliseconds since 1970. */
  time: number;
  draft: DraftId | null;
  /** What is open of it, in the order in which it is read. */
  changes: readonly ProposedChange[];
  /** What to accept or to reject. */
  spans: readonly Spans[];
}

/** One open change, with the run that it is of. */
interface Item {
  run: ProposedRun;
  change: ProposedChange;
  action: Span | undefined;
}

/** Where a change is: what shows of it, or its place. */
const rangeOf = ({ at, shown }: ProposedChange): [from: number, to: number] => (shown.length > 0 ? [shown[0]!, shown.at(-1)!] : [at, at]);

const isOfText = ({ kind }: ProposedChange) => kind === "insert" || kind === "delete";

/** In the order in which they are read: what takes something out before what puts something there. */
function inOrder(a: ProposedChange, b: ProposedChange): number {
  if (a.in !== b.in) return a.in === null ? 1 : b.in === null || a.in < b.in ? -1 : 1;
  const [[from, to], [otherFrom, otherTo]] = [rangeOf(a), rangeOf(b)];
  if (from !== otherFrom) return from - otherFrom;
  const [rank, otherRank] = [a, b].map(({ kind }) => ["delete", "insert"].indexOf(kind) >>> 0) as [number, number];
  return rank - otherRank || (a.kind === "delete" ? a.order - b.order : to - otherTo);
}

/** Numbers that may come to stand for the same. */
class Joined {
  private readonly parent: number[];

  constructor(count: number) {
    this.parent = Array.from({ length: count }, (_, n) => n);
  }

  of(n: number): number {
    while (this.parent[n] !== n) n = this.parent[n] = this.parent[this.parent[n]!]!;
    return n;
  }

  join(a: number, b: number): void {
    const [first, other] = [this.of(a), this.of(b)];
    this.parent[Math.max(first, other)] = Math.min(first, other);
  }
}

/** Joins what was done in one action. Items of a run come in the order in which they were made. */
function joinActions(items: readonly Item[], joined: Joined): void {
  for (let n = 1; n < items.length; n++) {
    const [before, now] = [items[n - 1]!, items[n]!];
    if (before.run === now.run && before.action && now.action && overlaps(before.action, now.action)) joined.join(n - 1, n);
  }
}

/** Joins what one person did side by side in a text. */
function joinNeighbours(items: readonly Item[], joined: Joined): void {
  const groups = new Map<string, number[]>();
  items.forEach(({ run, change }, n) => {
    if (!isOfText(change) || change.in === null) return;
    const key = `${run.author} ${run.draft} ${change.in}`;
    groups.set(key, [...(groups.get(key) ?? []), n]);
  });
  for (const group of groups.values()) {
    const stretches = group.flatMap((n) => rangesOf(items[n]!.change).map(([from, to]) => ({ n, from, to }))).sort((a, b) => a.from - b.from || a.to - b.to);
    let last: (typeof stretches)[number] | undefined;
    for (const stretch of stretches) {
      if (last && stretch.from <= last.to) joined.join(last.n, stretch.n);
      if (!last || stretch.to >= last.to) last = stretch;
    }
  }
}

/** Each stretch of a change that shows; its place, where nothing does. */
function rangesOf({ at, shown }: ProposedChange): [from: number, to: number][] {
  if (shown.length === 0) return [[at, at]];
  return Array.from({ length: shown.length / 2 }, (_, n) => [shown[2 * n]!, shown[2 * n + 1]!]);
}

/** Stretches that touch, as one. */
function merged(stretches: readonly (readonly [number, number])[]): [from: number, to: number][] {
  const all: [number, number][] = [];
  for (const [from, to] of [...stretches].sort((a, b) => a[0] - b[0])) {
    const last = all.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else all.push([from, to]);
  }
  return all;
}

/** In a text what is new comes before what it takes the place of; people read it the other way round. */
function readable(changes: readonly ProposedChange[]): ProposedChange[] {
  const isNew = ({ kind, shown }: ProposedChange) => kind === "insert" && shown.length > 0;
  if (!changes.some(isNew)) return [...changes];
  return changes.map((change) => {
    if (change.kind !== "delete" || change.shown.length > 0) return change;
    const beside = changes.filter((other) => isNew(other) && other.in === change.in).flatMap(rangesOf);
    const before = merged(beside).find(([, to]) => to === change.at);
    return before ? { ...change, at: before[0] } : change;
  });
}

function unitOf(items: readonly Item[]): Unit {
  const { run } = items[0]!;
  const first = spansIn(items[0]!.change.spans)[0]!;
  // With what the actions say besides, such as what they need: all of an action that is open.
  const spans = new Set(items.flatMap((item) => common(item.action ? [item.action] : [], spansIn(item.run.open)).map(written)));
  return {
    id: `${first.replica}.${first.start}`,
    author: run.author,
    name: run.name,
    time: Math.min(...items.map((item) => item.run.time)),
    draft: run.draft,
    changes: readable(items.map(({ change }) => change)).sort(inOrder),
    spans: [...spans],
  };
}

/** What is open, in the order in which it is read. */
export function unitsOf(runs: readonly ProposedRun[]): Unit[] {
  const open = (run: ProposedRun): Item[] =>
    run.open === "" ? [] : run.changes.filter(({ state }) => state === "open").map((change) => ({ run, change, action: spansIn(change.action)[0] }));
  const items = runs.flatMap(open);
  const joined = new Joined(items.length);
  joinActions(items, joined);
  joinNeighbours(items, joined);
  const groups = new Map<number, Item[]>();
  items.forEach((item, n) => groups.set(joined.of(n), [...(groups.get(joined.of(n)) ?? []), item]));
  const units = [...groups.values()].map(unitOf);
  return units.sort((a, b) => inOrder(a.changes[0]!, b.changes[0]!) || a.time - b.time);
}

/** Whether one sees what is open of it. */
export function isShown({ author, draft }: Pick<Unit, "author" | "draft">, { suggestions, drafts }: Showing, self: AuthorId): boolean {
  if (draft !== null) return drafts.includes(draft);
  return suggestions === "all" || (suggestions === "own" && author === self);
}

/** A part of what a unit does, in words. */
export interface Part {
  kind: "insert" | "delete" | "other";
  text: string;
}

/** What a unit does, in the order in which it is read. */
export function partsOf({ changes }: Unit): Part[] {
  const parts: Part[] = [];
  for (const change of changes.filter(isOfText)) {
    const last = parts.at(-1);
    const kind = change.kind as "insert" | "delete";
    if (last?.kind === kind) last.text += change.text;
    else parts.push({ kind, text: change.text });
  }
  if (parts.length > 0) return parts;
  const verbs = new Map<string, Set<string>>();
  for (const [verb, what] of changes.map(wordsOf)) verbs.set(verb, (verbs.get(verb) ?? new Set()).add(what));
  return [...verbs].map(([verb, whats]) => ({ kind: "other", text: `${verb} ${[...whats].join(", ")}` }));
}

const PROPERTIES: Record<string, string> = {
  kind: "the kind of paragraph", rank: "the rank of a heading", levels: "lists and quotes", task: "a task", info: "a code's language", checked: "a task", start: "a list's number",
  align: "a column's alignment", address: "where a link leads", alt: "a picture's description", blob: "a picture", bold: "bold", strong: "bold", emphasis: "italic", italic: "italic",
  strike: "struck through", code: "code", link: "a link",
};

function wordsOf({ kind, text, unsets }: ProposedChange): [verb: string, what: string] {
  const verb = unsets ? "Takes away" : kind === "mark" ? "Sets" : "Changes";
  if (kind === "other") return [verb, "an order, a list or a table"];
  return [verb, PROPERTIES[text] ?? (text.startsWith("comment:") ? "a comment" : `“${text}”`)];
}

/** A paragraph mark and other objects, as signs; and spaces, where nobody would see them. */
export const signed = (text: string): string => (/^ +$/.test(text) ? text.replaceAll(" ", "␣") : text.replaceAll("\n", "¶").replaceAll("\u{fffc}", "▣"));

/** All of it in one line, for those who hear it. */
export const said = (unit: Unit): string =>
  partsOf(unit).map(({ kind, text }) => (kind === "other" ? text : `${kind === "insert" ? "insert" : "delete"} “${signed(text)}”`)).join(", ");

/** Where units show in one text. */
export interface Drawing {
  inserted: { from: number; to: number; unit: Unit }[];
  removed: { at: number; text: string; unit: Unit }[];
  /** What only looks otherwise. */
  restyled: { from: number; to: number; unit: Unit }[];
  /** What a paragraph is like. */
  beside: { at: number; unit: Unit }[];
}

/** What to draw of units, text by text. */
export function drawingsOf(units: readonly Unit[]): Map<ContainerId, Drawing> {
  const drawings = new Map<ContainerId, Drawing>();
  for (const unit of units) {
    const hasText = unit.changes.some(isOfText);
    for (const change of unit.changes) {
      if (change.in === null) continue;
      const drawing = drawings.get(change.in) ?? { inserted: [], removed: [], restyled: [], beside: [] };
      drawings.set(change.in, drawing);
      draw(drawing, unit, change, hasText);
    }
  }
  return drawings;
}

/** What is typed on is drawn as one. */
function carryOn(stretches: Drawing["inserted"], { from, to, unit }: Drawing["inserted"][number]): void {
  const last = stretches.at(-1);
  if (last?.unit === unit && last.to === from) last.to = to;
  else stretches.push({ from, to, unit });
}

function draw(drawing: Drawing, unit: Unit, change: ProposedChange, hasText: boolean): void {
  const stretches = change.shown.length > 0 ? rangesOf(change).map(([from, to]) => ({ from, to, unit })) : [];
  const last = drawing.removed.at(-1);
  if (change.kind === "insert") for (const stretch of stretches) carryOn(drawing.inserted, stretch);
  else if (change.kind === "mark" && !hasText) drawing.restyled.push(...stretches);
  else if ((change.kind === "set" || change.kind === "other") && !hasText) drawing.beside.push({ at: change.at, unit });
  else if (change.kind === "delete" && stretches.length === 0 && last?.unit === unit && last.at === change.at) last.text += change.text;
  else if (change.kind === "delete" && stretches.length === 0) drawing.removed.push({ at: change.at, text: change.text, unit });
}
