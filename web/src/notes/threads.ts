/** Comments: threads in the map `comments`, and where in the note each of them is. They are never only proposed. */
import type { ListContainer, MapContainer, MotetDocument } from "@motet/client";
import { isContainer } from "@motet/client";
import { bodyDepth, bodyName, type Name, type RichChange, schema, unitsBefore } from "@motet/client/prosemirror";
import type { Node } from "prosemirror-model";
import { type EditorState, Plugin, PluginKey } from "prosemirror-state";
import { Decoration, DecorationSet } from "prosemirror-view";
import { areApart, stretches } from "./across";

export interface Entry {
  author: string;
  name: string;
  /** Milliseconds since 1970. */
  time: number;
  text: string;
}

export interface Thread {
  name: string;
  /** What the text read when the thread was begun. */
  quote: string;
  isResolved: boolean;
  entries: Entry[];
}

export interface Stretch {
  from: number;
  to: number;
}

/** How much of the text a thread keeps to show when that is gone. */
const QUOTE_MAX = 200;

const MARK = "comment:";

const isText = (value: unknown): value is string => typeof value === "string";

function entryOf(held: unknown): Entry[] {
  const { author, name, time, text } = (held ?? {}) as Record<string, unknown>;
  if (!isText(author) || !isText(name) || !isText(text) || typeof time !== "number") return [];
  return [{ author, name, time, text }];
}

function threadOf(name: string, map: MapContainer): Thread {
  const [quote, entries] = [map.get("quote"), map.get("entries")];
  const list = isContainer(entries) && entries.kind === "list" ? entries.toArray() : [];
  return { name, quote: isText(quote) ? quote : "", isResolved: map.get("resolved") === true, entries: list.flatMap(entryOf) };
}

const commentsOf = (document: MotetDocument) => document.map("comments");

/** The threads; what is none is left out. */
export function threadsOf(document: MotetDocument): Thread[] {
  const maps = commentsOf(document).entries().flatMap(([name, held]) => (isContainer(held) && held.kind === "map" ? [threadOf(name, held)] : []));
  return maps.filter(({ entries }) => entries.length > 0);
}

function mapOf(document: MotetDocument, thread: string): MapContainer | null {
  const held = commentsOf(document).get(thread);
  return isContainer(held) && held.kind === "map" ? held : null;
}

/** A name that nobody else makes up. */
const freshName = () => Array.from(crypto.getRandomValues(new Uint8Array(10)), (byte) => (byte % 36).toString(36)).join("");

/** Begins a thread about some text, as one action. Returns its name. */
export function beginThread(document: MotetDocument, about: readonly UnitRange[], quote: string, entry: Entry): string {
  const name = freshName();
  const marks = about.map((range): RichChange => ({ do: "mark", ...range, key: MARK + name, value: true, grows: "nowhere" }));
  document.plainly(() => {
    const thread = commentsOf(document).create(name, "map");
    thread.set("quote", quote.slice(0, QUOTE_MAX));
    thread.create("entries", "list").push({ ...entry });
    document.richChange(marks);
  });
  return name;
}

export function reply(document: MotetDocument, thread: string, entry: Entry): void {
  const list = mapOf(document, thread)?.get("entries");
  if (isContainer(list) && list.kind === "list") document.plainly(() => (list as ListContainer).push({ ...entry }));
}

export function resolve(document: MotetDocument, thread: string, isResolved: boolean): void {
  document.plainly(() => mapOf(document, thread)?.set("resolved", isResolved));
}

/** Takes a thread away, and what marks it in the note, as one action. */
export function removeThread(document: MotetDocument, thread: string, about: readonly UnitRange[]): void {
  const marks = about.map((range): RichChange => ({ do: "mark", ...range, key: MARK + thread, value: undefined, grows: "nowhere" }));
  document.plainly(() => {
    commentsOf(document).delete(thread);
    if (marks.length > 0) document.richChange(marks);
  });
}

/** A stretch of a body's text in the engine. */
export interface UnitRange {
  in: Name;
  at: number;
  len: number;
}

/** What lies between two places, line by line and cell by cell. */
export function unitRanges(root: Name, doc: Node, from: number, to: number): UnitRange[] {
  const [$from, $to] = [doc.resolve(from), doc.resolve(to)];
  const isOfLines = $from.parent.inlineContent && $to.parent.inlineContent;
  if (isOfLines && areApart($from, $to)) return stretches({ $from, $to, from, to }).flatMap((part) => (part.from < part.to ? rangesIn(root, doc, part.from, part.to) : []));
  return rangesIn(root, doc, from, to);
}

/** What lies between two places in the innermost body that has both. */
function rangesIn(root: Name, doc: Node, from: number, to: number): UnitRange[] {
  const [$from, $to] = [doc.resolve(from), doc.resolve(to)];
  const depth = bodyDepth($from, $from.sharedDepth(to));
  const body = { node: $from.node(depth), start: $from.start(depth) };
  const [start, end] = [$from.depth > depth + 1 ? $from.before(depth + 2) : from, $to.depth > depth + 1 ? $to.after(depth + 2) : to];
  const ranges: UnitRange[] = [];
  body.node.forEach((block, offset) => {
    const line = body.start + offset + 1;
    const [first, last] = [Math.max(start, line), Math.min(end, line + block.content.size)];
    if (first >= last) return;
    const at = unitsBefore(body, first);
    ranges.push({ in: bodyName($from, depth, root), at, len: unitsBefore(body, last) - at });
  });
  return ranges;
}

type Found = readonly (Stretch & { threads: readonly string[] })[];

const found = new WeakMap<Node, Found>();

/** The stretches of a block that threads are about, counted from where it begins. Nodes never change. */
function foundIn(block: Node): Found {
  let known = found.get(block);
  if (known === undefined) {
    const list: (Stretch & { threads: readonly string[] })[] = [];
    block.descendants((node, at) => {
      const mark = node.isInline && schema.marks.comments!.isInSet(node.marks);
      if (mark) list.push({ from: at + 1, to: at + 1 + node.nodeSize, threads: (mark.attrs["threads"] as string).split(" ") });
    });
    found.set(block, (known = list));
  }
  return known;
}

/** Where each thread is, ascending; threads whose text is gone are not there. */
export function placesOf(doc: Node): Map<string, Stretch[]> {
  const places = new Map<string, Stretch[]>();
  doc.forEach((block, offset) => {
    for (const { from, to, threads } of foundIn(block)) {
      for (const thread of threads) {
        const list = places.get(thread) ?? [];
        const last = list.at(-1);
        if (last?.to === offset + from) last.to = offset + to;
        else list.push({ from: offset + from, to: offset + to });
        places.set(thread, list);
      }
    }
  });
  return places;
}

interface Shown {
  /** Threads that are not resolved. */
  open: ReadonlySet<string>;
  active: string | null;
  drawn: DecorationSet;
}

const key = new PluginKey<Shown>("note:threads");

/** The open thread that a place is in: the one about the least text. */
function activeAt(places: ReadonlyMap<string, readonly Stretch[]>, open: ReadonlySet<string>, place: number): string | null {
  const around = [...places].filter(([thread, list]) => open.has(thread) && list.some(({ from, to }) => from <= place && place <= to));
  const size = (list: readonly Stretch[]) => list.reduce((sum, { from, to }) => sum + to - from, 0);
  return around.sort((a, b) => size(a[1]) - size(b[1]))[0]?.[0] ?? null;
}

function draw({ doc, selection }: EditorState, open: ReadonlySet<string>): Shown {
  if (open.size === 0) return { open, active: null, drawn: DecorationSet.empty };
  const places = placesOf(doc);
  const active = activeAt(places, open, selection.head);
  const marks = [...places].filter(([thread]) => open.has(thread)).flatMap(([thread, list]) =>
    list.map(({ from, to }) => Decoration.inline(from, to, { class: thread === active ? "note-comment is-active" : "note-comment" })),
  );
  return { open, active, drawn: DecorationSet.create(doc, marks) };
}

/** Shows what open threads are about. */
export function threadsPlugin(): Plugin<Shown> {
  return new Plugin<Shown>({
    key,
    state: {
      init: (_, state) => draw(state, new Set()),
      apply(transaction, shown, _, state) {
        const open = transaction.getMeta(key) as ReadonlySet<string> | undefined;
        return open || transaction.docChanged || transaction.selectionSet ? draw(state, open ?? shown.open) : shown;
      },
    },
    props: { decorations: (state) => key.getState(state)?.drawn },
  });
}

/** The thread that the caret is in. */
export const activeThread = (state: EditorState): string | null => key.getState(state)?.active ?? null;

/** The transaction that shows these threads; null where they are shown. */
export function showThreads(state: EditorState, open: readonly string[]) {
  const shown = key.getState(state)?.open;
  if (!shown || (shown.size === open.length && open.every((thread) => shown.has(thread)))) return null;
  return state.tr.setMeta(key, new Set(open)).setMeta("addToHistory", false);
}
