/** What the page asks of its worker, for one open document. */
import type { Blobs } from "./pageBlobs";
import type { OwnPresence, Presence } from "../engine/member";

export type Link = "connecting" | "connected" | "offline";

/** How far the own work has come. Each level includes those before it. */
export type Safety =
  /** Not even on this device's disk yet. */
  | "unsaved"
  /** In this browser's store. */
  | "local"
  /** Reached another member. */
  | "received"
  /** On a storage node's disk, synced. */
  | "durable";

export interface Saved {
  level: Safety;
  /** Own actions that are not durable yet. */
  waiting: number;
}

export interface Trouble {
  /** Stable, shared with the wire. */
  code: string;
  /** What happened and what to do. */
  message: string;
}

export type SessionEvent =
  | { kind: "frames"; frames: Uint8Array[] }
  | { kind: "link"; link: Link }
  | { kind: "saved"; saved: Saved }
  | { kind: "presence"; peers: Presence[] }
  | { kind: "progress"; done: number; total: number }
  | { kind: "blob"; hash: string; bytes: Uint8Array }
  | { kind: "blobKept"; hash: string }
  | { kind: "blobProgress"; hash: string; part: number }
  | { kind: "trouble"; trouble: Trouble };

/** What the store held when the document was opened. */
export interface Stored {
  frames: Uint8Array[];
  choices: Uint8Array | null;
  /** The author's secret key, one for all documents of this browser. */
  secret: Uint8Array;
}

export interface Session {
  readonly stored: Stored;
  /** Called in order, from the next turn on; events from before are kept for it. */
  listen(listener: (event: SessionEvent) => void): void;
  /** Frames that the page's replica sealed. */
  push(frames: Uint8Array[]): void;
  keepChoices(choices: Uint8Array): void;
  present(presence: OwnPresence): void;
  /** Pictures and other files that the document names. */
  readonly blobs?: Blobs;
  /** The switch for working offline on purpose. */
  setOnline(online: boolean): void;
  close(): void;
}

export type OpenSession = (document: string) => Promise<Session>;
