/**
 * What carries documents needs this of the engine: one member of a space that talks over one socket. No time, network
 * or disk in it. The WebAssembly module provides it.
 */
import type { Anchor, AuthorId, ContainerId } from "./engine.js";

/** Where somebody is. Identity is what the connection proved, never what the message says. */
export interface Presence {
  /** Names one window of one person, while it is open. */
  peer: string;
  author: AuthorId;
  name: string;
  /** What the person says is his colour; `#rrggbb`. */
  colour: string;
  /** The text that the person is in; null where the member knows of one only. */
  place: ContainerId | null;
  /** The selection's fixed end and its moving one; null while the person looks elsewhere. */
  anchor: Anchor | null;
  head: Anchor | null;
}

/** What one says of oneself. */
export type OwnPresence = Pick<Presence, "name" | "colour" | "place" | "anchor" | "head">;

/** What a member has to say. */
export type MemberEvent =
  /** Frames that were not here before: to be stored, then handed to whoever shows the document. */
  | { kind: "frames"; document: string; frames: Uint8Array[] }
  /** How many own actions no other member has, and how many no storage node has on disk. */
  | { kind: "saved"; document: string; unreceived: number; undurable: number }
  | { kind: "presence"; document: string; peers: Presence[] }
  /** Catching up, in actions. Equal numbers: done. */
  | { kind: "progress"; document: string; done: number; total: number }
  | { kind: "problem"; document: string | null; code: string; message: string };

/** One member of a space, over one socket that comes and goes. */
export interface Member {
  /** Joins a document, with what the store holds of it. */
  open(document: string, frames: readonly Uint8Array[]): void;
  close(document: string): void;
  /** Frames that somebody here sealed. */
  local(document: string, frames: readonly Uint8Array[]): void;
  present(document: string, presence: OwnPresence): void;

  /** The socket opened, or is gone. What is sent after the first begins with the handshake. */
  connected(nowMs: number): void;
  disconnected(): void;
  receive(message: Uint8Array, nowMs: number): void;
  /** The next message for the socket. */
  send(): Uint8Array | undefined;
  /** Lets time pass; when to call again at the latest, in milliseconds from now. */
  tick(nowMs: number): number;
  /** What happened since the last call. */
  events(): MemberEvent[];
  /** Gives the memory back. Nothing may be called afterwards. */
  free(): void;
}

/** What a member starts from. */
export interface MemberOptions {
  secret: Uint8Array;
  /** 32 random bytes, for nonces and the peer's id. */
  seed: Uint8Array;
  /** What admits to the server; empty where it asks for none. */
  token: string;
}
