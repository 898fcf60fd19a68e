/** A stand-in for worker and server: windows of one browser talk over a channel, and one list plays the server's disk. */
import { MotetError } from "@motet/client";
import type { DocumentNews, OwnPresence, SentPresence, Session, SessionEvent, Stored } from "@motet/client/platform";

type Said =
  | { kind: "frames"; frames: Uint8Array[] }
  | { kind: "presence"; peer: SentPresence }
  | { kind: "gone"; peer: string }
  | { kind: "hello" };

const toText = (frame: Uint8Array) => btoa(String.fromCharCode(...frame));
const toBytes = (text: string) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

/** Carries one document. */
export class FakeSession implements Session {
  private readonly channel: BroadcastChannel;
  private readonly peers = new Map<string, SentPresence>();
  private readonly peer = crypto.randomUUID();
  private readonly key: string;
  private listener: (event: SessionEvent) => void = () => {};
  private isOnline = true;
  private pushes = 0;
  private waiting: Uint8Array[] = [];
  private own: OwnPresence | null = null;

  /** `author` is what the engine calls whoever has the key `secret`; he keeps his name, whatever the profile says. */
  constructor(private readonly document: string, private readonly name: string, private readonly author: string, readonly secret: Uint8Array) {
    this.key = `fake.${document}`;
    this.channel = new BroadcastChannel(this.key);
    this.channel.onmessage = ({ data }: MessageEvent<Said>) => this.hear(data);
  }

  listen(listener: (event: SessionEvent) => void): void {
    this.listener = listener;
  }

  async open(): Promise<Stored> {
    setTimeout(() => this.setOnline(this.isOnline), 30);
    return { frames: this.disk().map(toBytes), choices: null };
  }

  push(_document: string, frames: Uint8Array[]): void {
    this.pushes += 1;
    this.waiting.push(...frames);
    this.tellSaved("local");
    if (this.isOnline) setTimeout(() => this.deliver(), 20);
  }

  keepChoices(): void {}

  addBlob = () => Promise.reject(new MotetError("unreachable", "there are no files here"));
  getBlob = () => Promise.reject(new MotetError("unreachable", "there are no files here"));
  retryBlobs(): void {}
  giveUpBlob = () => Promise.resolve();

  present(_document: string, presence: OwnPresence): void {
    this.own = presence;
    if (this.isOnline) this.say({ kind: "presence", peer: { ...presence, name: this.name, colour: "", peer: this.peer, author: this.author } });
  }

  setOnline(online: boolean): void {
    this.isOnline = online;
    this.listener({ document: null, news: { kind: "link", link: online ? "connected" : "offline" } });
    if (online) this.tell({ kind: "progress", done: 0, total: 0 });
    if (!online) this.say({ kind: "gone", peer: this.peer });
    else {
      this.tell({ kind: "frames", frames: this.disk().map(toBytes) });
      this.say({ kind: "hello" });
      this.deliver();
      if (this.own) this.present(this.document, this.own);
    }
    this.tellSaved(this.waiting.length > 0 ? "local" : "durable");
  }

  close(): void {
    this.say({ kind: "gone", peer: this.peer });
  }

  async end(): Promise<void> {
    this.channel.close();
  }

  private deliver(): void {
    if (!this.isOnline) return;
    localStorage.setItem(this.key, JSON.stringify([...this.disk(), ...this.waiting.map(toText)]));
    if (this.waiting.length > 0) this.say({ kind: "frames", frames: this.waiting });
    this.waiting = [];
    this.tellSaved("durable");
  }

  private hear(said: Said): void {
    if (!this.isOnline) return;
    if (said.kind === "frames") this.tell({ kind: "frames", frames: said.frames });
    if (said.kind === "hello" && this.own) this.present(this.document, this.own);
    if (said.kind === "presence") this.peers.set(said.peer.peer, said.peer);
    if (said.kind === "gone") this.peers.delete(said.peer);
    if (said.kind === "presence" || said.kind === "gone") this.tell({ kind: "presence", peers: [...this.peers.values()] });
  }

  private say(said: Said): void {
    this.channel.postMessage(said);
  }

  private tell(news: DocumentNews): void {
    this.listener({ document: this.document, news });
  }

  private tellSaved(level: "local" | "durable"): void {
    this.tell({ kind: "saved", saved: { level, waiting: this.waiting.length, files: 0 }, pushes: this.pushes });
  }

  private disk(): string[] {
    return JSON.parse(localStorage.getItem(this.key) ?? "[]") as string[];
  }
}
