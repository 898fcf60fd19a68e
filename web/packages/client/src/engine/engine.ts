/**
 * What this package needs of the engine, and nothing more. The WebAssembly module provides it.
 *
 * An editing replica lives where the program runs, one per open document, so that a keystroke never waits for a worker
 * or a network. Every call is synchronous. Positions and lengths in texts count UTF-16 units of what is visible. Line
 * breaks are "\n"; a "\r" is a character like any other.
 */
import type { DraftId } from "../proposals.js";
import type { Name, RichTexts } from "../rich.js";
import type { Value } from "../values.js";

/** Counter ranges of the log, as the engine writes them: opaque here, comparable with `===`. */
export type Spans = string;

/** A version vector in the engine's bytes: a state of the document, to be kept and asked for again. */
export type Version = Uint8Array;

/** A position that survives edits, as the engine writes it; may be sent to others. */
export type Anchor = string;

/** An author's public key in hexadecimal. */
export type AuthorId = string;

/** The name of a container, as the engine writes it: `map:settings`, `list@7.3`. */
export type ContainerId = string;

/** The name of an item of a list: stays the same when the item is moved or written. */
export type ItemId = string;

/** The name of a node of a tree. */
export type NodeId = string;

/** The kinds of container. */
export type Kind = "text" | "map" | "list" | "tree" | "counter";

/** Which neighbour an anchor stays with. */
export type Bias = "left" | "right";

/** Replaces `from..to` of the old text by `insert`. A list of them is ascending and does not overlap. */
export interface TextChange {
  from: number;
  to: number;
  insert: string;
}

/** A key whose value, or the alternatives of which, may have changed; `value` is undefined where it holds nothing. */
export interface MapChange<Held> {
  key: string;
  value: Held | undefined;
}

/** One step of a change of a list, in places of the list as the steps before have left it. */
export type ListChange<Held> =
  | { kind: "insert"; at: number; values: Held[]; ids: ItemId[] }
  | { kind: "remove"; at: number; count: number }
  | { kind: "move"; from: number; to: number }
  /** What the item holds, or its alternatives, may have changed. */
  | { kind: "set"; at: number; value: Held; id: ItemId };

/**
 * One step of a change of a tree, in the tree as the steps before have left it. `parent` is null for the top; `at`
 * counts the siblings before the node. What is below a node goes with it, and comes in steps of its own.
 */
export interface TreeChange {
  kind: "create" | "move" | "delete";
  node: NodeId;
  parent: NodeId | null;
  at: number;
}

/** What a counter reads now. */
export interface CounterChange {
  value: number | bigint;
}

/** What changed in one container. */
export interface EnginePatch<Container, Held> {
  container: Container;
  changes: (TextChange | MapChange<Held> | ListChange<Held> | TreeChange | CounterChange)[];
}

/** Consecutive actions of one author, shown as one line of the history. */
export interface EditRun {
  /** Stays the same while the run grows at its end. */
  id: string;
  spans: Spans;
  author: AuthorId;
  /** What the author calls himself. */
  name: string;
  /** Milliseconds since 1970. */
  time: number;
  /** A few words of what changed, for example the inserted text, shortened. */
  summary: string;
  /** Characters that the run inserted and deleted. */
  inserted: number;
  deleted: number;
  undone: boolean;
  /** It gave way to others, or needs what did. */
  lost: boolean;
  /** Out of this member's view by a personal choice. */
  hidden: boolean;
  /** Nobody can undo it any more, nor bring it back: history was trimmed. */
  final: boolean;
  /** Some of what it inserted is not here any more, and reads as U+FFFD. */
  forgotten: boolean;
  /** The document right after the run: runs are listed in an order that the versions follow. */
  version: Version;
}

/** A stretch of visible text and who is responsible for it. */
export interface Blame {
  from: number;
  to: number;
  author: AuthorId;
  name: string;
  /** Milliseconds since 1970. */
  time: number;
  spans: Spans;
}

/** Someone whose work is in the document. */
export interface Author {
  id: AuthorId;
  name: string;
  hidden: boolean;
  held: boolean;
}

/** One of several writes of a register that nobody replaced. */
export interface Alternative<Held> {
  /** Undefined where the write took the value away. */
  value: Held | undefined;
  author: AuthorId;
  name: string;
}

/** Where an item or a node shows. */
export interface Place {
  parent: NodeId | null;
  at: number;
}

/** What changed, container by container. */
export type Patches = EnginePatch<unknown, unknown>[];

/** What something changed, and what to undo to take it back. */
export interface Done {
  patches: Patches;
  spans: Spans;
}

/** Why something stands as it does, or what it gave way to. Actions and elements are named by spans. */
/**
 * How much what two people did at once has to do with each other: `overlap` where both touch the same words, or one deletes what the
 * other works in; `order` where they write the same, and the later one shows; `conflict` where somebody declared that they exclude
 * each other.
 */
export type Grade = "overlap" | "order" | "conflict";

export interface Told {
  spans: Spans;
  standing: "active" | "hidden" | "undone" | "proposed" | "failed" | "dependent" | "lost";
  by: Spans[];
  rule: string | null;
  /** The constraint's element. */
  said: Spans | null;
  claim: string | null;
  /** Whether it gave way since the viewer's own comes first. */
  mine: boolean;
  /** The decision that made it final; null where none did. */
  decided: Spans | null;
  answer: Spans | null;
  keep: Spans[];
}

/** What an undo would change and hide. */
export interface ToldExtent {
  parts: {
    spans: Spans;
    turn: "off" | "on" | "goes" | "comes" | "hides";
    others: boolean;
    /** Why it goes, or was not active before it comes. */
    reason: Told | null;
    /** The element that it hangs on and goes out of sight with. */
    holder: Spans | null;
  }[];
  lifted: Spans[];
  spared: Spans[];
  trimmed: Spans[];
}

/** Actions, and what ties them. */
export interface ToldTies {
  actions: Told[];
  bonds: {
    /** The word of a constraint's rule; `claim`, `related` or `answer`. */
    rule: string;
    /** The constraint's or the answer's element. */
    said: Spans | null;
    /** Of what there are so many places. */
    name: string | null;
    places: number | null;
    actions: Spans[];
    /** Whether it counts: it is not undone, and nobody answered that it does not. */
    counts: boolean;
  }[];
}

/** A part of a text that shows consecutive elements of one author. */
export interface ShownAt {
  /** The text. */
  place: ContainerId;
  /** Before the first element and behind the last, wherever they go. */
  from: Anchor;
  to: Anchor;
  spans: Spans;
}

/** The engine, as the module gives it. */
export interface Engine extends RichTexts {
  /** Remembers what is deleted from a rich text next, so that pasting it moves it; told by `hasCut` once it is. */
  cutting(name: Name, at: number, len: number): void;
  hasCut(): void;
  /** Moves what was cut to a place of the same text, once; null where it cannot be moved. */
  pasteCut(name: Name, at: number): Patches | null;

  /** The author who writes here. */
  readonly author: AuthorId;

  version(): Version;
  /** Names the state that the shared view has at this version: equal on all members. */
  stateHash(): string;

  /** What a container holds: a string, entries, values, entries of depth and node, or a number. */
  read(container: ContainerId): unknown;
  get(container: ContainerId, at: string | number): unknown;
  alternatives(container: ContainerId, at: string | number): Alternative<unknown>[];
  length(container: ContainerId, parent?: NodeId): number;
  ids(container: ContainerId, parent?: NodeId): string[];
  place(container: ContainerId, id: string): Place | undefined;

  /** Changes; all up to `commit` are one action. */
  edit(text: ContainerId, changes: readonly TextChange[]): void;
  set(container: ContainerId, at: string | number, value: Value): void;
  make(container: ContainerId, at: string | number, kind: Kind): ContainerId;
  remove(container: ContainerId, at: string | number, count: number): void;
  insert(list: ContainerId, at: number, values: readonly Value[]): void;
  insertContainer(list: ContainerId, at: number, kind: Kind): ContainerId;
  moveItem(list: ContainerId, from: number, to: number): void;
  add(counter: ContainerId, amount: number | bigint): void;
  create(tree: ContainerId, parent: NodeId | undefined, at: number): NodeId;
  moveNode(tree: ContainerId, node: NodeId, parent: NodeId | undefined, at: number): void;
  removeNode(tree: ContainerId, node: NodeId): void;
  /** Makes a text read as it says, by the least changes. */
  rewrite(text: ContainerId, wanted: string): void;
  /** What edit runs, apart by spaces, mean together: a rule's word with its number, `claim` with places and name, `resolve`, `weigh`. */
  declare(what: string, number: number, named: string, keep: string): void;
  commit(): Patches;

  /** Frames of the own actions since the last call, sealed, in order; to be stored and sent. */
  seal(): Uint8Array[];
  /** Takes in frames, in any order and any number of times. */
  import(frames: readonly Uint8Array[]): Patches;

  /** Own work only; null when there is nothing to undo. */
  undo(): Patches | null;
  redo(): Patches | null;
  canUndo(): boolean;
  canRedo(): boolean;
  /** Anybody's work, from the history. */
  undoRange(spans: Spans): Patches;
  redoRange(spans: Spans): Patches;
  /** What undoing would change and hide; nothing is done. */
  undoPreview(spans: Spans, dependants: string): ToldExtent;
  /** Undoes, and returns null where that takes along what others did and is not to: then nothing is done. */
  undoWith(spans: Spans, dependants: string): Patches | null;
  /** What one sees and others who chose nothing do not, or the other way round. */
  divergence(): { shown: boolean; reason: Told }[];
  /** Whether one's own choices make no difference. */
  isShared(): boolean;
  /** What is tied to spans, straight or through others; without spans all that is tied. */
  ties(spans: Spans | undefined): ToldTies;
  /** Where in texts elements are shown. */
  placesOf(spans: Spans): ShownAt[];

  /** Everything as it was at a version; null where nothing differs. */
  restoreAll(version: Version): Done | null;

  /** Notices what others do to the same at once, where one of both was done since a version. */
  watchOverlaps(since: Version): void;
  /** What was noticed, one to a line: theirs, one's own, and the grade. */
  overlaps(): string;

  /** As JSON, the earliest first; see `snapshotsOf`. */
  snapshots(): string;
  /** `id` are 8 random bytes. */
  saveSnapshot(id: Uint8Array, name: string, note: string): Done;
  /** Null where it is not there. */
  removeSnapshot(id: string): Done | null;
  /** The document as it shows it, to be read; to be given back by `free`. */
  atSnapshot(id: string, wrap: Wrap): Engine;
  /** As `restoreAll`. */
  restoreSnapshot(id: string): Done | null;

  /** Why the parts of spans are active or not; without spans all that gave way. */
  reasons(spans: Spans | undefined): Told[];

  /** As what whatever is edited is only proposed: `suggestion` or a draft. */
  suggesting(): string | undefined;
  setSuggesting(what: string | undefined): Patches;
  /** A change: makes a draft. */
  newDraft(name: string): DraftId;
  /** As JSON; see `draftsOf`. */
  drafts(): string;
  /** What shows of what is open: `own` or `all`, and drafts, apart by spaces. */
  showing(): string;
  setShowing(what: string): Patches;
  /** As JSON: a list of `ProposedRun`. */
  proposals(): string;
  /** What a text shows between two positions. */
  elements(text: ContainerId, from: number, to: number): Spans | "";
  /** Accepts or rejects; null where that changes nothing. */
  decide(spans: Spans, accepts: boolean): Patches | null;

  /** As JSON: `Deciding`; with `counts` also `trimming`, or in `refused` the code of why nothing can be trimmed. */
  deciding(counts: boolean): string;
  /** `govern`, `decide` or `trim`; all that was done must have been sealed. */
  decideForGood(what: string): Done;

  /** Oldest first. */
  history(): EditRun[];
  textAt(text: ContainerId, version: Version): string;
  /** The document at a version, to be read; to be given back by `free`. */
  at(version: Version, wrap: Wrap): Engine;
  blame(text: ContainerId, from: number, to: number): Blame[];

  /** Everyone in the log. */
  authors(): Author[];
  /** Personal choices; they are never sent. */
  hideAuthor(author: AuthorId, on: boolean): Patches;
  hideRange(spans: Spans, on: boolean): Patches;
  /** Holding receives without applying: one author, or with null everything that comes from others. */
  hold(author: AuthorId | null, on: boolean): Patches;
  /** As `hold(null, true)`, of what is done to some elements and to what hangs on them, now or later. */
  holdPart(name: string, spans: Spans): Patches;
  /** The names of the parts that are held; and letting go of one, by its place among them. */
  heldParts(): string[];
  releasePart(at: number): Patches;
  /** The elements of a text that show between two positions, and those that are gone from there. */
  elementsBetween(text: ContainerId, from: number, to: number): Spans;
  /** Whether `hold(null, true)` is in force; it outlives a reload with the other choices. */
  holdsAll(): boolean;
  /** Lets the own work come first, from a grade on; with null nobody's does. */
  putMineFirst(from: Grade | null): Patches;
  firstFrom(): string | undefined;
  /** Lets the actions of which a part is named come before whatever they would give way to, or no longer. */
  prefer(spans: Spans, on: boolean): Patches;
  /**
   * How much actions are worth to oneself, or with zero as much as to everybody; and what they are worth
   * to everybody, with what they are to oneself in the bits from 16 on.
   */
  weighForMe(spans: Spans, weight: number): Patches;
  weights(spans: Spans): number;
  /** Actions that wait because of a hold. */
  held(): number;
  /** The personal choices, to be kept beside the log and given back to the constructor. */
  choices(): Uint8Array;
  /** Makes other choices, all at once. */
  choose(choices: Uint8Array): Patches;
  /** Shows a version and nothing later, or everything again; writing does so too. */
  pin(version: Version | undefined): Patches;
  isPinned(): boolean;

  /** JSON documents; what is read goes out as packed JSON. See `json.ts`. */
  jsonIs(): boolean;
  jsonRoot(): string | undefined;
  jsonChildren(id: string): string;
  jsonRow(id: string): string | undefined;
  jsonPath(id: string): string[];
  jsonElements(id: string): Spans;
  jsonPointer(id: string): string | undefined;
  jsonAt(pointer: string): string | undefined;
  jsonFind(words: string): string[];
  jsonPrint(id: string): string | undefined;
  jsonText(): string;
  jsonConflicts(): string;
  jsonTouched(containers: readonly ContainerId[], nodes: readonly NodeId[]): string[];
  /** Changes, as those of containers. */
  jsonCreate(text: string, schema: string | undefined): void;
  jsonSave(text: string): void;
  jsonSet(id: string, value: string): string;
  jsonInsert(parent: string, at: number, key: string | undefined, value: string): string;
  jsonRemove(id: string): void;
  jsonRename(id: string, key: string): void;
  jsonMove(id: string, parent: string, at: number, key: string | undefined): string;
  jsonChoose(id: string, write: string | undefined): void;

  anchor(text: ContainerId, position: number, bias: Bias): Anchor;
  /** Null when the anchor's element is not known here yet. */
  resolve(text: ContainerId, anchor: Anchor): number | null;

  /** Gives the memory back. Nothing may be called afterwards. */
  free(): void;
}

/** Makes of a container's name what programs hold. */
export type Wrap = (container: ContainerId) => unknown;

/** What a replica starts from. */
export interface EngineOptions {
  document: string;
  /** 32 bytes: the author's secret key. */
  secret: Uint8Array;
  /** The author's name, written into the document beside the key. */
  name: string;
  /** 8 random bytes: the replica's id, should it write. */
  replica: Uint8Array;
  /** What the store holds. */
  frames: readonly Uint8Array[];
  /** What `choices` gave, if anything was kept. */
  choices: Uint8Array | null;
  wrap: Wrap;
}
