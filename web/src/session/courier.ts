/**
 * The worker's heart: carries frames between the page, the browser's store, the other tabs and the socket.
 * Everything it touches is given to it, so that a test can hand it toys.
 */
import type { Member, MemberEvent, OwnPresence } from "../engine/member";
import type { BlobStore } from "./blobStore";
import { BlobDesk } from "./blobs";
import type { Link, Safety, SessionEvent } from "./session";
import type { Store } from "./store";

const RETRY_FIRST_MS = 500;
const RETRY_LAST_MS = 15_000;
const NOTE_AFTER_MS = 500;

/** As much of a WebSocket as is needed. */
export interface Socket {
  send(message: Uint8Array): void;
  close(): void;
}

export interface SocketEvents {
  opened(): void;
  message(bytes: Uint8Array): void;
  closed(): void;
}

export interface World {
  member: Member;
  store: Store;
  /** Where the browser keeps blobs, if it does. */
  blobs?: BlobStore | undefined;
  /** Starts a connection. */
  connect(events: SocketEvents): Socket;
  /** Hands frames to the browser's other tabs. */
  tell(frames: readonly Uint8Array[]): void;
  /** Speaks to the page. */
  emit(event: SessionEvent): void;
  now(): number;
  random(): number;
  after(ms: number, run: () => void): () => void;
}

export class Courier {
  private socket: Socket | null = null;
  private isOpen = false;
  private wantsOnline = true;
  private link: Link | null = null;
  private retryMs = RETRY_FIRST_MS;
  private cancelRetry = () => {};
  private cancelTick = () => {};
  private cancelNote: (() => void) | null = null;
  /** Frames of this page that are on their way to the disk. */
  private storing = 0;
  readonly blobs: BlobDesk;
  private storeFailed = false;
  private counts = { unreceived: 0, undurable: 0 };

  constructor(
    private readonly document: string,
    private readonly world: World,
  ) {
    const { member, blobs: store } = world;
    this.blobs = new BlobDesk(document, { member, store, emit: world.emit, pump: () => this.pump() });
  }

  start(frames: readonly Uint8Array[], waiting: number): void {
    this.counts = { unreceived: waiting, undurable: waiting };
    this.world.member.open(this.document, frames);
    this.emitSaved();
    this.pump();
    this.connect();
  }

  /** Frames that the page sealed. */
  async push(frames: Uint8Array[]): Promise<void> {
    this.storing += 1;
    this.emitSaved();
    this.world.member.local(this.document, frames);
    this.pump();
    try {
      await this.world.store.add(this.document, frames);
      this.world.tell(frames);
    } catch (error) {
      this.failedToStore(error);
    }
    this.storing -= 1;
    this.emitSaved();
  }

  /** Frames that another tab of this browser stored. */
  heard(frames: Uint8Array[]): void {
    this.world.member.local(this.document, frames);
    this.world.emit({ kind: "frames", frames });
    this.pump();
  }

  present(presence: OwnPresence): void {
    this.world.member.present(this.document, presence);
    this.pump();
  }

  /** The network is back, or the person wants it back. */
  setOnline(online: boolean): void {
    this.wantsOnline = online;
    this.retryMs = RETRY_FIRST_MS;
    if (!online) this.disconnect();
    else if (this.socket === null) this.connect();
  }

  async stop(): Promise<void> {
    this.world.member.close(this.document);
    this.pump();
    this.wantsOnline = false;
    this.cancelRetry();
    this.cancelTick();
    this.disconnect();
    await this.saveNote();
  }

  private connect(): void {
    this.cancelRetry();
    if (!this.wantsOnline) return;
    if (this.link === null) this.show("connecting");
    const socket = this.world.connect({
      opened: () => {
        this.isOpen = true;
        this.world.member.connected(this.world.now());
        this.pump();
      },
      message: (bytes) => {
        this.retryMs = RETRY_FIRST_MS;
        this.show("connected");
        this.world.member.receive(bytes, this.world.now());
        this.pump();
      },
      closed: () => {
        if (this.socket === socket) this.lost();
      },
    });
    this.socket = socket;
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
    this.show("offline");
    this.pump();
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
    if (event.document !== null && event.document !== this.document) return;
    switch (event.kind) {
      case "frames":
        this.world.emit({ kind: "frames", frames: event.frames });
        this.world.store.add(this.document, event.frames).catch((error: unknown) => this.failedToStore(error));
        break;
      case "saved":
        this.counts = { unreceived: event.unreceived, undurable: event.undurable };
        this.emitSaved();
        this.cancelNote ??= this.world.after(NOTE_AFTER_MS, () => void this.saveNote());
        break;
      case "presence":
        this.world.emit({ kind: "presence", peers: event.peers });
        break;
      case "progress":
        this.world.emit({ kind: "progress", done: event.done, total: event.total });
        break;
      case "blob":
      case "blobProgress":
      case "blobAsked":
        this.blobs.react(event);
        break;
      case "problem":
        this.world.emit({ kind: "trouble", trouble: { code: event.code, message: event.message } });
        break;
    }
  }

  private async saveNote(): Promise<void> {
    this.cancelNote?.();
    this.cancelNote = null;
    // A count that was not kept is only asked for again.
    await this.world.store.note(this.document, { waiting: this.counts.undurable }).catch(() => {});
  }

  private level(): Safety {
    if (this.counts.undurable === 0 && this.storing === 0) return "durable";
    if (this.counts.unreceived === 0 && this.storing === 0) return "received";
    return this.storing > 0 || this.storeFailed ? "unsaved" : "local";
  }

  private emitSaved(): void {
    const waiting = Math.max(this.counts.undurable, this.storing);
    this.world.emit({ kind: "saved", saved: { level: this.level(), waiting } });
  }

  private failedToStore(error: unknown): void {
    this.storeFailed = true;
    const reason = error instanceof Error ? error.message : String(error);
    const message = `This browser failed to keep your work on its disk (${reason}). Free some space and reload; until then keep this page open and connected.`;
    this.world.emit({ kind: "trouble", trouble: { code: "browser-store", message } });
    this.emitSaved();
  }

  private show(link: Link): void {
    if (this.link === link) return;
    this.link = link;
    this.world.emit({ kind: "link", link });
  }
}
