// @vitest-environment node
/** The worker's heart between a toy member, a toy socket and a real (simulated) IndexedDB. */
import { IDBFactory } from "fake-indexeddb";
import { expect, test } from "vitest";
import { Courier, type DocumentNews, openStore, type SessionEvent, type SocketEvents, type Store, type Upload, type World } from "@motet/client/platform";

type Member = World["member"];
type MemberEvent = ReturnType<Member["events"]>[number];

const bytes = (...values: number[]) => Uint8Array.from(values);

/**
 * Sends every local frame as it is, and counts it until the server says it is durable (a message of one zero). A message of a one says that
 * one change was all there was to come; of four bytes the last two say how much of how much has come; any other is somebody's frame.
 */
class ToyMember implements Member {
  private happened: MemberEvent[] = [];
  private outbox: Uint8Array[] = [];
  private unsent: Uint8Array[] = [];
  private waiting = 0;
  private isConnected = false;
  open() {}
  close() {}
  present() {}
  free() {}
  local(_document: string, frames: readonly Uint8Array[]) {
    this.waiting += frames.length;
    (this.isConnected ? this.outbox : this.unsent).push(...frames);
    this.tell();
  }
  connected() {
    this.isConnected = true;
    this.outbox = [bytes(255), ...this.unsent];
    this.unsent = [];
  }
  disconnected() {
    this.isConnected = false;
  }
  receive(message: Uint8Array) {
    if (message.length === 2 && message[0] === 11) {
      this.happened.push({ kind: "problem", document: null, code: "not-admitted", message: "the token is wrong" });
      return;
    }
    if (message.length === 1 && message[0] === 0) {
      this.waiting = 0;
      this.tell();
    } else if (message.length === 1 && message[0] === 1) {
      this.happened.push({ kind: "progress", document: "d", done: 1, total: 1 });
    } else if (message.length === 4) {
      this.happened.push({ kind: "progress", document: "d", done: message[2]!, total: message[3]! });
    } else this.happened.push({ kind: "frames", document: "d", frames: [message] });
  }
  send = () => this.outbox.shift();
  tick = () => 60_000;
  events = () => this.happened.splice(0);
  private tell() {
    this.happened.push({ kind: "saved", document: "d", unreceived: this.waiting, undurable: this.waiting });
  }
}

async function setUp(store?: Store) {
  const kept = store ?? (await openStore("motet", new IDBFactory()));
  const emitted: SessionEvent[] = [];
  const sent: Uint8Array[] = [];
  const timers: (() => void)[] = [];
  const uploads: Upload[] = [];
  const told: (readonly Uint8Array[])[] = [];
  let socket: SocketEvents | null = null;
  const courier = new Courier({
    member: new ToyMember(),
    store: kept,
    connect(events) {
      socket = events;
      return { send: (message) => void sent.push(message), close: () => events.closed() };
    },
    tell: (_document, frames) => void told.push(frames),
    uploads: () => uploads,
    emit: (event) => void emitted.push(event),
    now: () => 0,
    random: () => 0.5,
    after(_ms, run) {
      timers.push(run);
      return () => void timers.splice(timers.indexOf(run), 1);
    },
  });
  const news = () => emitted.flatMap((event): DocumentNews[] => (event.document === "d" ? [event.news] : []));
  const saved = () => news().filter((event) => event.kind === "saved").at(-1)?.saved;
  const link = () => emitted.flatMap((event) => (event.document === null && event.news.kind === "link" ? [event.news.link] : [])).at(-1);
  const start = async () => {
    courier.start();
    await courier.open("d");
    await Promise.resolve();
  };
  const server = () => socket as unknown as SocketEvents;
  const runTimers = () => timers.splice(0).forEach((run) => run());
  return { courier, uploads, start, news, store: kept, emitted, sent, told, saved, link, server, runTimers };
}

test("work done offline is stored, sent on connection, and durable only when the server says so", async () => {
  const { courier, start, store, sent, told, saved, link, server } = await setUp();
  await start();
  expect(link()).toBe("connecting");
  const pushing = courier.push("d", [bytes(1, 2)]);
  expect(saved()).toMatchObject({ level: "unsaved", waiting: 1 });
  await pushing;
  expect(saved()).toMatchObject({ level: "local", waiting: 1 });
  expect(await store.frames("d")).toEqual([bytes(1, 2)]);
  expect(told).toHaveLength(1);
  server().opened();
  expect(sent).toEqual([bytes(255), bytes(1, 2)]);
  expect(link()).toBe("connecting");
  server().message(bytes(0));
  expect(link()).toBe("connected");
  expect(saved()).toMatchObject({ level: "durable", waiting: 0 });
});

test("work whose pictures the server lacks is not called durable, nor received", async () => {
  const { courier, uploads, start, saved, news, server } = await setUp();
  await start();
  uploads.push({ reference: { blob: "ab", size: 3, type: "image/png" }, state: "waiting", sent: 0, trouble: null });
  courier.uploadsChanged("d");
  await courier.push("d", [bytes(1, 2)]);
  server().opened();
  server().message(bytes(0));
  expect(saved()).toEqual({ level: "local", waiting: 0, files: 1 });
  expect(news()).toContainEqual({ kind: "uploads", uploads: [expect.objectContaining({ state: "waiting" })] });
  uploads.pop();
  courier.uploadsChanged("d");
  expect(saved()).toEqual({ level: "durable", waiting: 0, files: 0 });
});

test("a lost connection is said and tried again", async () => {
  const { courier, start, link, server, runTimers, sent } = await setUp();
  await start();
  server().opened();
  server().message(bytes(9, 9));
  server().closed();
  expect(link()).toBe("offline");
  sent.length = 0;
  runTimers();
  server().opened();
  expect(sent).toEqual([bytes(255)]);
  courier.setOnline(false);
  expect(link()).toBe("offline");
});

test("who is not admitted is told so, and does not try again by himself", async () => {
  const { courier, start, link, emitted, server, runTimers, sent } = await setUp();
  await start();
  server().opened();
  server().message(bytes(11, 0));
  server().closed();
  expect(link()).toBe("refused");
  expect(emitted).toContainEqual({ document: null, news: { kind: "trouble", trouble: { code: "permission", message: expect.stringContaining("token") } } });
  sent.length = 0;
  runTimers();
  expect(link()).toBe("refused");
  courier.setOnline(true);
  expect(link()).toBe("connecting");
  server().opened();
  expect(sent).toEqual([bytes(255)]);
});

test("frames of others are handed on and kept once, by however many tabs", async () => {
  const { start, store, news, server } = await setUp();
  await start();
  server().opened();
  server().message(bytes(7, 8));
  await store.add("d", [bytes(7, 8)]);
  expect(news()).toContainEqual({ kind: "frames", frames: [bytes(7, 8)] });
  expect(await store.frames("d")).toEqual([bytes(7, 8)]);
});

test("a letter of somebody else's is told by its frames alone: that it is durable, and all there is to come, says nothing new", async () => {
  const { start, news, server } = await setUp();
  await start();
  server().opened();
  const letter = (n: number) => {
    server().message(bytes(7, n));
    server().message(bytes(0));
    server().message(bytes(1));
  };
  letter(1);
  expect(news().filter(({ kind }) => kind === "progress")).toEqual([{ kind: "progress", done: 1, total: 1 }]);
  const before = news().length;
  for (const n of [2, 3, 4]) letter(n);
  expect(news().slice(before).map(({ kind }) => kind)).toEqual(["frames", "frames", "frames"]);
});

test("how much is to come is told each time until all of it came, and again when there is more", async () => {
  const { start, news, server } = await setUp();
  await start();
  server().opened();
  for (const [done, total] of [[0, 2], [1, 2], [2, 2], [1, 1], [0, 3], [3, 3]] as const) server().message(bytes(1, 1, done, total));
  const told = news().flatMap((one) => (one.kind === "progress" ? [[one.done, one.total]] : []));
  expect(told).toEqual([[0, 2], [1, 2], [2, 2], [0, 3], [3, 3]]);
});

test("a store that fails is said, and the work is not called local", async () => {
  const kept = await openStore("motet", new IDBFactory());
  const broken: Store = { ...kept, add: () => Promise.reject(new Error("disk full")) };
  const { courier, start, news, saved } = await setUp(broken);
  await start();
  await courier.push("d", [bytes(1, 1)]);
  expect(saved()?.level).toBe("unsaved");
  const trouble = news().find((event) => event.kind === "trouble");
  expect(trouble?.trouble).toMatchObject({ code: "store", message: expect.stringContaining("disk full") });
});

test("many small records are folded into one, and nothing is lost by it", async () => {
  const store = await openStore("motet", new IDBFactory());
  const frames = Array.from({ length: 300 }, (_, index) => bytes(1, index & 255, index >> 8));
  for (const frame of frames) await store.add("d", [frame]);
  await store.add("other", [bytes(3)]);
  const read = async () => (await store.frames("d")).map(String).sort();
  const expected = frames.map(String).sort();
  expect(await read()).toEqual(expected);
  expect(await read()).toEqual(expected);
  expect(await store.frames("other")).toEqual([bytes(3)]);
});

test("the key is made once, and choices are kept", async () => {
  const store = await openStore("motet", new IDBFactory());
  expect(await store.secret()).toEqual(await store.secret());
  await store.note("d", { choices: bytes(4) });
  await store.note("d", { waiting: 2 });
  expect(await store.notes("d")).toEqual({ choices: bytes(4), waiting: 2 });
});
