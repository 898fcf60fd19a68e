/** The worker of a space: a session over this browser's store, a real socket and the other tabs. */
/// <reference lib="webworker" />
import { openBlobStore } from "../blobs/browserstore.js";
import { load } from "../engine/load.js";
import { MotetError } from "../errors.js";
import type { Socket, SocketEvents } from "./courier.js";
import { Gather } from "./gather.js";
import { startSession, type Told, type Windows } from "./local.js";
import type { BlobAsk, FromWorker, ToWorker } from "./messages.js";
import type { Session, SessionOptions } from "./session.js";
import { openStore } from "./store.js";

const page = self as unknown as DedicatedWorkerGlobalScope;

function after(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
}

const news = new Gather((events) => page.postMessage({ kind: "events", events } satisfies FromWorker), after);

/** What happened before is told before. */
function say(message: FromWorker): void {
  news.flush();
  page.postMessage(message);
}

let session: Session | null = null;

function connect(url: string, events: SocketEvents): Socket {
  const socket = new WebSocket(url);
  socket.binaryType = "arraybuffer";
  socket.onopen = () => events.opened();
  socket.onmessage = (message: MessageEvent<ArrayBuffer>) => events.message(new Uint8Array(message.data));
  socket.onclose = () => events.closed();
  return {
    send(message) {
      if (socket.readyState === WebSocket.OPEN) socket.send(message as Uint8Array<ArrayBuffer>);
    },
    close: () => socket.close(),
  };
}

function tabs(database: string): Windows {
  const channel = new BroadcastChannel(`motet:${database}`);
  return {
    tell: (told) => channel.postMessage(told),
    listen(listener) {
      channel.onmessage = ({ data }: MessageEvent<Told>) => listener(data);
    },
    close: () => channel.close(),
  };
}

async function start(options: SessionOptions, database: string): Promise<void> {
  const name = `${database}-blobs`;
  const [motet, store, blobs] = await Promise.all([load(), openStore(database), openBlobStore(name)]);
  // Where a browser has no locks, two windows send parts of one file in turns.
  const alone = (run: () => Promise<void>) => navigator.locks?.request(name, run) ?? run();
  const started = await startSession(options, { motet, store, blobs, connect, windows: tabs(database), alone });
  session = started;
  say({ kind: "ready", secret: started.secret });
  started.listen((event) => news.add(event));
  page.addEventListener("online", () => started.setOnline(true));
}

function askBlobs(session: Session, ask: BlobAsk) {
  if ("add" in ask) return session.addBlob(ask.document, ask.add);
  return "get" in ask ? session.getBlob(ask.get) : session.giveUpBlob(ask.document, ask.giveUp).then(() => null);
}

function answerBlobs(number: number, ask: BlobAsk): void {
  if (session === null) return;
  askBlobs(session, ask).then(
    (answer) => say({ kind: "blob", number, answer }),
    (error: unknown) => {
      const { code, message } = MotetError.from(error);
      say({ kind: "blobFailed", number, trouble: { code, message } });
    },
  );
}

const failed = (document: string | null) => (error: unknown) => {
  const { code, message } = MotetError.from(error, "store");
  say({ kind: "failed", document, trouble: { code, message } });
};

page.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  switch (data.kind) {
    case "start":
      start(data.options, data.database).catch(failed(null));
      break;
    case "open":
      session?.open(data.document).then((stored) => say({ kind: "opened", document: data.document, stored }), failed(data.document));
      break;
    case "push":
      session?.push(data.document, data.frames);
      break;
    case "choices":
      session?.keepChoices(data.document, data.choices);
      break;
    case "present":
      session?.present(data.document, data.presence);
      break;
    case "close":
      session?.close(data.document);
      break;
    case "blob":
      answerBlobs(data.number, data.ask);
      break;
    case "retryBlobs":
      session?.retryBlobs();
      break;
    case "online":
      session?.setOnline(data.online);
      break;
    case "end":
      void (session?.end() ?? Promise.resolve()).finally(() => say({ kind: "ended" }));
      break;
  }
};
