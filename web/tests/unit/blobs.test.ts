/** A picture on its way through a browser: its store, its worker's desk, its page. */
import { IDBFactory } from "fake-indexeddb";
import { describe, expect, it, vi } from "vitest";
import { openBlobStore, type BlobStore } from "../../src/session/blobStore";
import { BlobDesk } from "../../src/session/blobs";
import { type BlobRequest, PageBlobs } from "../../src/session/pageBlobs";
import type { SessionEvent } from "../../src/session/session";

const BYTES = new Uint8Array([1, 2, 3]);

/** What comes out of a store was made elsewhere: only its content compares. */
const plain = (bytes: Uint8Array | undefined) => Array.from(bytes ?? []);

/** A member that calls every blob by its bytes. */
function toyMember() {
  return { wantBlob: vi.fn(), keepBlob: vi.fn((_: string, bytes: Uint8Array) => bytes.join("-")) };
}

function desk(store: BlobStore | undefined) {
  const member = toyMember();
  const events: SessionEvent[] = [];
  const world = { member, store, emit: (event: SessionEvent) => events.push(event), pump: vi.fn() };
  return { member, events, desk: new BlobDesk("doc", world) };
}

describe("the desk", () => {
  it("fetches once what is wanted, keeps it, and never fetches it again", async () => {
    const store = await openBlobStore(new IDBFactory());
    const first = desk(store);
    await Promise.all([first.desk.want("h"), first.desk.want("h")]);
    expect(first.member.wantBlob).toHaveBeenCalledTimes(1);
    expect(first.events).toEqual([]);
    first.desk.react({ kind: "blob", document: "doc", hash: "h", bytes: BYTES });
    expect(first.events).toEqual([{ kind: "blob", hash: "h", bytes: BYTES }]);
    await vi.waitFor(async () => expect(plain(await store.get("h"))).toEqual([1, 2, 3]));
    const later = desk(store);
    await later.desk.want("h");
    expect(later.member.wantBlob).not.toHaveBeenCalled();
    expect(later.events.map((event) => (event.kind === "blob" ? plain(event.bytes) : event))).toEqual([[1, 2, 3]]);
  });

  it("gives others what was kept on an earlier visit", async () => {
    const store = await openBlobStore(new IDBFactory());
    await desk(store).desk.keep(BYTES);
    const later = desk(store);
    later.desk.react({ kind: "blobAsked", document: "doc", hash: "1-2-3" });
    await vi.waitFor(() => expect(later.member.keepBlob).toHaveBeenCalledTimes(1));
    expect(plain(later.member.keepBlob.mock.calls[0]?.[1])).toEqual([1, 2, 3]);
    later.desk.react({ kind: "blobAsked", document: "doc", hash: "unknown" });
    await store.get("unknown");
    expect(later.member.keepBlob).toHaveBeenCalledTimes(1);
  });

  it("says so where the browser does not keep it, and gives it all the same", async () => {
    const full: BlobStore = { get: async () => undefined, put: () => Promise.reject(new Error("quota")) };
    const { desk: keeper, events, member } = desk(full);
    await keeper.keep(BYTES);
    expect(member.keepBlob).toHaveBeenCalledTimes(1);
    expect(events[0]).toMatchObject({ kind: "trouble", trouble: { code: "browser-blobs" } });
    expect(events[1]).toEqual({ kind: "blobKept", hash: "1-2-3" });
  });
});

describe("the page", () => {
  it("asks once, and never gives a stranger's bytes a type that opens as a page", async () => {
    const types: string[] = [];
    vi.stubGlobal("URL", {
      createObjectURL: (blob: Blob) => `blob:${types.push(blob.type)}`,
      revokeObjectURL: vi.fn(),
    });
    const said: BlobRequest[] = [];
    const page = new PageBlobs((request) => said.push(request));
    const [a, b] = [page.url("h", "image/png"), page.url("h", "image/png")];
    const page2 = page.url("other", "text/html");
    expect(said).toEqual([
      { kind: "wantBlob", hash: "h" },
      { kind: "wantBlob", hash: "other" },
    ]);
    for (const hash of ["h", "other"]) expect(page.hear({ kind: "blob", hash, bytes: BYTES })).toBe(true);
    expect([await a, await b, await page2]).toEqual(["blob:1", "blob:1", "blob:2"]);
    expect(types).toEqual(["image/png", "application/octet-stream"]);
    page.close();
    expect(URL.revokeObjectURL).toHaveBeenCalledTimes(2);
    vi.unstubAllGlobals();
  });

  it("learns the hash of what it keeps, in order", async () => {
    const page = new PageBlobs(() => {});
    const kept = [page.keep(BYTES), page.keep(new Uint8Array([4]))];
    for (const hash of ["first", "second"]) page.hear({ kind: "blobKept", hash });
    expect(await Promise.all(kept)).toEqual(["first", "second"]);
    expect(page.hear({ kind: "link", link: "offline" })).toBe(false);
  });
});
