/** What page and worker say to each other. */
import type { OwnPresence } from "../engine/member.js";
import type { SessionEvent, SessionOptions, Stored, Trouble } from "./session.js";

export type ToWorker =
  | { kind: "start"; options: SessionOptions; database: string }
  | { kind: "open"; document: string }
  | { kind: "push"; document: string; frames: Uint8Array[] }
  | { kind: "choices"; document: string; choices: Uint8Array }
  | { kind: "present"; document: string; presence: OwnPresence }
  | { kind: "close"; document: string }
  | { kind: "online"; online: boolean }
  | { kind: "end" };

export type FromWorker =
  | { kind: "ready"; secret: Uint8Array }
  | { kind: "opened"; document: string; stored: Stored }
  /** Opening a document failed, or with null starting did. */
  | { kind: "failed"; document: string | null; trouble: Trouble }
  | { kind: "event"; event: SessionEvent }
  | { kind: "ended" };
