// @vitest-environment node
/** Pictures and other files of a session, between a simulated IndexedDB and a server that is a map. */
import { createHash } from "node:crypto";
import { IDBFactory } from "fake-indexeddb";
import { expect, test } from "vitest";
import { MotetError } from "@motet/client";
import { BlobDesk, type BlobReader, BlobServer, openBlobStore, type BlobStore, unneeded } from "@motet/client/platform";

/** Called by its SHA-256 here: how a hash is made is the engine's. */
class Reader implements BlobReader {
  private readonly hash = createHash("sha256");
  private size = 0;
  update(bytes: Uint8Array) {
    this.hash.update(bytes);
    this.size += bytes.length;
  }
  finish = (type: string) => ({ blob: this.hash.digest("hex"), size: this.size, type });
}

const file = (text: string, type = "image/png") => new Blob([text], { type });
const nameOf = (text: string) => createHash("sha256").update(text).digest("hex");

/** What the server of docs/PROTOCOL.md, section 8, does, with breaks and refusals as asked. */
class ToyServer {
  readonly kept = new Map<string, string>();
  readonly claims: string[] = [];
  readonly asked: string[] = [];
  limit = 1 << 30;
  refusal: { status: number; message: string } | null = null;
  /** After so many requests nobody answers any more. */
  breaksAfter = Infinity;

  answer = async (address: string | URL | Request, { method = "GET", headers, body }: RequestInit = {}): Promise<Response> => {
    if (this.breaksAfter-- <= 0) throw new TypeError("fetch failed");
    const url = new URL(String(address));
    const hash = url.pathname.slice("/blobs/".length);
    this.asked.push(`${method} ${hash.slice(0, 4)}`);
    if (hash === "") return Response.json({ bytes_max: this.limit });
    const here = this.kept.get(hash) ?? "";
    if (method === "GET") return here ? new Response(here) : new Response(null, { status: 404 });
    const isWhole = nameOf(here) === hash;
    if (method === "HEAD") return new Response(null, { status: isWhole ? 200 : 404, headers: isWhole ? {} : { "upload-offset": `${here.length}` } });
    if (this.refusal) return Response.json({ error: { message: this.refusal.message } }, { status: this.refusal.status });
    const { "upload-offset": offset, "upload-length": length } = headers as Record<string, string>;
    if (!isWhole && Number(offset) !== here.length) return new Response(null, { status: 409, headers: { "upload-offset": `${here.length}` } });
    const now = isWhole ? here : here + (await (body as Blob).text());
    this.kept.set(hash, now);
    if (now.length < Number(length)) return new Response(null, { status: 204, headers: { "upload-offset": `${now.length}` } });
    this.claims.push(`${url.searchParams.get("doc")} ${hash}`);
    return Response.json({}, { status: 201 });
  };
}

async function setUp({ server = new ToyServer(), factory = new IDBFactory(), broken = {} as Partial<BlobStore> } = {}) {
  const store = { ...(await openBlobStore("blobs", factory)), ...broken };
  const changed: string[] = [];
  const told: string[] = [];
  const timers: (() => void)[] = [];
  const desk = new BlobDesk({
    newReader: () => new Reader(),
    store,
    server: new BlobServer("http://host/blobs", "", () => 0, ((address, request) => server.answer(address, request)) as typeof fetch),
    changed: (document) => void changed.push(document),
    tell: (document) => void told.push(document),
    alone: (run) => run(),
    after(_ms, run) {
      timers.push(run);
      return () => void timers.splice(timers.indexOf(run), 1);
    },
  });
  await desk.look();
  const states = () => desk.uploads("d").map(({ state, sent }) => `${state} ${sent}`);
  const runTimers = () => timers.splice(0).forEach((run) => run());
  return { desk, server, store, factory, changed, told, states, timers, runTimers };
}

const settled = expect.poll;

test("a file that is added is kept, sent and counted, and then nothing waits", async () => {
  const { desk, server, states, told, changed } = await setUp();
  desk.setOnline(true);
  const reference = await desk.add("d", file("song"));
  expect(reference).toEqual({ blob: nameOf("song"), size: 4, type: "image/png" });
  await settled(states).toEqual([]);
  expect(server.kept.get(reference.blob)).toBe("song");
  expect(server.claims).toEqual([`d ${reference.blob}`]);
  expect(told).toEqual(["d", "d"]);
  expect(changed.length).toBeGreaterThan(1);
});

test("what was added offline is shown, survives a new start, and is sent when the server is back", async () => {
  const { desk, factory, states } = await setUp();
  const reference = await desk.add("d", file("song"));
  expect(states()).toEqual(["waiting 0"]);
  expect(await (await desk.get(reference)).text()).toBe("song");
  const again = await setUp({ factory });
  expect(again.states()).toEqual(["waiting 0"]);
  expect((await again.desk.get(reference)).type).toBe("image/png");
  again.desk.setOnline(true);
  await settled(again.states).toEqual([]);
  expect(again.server.kept.get(reference.blob)).toBe("song");
  // The other window hears of it.
  await desk.look();
  expect(states()).toEqual([]);
});

test("an upload goes on where it broke off", async () => {
  const { desk, server, states, runTimers } = await setUp();
  const long = "la".repeat(200_000);
  await desk.add("d", file(long));
  server.breaksAfter = 3;
  desk.setOnline(true);
  await settled(states).toEqual(["paused 131072"]);
  server.breaksAfter = Infinity;
  server.asked.length = 0;
  runTimers();
  await settled(states).toEqual([]);
  expect(server.kept.get(nameOf(long))).toBe(long);
  // Its first part was not sent again.
  expect(server.asked.map((one) => one.split(" ")[0])).toEqual(["HEAD", "PATCH", "PATCH"]);
});

test("what another window sends at the same time need not be sent", async () => {
  const { desk, server, states } = await setUp();
  const long = "la".repeat(200_000);
  const answer = server.answer;
  server.answer = async (address, request) => {
    if (request?.method === "PATCH" && !server.kept.has(nameOf(long))) server.kept.set(nameOf(long), long.slice(0, 300_000));
    return answer(address, request);
  };
  const other = await setUp({ server });
  other.desk.setOnline(true);
  await other.desk.add("d", file(long));
  await settled(other.states).toEqual([]);
  expect(server.kept.get(nameOf(long))).toBe(long);
  expect(desk.uploads("d")).toEqual(states().map(() => expect.anything()));
});

test("what is too long is refused before it is read", async () => {
  const { desk, server, store } = await setUp();
  server.limit = 3;
  desk.setOnline(true);
  await expect(desk.add("d", file("song"))).rejects.toMatchObject({ code: "blob-too-long" });
  expect(await store.waiting()).toEqual([]);
});

test("a refusal says why, is tried again later, and can be ended", async () => {
  const { desk, server, states, runTimers } = await setUp();
  server.refusal = { status: 507, message: "the blobs of document d take 3 of 4 bytes; raise --blob-document-quota" };
  desk.setOnline(true);
  const reference = await desk.add("d", file("song"));
  await settled(states).toEqual(["refused 0"]);
  expect(desk.uploads("d")[0]!.trouble).toMatchObject({ code: "blob-no-room", message: expect.stringContaining("--blob-document-quota") });
  runTimers();
  await settled(states).toEqual(["refused 0"]);
  server.refusal = { status: 413, message: "too long" };
  desk.retry();
  await settled(() => desk.uploads("d")[0]!.trouble?.code).toBe("blob-too-long");
  server.refusal = null;
  const other = await desk.add("d", file("another"));
  desk.retry();
  await settled(states).toEqual([]);
  expect(server.kept.get(other.blob)).toBe("another");
  server.refusal = { status: 507, message: "full" };
  const third = await desk.add("d", file("third"));
  await settled(states).toEqual(["refused 0"]);
  await desk.giveUp("d", third.blob);
  expect(states()).toEqual([]);
  expect(await (await desk.get(reference)).text()).toBe("song");
});

test("what others added is fetched once, verified and kept", async () => {
  const { desk, server, store } = await setUp();
  const reference = { blob: nameOf("theirs"), size: 6, type: "image/gif" };
  await expect(desk.get(reference)).rejects.toMatchObject({ code: "unreachable" });
  desk.setOnline(true);
  await expect(desk.get(reference)).rejects.toMatchObject({ code: "blob-missing" });
  server.kept.set(reference.blob, "theirs");
  const both = await Promise.all([desk.get(reference), desk.get(reference)]);
  expect(await both[1]!.text()).toBe("theirs");
  expect(server.asked.filter((one) => one.startsWith("GET") && one.length > 4)).toHaveLength(2);
  expect(await (await store.get(reference.blob))!.text()).toBe("theirs");
  for (const wrong of ["thieves", "other!"]) {
    const lie = { blob: nameOf("x"), size: 6, type: "image/gif" };
    server.kept.set(lie.blob, wrong);
    await expect(desk.get(lie)).rejects.toMatchObject({ code: "blob-damaged" });
    expect(await store.get(lie.blob)).toBeUndefined();
  }
});

test("a session that ends in the middle of an upload leaves no timer, and the file for the next one", async () => {
  const { desk, server, store, timers } = await setUp();
  desk.setOnline(true);
  const { answer } = server;
  server.answer = (address, request) => (request?.method === "PATCH" ? new Promise((_, reject) => request.signal!.addEventListener("abort", () => reject(new Error("aborted")))) : answer(address, request));
  await desk.add("d", file("song"));
  await settled(() => server.asked.some((one) => one.startsWith("HEAD"))).toBe(true);
  desk.stop();
  await new Promise((done) => setImmediate(done));
  expect(timers).toEqual([]);
  expect(desk.uploads("d")).toEqual([]);
  expect(await store.waiting()).toHaveLength(1);
});

test("a device without room says so, and nothing is called kept", async () => {
  const { desk, states } = await setUp({ broken: { put: () => Promise.reject(new MotetError("store", "quota exceeded")) } });
  await expect(desk.add("d", file("song"))).rejects.toMatchObject({ code: "store", message: expect.stringContaining("quota exceeded") });
  expect(states()).toEqual([]);
});

test("what was looked at longest ago is forgotten first, and never what waits", () => {
  const uses = [{ hash: "a", size: 4, used: 1 }, { hash: "b", size: 4, used: 3 }, { hash: "c", size: 4, used: 2 }];
  expect(unneeded(uses, new Set(), 12)).toEqual([]);
  expect(unneeded(uses, new Set(), 8)).toEqual(["a"]);
  expect(unneeded(uses, new Set(["a"]), 4)).toEqual(["c", "b"]);
});
