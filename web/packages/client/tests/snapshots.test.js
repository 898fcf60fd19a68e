/** Versions with a name: taken by one, listed for all, looked at, brought back and taken out. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MotetError } from "@motet/client";
import { member, receive } from "./wire.js";

function meet(ann, ben) {
  receive(ann, ben);
  receive(ben, ann);
}

async function two() {
  const [ann, ben] = [await member("Ann"), await member("Ben")];
  ann.doc.text("text").insert(0, "Draft.");
  meet(ann, ben);
  return { ann, ben, close: () => Promise.all([ann.space.close(), ben.space.close()]) };
}

const textOf = (doc) => doc.text("text").toString();
const names = (doc) => doc.snapshots().list.map(({ name }) => name);

test("a snapshot is taken by one, and everybody finds it, the latest first", async () => {
  const { ann, ben, close } = await two();
  const first = ann.doc.takeSnapshot("First", "before\nthe review");
  assert.deepEqual([first.name, first.note, first.by, first.isFiltered, first.id.length], ["First", "before\nthe review", "Ann", false, 16]);
  assert.ok(Math.abs(first.time - Date.now()) < 5_000);
  meet(ann, ben);
  ben.doc.text("text").insert(5, " two");
  const second = ben.doc.takeSnapshot("Second");
  meet(ann, ben);
  assert.deepEqual(names(ann.doc), ["Second", "First"]);
  assert.deepEqual(ann.doc.snapshots(), ben.doc.snapshots());
  assert.equal(ann.doc.snapshots().unread, 0);

  const then = ann.doc.atSnapshot(first.id);
  assert.equal(then.text("text").toString(), "Draft.");
  assert.throws(() => then.text("text").insert(0, "x"), { code: "read-only" });
  then.close();
  assert.equal(textOf(ann.doc), "Draft two.", "what came since is there");

  // Brought back by a change like any other, which is undone as one.
  const spans = ann.doc.restoreSnapshot(first.id);
  assert.equal(textOf(ann.doc), "Draft.");
  assert.deepEqual(names(ann.doc), ["Second", "First"], "the list is beside the work");
  meet(ann, ben);
  assert.equal(textOf(ben.doc), "Draft.");
  assert.equal(ann.doc.restoreSnapshot(first.id), null, "nothing is otherwise");
  ann.doc.undoRange(spans);
  assert.equal(textOf(ann.doc), "Draft two.");

  const removed = ann.doc.removeSnapshot(second.id);
  assert.equal(ann.doc.removeSnapshot(second.id), null);
  meet(ann, ben);
  assert.deepEqual(names(ben.doc), ["First"]);
  ann.doc.text("text").insert(0, "> ");
  ann.doc.undoRange(removed);
  assert.deepEqual([names(ann.doc), textOf(ann.doc)], [["Second", "First"], "> Draft two."], "as any change it is undone");
  await close();
});

test("of a view that leaves something out it shows what that showed, to everybody", async () => {
  const { ann, ben, close } = await two();
  ben.doc.text("text").insert(6, " Ben was here.");
  meet(ann, ben);
  ann.doc.hideAuthor(ben.doc.author, true);
  assert.equal(textOf(ann.doc), "Draft.");
  const { id, isFiltered } = ann.doc.takeSnapshot("Without Ben");
  assert.equal(isFiltered, true);
  assert.equal(textOf(ann.doc), "Draft.", "the choice stands");
  ann.doc.hideAuthor(ben.doc.author, false);
  meet(ann, ben);
  const then = ben.doc.atSnapshot(id);
  assert.equal(then.text("text").toString(), "Draft.");
  then.close();
  assert.equal(textOf(ben.doc), "Draft. Ben was here.");
  await close();
});

test("what cannot be is refused with a reason, and patches tell of the list", async () => {
  const { ann, close } = await two();
  const heard = [];
  ann.doc.on("patch", ({ patches }) => heard.push(...patches.map(({ container }) => container.id)));
  for (const [name, note] of [["", ""], ["a\u0000b", ""], ["x".repeat(201), ""], ["fine", "\u0007"]]) {
    assert.throws(() => ann.doc.takeSnapshot(name, note), (error) => error instanceof MotetError && /^snapshot\./.test(error.code));
  }
  assert.deepEqual(names(ann.doc), []);
  for (const ask of [() => ann.doc.atSnapshot("0"), () => ann.doc.restoreSnapshot("0")]) assert.throws(ask, { code: "gone" });
  assert.equal(ann.doc.removeSnapshot("0"), null);
  ann.doc.takeSnapshot("Once");
  assert.ok(heard.includes("map:motet.snapshots"));
  const empty = await member("Cy");
  assert.throws(() => empty.doc.takeSnapshot("Nothing"), { code: "snapshot.nothing" });
  assert.deepEqual(names(empty.doc), []);
  await empty.space.close();
  await close();
});

test("a text reads as one says, by the words that differ", async () => {
  const { ann, ben, close } = await two();
  const changes = [];
  ann.doc.on("patch", ({ patches }) => changes.push(...patches.flatMap((patch) => patch.changes)));
  ann.doc.text("text").rewrite("A draft.");
  meet(ann, ben);
  assert.equal(textOf(ben.doc), "A draft.");
  ann.doc.text("text").rewrite("A draft.");
  assert.ok(changes.every(({ to, from }) => to - from < 6));
  await close();
});
