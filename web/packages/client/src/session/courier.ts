/**
 * The heart of a session: carries frames between the replicas here, the store of this device, its other windows and
 * the socket. Everything it touches is given to it, so that a test can hand it toys.
 */
import type { Member, MemberEvent, OwnPresence } from "../engine/member.js";
import type { DocumentNews, Link, Safety, Saved, SessionEvent, Stored, Upload } from "./session.js";
import type { Store } from "./store.js";

const RETRY_FIRST_MS = 500;
const RETRY_LAST_MS = 15_000;
const NOTE_AFTER_MS = 500;

/** As much of a WebSocket as is needed. */
export interface Socket {
  send(message: Uint8Array): void;
  close(): void;
}

/** What a socket tells. */
export interface SocketEvents {
  opened(): void;
  message(bytes: Uint8Array): void;
  closed(): void;
}

/** Everything that a courier touches. */
export interface World {
  member: Member;
  store: Store;
  /** Starts a connection. */
  connect(events: SocketEvents): Socket;
  /** Hands frames to the other windows on the same store. */
  tell(document: string, frames: readonly Uint8Array[]): void;
  /** What of a document's files is not on the server. */
  uploads(document: string): Upload[];
  emit(event: SessionEvent): void;
  now(): number;
  random(): number;
  after(ms: number, run: () => void): () => void;
}

/** One document that is carried. */
interface Bag {
  unreceived: number;
  undurable: number;
  /** How often frames were pushed. */
  pushes: number;
  /** Frames from here that are on their way to the disk. */
  storing: number;
  /** What other windows stored while this was being read from the store; null afterwards. */
  early: Uint8Array[] | null;
  cancelNote: (() => void) | null;
  /** What was told last of how safe the work is, and whether that was that nothing is to come. */
  toldSaved: string;
  isToldAll: boolean;
}

export class Courier {
  private readonly bags = new Map<string, Bag>();
  private readonly writes = new Set<Promise<void>>();
  private socket: Socket | null = null;
  private isOpen = false;
  private wantsOnline = true;
  private link: Link | null = null;
  private retryMs = RETRY_FIRST_MS;
  private cancelRetry = () => {};
  private cancelTick = () => {};
  private storeFailed = false;

  constructor(private readonly world: World) {}

  start(): void {
    this.connect();
  }

  /** Joins a document; returns what the store holds of it. */
  async open(document: string): Promise<Stored> {
    const bag: Bag = { unreceived: 0, undurable: 0, pushes: 0, storing: 0, early: [], cancelNote: null, toldSaved: "", isToldAll: false };
    this.bags.set(document, bag);
    try {
      const notes = await this.world.store.notes(document);
      bag.unreceived = bag.undurable = notes.waiting;
      const frames = await this.world.store.frames(document);
      this.world.member.open(document, frames);
      queueMicrotask(() => this.begin(document, bag));
      return { frames, choices: notes.choices };
    } catch (error) {
      this.bags.delete(document);
      throw error;
    }
  }

  /** Frames that a replica here sealed. */
  async push(document: string, frames: Uint8Array[]): Promise<void> {
    const bag = this.bags.get(document);
    if (bag) {
      bag.pushes += 1;
      bag.storing += 1;
    }
    this.emitSaved(document);
    this.world.member.local(document, frames);
    this.pump();
    await this.keep(document, frames, () => this.world.tell(document, frames));
    if (bag) bag.storing -= 1;
    this.emitSaved(document);
  }

  /** Frames that another window on this store has stored. */
  heard(document: string, frames: Uint8Array[]): void {
    const bag = this.bags.get(document);
    if (bag === undefined) return;
    if (bag.early !== null) return void bag.early.push(...frames);
    this.world.member.local(document, frames);
    this.tell(document, { kind: "frames", frames });
    this.pump();
  }

  /** What of a document's files is not on the server is other than before. */
  uploadsChanged(document: string): void {
    if (!this.bags.has(document)) return;
    this.tell(document, { kind: "uploads", uploads: this.world.uploads(document) });
    this.emitSaved(document);
  }

  present(document: string, presence: OwnPresence): void {
    this.world.member.present(document, presence);
    this.pump();
  }

  keepChoices(document: string, choices: Uint8Array): void {
    this.write(this.world.store.note(document, { choices }));
  }

  /** Leaves a document. */
  close(document: string): void {
    if (!this.bags.has(document)) return;
    this.world.member.close(document);
    this.pump();
    this.write(this.saveNote(document));
    this.bags.delete(document);
  }

  /** The network is back, or the person wants it back; or away. */
  setOnline(online: boolean): void {
    this.wantsOnline = online;
    this.retryMs = RETRY_FIRST_MS;
    if (!online) this.disconnect();
    else if (this.socket === null) this.connect();
  }

  /** Leaves all documents, once everything is stored. */
  async stop(): Promise<void> {
    for (const document of [...this.bags.keys()]) this.close(document);
    this.wantsOnline = false;
    this.cancelRetry();
    this.cancelTick();
    this.disconnect();
    await Promise.allSettled([...this.writes]);
  }

  private begin(document: string, bag: Bag): void {
    if (this.bags.get(document) !== bag) return;
    const early = bag.early ?? [];
    bag.early = null;
    this.uploadsChanged(document);
    if (early.length > 0) this.heard(document, early);
    this.pump();
  }

  private connect(): void {
    this.cancelRetry();
    if (!this.wantsOnline) return;
    if (this.link === null || this.link === "refused") this.show("connecting");
    const socket = this.world.connect({
      opened: () => {
        this.isOpen = true;
        this.world.member.connected(this.world.now());
        this.pump();
      },
      message: (bytes) => {
        if (this.socket === socket) this.hear(bytes);
      },
      closed: () => {
        if (this.socket === socket) this.lost();
      },
    });
    this.socket = socket;
  }

  private hear(bytes: Uint8Array): void {
    this.world.member.receive(bytes, this.world.now());
    const events = this.world.member.events();
    const ended = events.find((event) => event.kind === "problem" && event.document === null);
    if (ended === undefined) {
      this.retryMs = RETRY_FIRST_MS;
      this.show("connected");
    }
    for (const event of events) this.react(event);
    this.pump();
  }

  private disconnect(): void {
    const { socket } = this;
    if (socket === null) return this.show("offline");
    this.lost();
    socket.close();
  }

  private lost(): void {
    this.socket = null;
    if (this.isOpen) this.world.member.disconnected();
    this.isOpen = false;
    this.cancelTick();
    this.pump();
    if (this.link === "refused") return;
    this.show("offline");
    if (!this.wantsOnline) return;
    const jitter = 0.5 + this.world.random();
    this.cancelRetry = this.world.after(this.retryMs * jitter, () => this.connect());
    this.retryMs = Math.min(this.retryMs * 2, RETRY_LAST_MS);
  }

  /** Moves everything that the member has to say. */
  private pump(): void {
    const { member } = this.world;
    for (const event of member.events()) this.react(event);
    if (!this.isOpen) return;
    for (let message = member.send(); message !== undefined; message = member.send()) this.socket?.send(message);
    this.cancelTick();
    this.cancelTick = this.world.after(member.tick(this.world.now()), () => this.pump());
  }

  private react(event: MemberEvent): void {
    if (event.kind === "problem" && event.document === null) return this.refused(event.code, event.message);
    const { document } = event;
    const bag = document === null ? undefined : this.bags.get(document);
    if (document === null || bag === undefined) return;
    switch (event.kind) {
      case "frames":
        this.tell(document, { kind: "frames", frames: event.frames });
        this.write(this.keep(document, event.frames));
        break;
      case "saved":
        bag.unreceived = event.unreceived;
        bag.undurable = event.undurable;
        this.emitSaved(document);
        bag.cancelNote ??= this.world.after(NOTE_AFTER_MS, () => this.write(this.saveNote(document)));
        break;
      case "presence":
        this.tell(document, { kind: "presence", peers: event.peers });
        break;
      case "progress":
        this.tellProgress(document, bag, event);
        break;
      case "problem":
        this.tell(document, { kind: "trouble", trouble: { code: event.code, message: event.message } });
        break;
    }
  }

  /** The other side ended the session for a reason: who was not admitted does not ask again by himself. */
  private refused(code: string, message: string): void {
    const isForbidden = code === "not-admitted";
    const trouble = isForbidden ? { code: "permission", message: `The server does not admit you: ${message}. Check the token.` } : { code, message };
    if (isForbidden) this.show("refused");
    this.world.emit({ document: null, news: { kind: "trouble", trouble } });
  }

  private async saveNote(document: string): Promise<void> {
    const bag = this.bags.get(document);
    if (bag === undefined) return;
    bag.cancelNote?.();
    bag.cancelNote = null;
    // A count that was not kept is only asked for again.
    await this.world.store.note(document, { waiting: bag.undurable }).catch(() => {});
  }

  private async keep(document: string, frames: Uint8Array[], then = () => {}): Promise<void> {
    const added = this.world.store.add(document, frames);
    this.write(added);
    try {
      await added;
      then();
    } catch (error) {
      this.failedToStore(document, error);
    }
  }

  /** Remembers what must be done before this ends. */
  private write(writing: Promise<void>): void {
    this.writes.add(writing);
    const done = () => void this.writes.delete(writing);
    writing.then(done, done);
  }

  /** A file that the server does not have is on this device only, whatever has come of the actions that name it. */
  private level(bag: Bag, files: number): Safety {
    if (bag.undurable === 0 && bag.storing === 0 && files === 0) return "durable";
    if (bag.unreceived === 0 && bag.storing === 0 && files === 0) return "received";
    return bag.storing > 0 || this.storeFailed ? "unsaved" : "local";
  }

  private emitSaved(document: string): void {
    const bag = this.bags.get(document);
    if (bag === undefined) return;
    const waiting = Math.max(bag.undurable, bag.storing);
    const files = this.world.uploads(document).length;
    const saved: Saved = { level: this.level(bag, files), waiting, files };
    // Each letter of somebody else's becomes durable, too, which says nothing of the work here.
    const told = JSON.stringify([saved, bag.pushes]);
    if (told === bag.toldSaved) return;
    bag.toldSaved = told;
    this.tell(document, { kind: "saved", saved, pushes: bag.pushes });
  }

  /** Each letter is all there is to come: who knows that nothing is to come need not be told again. */
  private tellProgress(document: string, bag: Bag, { done, total }: { done: number; total: number }): void {
    const isAll = done === total;
    if (isAll && bag.isToldAll) return;
    bag.isToldAll = isAll;
    this.tell(document, { kind: "progress", done, total });
  }

  private failedToStore(document: string, error: unknown): void {
    this.storeFailed = true;
    const reason = error instanceof Error ? error.message : String(error);
    const message = `This device failed to keep your work in its store (${reason}). Free some space and start again; until then stay here and connected.`;
    this.tell(document, { kind: "trouble", trouble: { code: "store", message } });
    this.emitSaved(document);
  }

  private show(link: Link): void {
    if (this.link === link) return;
    this.link = link;
    this.world.emit({ document: null, news: { kind: "link", link } });
  }

  private tell(document: string, news: DocumentNews): void {
    this.world.emit({ document, news });
  }
}
