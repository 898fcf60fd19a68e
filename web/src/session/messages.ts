/** What page and worker say to each other. */
import type { OwnPresence } from "../engine/member";
import type { BlobRequest } from "./pageBlobs";
import type { SessionEvent, Stored, Trouble } from "./session";

export type ToWorker =
  | { kind: "open"; document: string; url: string }
  | { kind: "push"; frames: Uint8Array[] }
  | { kind: "choices"; choices: Uint8Array }
  | { kind: "present"; presence: OwnPresence }
  | { kind: "online"; online: boolean }
  | BlobRequest
  | { kind: "close" };

export type FromWorker =
  | { kind: "ready"; stored: Stored }
  | { kind: "failed"; trouble: Trouble }
  | { kind: "event"; event: SessionEvent }
  | { kind: "closed" };
