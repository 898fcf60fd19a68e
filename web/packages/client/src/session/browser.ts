/** The page's side of a session: one worker per space, so that storing and sending never hold up the page. */
import type { BlobFacts } from "../blobs/reference.js";
import { MotetError } from "../errors.js";
import { Early } from "./early.js";
import type { BlobAsk, FromWorker, ToWorker } from "./messages.js";
import type { Session, SessionEvent, SessionOptions, Stored } from "./session.js";

/** A worker that does not finish its goodbye in this time is ended. */
const GOODBYE_MS = 2_000;

interface Opening {
  resolve(stored: Stored): void;
  reject(error: MotetError): void;
}

/** What was asked of blobs and not answered yet. */
class BlobAsks {
  private readonly open = new Map<number, { resolve(answer: unknown): void; reject(error: MotetError): void }>();
  private count = 0;

  constructor(private readonly say: (message: ToWorker) => void) {}

  ask<T>(ask: BlobAsk): Promise<T> {
    const number = this.count++;
    this.say({ kind: "blob", number, ask });
    return new Promise((resolve, reject) => this.open.set(number, { resolve: resolve as (answer: unknown) => void, reject }));
  }

  hear(data: Extract<FromWorker, { number: number }>): void {
    const asked = this.open.get(data.number);
    this.open.delete(data.number);
    if (data.kind === "blob") asked?.resolve(data.answer);
    else asked?.reject(new MotetError(data.trouble.code, data.trouble.message));
  }

  /** Nothing is answered any more. */
  end(): void {
    for (const { reject } of this.open.values()) reject(new MotetError("closed", "the space is closed"));
    this.open.clear();
  }
}

/** Starts the worker, and waits until it has its store. */
export function workerSession(options: SessionOptions, database: string): Promise<Session> {
  const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  const say = (message: ToWorker) => worker.postMessage(message);
  const events = new Early<SessionEvent>();
  const openings = new Map<string, Opening>();
  const blobs = new BlobAsks(say);
  let ended = () => {};

  const session = (secret: Uint8Array): Session => ({
    secret,
    listen: (listener) => events.listen(listener),
    open: (document) =>
      new Promise((resolve, reject) => {
        openings.set(document, { resolve, reject });
        say({ kind: "open", document });
      }),
    push: (document, frames) => say({ kind: "push", document, frames }),
    keepChoices: (document, choices) => say({ kind: "choices", document, choices }),
    present: (document, presence) => say({ kind: "present", document, presence }),
    addBlob: (document, bytes) => blobs.ask<BlobFacts>({ add: bytes, document }),
    getBlob: (reference) => blobs.ask<Blob>({ get: { ...reference } }),
    retryBlobs: () => say({ kind: "retryBlobs" }),
    giveUpBlob: (document, hash) => blobs.ask<void>({ giveUp: hash, document }),
    close: (document) => say({ kind: "close", document }),
    setOnline: (online) => say({ kind: "online", online }),
    end() {
      events.end();
      blobs.end();
      say({ kind: "end" });
      return new Promise((resolve) => {
        ended = () => {
          worker.terminate();
          resolve();
        };
        setTimeout(ended, GOODBYE_MS);
      });
    },
  });

  return new Promise((resolve, reject) => {
    const opening = (document: string) => {
      const found = openings.get(document);
      openings.delete(document);
      return found;
    };
    const fail = (document: string | null, error: MotetError) => {
      if (document !== null) return opening(document)?.reject(error);
      worker.terminate();
      reject(error);
    };
    worker.onerror = (event) => fail(null, new MotetError("worker", event.message || "the background worker did not start"));
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (data.kind === "ready") resolve(session(data.secret));
      else if (data.kind === "opened") opening(data.document)?.resolve(data.stored);
      else if (data.kind === "failed") fail(data.document, new MotetError(data.trouble.code, data.trouble.message));
      else if (data.kind === "blob" || data.kind === "blobFailed") blobs.hear(data);
      else if (data.kind === "events") for (const event of data.events) events.tell(event);
      else ended();
    };
    say({ kind: "start", options, database });
  });
}
