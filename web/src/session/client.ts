/** The page's side of a session: one worker per open document. */
import type { FromWorker, ToWorker } from "./messages";
import { PageBlobs } from "./pageBlobs";
import type { Session, SessionEvent, Stored } from "./session";

/** A worker that does not finish its goodbye in this time is ended. */
const GOODBYE_MS = 2_000;

function syncUrl(): string {
  const url = new URL("/sync", location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}

function session(worker: Worker, stored: Stored): Session {
  const say = (message: ToWorker) => worker.postMessage(message);
  const blobs = new PageBlobs(say);
  const early: SessionEvent[] = [];
  let listener: ((event: SessionEvent) => void) | null = null;
  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
    if (data.kind === "closed") worker.terminate();
    if (data.kind === "failed") listener?.({ kind: "trouble", trouble: data.trouble });
    if (data.kind !== "event" || blobs.hear(data.event)) return;
    if (listener) listener(data.event);
    else early.push(data.event);
  };
  return {
    stored,
    listen(next) {
      listener = next;
      queueMicrotask(() => {
        for (const event of early.splice(0)) next(event);
      });
    },
    push: (frames) => say({ kind: "push", frames }),
    keepChoices: (choices) => say({ kind: "choices", choices }),
    present: (presence) => say({ kind: "present", presence }),
    setOnline: (online) => say({ kind: "online", online }),
    blobs,
    close() {
      listener = null;
      blobs.close();
      say({ kind: "close" });
      setTimeout(() => worker.terminate(), GOODBYE_MS);
    },
  };
}

/** Starts the worker of a document and waits for what it kept. */
export function openSession(document: string): Promise<Session> {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  return new Promise((resolve, reject) => {
    worker.onerror = (event) => reject(new Error(event.message || "the background worker did not start"));
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (data.kind === "ready") resolve(session(worker, data.stored));
      if (data.kind === "failed") reject(new Error(data.trouble.message));
    };
    worker.postMessage({ kind: "open", document, url: syncUrl() } satisfies ToWorker);
  });
}
