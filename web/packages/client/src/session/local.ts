/** A session that runs right here: in Node, or within the worker of a browser. */
import { BlobDesk } from "../blobs/desk.js";
import { BlobServer } from "../blobs/server.js";
import type { BlobStore } from "../blobs/store.js";
import type { Motet } from "../engine/load.js";
import { Courier, type Socket, type SocketEvents } from "./courier.js";
import { Early } from "./early.js";
import type { Session, SessionEvent, SessionOptions } from "./session.js";
import type { Store } from "./store.js";

/** What windows on one store tell each other: frames that were stored, or, without any, that other files wait to be sent. */
export interface Told {
  document: string;
  frames: Uint8Array[];
}

/** Other windows on the same store. */
export interface Windows {
  tell(told: Told): void;
  listen(listener: (told: Told) => void): void;
  close(): void;
}

/** What a session needs of where it runs. */
export interface Surroundings {
  motet: Motet;
  store: Store;
  blobs: BlobStore;
  connect(url: string, events: SocketEvents): Socket;
  windows: Windows | null;
  /** Runs while no other window on this store does the like. */
  alone(run: () => Promise<void>): Promise<void>;
}

function after(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
}

/** Starts a session. */
export async function startSession(options: SessionOptions, here: Surroundings): Promise<Session> {
  const secret = await here.store.secret();
  const member = new here.motet.Member({ secret, seed: crypto.getRandomValues(new Uint8Array(32)), token: options.token });
  const events = new Early<SessionEvent>();
  const now = () => Date.now();
  const desk = new BlobDesk({
    newReader: () => new here.motet.BlobReader(),
    store: here.blobs,
    server: new BlobServer(options.blobs, options.token, now),
    changed: (document) => courier.uploadsChanged(document),
    tell: (document) => here.windows?.tell({ document, frames: [] }),
    alone: here.alone,
    after,
  });
  const courier = new Courier({
    member,
    store: here.store,
    connect: (told) => here.connect(options.url, told),
    tell: (document, frames) => here.windows?.tell({ document, frames: [...frames] }),
    uploads: (document) => desk.uploads(document),
    emit(event) {
      events.tell(event);
      if (event.document === null && event.news.kind === "link") desk.setOnline(event.news.link === "connected");
    },
    now,
    random: () => Math.random(),
    after,
  });
  here.windows?.listen(({ document, frames }) => {
    if (frames.length > 0) courier.heard(document, frames);
    else desk.look().catch(() => {});
  });
  await desk.look();
  courier.start();
  return {
    secret,
    listen: (listener) => events.listen(listener),
    open: (document) => courier.open(document),
    push: (document, frames) => void courier.push(document, frames),
    keepChoices: (document, choices) => courier.keepChoices(document, choices),
    present: (document, presence) => courier.present(document, presence),
    addBlob: (document, bytes) => desk.add(document, bytes),
    getBlob: (reference) => desk.get(reference),
    retryBlobs: () => desk.retry(),
    giveUpBlob: (document, hash) => desk.giveUp(document, hash),
    close: (document) => courier.close(document),
    setOnline: (online) => courier.setOnline(online),
    async end() {
      events.end();
      desk.stop();
      await courier.stop();
      here.windows?.close();
      member.free();
      await here.blobs.close();
      await here.store.close();
    },
  };
}
