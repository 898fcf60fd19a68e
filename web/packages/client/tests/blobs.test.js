/** Pictures and other files: between members, without a server, after a new start, and up to what a server takes. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { BlobReference, Motet } from "@motet/client";
import { Server, skip, until } from "./server.js";

let server;
before(async () => {
  if (!skip) server = await Server.start("--blob-max", "2M", "--blob-document-quota", "3M");
});
after(() => server?.remove());

const connect = (name, options = {}) => Motet.connect({ url: server.url, name, ...options });

/** A GIF of 3 by 4 pixels, and whatever follows. */
const gif = (...more) => Uint8Array.from([...new TextEncoder().encode("GIF89a"), 3, 0, 4, 0, 0, 0, 0, 0x3b, ...more]);
const bytesOf = async (blob) => new Uint8Array(await blob.arrayBuffer());
const noise = (seed, length) => Uint8Array.from({ length }, (_, at) => (at * (seed * 2 + 1) + (at >> 8)) & 255);

test("what one adds the other sees, and nothing is durable before the server has it", { skip }, async () => {
  const [ann, ben] = await Promise.all(["Ann", "Ben"].map((name) => connect(name)));
  const doc = await ann.open("Pictures", { create: true });
  const reference = await doc.blobs.add(gif(7), "text/plain");
  const { blob, size, type, width, height } = reference;
  assert.deepEqual({ size, type, width, height }, { size: 15, type: "image/gif", width: 3, height: 4 });
  doc.map("page").set("picture", reference);
  assert.notEqual(doc.current().saved.level, "durable");
  await doc.saved();
  assert.deepEqual(doc.blobs.uploads, []);

  const other = await ben.open("Pictures");
  await until(() => other.map("page").has("picture"), "the reference");
  const read = other.map("page").get("picture");
  assert.deepEqual(read, { blob, size, type, width, height });
  const got = await other.blobs.get(read);
  assert.equal(got.type, "image/gif");
  assert.deepEqual(await bytesOf(got), gif(7));
  // What was read is written again as a reference, by saying so.
  other.map("page").set("copy", new BlobReference(read));
  other.map("page").set("none", read);
  await other.saved();
  await until(() => doc.map("page").has("none"), "the copy");
  assert.deepEqual(doc.map("page").get("copy"), read);
  await Promise.all([ann.close(), ben.close()]);
});

test("what was added without a server waits in the store, also over a new start", { skip }, async () => {
  const own = await Server.start();
  const store = join(own.folder, "store");
  const picture = noise(1, 400_000);
  const open = async () => {
    const space = await Motet.connect({ url: own.url, name: "Ann", store, patienceMs: 500 });
    return { space, doc: await space.open(id) };
  };
  const first = await Motet.connect({ url: own.url, name: "Ann", store });
  const { id } = await first.create("Away");
  await first.close();
  await own.kill();

  const away = await open();
  const reference = await away.doc.blobs.add(picture, "application/x-song");
  away.doc.map("page").set("song", reference);
  await away.doc.saved("local");
  assert.equal(away.doc.current().saved.level, "local");
  assert.deepEqual(away.doc.blobs.uploads.map(({ reference: { blob } }) => blob), [reference.blob]);
  await away.space.close();

  const again = await open();
  assert.deepEqual(await bytesOf(await again.doc.blobs.get(reference)), picture);
  assert.equal(again.doc.blobs.uploads.length, 1);
  await own.run();
  await again.doc.saved();
  assert.deepEqual(again.doc.blobs.uploads, []);
  const answer = await fetch(`${own.url}/blobs/${reference.blob}`);
  assert.deepEqual(new Uint8Array(await answer.arrayBuffer()), picture);
  await again.space.close();
  await own.remove();
});

test("what a server does not take is said, and what nobody wants sent is given up", { skip }, async () => {
  const ann = await connect("Ann");
  const doc = await ann.open("Full", { create: true });
  await assert.rejects(doc.blobs.add(noise(2, (2 << 20) + 1)), { code: "blob-too-long" });
  doc.map("page").set("first", await doc.blobs.add(noise(3, 2 << 20)));
  await doc.saved();
  const second = await doc.blobs.add(noise(4, 2 << 20));
  doc.map("page").set("second", second);
  await until(() => doc.blobs.uploads[0]?.state === "refused", "a refusal");
  assert.equal(doc.blobs.uploads[0].trouble.code, "blob-no-room");
  assert.match(doc.blobs.uploads[0].trouble.message, /--blob-document-quota/);
  await doc.saved("local");
  assert.equal(doc.current().saved.level, "local");
  await doc.blobs.giveUp(second);
  await doc.saved();
  await ann.close();
});

test("what nobody has is said to be missing", { skip }, async () => {
  const ann = await connect("Ann");
  const doc = await ann.open("Missing", { create: true });
  await assert.rejects(doc.blobs.get({ blob: "ab".repeat(32), size: 1, type: "image/png" }), { code: "blob-missing" });
  assert.throws(() => doc.map("page").set("x", new BlobReference({ blob: "ab", size: 1, type: "image/png" })), { code: "value" });
  await ann.close();
  await assert.rejects(async () => doc.blobs.add(gif()), { code: "closed" });
});
