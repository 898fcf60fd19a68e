/**
 * The containers of a document, as programs hold them: names for places in the engine, which holds what is in them. A
 * container is read as it is at the moment. Changes made one by one are an action each; `document.change` makes several
 * one.
 */
import type {
  Alternative, Anchor, Bias, Blame, ContainerId, CounterChange, Engine, ItemId, Kind, ListChange, MapChange, NodeId, Place, Spans, TextChange, TreeChange, Version,
} from "./engine/engine.js";
import { MotetError } from "./errors.js";
import type { Unsubscribe } from "./events.js";
import type { Json, Value } from "./values.js";

/** How deep {@link Container.toJSON} goes: who nests deeper asks the inner container. */
const DEPTH_MAX = 64;

/** What a map or a list can be asked for: a value, or a container within it. */
export type Held = Exclude<Value, object> | null | Uint8Array | readonly Held[] | { readonly [key: string]: Held } | AnyContainer;

/** The container of each kind. */
export interface Containers {
  text: TextContainer;
  map: MapContainer;
  list: ListContainer;
  tree: TreeContainer;
  counter: CounterContainer;
}

/** Any container. */
export type AnyContainer = Containers[Kind];

/** Where a patch came from: a change made here, somebody else, an undo or a redo, or a personal choice. */
export type Origin = "local" | "remote" | "undo" | "view";

/** What changed in one container. */
export type Patch =
  | { kind: "text"; container: TextContainer; changes: readonly TextChange[] }
  | { kind: "map"; container: MapContainer; changes: readonly MapChange<Held>[] }
  | { kind: "list"; container: ListContainer; changes: readonly ListChange<Held>[] }
  | { kind: "tree"; container: TreeContainer; changes: readonly TreeChange[] }
  | { kind: "counter"; container: CounterContainer; changes: readonly CounterChange[] };

/** Changes of several containers that happened at once, each as it was told. */
export interface PatchEvent {
  origin: Origin;
  /** Whoever made a local change said so to `document.change`: an editor that shows it already. */
  by: unknown;
  patches: readonly Patch[];
}

/** What containers need of the document that they are in. */
export interface Host {
  readonly engine: Engine;
  /** Makes one action of what `run` does. */
  change<T>(run: () => T, by?: unknown): T;
  onPatch(listener: (event: PatchEvent) => void): Unsubscribe;
  /** The container of that name. */
  named<K extends Kind>(kind: K, id: ContainerId): Containers[K];
}

/** @internal */
export function guarded<T>(ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    throw MotetError.from(error);
  }
}

/** What every container has. */
abstract class Container<K extends Kind, Change> {
  /** Which kind of container it is. */
  abstract readonly kind: K;

  /** @internal */
  constructor(
    /** @internal */
    protected readonly host: Host,
    /** Names the container in its document, for as long as the document lives. */
    readonly id: ContainerId,
  ) {}

  /** Calls `listener` whenever this container changes, until what is returned is called. */
  subscribe(listener: (changes: readonly Change[], event: PatchEvent) => void): Unsubscribe {
    return this.host.onPatch((event) => {
      for (const patch of event.patches) {
        if (patch.container.id === this.id) listener(patch.changes as readonly unknown[] as readonly Change[], event);
      }
    });
  }

  /** What is in it, and in the containers within. */
  abstract toJSON(): Json;

  /** @internal */
  protected ask<T>(ask: (engine: Engine) => T): T {
    return guarded(() => ask(this.host.engine));
  }

  /** @internal */
  protected act<T>(act: (engine: Engine) => T): T {
    return this.host.change(() => guarded(() => act(this.host.engine)));
  }
}

/** A text: characters that many people edit at once. Positions count UTF-16 units, as JavaScript's strings do. */
export class TextContainer extends Container<"text", TextChange> {
  readonly kind = "text";

  /** How long it is. */
  get length(): number {
    return this.ask((engine) => engine.length(this.id));
  }

  override toString(): string {
    return this.ask((engine) => engine.read(this.id) as string);
  }

  toJSON(): string {
    return this.toString();
  }

  insert(at: number, inserted: string): void {
    this.edit([{ from: at, to: at, insert: inserted }]);
  }

  delete(at: number, count: number): void {
    this.edit([{ from: at, to: at + count, insert: "" }]);
  }

  /** Makes replacements: ascending, in positions of the text before any of them. */
  edit(changes: readonly TextChange[]): void {
    this.act((engine) => engine.edit(this.id, changes));
  }

  /** A place that survives edits, and stays with its left or right neighbour. */
  anchor(position: number, bias: Bias = "left"): Anchor {
    return this.ask((engine) => engine.anchor(this.id, position, bias));
  }

  /** Where an anchor is now; null where what it stays with is not known here yet. */
  resolve(anchor: Anchor): number | null {
    return this.ask((engine) => engine.resolve(this.id, anchor));
  }

  /** Who is responsible for what between two positions. */
  blame(from = 0, to = this.length): Blame[] {
    return this.ask((engine) => engine.blame(this.id, from, to));
  }

  /** What it shows between two positions, to be accepted or rejected where it is only proposed; empty where that is nothing. */
  elements(from: number, to: number): Spans | "" {
    return this.ask((engine) => engine.elements(this.id, from, to));
  }

  /** What it read at a version. */
  readAt(version: Version): string {
    return this.ask((engine) => engine.textAt(this.id, version));
  }

  /** Makes it read as it did at a version, by a change like any other. */
  restore(version: Version): void {
    this.rewrite(this.readAt(version));
  }

  /** Makes it read as `wanted` does, by a change like any other, of the words that differ. */
  rewrite(wanted: string): void {
    this.act((engine) => engine.rewrite(this.id, wanted));
  }
}

/** A map: values and containers by key. Two people who write one key at once are both kept, see {@link MapContainer.alternatives}. */
export class MapContainer extends Container<"map", MapChange<Held>> {
  readonly kind = "map";

  /** What a key holds; undefined where it holds nothing. */
  get(key: string): Held | undefined {
    return this.ask((engine) => engine.get(this.id, key) as Held | undefined);
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  set(key: string, value: Value): void {
    this.act((engine) => engine.set(this.id, key, value));
  }

  delete(key: string): void {
    this.act((engine) => engine.remove(this.id, key, 1));
  }

  /** Writes a key: a new, empty container. Who makes one under the same key at once makes another; both are kept. */
  create<K extends Kind>(key: string, kind: K): Containers[K] {
    return this.host.named(kind, this.act((engine) => engine.make(this.id, key, kind)));
  }

  /** The container of that kind under a key, which is made where there is none. */
  ensure<K extends Kind>(key: string, kind: K): Containers[K] {
    const held = this.get(key);
    return isContainer(held) && held.kind === kind ? (held as Containers[K]) : this.create(key, kind);
  }

  /**
   * The writes of a key that nobody replaced, the one that shows first. More than one is a conflict, and the next write
   * settles it.
   */
  alternatives(key: string): Alternative<Held>[] {
    return this.ask((engine) => engine.alternatives(this.id, key) as Alternative<Held>[]);
  }

  /** Keys and what they hold, ascending by key. */
  entries(): [string, Held][] {
    return this.ask((engine) => engine.read(this.id) as [string, Held][]);
  }

  keys(): string[] {
    return this.entries().map(([key]) => key);
  }

  [Symbol.iterator](): Iterator<[string, Held]> {
    return this.entries()[Symbol.iterator]();
  }

  toJSON(depth: unknown = 1): Json {
    return Object.fromEntries(this.entries().map(([key, held]) => [key, json(held, depth)]));
  }
}

/** A list: items in order, each a value or a container, that can be moved. */
export class ListContainer extends Container<"list", ListChange<Held>> {
  readonly kind = "list";

  get length(): number {
    return this.ask((engine) => engine.length(this.id));
  }

  /** What the item at a place holds; undefined where there is none. Negative places count from the end. */
  at(at: number): Held | undefined {
    const place = at < 0 ? this.length + at : at;
    return place < 0 ? undefined : this.ask((engine) => engine.get(this.id, place) as Held | undefined);
  }

  /** Appends values. */
  push(...values: Value[]): void {
    this.insert(this.length, ...values);
  }

  /** Inserts values before the item at a place. */
  insert(at: number, ...values: Value[]): void {
    this.act((engine) => engine.insert(this.id, at, values));
  }

  /** Inserts a new, empty container before the item at a place. */
  insertContainer<K extends Kind>(at: number, kind: K): Containers[K] {
    return this.host.named(kind, this.act((engine) => engine.insertContainer(this.id, at, kind)));
  }

  /** Appends a new, empty container. */
  pushContainer<K extends Kind>(kind: K): Containers[K] {
    return this.insertContainer(this.length, kind);
  }

  /** Writes the item at a place. */
  set(at: number, value: Value): void {
    this.act((engine) => engine.set(this.id, at, value));
  }

  /** Writes the item at a place: a new, empty container. */
  setContainer<K extends Kind>(at: number, kind: K): Containers[K] {
    return this.host.named(kind, this.act((engine) => engine.make(this.id, at, kind)));
  }

  delete(at: number, count = 1): void {
    this.act((engine) => engine.remove(this.id, at, count));
  }

  /** Moves the item at one place so that it is at another. Two people who move one item move it once. */
  move(from: number, to: number): void {
    this.act((engine) => engine.moveItem(this.id, from, to));
  }

  /** As {@link MapContainer.alternatives}, of the item at a place. */
  alternatives(at: number): Alternative<Held>[] {
    return this.ask((engine) => engine.alternatives(this.id, at) as Alternative<Held>[]);
  }

  /** The names of the items, in order: what stays the same when an item is moved or written. */
  ids(): ItemId[] {
    return this.ask((engine) => engine.ids(this.id));
  }

  /** Where an item is; undefined where it is not there any more. */
  indexOf(item: ItemId): number | undefined {
    return this.ask((engine) => engine.place(this.id, item)?.at);
  }

  toArray(): Held[] {
    return this.ask((engine) => engine.read(this.id) as Held[]);
  }

  [Symbol.iterator](): Iterator<Held> {
    return this.toArray()[Symbol.iterator]();
  }

  toJSON(depth: unknown = 1): Json {
    return this.toArray().map((held) => json(held, depth));
  }
}

/** A tree: nodes under nodes, in order, that can be moved. Each has a map of its own. */
export class TreeContainer extends Container<"tree", TreeChange> {
  readonly kind = "tree";

  /** The nodes right below a node, or with null at the top, in order. */
  children(parent: NodeId | null = null): NodeId[] {
    return this.ask((engine) => engine.ids(this.id, parent ?? undefined));
  }

  /** All nodes, parents before children, with how many are above each. */
  nodes(): { depth: number; node: NodeId }[] {
    const entries = this.ask((engine) => engine.read(this.id) as [number, NodeId][]);
    return entries.map(([depth, node]) => ({ depth, node }));
  }

  /** Where a node shows; undefined where it is not there any more. */
  place(node: NodeId): Place | undefined {
    return this.ask((engine) => engine.place(this.id, node));
  }

  /** The map of a node. */
  data(node: NodeId): MapContainer {
    return this.host.named("map", `map@${node}`);
  }

  /** Makes a node under a node, or with null at the top; before the sibling at a place, or as the last. */
  create(parent: NodeId | null = null, at?: number): NodeId {
    return this.act((engine) => {
      const end = at ?? engine.length(this.id, parent ?? undefined);
      return engine.create(this.id, parent ?? undefined, end);
    });
  }

  /**
   * Moves a node, and what is below it, under another, or with null to the top, so that `at` of its siblings come before
   * it; without `at` it is the last. Where two moves at once would put two nodes below each other, the later one loses.
   */
  move(node: NodeId, parent: NodeId | null, at?: number): void {
    this.act((engine) => engine.moveNode(this.id, node, parent ?? undefined, at ?? engine.length(this.id, parent ?? undefined)));
  }

  /** Takes a node, and what is below it, away. */
  delete(node: NodeId): void {
    this.act((engine) => engine.removeNode(this.id, node));
  }

  toJSON(depth: unknown = 1): Json {
    type Branch = { id: NodeId; data: Json; children: Branch[] };
    const top: Branch[] = [];
    const above: Branch[] = [];
    for (const { depth: level, node } of this.nodes()) {
      const branch: Branch = { id: node, data: json(this.data(node), depth), children: [] };
      above.length = level;
      (above.at(-1)?.children ?? top).push(branch);
      above.push(branch);
    }
    return top;
  }
}

/** A counter: a sum that everybody may add to at once. */
export class CounterContainer extends Container<"counter", CounterChange> {
  readonly kind = "counter";

  /** What it reads: a big integer beyond 2^53. */
  get value(): number | bigint {
    return this.ask((engine) => engine.read(this.id) as number | bigint);
  }

  /** Adds a whole number, which may be negative. */
  add(amount: number | bigint): void {
    this.act((engine) => engine.add(this.id, amount));
  }

  toJSON(): number | bigint {
    return this.value;
  }
}

/** Whether something that a map or a list holds is a container. */
export function isContainer(held: unknown): held is AnyContainer {
  return held instanceof Container;
}

/** JSON.stringify calls `toJSON` with a key: then it is the outermost. */
function json(held: Held, depth: unknown): Json {
  if (!isContainer(held)) return held as Json;
  const above = typeof depth === "number" ? depth : 1;
  return above < DEPTH_MAX ? held.toJSON(above + 1) : held.id;
}

/** @internal */
export function makeContainer(host: Host, id: ContainerId): AnyContainer {
  const kind = id.slice(0, id.search(/[:@]/)) as Kind;
  switch (kind) {
    case "text":
      return new TextContainer(host, id);
    case "map":
      return new MapContainer(host, id);
    case "list":
      return new ListContainer(host, id);
    case "tree":
      return new TreeContainer(host, id);
    case "counter":
      return new CounterContainer(host, id);
  }
}
