/** Values go through registers exactly, and what no register holds is refused, with a code, and changes nothing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Float, MotetError } from "@motet/client";
import { member, receive } from "./wire.js";

const code = (expected) => (error) => error instanceof MotetError && error.code === expected;

const VALUES = [
  null, true, false, 0, 1, -1, 2 ** 53 - 1, -(2 ** 53 - 1), 0.1, -2.5e300, Infinity, -Infinity, NaN, -0, 2n ** 53n, -(2n ** 63n), 2n ** 63n - 1n, "", "é🎻\0", new Uint8Array(),
  new Uint8Array([0, 255]), [], [[], [null]], {}, { a: [1, { b: new Uint8Array([7]) }] }, JSON.parse('{"__proto__": 1, "constructor": 2}'),
];

test("every value is read here and by others as it was written", async () => {
  const [ann, ben] = [await member("ann"), await member("ben")];
  VALUES.forEach((value, at) => ann.doc.map("m").set(String(at), value));
  ann.doc.list("l").push(...VALUES);
  receive(ben, ann);
  for (const { doc } of [ann, ben]) {
    VALUES.forEach((value, at) => assert.deepStrictEqual(doc.map("m").get(String(at)), value, String(at)));
    assert.deepStrictEqual(doc.list("l").toArray(), VALUES);
    assert.ok(Object.hasOwn(doc.map("m").get(String(VALUES.length - 1)), "__proto__"));
  }
});

test("whole numbers, big integers and floats are told apart", async () => {
  const { doc } = await member("ann");
  const map = doc.map("m");
  map.set("small", 5n);
  assert.equal(map.get("small"), 5);
  map.set("whole float", new Float(5));
  assert.equal(map.get("whole float"), 5);
  const whole = doc.stateHash();
  map.set("whole float", 5);
  assert.notEqual(doc.stateHash(), whole, "a float is kept as one");
  map.set("beyond", 2 ** 53);
  assert.equal(map.get("beyond"), 2 ** 53);
});

test("what no register holds is refused, and nothing is written", async () => {
  const { doc } = await member("ann");
  const map = doc.map("m");
  const round = {};
  round.self = round;
  for (const value of [undefined, () => 1, Symbol("s"), new Date(), new Map(), map, [undefined], round, 2n ** 63n]) {
    assert.throws(() => map.set("k", value), code("value"));
  }
  assert.throws(() => map.set("k", "x".repeat((1 << 20) + 1)), code("too-large"));
  assert.throws(() => map.set("k".repeat(4097), 1), code("too-large"));
  assert.throws(() => map.set("k", Array.from({ length: 6 }, () => new Uint8Array(1 << 20))), code("too-large"));
  assert.throws(() => doc.counter("c").add(0.5), code("value"));
  assert.throws(() => doc.list("l").insert(1, "x"), code("range"));
  assert.throws(() => doc.list("l").insert(-1, "x"), code("range"));
  assert.throws(() => doc.list("l").set(0, "x"), code("range"));
  assert.throws(() => doc.text("t").insert(1, "x"), code("range"));
  assert.throws(() => doc.map("a name that is far too long").set("k", 1), code("name"));
  assert.throws(() => doc.tree("o").create("7.0"), code("gone"));
  assert.throws(() => doc.tree("o").data("7.0").set("k", 1), code("gone"));
  assert.equal(doc.version().length, 0);
});

test("an action that grows too large is refused where it does, and what was done can be sent", async () => {
  const [ann, ben] = [await member("ann"), await member("ben")];
  const list = ann.doc.list("l");
  const page = "x".repeat(1 << 20);
  assert.throws(() => ann.doc.change(() => Array.from({ length: 9 }, () => list.push(page))), code("too-large"));
  assert.ok(list.length > 5);
  assert.throws(() => ann.doc.text("t").insert(0, "x".repeat(8 << 20)), code("too-large"));
  ann.doc.text("t").insert(0, page);
  receive(ben, ann);
  assert.equal(ben.doc.list("l").length, list.length);
  assert.equal(ben.doc.text("t").length, page.length);
});

test("writes of one key at once are all kept, and the next settles it", async () => {
  const [ann, ben] = [await member("ann"), await member("ben")];
  ann.doc.map("m").set("k", "Ann's");
  ben.doc.map("m").set("k", "Ben's");
  ann.doc.list("l").push("first");
  receive(ben, ann);
  receive(ann, ben);
  for (const { doc } of [ann, ben]) {
    const alternatives = doc.map("m").alternatives("k");
    assert.deepEqual(alternatives.map(({ value }) => value).sort(), ["Ann's", "Ben's"]);
    assert.equal(alternatives[0].value, doc.map("m").get("k"));
    assert.deepEqual(alternatives.map(({ name }) => name).sort(), ["ann", "ben"]);
  }
  ann.doc.list("l").set(0, "Ann's");
  ben.doc.list("l").set(0, "Ben's");
  receive(ben, ann);
  receive(ann, ben);
  assert.equal(ann.doc.list("l").alternatives(0).length, 2);
  ann.doc.map("m").set("k", "both");
  receive(ben, ann);
  assert.deepEqual(ben.doc.map("m").alternatives("k").map(({ value }) => value), ["both"]);
});

test("containers within containers are made, read and undone", async () => {
  const [ann, ben] = [await member("ann"), await member("ben")];
  ann.doc.change(() => {
    const card = ann.doc.list("board").pushContainer("map");
    card.set("title", "Card");
    card.create("notes", "text").insert(0, "Notes");
    card.ensure("tags", "list").push("new");
    card.ensure("tags", "list").push("urgent");
    card.create("votes", "counter").add(3);
  });
  receive(ben, ann);
  const expected = [{ notes: "Notes", tags: ["new", "urgent"], title: "Card", votes: 3 }];
  assert.deepEqual(ben.doc.list("board").toJSON(), expected);
  assert.equal(JSON.stringify({ board: ben.doc.list("board") }), JSON.stringify({ board: expected }));
  assert.equal(ben.doc.list("board").at(0), ben.doc.list("board").at(-1), "one object for each container");
  const version = ann.doc.version();
  ann.doc.list("board").at(0).get("notes").insert(5, " more");
  const past = ann.doc.at(version);
  assert.equal(past.list("board").at(0).get("notes").toString(), "Notes");
  assert.throws(() => past.list("board").push(1), code("read-only"));
  past.close();
  assert.equal(ann.doc.list("board").at(0).get("notes").toString(), "Notes more");
  ann.doc.undo();
  ann.doc.undo();
  assert.deepEqual(ann.doc.list("board").toJSON(), []);
});

test("what goes within a change, and what does not", async () => {
  const { doc } = await member("ann");
  assert.throws(() => doc.change(() => doc.undo()), code("order"));
  assert.throws(() => doc.change(async () => {}), code("order"));
  let told = 0;
  doc.on("patch", () => (told += 1));
  assert.throws(() => doc.change(() => {
    doc.text("t").insert(0, "kept");
    throw new MotetError("mine", "stop");
  }), code("mine"));
  assert.equal(doc.text("t").toString(), "kept");
  assert.equal(told, 1);
  assert.equal(doc.undo(), true);
});

test("a document that was opened twice ends when it was closed twice", async () => {
  const { space, doc } = await member("ann");
  assert.equal(await space.open(doc.id), doc);
  doc.close();
  doc.text("t").insert(0, "x");
  const text = doc.text("t");
  doc.close();
  for (const asked of [() => text.insert(0, "x"), () => text.toString(), () => doc.undo(), () => doc.history()]) {
    assert.throws(asked, code("closed"));
  }
  doc.flush();
  const [one, other] = await Promise.all([space.open(doc.id), space.open(doc.id)]);
  assert.equal(one, other);
  assert.notEqual(one, doc);
  await space.close();
  assert.throws(() => one.text("t").toString(), code("closed"));
});
