/** A session that runs right here: in Node, or within the worker of a browser. */
import type { Motet } from "../engine/load.js";
import { Courier, type Socket, type SocketEvents } from "./courier.js";
import { Early } from "./early.js";
import type { Session, SessionEvent, SessionOptions } from "./session.js";
import type { Store } from "./store.js";

/** Other windows on the same store. */
export interface Windows {
  tell(document: string, frames: readonly Uint8Array[]): void;
  listen(listener: (document: string, frames: Uint8Array[]) => void): void;
  close(): void;
}

/** What a session needs of where it runs. */
export interface Surroundings {
  motet: Motet;
  store: Store;
  connect(url: string, events: SocketEvents): Socket;
  windows: Windows | null;
}

/** Starts a session. */
export async function startSession(options: SessionOptions, here: Surroundings): Promise<Session> {
  const secret = await here.store.secret();
  const member = new here.motet.Member({ secret, seed: crypto.getRandomValues(new Uint8Array(32)), token: options.token });
  const events = new Early<SessionEvent>();
  const courier = new Courier({
    member,
    store: here.store,
    connect: (told) => here.connect(options.url, told),
    tell: (document, frames) => here.windows?.tell(document, frames),
    emit: events.tell,
    now: () => Date.now(),
    random: () => Math.random(),
    after(ms, run) {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
  });
  here.windows?.listen((document, frames) => courier.heard(document, frames));
  courier.start();
  return {
    secret,
    listen: (listener) => events.listen(listener),
    open: (document) => courier.open(document),
    push: (document, frames) => void courier.push(document, frames),
    keepChoices: (document, choices) => courier.keepChoices(document, choices),
    present: (document, presence) => courier.present(document, presence),
    close: (document) => courier.close(document),
    setOnline: (online) => courier.setOnline(online),
    async end() {
      events.end();
      await courier.stop();
      here.windows?.close();
      member.free();
      await here.store.close();
    },
  };
}
