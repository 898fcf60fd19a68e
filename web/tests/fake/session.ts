/** A stand-in for worker and server: windows of one browser talk over a channel, and one list plays the server's disk. */
import type { OwnPresence, Presence } from "../../src/engine/member";
import type { Session, SessionEvent } from "../../src/session/session";

type Said =
  | { kind: "frames"; frames: Uint8Array[] }
  | { kind: "presence"; peer: Presence }
  | { kind: "gone"; peer: string }
  | { kind: "hello" };

const toText = (frame: Uint8Array) => new TextDecoder().decode(frame);
const toBytes = (text: string) => new TextEncoder().encode(text);

export class FakeSession implements Session {
  readonly stored;
  private readonly channel: BroadcastChannel;
  private readonly peers = new Map<string, Presence>();
  private readonly key: string;
  private listener: (event: SessionEvent) => void = () => {};
  private isOnline = true;
  private waiting: Uint8Array[] = [];
  private own: OwnPresence | null = null;

  constructor(document: string, private readonly author: string, private readonly peer: string) {
    this.key = `fake.${document}`;
    const secret = new Uint8Array(32);
    this.stored = { frames: this.disk().map(toBytes), choices: null, secret };
    this.channel = new BroadcastChannel(this.key);
    this.channel.onmessage = ({ data }: MessageEvent<Said>) => this.hear(data);
  }

  listen(listener: (event: SessionEvent) => void): void {
    this.listener = listener;
    setTimeout(() => this.setOnline(this.isOnline), 30);
  }

  push(frames: Uint8Array[]): void {
    this.waiting.push(...frames);
    this.tellSaved("local");
    if (this.isOnline) setTimeout(() => this.deliver(), 20);
  }

  keepChoices(): void {}

  present(presence: OwnPresence): void {
    this.own = presence;
    if (this.isOnline) this.say({ kind: "presence", peer: { ...presence, name: this.author, colour: "", peer: this.peer, author: this.author } });
  }

  setOnline(online: boolean): void {
    this.isOnline = online;
    this.listener({ kind: "link", link: online ? "connected" : "offline" });
    if (online) this.listener({ kind: "progress", done: 0, total: 0 });
    if (!online) this.say({ kind: "gone", peer: this.peer });
    else {
      this.listener({ kind: "frames", frames: this.disk().map(toBytes) });
      this.say({ kind: "hello" });
      this.deliver();
      if (this.own) this.present(this.own);
    }
    this.tellSaved(this.waiting.length > 0 ? "local" : "durable");
  }

  close(): void {
    this.say({ kind: "gone", peer: this.peer });
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
    if (said.kind === "frames") this.listener({ kind: "frames", frames: said.frames });
    if (said.kind === "hello" && this.own) this.present(this.own);
    if (said.kind === "presence") this.peers.set(said.peer.peer, said.peer);
    if (said.kind === "gone") this.peers.delete(said.peer);
    if (said.kind === "presence" || said.kind === "gone") this.listener({ kind: "presence", peers: [...this.peers.values()] });
  }

  private say(said: Said): void {
    this.channel.postMessage(said);
  }

  private tellSaved(level: "local" | "durable"): void {
    this.listener({ kind: "saved", saved: { level, waiting: this.waiting.length } });
  }

  private disk(): string[] {
    return JSON.parse(localStorage.getItem(this.key) ?? "[]") as string[];
  }
}
