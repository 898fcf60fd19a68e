/** What page and worker say to each other. */
import type { BlobFacts } from "../blobs/reference.js";
import type { OwnPresence } from "../engine/member.js";
import type { SessionEvent, SessionOptions, Stored, Trouble } from "./session.js";

/** What is asked of blobs. */
export type BlobAsk = { add: Blob; document: string } | { get: BlobFacts } | { giveUp: string; document: string };

export type ToWorker =
  | { kind: "start"; options: SessionOptions; database: string }
  | { kind: "open"; document: string }
  | { kind: "push"; document: string; frames: Uint8Array[] }
  | { kind: "choices"; document: string; choices: Uint8Array }
  | { kind: "present"; document: string; presence: OwnPresence }
  | { kind: "close"; document: string }
  /** Answered by `blob` with the same number. */
  | { kind: "blob"; number: number; ask: BlobAsk }
  | { kind: "retryBlobs" }
  | { kind: "online"; online: boolean }
  | { kind: "end" };

export type FromWorker =
  | { kind: "ready"; secret: Uint8Array }
  | { kind: "opened"; document: string; stored: Stored }
  /** Opening a document failed, or with null starting did. */
  | { kind: "failed"; document: string | null; trouble: Trouble }
  /** What was asked of blobs; or what went wrong. */
  | { kind: "blob"; number: number; answer: BlobFacts | Blob | null }
  | { kind: "blobFailed"; number: number; trouble: Trouble }
  | { kind: "events"; events: SessionEvent[] }
  | { kind: "ended" };
