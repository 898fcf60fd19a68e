/**
 * JSON documents: a tree of values that many people edit at once. It is read by parts, as far as somebody looks, so that a
 * document of a hundred thousand values opens at once; what others change is told by what has to be read again.
 */
import type { Host, PatchEvent, TextContainer } from "./containers.js";
import type { AuthorId, Engine, ItemId, Spans } from "./engine/engine.js";
import { MotetError } from "./errors.js";
import type { Unsubscribe } from "./events.js";

/** Names a value. Objects and arrays keep theirs wherever they are moved, anything else wherever it is among its siblings. */
export type JsonId = string;

/** What a value is. */
export type JsonKind = "null" | "boolean" | "number" | "string" | "array" | "object";

/**
 * What happened where people who did not know of each other wanted different things: two wrote, added, renamed or moved
 * something, or one took out what another went on with.
 */
export type JsonConflictKind = "both-set" | "both-added" | "both-renamed" | "both-moved" | "delete-edit" | "delete-move";

/** One value. */
export interface JsonRow {
  id: JsonId;
  kind: JsonKind;
  /** Of a member of an object. */
  key: string | null;
  /** A scalar, or an array or object that is one value, as JSON. Null for what has rows of its own. */
  value: string | null;
  /** Whether `value` is only the beginning; {@link JsonDocument.print} gives all. */
  isCut: boolean;
  /** What holds a string that is edited by words. */
  text: TextContainer | null;
  /** Whether people wanted different things here. */
  conflict: JsonConflictKind | null;
}

/** Something that somebody wanted and that does not show. */
export interface JsonAlternative {
  /** Names it to {@link JsonDocument.choose}. */
  write: string;
  /** The other key, where the key is in question. */
  key: string | null;
  /** The other value, as JSON; for `both-moved` the pointer of what it was moved to. Null where it was taken out. */
  value: string | null;
  author: AuthorId;
  name: string;
}

/** A place where people wanted different things. All of it is kept until somebody chooses. */
export interface JsonConflict {
  id: JsonId;
  /** Where, as a JSON pointer. */
  pointer: string;
  kind: JsonConflictKind;
  /** Who wanted what shows. */
  author: AuthorId;
  name: string;
  alternatives: JsonAlternative[];
}

/** What has to be read again. */
export interface JsonTouched {
  /** Whether that is everything. */
  isAll: boolean;
  /** Whether the outermost value is. */
  root: boolean;
  /** Objects and arrays, whose children are. */
  ids: JsonId[];
  /** Texts that say something else; nothing else of their rows is otherwise. */
  texts: TextContainer[];
}

/** Called with what to read again, and why. */
export type JsonListener = (touched: JsonTouched, event: PatchEvent) => void;

type PackedRow = [JsonId, JsonKind, string | null, (string | null)?, boolean?, (string | null)?, (JsonConflictKind | null)?];

/** Who is told of more containers than this reads everything again. */
const TOUCHED_MAX = 2_000;

/** A document's JSON. Where it is none, reading and changing it fails with the code `kind`. */
export class JsonDocument {
  private readonly listeners = new Set<JsonListener>();
  private forget: Unsubscribe = () => {};

  /** @internal */
  constructor(private readonly host: Host) {}

  /** Whether the document is one of JSON. */
  get exists(): boolean {
    return this.ask((engine) => engine.jsonIs());
  }

  /** The outermost value; null where the document says nothing, since what was written was taken back. */
  root(): JsonRow | null {
    return this.one(this.ask((engine) => engine.jsonRoot()));
  }

  /** What is in an object or array, in order. */
  children(id: JsonId): JsonRow[] {
    return this.unpack(this.ask((engine) => engine.jsonChildren(id)));
  }

  /** A value; null where it is not there any more. */
  row(id: JsonId): JsonRow | null {
    return this.one(this.ask((engine) => engine.jsonRow(id)));
  }

  /** What a value is in, the outermost first, and itself last; empty where it is not there any more. */
  path(id: JsonId): JsonId[] {
    return this.ask((engine) => engine.jsonPath(id));
  }

  /** The elements that a value is made of: what holds it, and the objects and arrays in it. */
  elements(id: JsonId): Spans {
    return this.ask((engine) => engine.jsonElements(id));
  }

  /** The JSON pointer (RFC 6901) of a value; null where it is not there any more. */
  pointer(id: JsonId): string | null {
    return this.ask((engine) => engine.jsonPointer(id)) ?? null;
  }

  /** The value that a JSON pointer names. */
  at(pointer: string): JsonId | null {
    return this.ask((engine) => engine.jsonAt(pointer)) ?? null;
  }

  /** The values in whose key or value there are these words, in the order of the document. */
  find(words: string): JsonId[] {
    return this.ask((engine) => engine.jsonFind(words));
  }

  /** A value as JSON, all of it; null where it is not there any more. */
  print(id: JsonId): string | null {
    return this.ask((engine) => engine.jsonPrint(id)) ?? null;
  }

  /** The whole document as JSON, written as people wrote it. */
  toString(): string {
    return this.ask((engine) => engine.jsonText());
  }

  toJSON(): unknown {
    return JSON.parse(this.toString());
  }

  /** Where people wanted different things, in the order of the document. All of it is read for this. */
  conflicts(): JsonConflict[] {
    return JSON.parse(this.ask((engine) => engine.jsonConflicts())) as JsonConflict[];
  }

  /** Makes a document that has none JSON. What its parts mean where people meet is what `schema`, itself JSON, says for ever. */
  create(text: string, schema?: string): void {
    this.act((engine) => engine.jsonCreate(text, schema));
  }

  /** Makes it say something else, by the least changes: so a file that was edited elsewhere comes back, or an older version. */
  save(text: string): void {
    this.act((engine) => engine.jsonSave(text));
  }

  /** Puts a value, which is given as JSON, in the place of another. Returns how it is called. */
  set(id: JsonId, value: string): JsonId {
    return this.act((engine) => engine.jsonSet(id, value));
  }

  /** Inserts a value into an array, or with a key into an object, so that `at` come before it. Returns how it is called. */
  insert(parent: JsonId, at: number, value: string, key?: string): JsonId {
    return this.act((engine) => engine.jsonInsert(parent, at, key, value));
  }

  remove(id: JsonId): void {
    this.act((engine) => engine.jsonRemove(id));
  }

  /** Gives a member another key. Who writes its value meanwhile writes the same member. */
  rename(id: JsonId, key: string): void {
    this.act((engine) => engine.jsonRename(id, key));
  }

  /**
   * Moves a value into an array, or with a key into an object, so that `at` others come before it. What others do in it goes
   * with it. Returns how it is called then.
   */
  move(id: JsonId, parent: JsonId, at: number, key?: string): JsonId {
    return this.act((engine) => engine.jsonMove(id, parent, at, key));
  }

  /** Ends a conflict: what shows stays, or an alternative takes its place. */
  choose(id: JsonId, write?: string): void {
    this.act((engine) => engine.jsonChoose(id, write));
  }

  /**
   * Calls `listener` whenever something changes, with what has to be read again, until what is returned is called. Whoever
   * keeps rows forgets those that do not show any more: they may come again without being told of.
   */
  subscribe(listener: JsonListener): Unsubscribe {
    if (this.listeners.size === 0) this.forget = this.host.onPatch((event) => this.hear(event));
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size === 0) this.forget();
    };
  }

  private hear(event: PatchEvent): void {
    const touched = this.touched(event);
    if (!touched.isAll && !touched.root && touched.ids.length === 0 && touched.texts.length === 0) return;
    for (const listener of [...this.listeners]) listener(touched, event);
  }

  private touched({ patches }: PatchEvent): JsonTouched {
    const all = { isAll: true, root: true, ids: [], texts: [] };
    if (patches.length > TOUCHED_MAX || !this.exists) return all;
    const nodes = patches.flatMap((patch) => (patch.kind === "tree" ? patch.changes.map(({ node }): ItemId => node) : []));
    if (nodes.length > TOUCHED_MAX) return all;
    const names = this.ask((engine) => engine.jsonTouched(patches.map(({ container }) => container.id), nodes));
    return {
      isAll: false,
      root: names.includes("r"),
      ids: names.filter((name) => name.startsWith("n")),
      texts: names.filter((name) => name.startsWith("text")).map((name) => this.host.named("text", name)),
    };
  }

  private one(packed: string | undefined): JsonRow | null {
    return packed === undefined ? null : (this.unpack(packed)[0] ?? null);
  }

  private unpack(packed: string): JsonRow[] {
    const rows = JSON.parse(packed) as PackedRow[];
    return rows.map(([id, kind, key, value = null, isCut = false, text = null, conflict = null]) => (
      { id, kind, key, value, isCut, text: text === null ? null : this.host.named("text", text), conflict }
    ));
  }

  private ask<T>(ask: (engine: Engine) => T): T {
    try {
      return ask(this.host.engine);
    } catch (error) {
      throw MotetError.from(error);
    }
  }

  private act<T>(act: (engine: Engine) => T): T {
    return this.host.change(() => this.ask(act));
  }
}
