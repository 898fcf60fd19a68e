/**
 * The blobs of a session: bytes come from the store of this device or from the server, and what was added here is sent
 * to the server whenever there is one. Everything it touches is given to it.
 */
import type { BlobReader } from "../engine/load.js";
import { MotetError } from "../errors.js";
import type { Upload } from "../session/session.js";
import { readInto } from "./read.js";
import type { BlobFacts } from "./reference.js";
import type { BlobServer } from "./server.js";
import type { BlobStore, Waiting } from "./store.js";

const RETRY_FIRST_MS = 1_000;
const RETRY_LAST_MS = 30_000;

/** What was refused is offered again after this time: there may be room by then. */
const REFUSED_MS = 60_000;

/** What is taken where nobody can be asked how much the server takes, in bytes. */
const UNKNOWN_BYTES_MAX = 64 << 20;

/** Everything that a desk touches. */
export interface BlobWorld {
  newReader(): BlobReader;
  store: BlobStore;
  server: Pick<BlobServer, "limit" | "upload" | "download">;
  /** What of a document's blobs is not on the server is other than before. */
  changed(document: string): void;
  /** Tells the other windows on this store so. */
  tell(document: string): void;
  /** Runs while no other window on this store does. */
  alone(run: () => Promise<void>): Promise<void>;
  after(ms: number, run: () => void): () => void;
}

const mebibytes = (bytes: number) => `${(bytes / (1 << 20)).toFixed(1)} MiB`;

/** A blob on its way, and of which document it is. */
interface Sending extends Upload {
  document: string;
}

const keyOf = ({ document, reference }: Waiting) => `${document} ${reference.blob}`;

export class BlobDesk {
  /** What is not on the server, of all documents, in the order in which it was added. */
  private readonly unsent = new Map<string, Sending>();
  private readonly fetching = new Map<string, Promise<Blob>>();
  private online: AbortController | null = null;
  private isSending = false;
  private retryMs = RETRY_FIRST_MS;
  private cancelRetry = () => {};

  constructor(private readonly world: BlobWorld) {}

  /** What of a document is not on the server. */
  uploads(document: string): Upload[] {
    const own = [...this.unsent.values()].filter((one) => one.document === document);
    return own.map(({ reference, state, sent, trouble }) => ({ reference, state, sent, trouble }));
  }

  /** Finds out what waits: at the beginning, and when another window has added something or sent it. */
  async look(): Promise<void> {
    const now = new Map((await this.world.store.waiting()).map((one) => [keyOf(one), one]));
    const touched = new Set<string>();
    for (const [key, { document }] of this.unsent) {
      if (now.has(key)) continue;
      this.unsent.delete(key);
      touched.add(document);
    }
    for (const [key, { document, reference }] of now) {
      if (this.unsent.has(key)) continue;
      this.unsent.set(key, { document, reference, state: "waiting", sent: 0, trouble: null });
      touched.add(document);
    }
    for (const document of touched) this.world.changed(document);
    this.send();
  }

  /** Keeps bytes, to be sent. Resolves when they are on this device's disk, with what a document says of them. */
  async add(document: string, bytes: Blob): Promise<BlobFacts> {
    const limit = (this.online && (await this.world.server.limit(this.online.signal))) ?? UNKNOWN_BYTES_MAX;
    if (bytes.size > limit) throw new MotetError("blob-too-long", `This file is too long: it has ${mebibytes(bytes.size)}, and at most ${mebibytes(limit)} are taken${this.online ? "" : " while the server does not answer"}.`);
    const reader = this.world.newReader();
    await readInto(reader, bytes).catch(failed("This file cannot be read"));
    const reference = reader.finish(bytes.type);
    await this.world.store.put(reference, bytes, document).catch(failed("This device failed to keep the file: free some space"));
    await this.look();
    this.world.tell(document);
    return reference;
  }

  /** The bytes of a blob, wherever they are. */
  async get(reference: BlobFacts): Promise<Blob> {
    const kept = await this.world.store.get(reference.blob).catch(() => undefined);
    const bytes = kept ?? (await this.fetch(reference));
    return bytes.slice(0, bytes.size, reference.type);
  }

  /** Sends at once what was refused. */
  retry(): void {
    this.cancelRetry();
    for (const one of this.unsent.values()) if (one.state !== "sending") this.show({ ...one, state: "waiting", trouble: null });
    this.send();
  }

  /** Sends a blob no more. */
  async giveUp(document: string, hash: string): Promise<void> {
    await this.world.store.settled(document, hash);
    this.world.tell(document);
    await this.look();
  }

  /** There is a server, or there is none. */
  setOnline(isOnline: boolean): void {
    if (isOnline === (this.online !== null)) return;
    this.online?.abort();
    this.online = isOnline ? new AbortController() : null;
    if (this.online) void this.world.server.limit(this.online.signal);
    this.retryMs = RETRY_FIRST_MS;
    this.retry();
  }

  /** Ends it: nothing more is sent or fetched. */
  stop(): void {
    this.cancelRetry();
    this.unsent.clear();
    this.online?.abort();
    this.online = null;
  }

  private fetch(reference: BlobFacts): Promise<Blob> {
    const under = this.fetching.get(reference.blob);
    if (under) return under;
    const fetching = this.download(reference).finally(() => this.fetching.delete(reference.blob));
    this.fetching.set(reference.blob, fetching);
    return fetching;
  }

  private async download(reference: BlobFacts): Promise<Blob> {
    if (this.online === null) throw new MotetError("unreachable", "This file is not on this device, and the server does not answer.");
    const bytes = await this.world.server.download(reference, this.world.newReader(), this.online.signal);
    // A device that cannot keep it fetches it again.
    await this.world.store.put(reference, bytes, null).catch(() => {});
    return bytes;
  }

  /** Sends what waits, one after the other. */
  private send(): void {
    const next = [...this.unsent.values()].find(({ state }) => state === "waiting");
    if (this.isSending || this.online === null || next === undefined) return;
    const { signal } = this.online;
    this.isSending = true;
    const done = () => {
      this.isSending = false;
      this.send();
    };
    this.world.alone(() => this.sendOne(next, signal)).then(done, done);
  }

  private async sendOne(one: Sending, signal: AbortSignal): Promise<void> {
    try {
      // Another window may have been quicker.
      const isUnsent = (await this.world.store.waiting()).some((waiting) => keyOf(waiting) === keyOf(one));
      if (isUnsent) await this.upload(one, signal);
      this.retryMs = RETRY_FIRST_MS;
      this.unsent.delete(keyOf(one));
      this.world.changed(one.document);
    } catch (error) {
      this.fail(one, error);
    }
  }

  private async upload(one: Sending, signal: AbortSignal): Promise<void> {
    const { document, reference } = one;
    const bytes = await this.world.store.get(reference.blob);
    if (bytes === undefined) throw new MotetError("blob-missing", "This device does not have this file any more: add it again.");
    await this.world.server.upload(document, reference, bytes, (sent) => this.show({ ...one, state: "sending", sent }), signal);
    await this.world.store.settled(document, reference.blob);
    this.world.tell(document);
  }

  private fail(one: Sending, error: unknown): void {
    // Nobody wants it sent any more, or this has ended.
    if (!this.unsent.has(keyOf(one))) return;
    const { code, message } = MotetError.from(error);
    const isRefused = code !== "unreachable";
    const { sent } = this.unsent.get(keyOf(one))!;
    this.show({ ...one, sent, state: isRefused ? "refused" : "paused", trouble: isRefused ? { code, message } : null });
    this.cancelRetry();
    this.cancelRetry = this.world.after(isRefused ? REFUSED_MS : this.retryMs, () => this.retry());
    if (!isRefused) this.retryMs = Math.min(this.retryMs * 2, RETRY_LAST_MS);
  }

  private show(one: Sending): void {
    if (!this.unsent.has(keyOf(one))) return;
    this.unsent.set(keyOf(one), one);
    this.world.changed(one.document);
  }
}

const failed = (what: string) => (error: unknown): never => {
  const reason = error instanceof Error ? error.message : String(error);
  throw new MotetError("store", `${what} (${reason}).`, { cause: error });
};
