/**
 * What this package needs of where it runs. Browsers and Node are there; somebody who runs it elsewhere, or tests it,
 * brings a platform of his own.
 *
 * @module
 */
import type { Engine, EngineOptions } from "./engine/engine.js";
import type { Session, SessionOptions } from "./session/session.js";
import { type ConnectOptions, Space } from "./space.js";

export type { Done, Engine, EngineOptions, EnginePatch, Patches, Told as ToldReason, ToldExtent, ToldTies, Wrap } from "./engine/engine.js";
export type { Member, MemberEvent, MemberOptions, OwnPresence, Presence as SentPresence } from "./engine/member.js";
export { openBlobStore } from "./blobs/browserstore.js";
export { BlobDesk, type BlobWorld } from "./blobs/desk.js";
export { BlobServer } from "./blobs/server.js";
export { type BlobStore, memoryBlobs, unneeded, type Use, type Waiting } from "./blobs/store.js";
export type { DocumentNews, Link, Safety, Saved, Session, SessionEvent, SessionOptions, SpaceNews, Stored, Trouble, Upload } from "./session/session.js";
export { type Addresses, addressesOf, type DocumentInfo, Documents, type DocumentType } from "./http.js";
export { type BlobReader, load, type Motet } from "./engine/load.js";
export { Courier, type Socket, type SocketEvents, type World } from "./session/courier.js";
export { Gather } from "./session/gather.js";
export { startSession, type Surroundings, type Told, type Windows } from "./session/local.js";
export { richReader } from "./rich.js";
export { memoryStore } from "./session/memory.js";
export { type DocumentNotes, openStore, type Store } from "./session/store.js";

/** Where it runs. */
export interface Platform<Kept> {
  openEngine(options: EngineOptions): Promise<Engine>;
  openSession(options: SessionOptions, store: Kept | undefined): Promise<Session>;
}

/** Connects on a platform. */
export function connectOn<Kept>(platform: Platform<Kept>, options: ConnectOptions<Kept>): Promise<Space> {
  return Space.connect(options, platform.openEngine, (session) => platform.openSession(session, options.store));
}
