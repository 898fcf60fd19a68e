/**
 * One open document: the engine's replica, the worker's session, and the editor that shows them, kept equal.
 *
 * Invariant: between two turns of the event loop the editor's text is the engine's text. Whatever changes one is
 * carried to the other before anything else runs.
 */
import type { Anchor, AuthorId, Engine, Patch, Spans, Version } from "../engine/engine";
import type { Presence } from "../engine/member";
import { colourOf } from "../app/colours";
import type { Link, Saved, Session, SessionEvent, Trouble } from "../session/session";

/** Typing is sealed into one frame for this long; people cannot tell it from at once. */
const SEAL_AFTER_MS = 30;
/** Carets are sent at most this often: twenty times a second. */
const PRESENT_EVERY_MS = 50;
/** Who waits longer than this for a server to say what it has may write without knowing. */
const READY_AFTER_MS = 3_000;

/** What the interface shows of a document; a new object whenever anything in it changed. */
export interface Snapshot {
  link: Link;
  saved: Saved;
  peers: readonly Presence[];
  progress: { done: number; total: number } | null;
  trouble: Trouble | null;
  canUndo: boolean;
  canRedo: boolean;
  held: number;
  /** Held back from everyone else. */
  holdsAll: boolean;
  /** Grows with every change of the log or of the view. */
  revision: number;
  /** Whether what the text shows is what is there; before that nobody should write into an empty page. */
  isReady: boolean;
}

/** Whoever shows the text. */
export interface TextView {
  apply(patches: readonly Patch[], origin: "remote" | "undo" | "view"): void;
  showPeers(peers: readonly Presence[]): void;
}

export interface Selection {
  anchor: number;
  head: number;
}

export interface Person {
  name: string;
  colour: string;
}

export class OpenDocument {
  private view: TextView | null = null;
  private listeners = new Set<() => void>();
  private sealTimer: ReturnType<typeof setTimeout> | null = null;
  private presentTimer: ReturnType<typeof setTimeout> | null = null;
  private readyTimer: ReturnType<typeof setTimeout>;
  private selection: Selection | null = null;
  /** The colours that people chose, as far as they were here. */
  private colours = new Map<AuthorId, string>();
  private isTold = true;
  private isClosed = false;
  private snapshot: Snapshot = {
    link: "connecting",
    saved: { level: "local", waiting: 0 },
    peers: [],
    progress: null,
    trouble: null,
    canUndo: false,
    canRedo: false,
    held: 0,
    holdsAll: false,
    revision: 0,
    isReady: false,
  };

  constructor(
    readonly id: string,
    readonly engine: Engine,
    private readonly session: Session,
    private person: Person,
  ) {
    this.changed();
    this.readyTimer = setTimeout(() => this.update({ isReady: true }), READY_AFTER_MS);
    session.listen((event) => this.hear(event));
    this.present(null);
  }

  readonly subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  readonly current = () => this.snapshot;

  attach(view: TextView): void {
    this.view = view;
    view.showPeers(this.snapshot.peers);
  }

  detach(): void {
    this.view = null;
  }

  /** What the person typed; the editor already shows it. */
  typed(changes: readonly Patch[]): void {
    this.engine.edit(changes);
    this.changed();
    this.sealSoon();
  }

  undo = () => this.act(this.engine.undo(), "undo");
  redo = () => this.act(this.engine.redo(), "undo");
  undoRange = (spans: Spans) => this.act(this.engine.undoRange(spans), "undo");
  redoRange = (spans: Spans) => this.act(this.engine.redoRange(spans), "undo");
  restore = (version: Version) => this.act(this.engine.restore(version), "undo");

  hideAuthor = (author: AuthorId, on: boolean) => this.choose(this.engine.hideAuthor(author, on));
  hideRange = (spans: Spans, on: boolean) => this.choose(this.engine.hideRange(spans, on));

  hold(author: AuthorId | null, on: boolean): void {
    this.choose(this.engine.hold(author, on));
  }

  /** Tells the others where this person's caret is; null while he looks elsewhere. */
  present(selection: Selection | null): void {
    this.selection = selection;
    if (this.isClosed) return;
    this.presentTimer ??= setTimeout(() => {
      this.presentTimer = null;
      this.session.present({ ...this.person, ...this.anchored() });
    }, PRESENT_EVERY_MS);
  }

  colourOf(author: AuthorId): string {
    return colourOf(author, author === this.engine.author ? this.person.colour : this.colours.get(author));
  }

  rename(person: Person): void {
    this.person = person;
    this.present(this.selection);
  }

  setOnline = (online: boolean) => this.session.setOnline(online);

  dismissTrouble = () => this.update({ trouble: null });

  /** Hands what was typed to the worker now: the page may be about to go. */
  flush(): void {
    if (this.sealTimer !== null) clearTimeout(this.sealTimer);
    this.sealTimer = null;
    const frames = this.engine.seal();
    if (frames.length > 0) this.session.push(frames);
  }

  close(): void {
    this.flush();
    this.isClosed = true;
    clearTimeout(this.readyTimer);
    if (this.presentTimer !== null) clearTimeout(this.presentTimer);
    this.session.close();
    this.detach();
    this.listeners.clear();
    this.engine.free();
  }

  private hear(event: SessionEvent): void {
    switch (event.kind) {
      case "frames": {
        // Taken in whether or not anything shows it yet.
        const patches = this.engine.import(event.frames);
        this.view?.apply(patches, "remote");
        this.changed();
        this.view?.showPeers(this.snapshot.peers);
        break;
      }
      case "link":
        if (event.link === "offline") this.update({ isReady: true });
        this.update({ link: event.link, ...(event.link === "connected" ? {} : { peers: [], progress: null }) });
        if (event.link === "connected") this.present(this.selection);
        else this.view?.showPeers([]);
        break;
      case "saved":
        this.update({ saved: this.sealTimer === null ? event.saved : { ...event.saved, level: "unsaved" } });
        break;
      case "presence":
        for (const peer of event.peers) this.colours.set(peer.author, peer.colour);
        this.update({ peers: event.peers });
        this.view?.showPeers(event.peers);
        break;
      case "progress":
        this.update({ progress: event.done < event.total ? event : null });
        if (event.done === event.total) this.update({ isReady: true });
        break;
      case "trouble":
        this.update({ trouble: event.trouble, isReady: true });
        break;
    }
  }

  private act(patches: Patch[] | null, origin: "undo"): boolean {
    if (patches === null) return false;
    this.view?.apply(patches, origin);
    this.changed();
    this.sealSoon();
    this.view?.showPeers(this.snapshot.peers);
    return true;
  }

  private choose(patches: Patch[]): void {
    this.view?.apply(patches, "view");
    this.session.keepChoices(this.engine.choices());
    this.changed();
    this.view?.showPeers(this.snapshot.peers);
  }

  private sealSoon(): void {
    if (this.sealTimer !== null) return;
    this.sealTimer = setTimeout(() => this.flush(), SEAL_AFTER_MS);
    this.update({ saved: { ...this.snapshot.saved, level: "unsaved" } });
  }

  private anchored(): { anchor: Anchor | null; head: Anchor | null } {
    if (this.selection === null) return { anchor: null, head: null };
    const { anchor, head } = this.selection;
    return { anchor: this.engine.anchor(anchor, "left"), head: this.engine.anchor(head, "left") };
  }

  private changed(): void {
    const { engine } = this;
    this.update({
      canUndo: engine.canUndo(),
      canRedo: engine.canRedo(),
      held: engine.held(),
      holdsAll: engine.holdsAll(),
      revision: this.snapshot.revision + 1,
      isReady: this.snapshot.isReady || engine.text() !== "",
    });
  }

  private update(change: Partial<Snapshot>): void {
    this.snapshot = { ...this.snapshot, ...change };
    if (!this.isTold) return;
    this.isTold = false;
    queueMicrotask(() => {
      this.isTold = true;
      for (const listener of this.listeners) listener();
    });
  }
}
