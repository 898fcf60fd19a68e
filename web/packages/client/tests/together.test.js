/** Members of a real server: they converge, work apart, undo their own work, and see each other. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Motet, MotetError } from "@motet/client";
import { agree, Server, skip, twoOf, until } from "./server.js";

let server;
before(async () => {
  if (!skip) server = await Server.start();
});
after(() => server?.remove());

const join_ = (name, options = {}) => Motet.connect({ url: server.url, name, ...options });

const two = (name) => twoOf(server, name);

const everything = (doc) => ({
  text: doc.text("text").toJSON(),
  meta: doc.map("meta").toJSON(),
  todo: doc.list("todo").toJSON(),
  outline: doc.tree("outline").toJSON(),
  visits: doc.counter("visits").toJSON(),
});

test("two members converge in containers of every kind", { skip }, async () => {
  const { ann, ben, close } = await two("Converging");
  ann.change(() => {
    ann.text("text").insert(0, "Hello 🎻");
    ann.map("meta").set("title", "Motet");
    ann.list("todo").push("milk", "bread");
    ann.counter("visits").add(2);
    const root = ann.tree("outline").create();
    ann.tree("outline").data(root).set("name", "root");
  });
  await agree(ann, ben);
  ben.text("text").insert(5, ",");
  ben.list("todo").move(1, 0);
  ben.counter("visits").add(-1);
  ann.counter("visits").add(10);
  const [root] = ben.tree("outline").children();
  ben.tree("outline").create(root);
  await agree(ann, ben);
  assert.deepEqual(everything(ann), everything(ben));
  assert.equal(ann.text("text").toString(), "Hello, 🎻");
  assert.deepEqual(ben.list("todo").toArray(), ["bread", "milk"]);
  assert.equal(ben.counter("visits").value, 11);
  assert.equal(ann.tree("outline").toJSON()[0].children.length, 1);
  await ann.saved();
  assert.equal(ann.current().saved.level, "durable");
  await close();
});

test("work done apart is kept and merged, over a crash of the server", { skip }, async () => {
  const own = await Server.start();
  const [a, b] = [await Motet.connect({ url: own.url, name: "Ann" }), await Motet.connect({ url: own.url, name: "Ben" })];
  const ann = await a.open("Apart", { create: true });
  const ben = await b.open(ann.id);
  ann.list("todo").push("before");
  await ann.saved();
  await agree(ann, ben);
  await own.kill();
  await until(() => a.status === "offline" && b.status === "offline", "being offline");
  ann.list("todo").push("Ann alone");
  ben.list("todo").push("Ben alone");
  await ann.saved("local");
  assert.equal(ann.current().saved.level, "local");
  await own.run();
  await agree(ann, ben);
  assert.deepEqual([...ann.list("todo")].sort(), ["Ann alone", "Ben alone", "before"]);
  await Promise.all([ann.saved(), ben.saved()]);
  await Promise.all([a.close(), b.close()]);
  await own.remove();
});

test("offline on purpose, and back", { skip }, async () => {
  const { spaces, ann, ben, close } = await two("On purpose");
  spaces[0].setOnline(false);
  assert.equal(spaces[0].status, "offline");
  ann.text("text").insert(0, "alone");
  await ann.saved("local");
  assert.equal(ben.text("text").toString(), "");
  spaces[0].setOnline(true);
  await until(() => ben.text("text").toString() === "alone", "what was written alone");
  await close();
});

test("undo takes back one's own work only, in every container", { skip }, async () => {
  const { ann, ben, close } = await two("Undo");
  ann.change(() => {
    ann.text("text").insert(0, "Ann's");
    ann.list("todo").push("Ann's");
    ann.map("meta").set("who", "Ann");
    ann.counter("visits").add(5);
  });
  await agree(ann, ben);
  ben.list("todo").push("Ben's");
  ben.counter("visits").add(1);
  await agree(ann, ben);
  const told = [];
  ben.on("patch", ({ origin, patches }) => told.push(...patches.map(({ kind, changes }) => [origin, kind, changes])));
  assert.equal(ann.undo(), true);
  await agree(ann, ben);
  assert.equal(ben.text("text").toString(), "");
  assert.deepEqual(ben.list("todo").toArray(), ["Ben's"]);
  assert.equal(ben.map("meta").get("who"), undefined);
  assert.equal(ben.counter("visits").value, 1);
  assert.deepEqual(told.find(([, kind]) => kind === "list"), ["remote", "list", [{ kind: "remove", at: 0, count: 1 }]]);
  assert.deepEqual(told.find(([, kind]) => kind === "counter"), ["remote", "counter", [{ value: 1 }]]);
  assert.equal(ann.redo(), true);
  await agree(ann, ben);
  assert.deepEqual([...ben.list("todo")].sort(), ["Ann's", "Ben's"]);
  await close();
});

test("those who are here are seen, where they are, and until they leave", { skip }, async () => {
  const { spaces, ann, ben, close } = await two("Presence");
  const text = ann.text("notes");
  text.insert(0, "Hello");
  await agree(ann, ben);
  ann.present({ text, anchor: 1, head: 4 });
  const seen = () => ben.current().peers.find((peer) => peer.name === "Ann" && peer.head !== null);
  await until(seen, "Ann's caret");
  assert.equal(seen().text, ben.text("notes"));
  assert.equal(seen().text.resolve(seen().head), 4);
  const heard = new Promise((done) => ben.on("presence", (peers) => peers.length === 0 && done()));
  await spaces[0].close();
  await heard;
  await close();
});

test("a wrong token says permission, and the right one does not", { skip }, async () => {
  const token = "a long random secret";
  const guarded = await Server.start("--token", token);
  const wrong = Motet.connect({ url: guarded.url, token: "quite another secret" });
  await assert.rejects(wrong, (error) => error instanceof MotetError && error.code === "permission");
  const space = await Motet.connect({ url: guarded.url, token });
  const doc = await space.open("Guarded", { create: true });
  doc.counter("n").add(1);
  await doc.saved();
  await space.close();
  await guarded.remove();
});

test("who has a document open is told when he may not go on, and when he may again", { skip }, async () => {
  const token = "a long random secret";
  const guarded = await Server.start("--token", token);
  const space = await Motet.connect({ url: guarded.url, token });
  const doc = await space.open("Guarded", { create: true });
  const told = [];
  doc.on("permission", ({ access }) => told.push(access));
  await guarded.kill();
  guarded.flags = ["--token", "meanwhile another secret"];
  await guarded.run();
  await until(() => told.length > 0, "the refusal");
  assert.deepEqual(told, ["none"]);
  assert.equal(space.status, "refused");
  doc.text("text").insert(0, "kept");
  await doc.saved("local");
  await guarded.kill();
  guarded.flags = ["--token", token];
  await guarded.run();
  space.setOnline(true);
  await doc.saved();
  assert.deepEqual(told, ["none", "write"]);
  await space.close();
  await guarded.remove();
});

test("a document that is not there, or nobody to ask, is said by a code", { skip }, async () => {
  const space = await join_("Ann");
  const code = (expected) => (error) => error instanceof MotetError && error.code === expected;
  await assert.rejects(space.open("no such document"), code("no-document"));
  await space.create("Twice");
  await space.create("Twice");
  await assert.rejects(space.open("Twice"), code("ambiguous"));
  await space.close();
  await assert.rejects(space.open("Twice"), code("closed"));
  await assert.rejects(Motet.connect({ url: "nowhere" }), code("address"));
  const alone = await Motet.connect({ url: "http://127.0.0.1:9" });
  assert.equal(alone.status, "offline");
  await assert.rejects(alone.open("by name"), code("unreachable"));
  const doc = await alone.open("0123456789abcdef0123456789abcdef");
  doc.text("text").insert(0, "alone");
  await doc.saved("local");
  await alone.close();
});

test("a directory keeps documents and the key, for one process at a time", { skip }, async () => {
  const store = join(server.folder, "store");
  const first = await join_("Ann", { store });
  const doc = await first.open("Kept", { create: true });
  const { author, id } = doc;
  first.setOnline(false);
  doc.list("todo").push("not sent");
  doc.hold(null, true);
  await assert.rejects(join_("Ann", { store }), (error) => error.code === "store-busy");
  await first.close();
  const again = await join_("Ann", { store });
  const back = await again.open(id);
  assert.equal(back.author, author);
  assert.deepEqual(back.list("todo").toArray(), ["not sent"]);
  assert.equal(back.current().holdsAll, true);
  assert.equal(back.undo(), true);
  await back.saved();
  await again.close();
});
