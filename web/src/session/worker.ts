/** The worker of one open document: gives the courier a real store, a real socket and the other tabs. */
/// <reference lib="webworker" />
import { openMember } from "../engine/load";
import { openBlobStore } from "./blobStore";
import { Courier, type Socket, type SocketEvents } from "./courier";
import type { FromWorker, ToWorker } from "./messages";
import { openStore, type Store } from "./store";

const page = self as unknown as DedicatedWorkerGlobalScope;
const say = (message: FromWorker) => page.postMessage(message);

let courier: Courier | null = null;
let store: Store | null = null;
let name = "";

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

async function open(document: string, url: string): Promise<void> {
  name = document;
  store = await openStore();
  // Without it blobs are fetched each time.
  const blobs = await openBlobStore().catch(() => undefined);
  const [secret, notes] = await Promise.all([store.secret(), store.notes(document)]);
  const member = await openMember({ secret, seed: crypto.getRandomValues(new Uint8Array(32)) });
  const tabs = new BroadcastChannel(`motet:${document}`);
  courier = new Courier(document, {
    member,
    store,
    blobs,
    connect: (events) => connect(url, events),
    tell: (frames) => tabs.postMessage(frames),
    emit: (event) => say({ kind: "event", event }),
    now: () => Date.now(),
    random: () => Math.random(),
    after(ms, run) {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
  });
  // Read last, so that nothing that another tab stores in between is missed.
  const early: Uint8Array[][] = [];
  tabs.onmessage = (message: MessageEvent<Uint8Array[]>) => early.push(message.data);
  const frames = await store.frames(document);
  say({ kind: "ready", stored: { frames, choices: notes.choices, secret } });
  courier.start(frames, notes.waiting);
  for (const heard of early) courier.heard(heard);
  tabs.onmessage = (message: MessageEvent<Uint8Array[]>) => courier?.heard(message.data);
  page.addEventListener("online", () => courier?.setOnline(true));
}

function failed(error: unknown): void {
  const reason = error instanceof Error ? error.message : String(error);
  say({ kind: "failed", trouble: { code: "worker", message: reason } });
}

page.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  switch (data.kind) {
    case "open":
      open(data.document, data.url).catch(failed);
      break;
    case "push":
      void courier?.push(data.frames);
      break;
    case "choices":
      store?.note(name, { choices: data.choices }).catch(failed);
      break;
    case "present":
      courier?.present(data.presence);
      break;
    case "wantBlob":
      void courier?.blobs.want(data.hash);
      break;
    case "keepBlob":
      void courier?.blobs.keep(data.bytes);
      break;
    case "online":
      courier?.setOnline(data.online);
      break;
    case "close":
      void (courier?.stop() ?? Promise.resolve()).finally(() => say({ kind: "closed" }));
      break;
  }
};
