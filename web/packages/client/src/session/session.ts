/** What a space asks of what carries its documents, wherever that runs. */
import type { BlobFacts } from "../blobs/reference.js";
import type { OwnPresence, Presence } from "../engine/member.js";

/** Whether there is a server. `refused`: there is, and it does not admit us; nothing is tried until somebody asks for it. */
export type Link = "connecting" | "connected" | "offline" | "refused";

/** How far the own work has come. Each level includes those before it. */
export type Safety =
  /** Not even in this device's store yet. */
  | "unsaved"
  /** In this device's store. */
  | "local"
  /** Reached another member. */
  | "received"
  /** On a storage node's disk, synced. */
  | "durable";

/** How far the own work in a document has come. */
export interface Saved {
  level: Safety;
  /** Own actions that are not durable yet. */
  waiting: number;
  /** Own pictures and other files that the server does not have yet. */
  files: number;
}

/** A picture or another file that was added here and is not on the server. */
export interface Upload {
  reference: BlobFacts;
  /** `paused`: until the server answers; `refused`: the server does not take it, and is asked again now and then. */
  state: "waiting" | "sending" | "paused" | "refused";
  /** How many bytes the server has. */
  sent: number;
  /** Why it was refused. */
  trouble: Trouble | null;
}

/** Something that went wrong, in words for people. */
export interface Trouble {
  /** Stable, shared with the wire. */
  code: string;
  /** What happened and what to do. */
  message: string;
}

/** What happens to the connection, or to all documents. */
export type SpaceNews = { kind: "link"; link: Link } | { kind: "trouble"; trouble: Trouble };

/** What happens to one document. */
export type DocumentNews =
  | { kind: "frames"; frames: Uint8Array[] }
  /** `pushes` counts how often frames had been pushed by then: what is still on its way to the session is not in it. */
  | { kind: "saved"; saved: Saved; pushes: number }
  | { kind: "uploads"; uploads: Upload[] }
  | { kind: "presence"; peers: Presence[] }
  | { kind: "progress"; done: number; total: number }
  | { kind: "trouble"; trouble: Trouble };

/** What happens, and to which document; null: to all. */
export type SessionEvent = { document: null; news: SpaceNews } | { document: string; news: DocumentNews };

/** What the store held when a document was opened. */
export interface Stored {
  frames: Uint8Array[];
  choices: Uint8Array | null;
}

/** Carries documents between replicas here, the store of this device and the server. */
export interface Session {
  /** The author's secret key, one for all documents of a store. */
  readonly secret: Uint8Array;
  /** Called in order, from the next turn on; events from before are kept for it. */
  listen(listener: (event: SessionEvent) => void): void;
  /** Joins a document. What is told of it from then on does not include what this returns. */
  open(document: string): Promise<Stored>;
  /** Frames that a replica here sealed. */
  push(document: string, frames: Uint8Array[]): void;
  keepChoices(document: string, choices: Uint8Array): void;
  present(document: string, presence: OwnPresence): void;
  /** Keeps a file's bytes here, and sends them to the server. Resolves when they are stored here. */
  addBlob(document: string, bytes: Blob): Promise<BlobFacts>;
  /** A file's bytes, from here or from the server. */
  getBlob(reference: BlobFacts): Promise<Blob>;
  /** Sends at once what was refused. */
  retryBlobs(): void;
  /** Sends a file no more. */
  giveUpBlob(document: string, hash: string): Promise<void>;
  /** Leaves a document. */
  close(document: string): void;
  /** The switch for working offline on purpose. */
  setOnline(online: boolean): void;
  /** Ends it, once everything that was pushed is stored. */
  end(): Promise<void>;
}

/** What a session starts from. */
export interface SessionOptions {
  /** Where the server listens: `ws://host/sync` or `wss://host/sync`. */
  url: string;
  /** Where the server has blobs: `http://host/blobs` or `https://host/blobs`. */
  blobs: string;
  /** What admits to the server; empty where it asks for none. */
  token: string;
}
