/** The page's side of a session: one worker per space, so that storing and sending never hold up the page. */
import { MotetError } from "../errors.js";
import { Early } from "./early.js";
import type { FromWorker, ToWorker } from "./messages.js";
import type { Session, SessionEvent, SessionOptions, Stored } from "./session.js";

/** A worker that does not finish its goodbye in this time is ended. */
const GOODBYE_MS = 2_000;

interface Opening {
  resolve(stored: Stored): void;
  reject(error: MotetError): void;
}

/** Starts the worker, and waits until it has its store. */
export function workerSession(options: SessionOptions, database: string): Promise<Session> {
  const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  const say = (message: ToWorker) => worker.postMessage(message);
  const events = new Early<SessionEvent>();
  const openings = new Map<string, Opening>();
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
    close: (document) => say({ kind: "close", document }),
    setOnline: (online) => say({ kind: "online", online }),
    end() {
      events.end();
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
      else if (data.kind === "event") events.tell(data.event);
      else ended();
    };
    say({ kind: "start", options, database });
  });
}
