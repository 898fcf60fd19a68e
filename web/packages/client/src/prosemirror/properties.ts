/** How properties in the engine are attributes and marks here, both ways; one table for each. */
import { Mark, type Node } from "prosemirror-model";
import { BlobReference } from "../blobs/reference.js";
import { blobOf } from "./blob.js";
import type { ElementId, MarkPair, Name, RichChange, RichMark, RichReader } from "./rich.js";
import { HEAD, schema } from "./schema.js";

type Held = Record<string, unknown>;

const isText = (value: unknown): value is string => typeof value === "string";
const textOr = <T>(value: unknown, other: T) => (isText(value) ? value : other);

/** An attribute: what it reads of a property; the key is its name. What reads as the default is not set. */
type Table = Record<string, (value: unknown) => unknown>;

const BLOCK: Table = {
  kind: (value) => textOr(value, null),
  rank: (value) => (typeof value === "number" && value >= 1 && value <= 6 ? Math.floor(value) : 1),
  info: (value) => textOr(value, ""),
  levels: (value) => textOr(value, "").replace(/[^qbowv]/g, "").slice(0, 32),
  start: (value) => (typeof value === "number" && Number.isInteger(value) && value >= 0 ? value : null),
  task: (value) => (typeof value === "boolean" ? value : null),
};

const OBJECTS: Record<string, Table> = {
  image: {
    address: (value) => textOr(value, null),
    blob: blobOf,
    title: (value) => textOr(value, null),
    alt: (value) => textOr(value, null),
  },
  html: { tag: (value) => textOr(value, "") },
  footnote: { label: (value) => textOr(value, null) },
};

/** The attributes of a kind of node that the engine keeps as properties. */
const tableOf = (node: Node): Table => (node.type === schema.nodes.block ? BLOCK : (OBJECTS[node.type.name] ?? {}));

function readAll(table: Table, held: Held): Held {
  return Object.fromEntries(Object.entries(table).map(([key, read]) => [key, read(held[key])]));
}

/** Attributes of the block of a paragraph mark, or with `HEAD` of the one before the first mark of `body`. */
export function blockAttrs(engine: RichReader, id: ElementId, body: Name): Held {
  return { id, ...readAll(BLOCK, engine.properties(id === HEAD ? body : id)) };
}

/** Attributes of an object. */
export function objectAttrs(engine: RichReader, kind: string, id: ElementId): Held {
  const table = OBJECTS[kind];
  return table ? { id, ...readAll(table, engine.properties(id)) } : { id };
}

const same = (a: unknown, b: unknown) => a === b || JSON.stringify(a) === JSON.stringify(b);

/** What a node's attributes are, and should be. */
export function attrsToSet(node: Node, wanted: Held): [key: string, value: unknown][] {
  return Object.entries(wanted).filter(([key, value]) => !same(node.attrs[key], value));
}

/** The changes that make the properties `name` of a node of type and attributes `before` those of `after`. */
export function changesOfAttrs(name: Name, before: Node | null, after: Node): RichChange[] {
  const defaults = after.type.create({ id: null }).attrs;
  const changed = Object.keys(tableOf(after)).filter((key) => !same((before?.attrs ?? defaults)[key], after.attrs[key]));
  return changed.map((key) => {
    const value = same(after.attrs[key], defaults[key]) ? undefined : after.attrs[key];
    return { do: "set", in: name, key, value: key === "blob" && value ? new BlobReference(value) : value };
  });
}

const PLAIN = ["emphasis", "strong", "strike", "code"];
const GROWING = new Set(["emphasis", "strong", "strike"]);
const COMMENT = "comment:";

function linkOf(value: unknown): Mark | null {
  if (isText(value)) return schema.mark("link", { address: value });
  const { address, title } = (value ?? {}) as Held;
  return isText(address) ? schema.mark("link", { address, title: textOr(title, null) }) : null;
}

/** Marks as ProseMirror has them. */
export function marksOf(pairs: readonly MarkPair[]): readonly Mark[] {
  if (pairs.length === 0) return Mark.none;
  const marks: (Mark | null)[] = [];
  const threads: string[] = [];
  const others: MarkPair[] = [];
  for (const [key, value] of pairs) {
    if (PLAIN.includes(key)) marks.push(value === true ? schema.mark(key) : null);
    else if (key === "link") marks.push(linkOf(value));
    else if (key.startsWith(COMMENT)) {
      if (value === true) threads.push(key.slice(COMMENT.length));
    } else others.push([key, value]);
  }
  // Pairs ascend by key, so these are in one order everywhere.
  if (threads.length > 0) marks.push(schema.mark("comments", { threads: threads.join(" ") }));
  if (others.length > 0) marks.push(schema.mark("properties", { held: JSON.stringify(others) }));
  return Mark.setFrom(marks.filter((mark) => mark !== null));
}

/** Marks as the engine has them, by key. */
function heldBy(marks: readonly Mark[]): Map<string, unknown> {
  const held = new Map<string, unknown>();
  for (const { type, attrs } of marks) {
    if (type.name === "link") {
      const { address, title } = attrs;
      held.set("link", title === null ? address : { address, title });
    } else if (type.name === "comments") {
      for (const thread of (attrs["threads"] as string).split(" ")) held.set(COMMENT + thread, true);
    } else if (type.name === "properties") {
      for (const [key, value] of JSON.parse(attrs["held"]) as MarkPair[]) held.set(key, value);
    } else held.set(type.name, true);
  }
  return held;
}

const richMark = (key: string, value: unknown): RichMark => ({ key, value, grows: value === undefined || GROWING.has(key) ? "end" : "nowhere" });

/** What something is to be marked with. */
export function richMarks(marks: readonly Mark[]): RichMark[] {
  return [...heldBy(marks)].map(([key, value]) => richMark(key, value));
}

/** What has to be marked so that what had `before` has `after`. */
export function markChanges(before: readonly Mark[], after: readonly Mark[]): RichMark[] {
  const [had, has] = [heldBy(before), heldBy(after)];
  const gone = [...had.keys()].filter((key) => !has.has(key)).map((key) => richMark(key, undefined));
  const come = [...has].filter(([key, value]) => !had.has(key) || !same(had.get(key), value));
  return [...gone, ...come.map(([key, value]) => richMark(key, value))];
}
