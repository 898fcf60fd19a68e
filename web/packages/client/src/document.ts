/**
 * One open document: the engine's replica, and the session that stores and sends what is done to it.
 *
 * Invariant: whoever follows the patches from the beginning has what the containers read, between any two turns of the
 * event loop.
 */
import { DocumentBlobs } from "./blobs/document.js";
import { type AnyContainer, guarded, type Host, isContainer, type Origin, type Patch, type PatchEvent, type TextContainer } from "./containers.js";
import { decided, type Deciding, type Trimming, trimmingOf } from "./deciding.js";
import type { Anchor, Author, AuthorId, ContainerId, Done, EditRun, Engine, EnginePatch, Grade, ShownAt, Spans, Version } from "./engine/engine.js";
import type { Presence as SentPresence } from "./engine/member.js";
import { MotetError } from "./errors.js";
import { Emitter, type Unsubscribe } from "./events.js";
import { type Dependants, type Difference, divergenceOf, previewOf, type UndoPreview } from "./extent.js";
import type { JsonId } from "./json.js";
import { type Conflict, conflictsOf, type Reason, reasonsOf, type Rule, ruled, type Ties, tiesOf } from "./meaning.js";
import { type Overlap, OverlapWatch } from "./overlaps.js";
import { type Draft, type DraftId, draftsOf, type ProposedRun, type Proposing, ProposalWatch, type Showing, showingOf, type Suggesting, wordsOf } from "./proposals.js";
import type { DocumentNews, Link, Safety, Saved, Session, Stored, Trouble, Upload } from "./session/session.js";
import { type ElementId, type Name, type RichChange, type RichPatch, type RichReader, richReader } from "./rich.js";
import { Past, type Readable, Shelf } from "./shelf.js";
import { type Snapshot, type Snapshots, snapshotsOf } from "./snapshots.js";

/** What is done is sealed into one frame for this long; people cannot tell it from at once. */
const SEAL_AFTER_MS = 30;
/** Presence is sent at most this often: twenty times a second. */
const PRESENT_EVERY_MS = 50;
/** Who waits longer than this for a server to say what it has may go on without knowing. */
const READY_AFTER_MS = 3_000;

/** What the place of somebody at a value of a JSON document begins with. */
const JSON_PLACE = "json:";

const SAFETY: readonly Safety[] = ["unsaved", "local", "received", "durable"];

/** Where somebody else is, in one window of theirs. */
export interface Presence extends Omit<SentPresence, "place"> {
  /** The text that they are in; null where that is not known. */
  text: TextContainer | null;
  /** The value of a JSON document that they are at; null where they are at none. */
  json: JsonId | null;
}

/** Where one is oneself: in a text, or at a value of a JSON document. */
export type Selection = TextSelection | { json: JsonId };

/** Where one is in a text. */
export interface TextSelection {
  text: TextContainer;
  /** The selection's fixed end and its moving one. */
  anchor: number;
  head: number;
}

/** Where one is, by anchors of rich texts. */
export interface AnchoredSelection {
  /** The text that they are in. */
  place: ContainerId;
  anchor: Anchor;
  head: Anchor;
}

/** Who one is to others. */
export interface Person {
  name: string;
  /** `#rrggbb` */
  colour: string;
}

/** Whether one may work on a document. */
export interface Permission {
  access: "write" | "none";
  /** What to do where it is none; empty otherwise. */
  message: string;
}

/** A document's state for an interface; a new object whenever anything in it changed. */
export interface DocumentState {
  status: Link;
  saved: Saved;
  permission: Permission;
  peers: readonly Presence[];
  /** Pictures and other files that were added here and are not on the server. */
  uploads: readonly Upload[];
  /** Catching up with the server, in actions; null where nothing is to come. */
  progress: { done: number; total: number } | null;
  trouble: Trouble | null;
  canUndo: boolean;
  canRedo: boolean;
  /** How many actions wait because of a hold. */
  held: number;
  /** Whether everybody else's work is held. */
  holdsAll: boolean;
  /** The names of the parts of the document where everybody else's work is held. */
  heldParts: readonly string[];
  /** From which grade on others' work gives way to one's own; null where that does not come first. */
  mineFirst: Grade | null;
  /** Whether what one chose may let one see something else than who chose nothing. */
  isPersonal: boolean;
  /** Whether an earlier version is shown; until one writes. */
  isPinned: boolean;
  /** All that gave way to others; the same list until that changes. */
  conflicts: readonly Conflict[];
  /** What others did at once to the same as oneself, looked at a moment ago; nothing before {@link MotetDocument.watchOverlaps}. */
  overlaps: readonly Overlap[];
  /** As what it is only proposed what one does; null where it just is done. */
  suggesting: Suggesting;
  /** What one sees of what is open. */
  showing: Showing;
  /** The drafts, and all that was ever proposed, looked at a moment ago; the same lists until one of them changes. */
  drafts: readonly Draft[];
  proposals: readonly ProposedRun[];
  /** Grows with every change of the log or of the view. */
  revision: number;
  /** Whether what is here is what there is; before that nobody should write into an empty page. */
  isReady: boolean;
}

/** What a document tells. */
export interface DocumentEvents {
  /** Others' work is taken in next: whoever hears late of what the person here did, such as where the caret went, asks now. */
  incoming: null;
  /** What changed, container by container. */
  patch: PatchEvent;
  /** What gave way to what, or what somebody decided about it, is not what it was. */
  conflicts: readonly Conflict[];
  /** What others did at once to the same as oneself is not what it was. */
  overlaps: readonly Overlap[];
  /** What is proposed, what became of it, where it is, or which drafts there are, is not what it was. */
  proposals: Proposing;
  /** Whether there is a server. */
  status: Link;
  /** How far the own work has come. */
  saved: Saved;
  /** Which of the files that were added here are not on the server, and how much of them is. */
  uploads: readonly Upload[];
  /** Who is here, and where. */
  presence: readonly Presence[];
  /** How much there is to come. */
  progress: { done: number; total: number };
  /** Whether one may work on the document. */
  permission: Permission;
  /** Something went wrong, in words for people. */
  trouble: Trouble;
}

/** @internal What a document needs of its space. */
export interface Ground {
  readonly session: Session;
  readonly person: Person;
  readonly openEngine: (options: { document: string; stored: Stored; wrap: (id: string) => unknown }) => Promise<Engine>;
  closed(document: MotetDocument): void;
}

function checkWeight(weight: number): void {
  if (!Number.isInteger(weight) || weight < 1 || weight > 65_535) throw new MotetError("range", "a weight is a whole number from 1 to 65535");
}

/** One open document. Spaces open them. */
export class MotetDocument extends Emitter<DocumentEvents> implements Readable {
  private readonly shelf: Shelf;
  readonly text: Shelf["text"];
  readonly map: Shelf["map"];
  readonly list: Shelf["list"];
  readonly tree: Shelf["tree"];
  readonly counter: Shelf["counter"];
  /** Rich texts, by name: to be read. */
  readonly rich: RichReader;
  readonly json: Shelf["json"];
  /** Pictures and other files, whose bytes lie beside the document. */
  readonly blobs: DocumentBlobs;
  private sealTimer: ReturnType<typeof setTimeout> | null = null;
  private presentTimer: ReturnType<typeof setTimeout> | null = null;
  private readonly readyTimer: ReturnType<typeof setTimeout>;
  private selection: Selection | AnchoredSelection | null = null;
  private readonly stateListeners = new Set<() => void>();
  private isTold = true;
  private depth = 0;
  private pushes = 0;
  /** How many files are on their way to the store of this device. */
  private storing = 0;
  /** Patches that came while others were told: everybody hears all of them, in order. */
  private readonly untold: PatchEvent[] = [];
  /** How many have asked that others' work waits, and what waits. */
  private pauses = 0;
  private waiting: Uint8Array[] = [];
  /** What the session last said of how far the own work has come. */
  private heardSaved: [saved: Saved, pushes: number] = [{ level: "local", waiting: 0, files: 0 }, 0];
  /** How often it was opened and not closed. */
  private holders = 0;
  private isClosed = false;
  /** Whether the change being made says something of actions: it counts though nothing may look different. */
  private declares = false;
  private readonly watch = new ProposalWatch(
    () => this.engine,
    (now) => {
      this.update({ ...now });
      this.emit("proposals", now);
    },
  );
  private readonly overlapWatch = new OverlapWatch(
    () => this.engine,
    (overlaps) => {
      this.update({ overlaps });
      this.emit("overlaps", overlaps);
    },
  );
  /** The conflicts as the engine told of them last. */
  private toldConflicts = "[]";
  private state: DocumentState = {
    status: "connecting",
    saved: { level: "local", waiting: 0, files: 0 },
    permission: { access: "write", message: "" },
    peers: [],
    uploads: [],
    progress: null,
    trouble: null,
    canUndo: false,
    canRedo: false,
    held: 0,
    holdsAll: false,
    heldParts: [],
    mineFirst: null,
    isPersonal: false,
    isPinned: false,
    conflicts: [],
    overlaps: [],
    suggesting: null,
    showing: showingOf(""),
    drafts: [],
    proposals: [],
    revision: 0,
    isReady: false,
  };

  private constructor(
    /** Names the document on every server. */
    readonly id: string,
    private readonly ground: Ground,
    private readonly engine: Engine,
    host: Host,
    shelf: Shelf,
  ) {
    super();
    Object.defineProperty(host, "engine", { get: () => this.living() });
    Object.assign(host, {
      change: (run: () => unknown, by?: unknown) => this.change(run, by),
      onPatch: (listener: (event: PatchEvent) => void) => this.on("patch", listener),
    });
    this.shelf = shelf;
    ({ text: this.text, map: this.map, list: this.list, tree: this.tree, counter: this.counter, json: this.json } = shelf);
    this.rich = richReader((ask) => guarded(() => ask(this.living())));
    this.blobs = new DocumentBlobs({
      id,
      session: () => {
        this.living();
        return ground.session;
      },
      uploads: () => this.state.uploads,
      storing: () => this.storeSoon(),
    });
    this.readyTimer = setTimeout(() => this.update({ isReady: true }), READY_AFTER_MS);
    this.changed();
  }

  /** @internal */
  static async open(id: string, stored: Stored, ground: Ground): Promise<MotetDocument> {
    // Filled in once there is an engine; containers are asked for by it.
    const host = { named: (_kind, container) => shelf.at(container) } as Host;
    const shelf = new Shelf(host);
    const engine = await ground.openEngine({ document: id, stored, wrap: shelf.at });
    return new MotetDocument(id, ground, engine, host, shelf);
  }

  /** The author who writes here. */
  get author(): AuthorId {
    return this.engine.author;
  }

  /**
   * Makes one action of everything that `run` does to containers: undone as one, and seen by others as one. Where it
   * throws, what was done until then stays, and can be undone. `by` is passed on to whoever hears of the patch.
   */
  change<T>(run: () => T, by?: unknown): T {
    this.living();
    this.depth += 1;
    try {
      const result = run();
      if (result instanceof Promise) throw new MotetError("order", "a change cannot wait: ask first, then change");
      return result;
    } finally {
      this.depth -= 1;
      if (this.depth === 0) this.commit(by);
    }
  }

  /**
   * Makes changes of rich texts, all or none, within {@link MotetDocument.change} or as an action of their own. Returns the
   * names of what is made. With `isShown` {@link MotetDocument.richChanges} does not tell of them.
   */
  richChange(changes: readonly RichChange[], { isShown = false, by = null as unknown } = {}): ElementId[] {
    return this.change(() => guarded(() => this.engine.change(changes, isShown)), by);
  }

  /** What changed in rich texts since the last call: for one editor, which asks whenever it hears of a patch. */
  richChanges = (): RichPatch => this.ask((engine) => engine.changes());

  /**
   * Cuts: `run` deletes, as an action of its own, `len` units from a place of a rich text on, so that {@link MotetDocument.richPasteCut} can
   * move them.
   */
  richCut(name: Name, at: number, len: number, run: () => void): void {
    this.ask((engine) => engine.cutting(name, at, len));
    run();
    this.ask((engine) => engine.hasCut());
  }

  /**
   * Moves what was cut last to a place of the same text: it is the same that it was, with what others did to it and said of it.
   * False where it is to be pasted as a copy: after ten minutes, a second time, or where it was brought back or taken apart.
   */
  richPasteCut = (name: Name, at: number): boolean => this.act("local", (engine) => engine.pasteCut(name, at));

  /**
   * Lets what others do wait until what is returned is called, for everybody who looks at the document here: for as long as
   * text is being composed, which must stand still.
   */
  pause(): () => void {
    this.pauses += 1;
    let isPaused = true;
    return () => {
      if (!isPaused) return;
      isPaused = false;
      this.pauses -= 1;
      if (this.pauses === 0 && this.waiting.length > 0 && !this.isClosed) this.receive(this.waiting.splice(0));
    };
  }

  /** Takes back one's own latest work; false where there is none. */
  undo = (): boolean => this.act("undo", (engine) => engine.undo());
  /** Brings back what one's own latest undo took; false where there is nothing. */
  redo = (): boolean => this.act("undo", (engine) => engine.redo());
  /**
   * Takes back anybody's work, for everybody; what depends on it goes along, unless `dependants` says otherwise. False where
   * others' work would go and is not to: then nothing is done.
   */
  undoRange = (spans: Spans, { dependants }: { dependants?: Dependants } = {}): boolean =>
    this.act("undo", (engine) => (dependants === undefined ? engine.undoRange(spans) : engine.undoWith(spans, dependants)));
  /** What {@link MotetDocument.undoRange} would change and hide; nothing is done. */
  undoPreview = (spans: Spans, dependants: Dependants = "cascade"): UndoPreview => this.ask((engine) => previewOf(engine, spans, dependants));
  /** Brings anybody's work back, for everybody. */
  redoRange = (spans: Spans): boolean => this.act("undo", (engine) => engine.redoRange(spans));

  /**
   * Makes everything what it was at a version, by a change that everybody sees; null where nothing differs. What it did is
   * undone by `undoRange`.
   */
  restore = (version: Version): Spans | null => this.done((engine) => engine.restoreAll(version));

  /** The snapshots that somebody took and nobody took out of the list. */
  snapshots = (): Snapshots => this.ask((engine) => snapshotsOf(engine.snapshots()));

  /** Gives what is shown now a name, for everybody. */
  takeSnapshot(name: string, note = ""): Snapshot {
    const id = crypto.getRandomValues(new Uint8Array(8));
    this.done((engine) => engine.saveSnapshot(id, name, note));
    const hex = [...id].reverse().map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return this.snapshots().list.find((snapshot) => snapshot.id === hex) as Snapshot;
  }

  /**
   * Takes a snapshot out of the list, for everybody; null where it is not there. What it shows stays in the history. What it did is
   * undone by `undoRange`.
   */
  removeSnapshot = (id: string): Spans | null => this.done((engine) => engine.removeSnapshot(id));
  /** The document as a snapshot shows it, whatever came since. */
  atSnapshot = (id: string): Past => this.ask((engine) => new Past(engine, (present, wrap) => present.atSnapshot(id, wrap)));
  /** As {@link MotetDocument.restore}, of what a snapshot shows. */
  restoreSnapshot = (id: string): Spans | null => this.done((engine) => engine.restoreSnapshot(id));

  /** Leaves an author's work out of sight, for oneself only. */
  hideAuthor = (author: AuthorId, on: boolean): void => this.choose((engine) => engine.hideAuthor(author, on));
  /** Leaves a part of the history out of sight, for oneself only. */
  hideRange = (spans: Spans, on: boolean): void => this.choose((engine) => engine.hideRange(spans, on));
  /** Lets what an author, or with null everybody else, does from now on wait, for oneself only; or no longer. */
  hold = (author: AuthorId | null, on: boolean): void => this.choose((engine) => engine.hold(author, on));
  /**
   * Lets what everybody else does from now on to a part of the document wait, for oneself only; it is called so, in one line. A part is
   * elements, as `elementsBetween` and `JsonDocument.elements` name them, and whatever hangs on them, now or later.
   */
  holdPart = (name: string, elements: Spans): void => this.choose((engine) => engine.holdPart(name, elements));
  /** Lets what waits of a part in, and what comes: by its place in `current().heldParts`. */
  releasePart = (at: number): void => this.choose((engine) => engine.releasePart(at));
  /** The elements that show between two positions of a text, and those that are gone from there; empty where there are none. */
  elementsBetween = (text: ContainerId, from: number, to: number): Spans => this.ask((engine) => engine.elementsBetween(text, from, to));

  /**
   * Lets one's own work come first, for oneself only: what others did at once, without having seen it, gives way to it where it has
   * to do with it as much as `from` says; null for nobody's. It is listed among the conflicts, and marked `mine` there.
   */
  putMineFirst = (from: Grade | null): void => this.choose((engine) => engine.putMineFirst(from));
  /** Lets changes, or those of which parts are named, come before whatever they would give way to, for oneself only; or no longer. */
  prefer = (action: Spans, on = true): void => this.choose((engine) => engine.prefer(action, on));

  /** As what it is only proposed what one does; null where it just is done. */
  suggesting = (): Suggesting => this.ask((engine) => engine.suggesting() ?? null);

  /**
   * Lets what one does from now on be only proposed: as a suggestion, or as a part of a draft; with null no longer. One sees it oneself,
   * and others do who want to, until somebody accepts or rejects it. Undo, redo and decisions are never only proposed.
   */
  setSuggesting = (what: Suggesting): void => this.choose((engine) => engine.setSuggesting(what ?? undefined));

  /** As {@link MotetDocument.change}, of what is not only proposed whatever else is: what people say about the work, for example. */
  plainly<T>(run: () => T, by?: unknown): T {
    const what = this.living().suggesting();
    if (what === undefined) return this.change(run, by);
    this.ask((engine) => engine.setSuggesting(undefined));
    try {
      return this.change(run, by);
    } finally {
      this.engine.setSuggesting(what);
    }
  }

  /** Makes a draft, which what is done is a part of after `setSuggesting(draft)`. */
  newDraft(name: string): DraftId {
    return this.plainly(() => {
      this.declares = true;
      return guarded(() => this.engine.newDraft(name));
    });
  }

  /** The drafts that somebody made and nobody took back, the earliest first. */
  drafts = (): Draft[] => this.ask((engine) => draftsOf(engine.drafts()));

  /** What one sees of what is open, with {@link MotetDocument.show}. */
  showing = (): Showing => this.ask((engine) => showingOf(engine.showing()));

  /** Shows suggestions and drafts while they are open, or hides them, for oneself only; what is not named stays as it is. */
  show = (what: Partial<Showing>): void => this.choose((engine) => engine.setShowing(wordsOf({ ...showingOf(engine.showing()), ...what })));

  /** All that was ever only proposed, the earliest first: where it shows here, and what became of it. */
  proposals = (): ProposedRun[] => this.ask((engine) => JSON.parse(engine.proposals()) as ProposedRun[]);

  /**
   * Accepts for everybody what of these elements is only proposed: `run.open`, a change's `spans`, or what `text.elements` says is
   * between two places. False where there was nothing to accept. It is undone as any other change is.
   */
  accept = (spans: readonly Spans[]): boolean => this.decide(spans, true);
  /** As {@link MotetDocument.accept}; rejects, also what was accepted before. */
  reject = (spans: readonly Spans[]): boolean => this.decide(spans, false);
  /** Takes a decision back, for everybody: what it was about is open again, or as somebody decided before. */
  reopen = (decision: Spans): boolean => this.settled(() => this.act("local", (engine) => engine.undoRange(decision)));
  /** Shows a version and nothing later, for oneself only, or with null everything again; so does writing. */
  pin = (version: Version | null): void => this.choose((engine) => engine.pin(version ?? undefined));
  /** All that one chose to see, as one text: to be kept under a name, and chosen again by {@link MotetDocument.setView}. */
  view = (): string => this.ask((engine) => new TextDecoder().decode(engine.choices()));
  /** Chooses what was chosen then, in place of what is chosen now; "" is what everybody sees who chose nothing. */
  setView = (view: string): void => this.choose((engine) => engine.choose(new TextEncoder().encode(view)));
  /** What one sees and who chose nothing does not, or the other way round, with the reason; empty where one chose nothing. */
  divergence = (): Difference[] => this.ask(divergenceOf);
  /** Where in texts, rich ones too, edit runs or parts of them are shown: by anchors, which survive edits. */
  placesOf = (spans: Spans): ShownAt[] => this.ask((engine) => engine.placesOf(spans));

  /**
   * All that gave way to others, and would be active without them: with who wrote each side and by what it gave way. What somebody
   * decided about has an `answer`; the rest waits for one, for as long as anybody likes.
   */
  conflicts = (): readonly Conflict[] => this.state.conflicts;

  /**
   * Notices from now on what others do, or did, at once to the same as oneself, where one of both was done since a version; without
   * one, since now. All of it shows. It is in the state, and told as `overlaps`; whoever does not ask does not pay for it.
   */
  watchOverlaps = (since: Version = this.version()): void => this.ask(() => this.overlapWatch.begin(since));

  /** Why the parts of an edit run are active or not. */
  why = (run: Spans): Reason[] => this.ask((engine) => reasonsOf(engine, run));

  /** What ties edit runs, or parts of them, to others, straight or through others: empty where nothing does. Without any, all that is tied. */
  ties = (run?: Spans): Ties => this.ask((engine) => tiesOf(engine, run));

  /**
   * Decides for everybody which of several edit runs, or actions of a conflict, are active: some, all or none. It takes the place of
   * answers before about the same; undoing it brings the conflict back.
   */
  resolve = (runs: readonly Spans[], keep: readonly Spans[]): void => this.declare("resolve", 0, runs.join(" "), keep.join(" "));

  /** Says for everybody how much edit runs matter, from 1 to 65535; 16 where nobody said. */
  weigh(runs: readonly Spans[], weight: number): void {
    checkWeight(weight);
    this.declare("weigh", weight, runs.join(" "));
  }

  /** Says how much an edit run, or a part of one, matters to oneself only, from 1 to 65535; with null as much as to everybody. */
  weighForMe(run: Spans, weight: number | null): void {
    if (weight !== null) checkWeight(weight);
    this.choose((engine) => engine.weighForMe(run, weight ?? 0));
  }

  /** How much an edit run, or a part of one, matters to everybody, and to oneself, where one said so. */
  weightOf(run: Spans): { shared: number; mine: number | null } {
    const weights = this.ask((engine) => engine.weights(run));
    return { shared: weights & 0xffff, mine: weights >>> 16 || null };
  }

  /** Says for everybody what edit runs mean together; it holds until it is undone. A run of several actions takes part as a whole. */
  constrain(rule: Rule, runs: readonly Spans[]): void {
    const [word, number] = ruled(rule);
    this.declare(word, number, runs.join(" "));
  }

  /**
   * Takes one of so many places of what `name` names, for what else is done in this {@link MotetDocument.change}: of all who claim
   * one, knowing of each other or not, no more are active than there are.
   */
  claim = (name: string, places = 1): void => this.declare("claim", places, name);

  /** Who may decide for good here, what was decided, and what waits for others to agree. */
  deciding = (): Deciding => this.ask((engine) => JSON.parse(engine.deciding(false)) as Deciding);

  /** Says for everybody that one decides for good oneself from the next decision on, and nobody else. Nobody can undo it. */
  govern = (): Spans => this.ballot("govern");

  /**
   * Decides for everybody that what excludes each other stays as everybody sees it now, whatever arrives later, or agrees to what somebody
   * else decided. Nobody can undo it; all else can be undone as before.
   */
  decideForGood = (): Spans => this.ballot("decide");

  /** What {@link MotetDocument.trim} would do; null where it is to agree to what lets nothing be trimmed. Throws why it cannot be done. */
  trimming = (): Trimming | null => this.ask(trimmingOf);

  /**
   * As {@link MotetDocument.decideForGood}, and makes final for everybody what the decision before covers: nobody can undo it any more, and
   * what nobody will ever see again members can forget. It cannot be taken back.
   */
  trim = (): Spans => this.ballot("trim");

  /** What happened, oldest first. */
  history = (): EditRun[] => this.ask((engine) => engine.history());
  /** Everyone whose work is here. */
  authors = (): Author[] => this.ask((engine) => engine.authors());
  /** What is here, to come back to. */
  version = (): Version => this.ask((engine) => engine.version());
  /** Names what everybody sees at this version: equal on all members that have the same. */
  stateHash = (): string => this.ask((engine) => engine.stateHash());
  /** The document as it was at a version. */
  at = (version: Version): Past => this.ask((engine) => new Past(engine, (present, wrap) => present.at(version, wrap)));

  /** Tells the others where one is; null while one looks elsewhere. */
  present(selection: Selection | AnchoredSelection | null): void {
    this.selection = selection;
    if (this.isClosed) return;
    this.presentTimer ??= setTimeout(() => this.presentNow(), PRESENT_EVERY_MS);
  }

  private presentNow(): void {
    if (this.presentTimer !== null) clearTimeout(this.presentTimer);
    this.presentTimer = null;
    this.ground.session.present(this.id, { ...this.ground.person, ...this.anchored() });
  }

  /** Tells the others again who and where one is. */
  presentAgain(): void {
    this.present(this.selection);
  }

  /** The state for an interface, as React's `useSyncExternalStore` takes it, with {@link MotetDocument.subscribe}. */
  readonly current = (): DocumentState => this.state;

  /** Calls `listener` after the state changed. */
  readonly subscribe = (listener: () => void): Unsubscribe => {
    this.stateListeners.add(listener);
    return () => void this.stateListeners.delete(listener);
  };

  dismissTrouble = (): void => this.update({ trouble: null });

  /** Resolves once one's own work is as safe as asked for; rejects where the document is closed before. */
  saved(level: Safety = "durable"): Promise<void> {
    this.flush();
    const isSafe = () => this.sealTimer === null && SAFETY.indexOf(this.state.saved.level) >= SAFETY.indexOf(level);
    return this.until(isSafe);
  }

  /** Resolves once what the server had is here, or nobody answers. */
  ready(): Promise<void> {
    return this.until(() => this.state.isReady);
  }

  /** Hands what was done to the session now: the program may be about to end. */
  flush(): void {
    if (this.isClosed) return;
    const isDue = this.sealTimer !== null;
    if (this.sealTimer !== null) clearTimeout(this.sealTimer);
    this.sealTimer = null;
    const frames = this.engine.seal();
    if (frames.length === 0) {
      // Nothing came of what was done: the work is as safe as it was.
      if (isDue) this.hearSaved(...this.heardSaved);
      return;
    }
    this.update({ saved: { ...this.state.saved, level: "unsaved" } });
    // First, since it waits for nobody's disk on its way: so it is there when what was written comes, and both are shown as one.
    if (this.presentTimer !== null) this.presentNow();
    this.pushes += 1;
    this.ground.session.push(this.id, frames);
  }

  /**
   * Leaves the document. What was done is stored, and sent when the space is next connected. Whoever opened it closes it: it
   * ends when it was closed as often as it was opened.
   */
  close(): void {
    this.holders -= 1;
    if (this.holders <= 0) this.end();
  }

  /** @internal One more has opened it; false where it has ended. */
  opened(): boolean {
    this.holders += 1;
    return !this.isClosed;
  }

  /** @internal Leaves the document, whoever has opened it. */
  end(): void {
    if (this.isClosed) return;
    this.flush();
    this.isClosed = true;
    clearTimeout(this.readyTimer);
    this.watch.end();
    this.overlapWatch.end();
    if (this.presentTimer !== null) clearTimeout(this.presentTimer);
    this.ground.session.close(this.id);
    this.ground.closed(this);
    this.tellState();
    this.stateListeners.clear();
    this.forget();
    this.engine.free();
  }

  /** @internal What its space hears of it. */
  hear(news: DocumentNews): void {
    if (this.isClosed) return;
    switch (news.kind) {
      case "frames":
        this.receive(news.frames);
        break;
      case "saved":
        this.hearSaved(news.saved, news.pushes);
        break;
      case "uploads":
        this.update({ uploads: news.uploads });
        this.emit("uploads", news.uploads);
        break;
      case "presence":
        this.showPeers(news.peers.map((peer) => this.placed(peer)));
        break;
      case "progress":
        this.update({ progress: news.done < news.total ? { done: news.done, total: news.total } : null });
        if (news.done === news.total) this.update({ isReady: true });
        this.emit("progress", { done: news.done, total: news.total });
        break;
      case "trouble":
        this.hearTrouble(news.trouble);
        break;
    }
  }

  /** @internal Something that concerns all documents of the space. */
  hearTrouble(trouble: Trouble): void {
    const isForbidden = trouble.code === "permission" || trouble.code === "no-document";
    if (isForbidden) this.permit({ access: "none", message: trouble.message });
    this.update({ trouble, isReady: true });
    this.emit("trouble", trouble);
  }

  /** @internal */
  hearLink(status: Link): void {
    if (status === "offline" || status === "refused") this.update({ isReady: true });
    const isConnected = status === "connected";
    if (isConnected && this.state.permission.access === "none") this.permit({ access: "write", message: "" });
    this.update({ status, ...(isConnected ? {} : { progress: null }) });
    if (isConnected) this.presentAgain();
    else if (this.state.peers.length > 0) this.showPeers([]);
    this.emit("status", status);
  }

  /** What is not sealed, or on its way to the session, is not counted in what it says. */
  private hearSaved(saved: Saved, pushes: number): void {
    this.heardSaved = [saved, pushes];
    const isAll = this.sealTimer === null && this.storing === 0 && pushes === this.pushes;
    this.update({ saved: isAll ? saved : { ...saved, level: "unsaved" } });
    this.emit("saved", this.state.saved);
  }

  /** A file is read and stored; what is returned says that this is done. */
  private storeSoon(): () => void {
    this.storing += 1;
    this.update({ saved: { ...this.state.saved, level: "unsaved" } });
    this.emit("saved", this.state.saved);
    return () => {
      this.storing -= 1;
      if (this.storing === 0) this.hearSaved(...this.heardSaved);
    };
  }

  private permit(permission: Permission): void {
    this.update({ permission });
    this.emit("permission", permission);
  }

  private showPeers(peers: readonly Presence[]): void {
    this.update({ peers });
    this.emit("presence", peers);
  }

  private placed({ place, ...peer }: SentPresence): Presence {
    const found = place?.startsWith("text") ? this.shelf.at(place) : null;
    const json = place?.startsWith(JSON_PLACE) ? place.slice(JSON_PLACE.length) : null;
    return { ...peer, text: found as TextContainer | null, json };
  }

  private receive(frames: readonly Uint8Array[]): void {
    if (this.pauses > 0) return void this.waiting.push(...frames);
    this.emit("incoming", null);
    try {
      const patches = this.engine.import(frames);
      this.changed(true);
      this.tell("remote", patches);
    } catch (error) {
      const { code, message } = MotetError.from(error, "import");
      this.hearTrouble({ code, message });
    }
  }

  private declare(what: string, number: number, named: string, keep = ""): void {
    this.change(() => {
      guarded(() => this.engine.declare(what, number, named, keep));
      this.declares = true;
    });
  }

  private commit(by: unknown): void {
    const patches = this.engine.commit();
    const declares = this.declares;
    this.declares = false;
    if (patches.length === 0 && !declares) return;
    this.changed();
    this.sealSoon();
    this.tell("local", patches, by);
  }

  private done(ask: (engine: Engine) => Done | null): Spans | null {
    const done = this.ask(ask);
    if (done === null) return null;
    this.changed();
    this.sealSoon();
    this.tell("local", done.patches);
    return done.spans;
  }

  private ballot(what: "govern" | "decide" | "trim"): Spans {
    return this.done((engine) => {
      // It vouches for what is sealed.
      this.flush();
      return decided(engine, what);
    }) as Spans;
  }

  private act(origin: Origin, ask: (engine: Engine) => EnginePatch<unknown, unknown>[] | null): boolean {
    const patches = this.ask(ask);
    if (patches === null) return false;
    this.changed();
    this.sealSoon();
    this.tell(origin, patches);
    return true;
  }

  private decide(spans: readonly Spans[], accepts: boolean): boolean {
    const named = spans.filter((some) => some !== "").join(",");
    return named !== "" && this.settled(() => this.act("local", (engine) => engine.decide(named, accepts)));
  }

  /** What was chosen or decided about shows at once. */
  private settled<T>(act: () => T): T {
    const done = act();
    this.watch.look();
    return done;
  }

  private choose(ask: (engine: Engine) => EnginePatch<unknown, unknown>[]): void {
    const patches = this.ask(ask);
    this.ground.session.keepChoices(this.id, this.engine.choices());
    this.settled(() => {
      this.changed();
      this.tell("view", patches);
    });
  }

  /** Asks the engine something that does not go within a change. */
  private ask<T>(ask: (engine: Engine) => T): T {
    const engine = this.living();
    if (this.depth > 0) throw new MotetError("order", "this goes before or after a change, not within it");
    try {
      return ask(engine);
    } catch (error) {
      throw MotetError.from(error);
    }
  }

  /** The engine, while there is one. */
  private living(): Engine {
    if (this.isClosed) throw new MotetError("closed", "the document is closed: open it again");
    return this.engine;
  }

  private tell(origin: Origin, told: EnginePatch<unknown, unknown>[], by: unknown = null): void {
    if (told.length === 0) return;
    const patches = told.map(({ container, changes }) => {
      if (!isContainer(container)) throw new Error("the engine tells of containers only");
      return { kind: (container as AnyContainer).kind, container, changes } as Patch;
    });
    this.untold.push({ origin, by, patches });
    if (this.untold.length > 1) return;
    for (let event = this.untold[0]; event !== undefined; event = this.untold[0]) {
      this.emit("patch", event);
      this.untold.shift();
    }
  }

  private sealSoon(): void {
    if (this.sealTimer !== null) return;
    this.sealTimer = setTimeout(() => this.flush(), SEAL_AFTER_MS);
    this.update({ saved: { ...this.state.saved, level: "unsaved" } });
    this.emit("saved", this.state.saved);
  }

  private anchored() {
    if (this.selection === null) return { place: null, anchor: null, head: null };
    if ("place" in this.selection) return this.selection;
    if ("json" in this.selection) return { place: `${JSON_PLACE}${this.selection.json}`, anchor: "l", head: "l" };
    const { text, anchor, head } = this.selection;
    return { place: text.id, anchor: text.anchor(anchor), head: text.anchor(head) };
  }

  private until(isSo: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (isSo()) resolve();
        else if (this.isClosed) reject(new MotetError("closed", "the document was closed before that"));
        else return;
        this.stateListeners.delete(look);
      };
      this.stateListeners.add(look);
      look();
    });
  }

  private changed(isOthers = false): void {
    const { engine } = this;
    const isPinned = engine.isPinned();
    // Writing ended a choice.
    if (this.state.isPinned && !isPinned) this.ground.session.keepChoices(this.id, engine.choices());
    this.update({
      canUndo: engine.canUndo(),
      canRedo: engine.canRedo(),
      held: engine.held(),
      holdsAll: engine.holdsAll(),
      heldParts: this.parts(),
      mineFirst: (engine.firstFrom() ?? null) as Grade | null,
      suggesting: engine.suggesting() ?? null,
      showing: this.shown(),
      isPersonal: !engine.isShared(),
      isPinned,
      revision: this.state.revision + 1,
      isReady: this.state.isReady || engine.version().length > 0,
    });
    this.lookForConflicts();
    this.watch.soon(isOthers);
    this.overlapWatch.soon(isOthers);
  }

  /** What shows of what is open; the same object until that changes. */
  private shown(): Showing {
    const words = this.engine.showing();
    return words === wordsOf(this.state.showing) ? this.state.showing : showingOf(words);
  }

  /** The parts that are held; the same list until they are others. */
  private parts(): readonly string[] {
    const [now, { heldParts }] = [this.engine.heldParts(), this.state];
    return now.length === heldParts.length && now.every((name, n) => name === heldParts[n]) ? heldParts : now;
  }

  private lookForConflicts(): void {
    const told = JSON.stringify(this.engine.reasons(undefined));
    if (told === this.toldConflicts) return;
    this.toldConflicts = told;
    const conflicts = conflictsOf(this.engine);
    this.update({ conflicts });
    this.emit("conflicts", conflicts);
  }

  private update(change: Partial<DocumentState>): void {
    if ((Object.keys(change) as (keyof DocumentState)[]).every((part) => change[part] === this.state[part])) return;
    this.state = { ...this.state, ...change };
    if (!this.isTold) return;
    this.isTold = false;
    queueMicrotask(() => this.tellState());
  }

  private tellState(): void {
    this.isTold = true;
    for (const listener of [...this.stateListeners]) listener();
  }
}
