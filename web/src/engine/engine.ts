/**
 * What the app needs of the engine, and nothing more. The WebAssembly module provides it.
 *
 * An editing replica lives on the page, one per open document, so that a keystroke never waits for a worker or a
 * network. Every call is synchronous. Positions and lengths count UTF-16 units of the visible text. Line breaks are
 * "\n"; a "\r" is a character like any other.
 */

/** Counter ranges of the log, as the engine writes them: opaque here, comparable with `===`. */
export type Spans = string;

/** A version vector in the engine's bytes. */
export type Version = Uint8Array;

/** A position that survives edits, as the engine writes it; may be sent to others. */
export type Anchor = string;

/** An author's public key in hexadecimal. */
export type AuthorId = string;

/** Which neighbour an anchor stays with. */
export type Bias = "left" | "right";

/** Replace `from..to` of the old text by `insert`. A list of them is ascending and does not overlap. */
export interface Patch {
  from: number;
  to: number;
  insert: string;
}

/** Consecutive actions of one author, shown as one line of the history. */
export interface EditRun {
  /** Stays the same while the run grows at its end. */
  id: string;
  spans: Spans;
  author: AuthorId;
  /** What the author called himself at the time. */
  name: string;
  /** Milliseconds since 1970, of the run's last action. */
  time: number;
  /** A few words of what changed, for example the inserted text, shortened. */
  summary: string;
  /** Visible units that the run inserted and deleted. */
  inserted: number;
  deleted: number;
  undone: boolean;
  /** Out of this member's view by a personal choice. */
  hidden: boolean;
  /** The document right after the run: runs are listed in an order that the versions follow. */
  version: Version;
}

/** A stretch of visible text and who is responsible for it. */
export interface Blame {
  from: number;
  to: number;
  author: AuthorId;
  name: string;
  time: number;
  spans: Spans;
}

/** Someone whose work is in the log. */
export interface Author {
  id: AuthorId;
  name: string;
  hidden: boolean;
  held: boolean;
}

export interface Engine {
  /** The author who writes here. */
  readonly author: AuthorId;

  text(): string;
  version(): Version;
  /** Names the state that the shared view has at this version: equal on all members. */
  stateHash(): string;

  /** One action. Positions are those of the text before any of the changes. */
  edit(changes: readonly Patch[]): void;
  /** Frames of the own actions since the last call, sealed, in order; to be stored and sent. */
  seal(): Uint8Array[];
  /** Takes in frames, in any order and any number of times. What they change in the text, by one list of patches. */
  import(frames: readonly Uint8Array[]): Patch[];

  /** Own work only; null when there is nothing to undo. */
  undo(): Patch[] | null;
  redo(): Patch[] | null;
  canUndo(): boolean;
  canRedo(): boolean;
  /** Anybody's work, from the history panel. */
  undoRange(spans: Spans): Patch[];
  redoRange(spans: Spans): Patch[];

  /** Oldest first. */
  history(): EditRun[];
  textAt(version: Version): string;
  /** Makes the text what it was, as a new action on top. */
  restore(version: Version): Patch[];
  blame(from: number, to: number): Blame[];

  /** Everyone in the log. */
  authors(): Author[];
  /** Personal choices; they are never sent. */
  hideAuthor(author: AuthorId, on: boolean): Patch[];
  hideRange(spans: Spans, on: boolean): Patch[];
  /** Holding receives without applying: one author, or with null everything that comes from others. */
  hold(author: AuthorId | null, on: boolean): Patch[];
  /** Whether `hold(null, true)` is in force; it outlives a reload with the other choices. */
  holdsAll(): boolean;
  /** Actions that wait because of a hold. */
  held(): number;
  /** The personal choices, to be kept beside the log and given back to `open`. */
  choices(): Uint8Array;

  anchor(position: number, bias: Bias): Anchor;
  /** Null when the anchor's element is not known here yet. */
  resolve(anchor: Anchor): number | null;

  /** Gives the memory back. Nothing may be called afterwards. */
  free(): void;
}

/** What a replica starts from. */
export interface EngineOptions {
  document: string;
  /** 32 bytes: the author's secret key. */
  secret: Uint8Array;
  /** The author's name, written into the log beside the key. */
  name: string;
  /** 8 random bytes: the replica's id, should it write. */
  replica: Uint8Array;
  /** What the store holds. */
  frames: readonly Uint8Array[];
  /** What `choices` gave, if anything was kept. */
  choices: Uint8Array | null;
}

export type OpenEngine = (options: EngineOptions) => Promise<Engine>;
