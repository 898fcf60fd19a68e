/** A part of a document is held: what others do there waits, and all else shows. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { member, receive } from "./wire.js";

test("a part of a text is held and let go", async () => {
  const [ann, ben] = [await member("Ann"), await member("Ben")];
  ann.doc.text("text").insert(0, "one\ntwo\nthree");
  receive(ben, ann);
  const shown = () => ann.doc.text("text").toString();
  assert.equal(ann.doc.elementsBetween("text:text", 5, 5), "", "nothing is between");
  ann.doc.holdPart("two", ann.doc.elementsBetween("text:text", 3, 7));
  assert.deepEqual(ann.doc.current().heldParts, ["two"]);
  assert.equal(ann.doc.current().isPersonal, true);
  ben.doc.text("text").insert(7, " or so");
  ben.doc.text("text").insert(0, "Zero\n");
  receive(ann, ben);
  assert.equal(shown(), "Zero\none\ntwo\nthree");
  assert.equal(ann.doc.current().held, 1);

  // It is one of the choices that are kept.
  const view = ann.doc.view();
  ann.doc.releasePart(0);
  assert.equal(shown(), "Zero\none\ntwo or so\nthree");
  assert.deepEqual([ann.doc.current().heldParts, ann.doc.current().isPersonal], [[], false]);
  ann.doc.setView(view);
  assert.equal(shown(), "Zero\none\ntwo\nthree");
  ann.doc.releasePart(7);
  assert.deepEqual(ann.doc.current().heldParts, ["two"], "there is no eighth");
  assert.throws(() => ann.doc.holdPart("x", "nonsense"));
  await Promise.all([ann.space.close(), ben.space.close()]);
});

test("a value of JSON is held with what is in it", async () => {
  const [ann, ben] = [await member("Ann"), await member("Ben")];
  const [hers, his] = [ann.doc.json(), ben.doc.json()];
  hers.create('{"a": {"list": [1, {}]}, "b": 2}');
  receive(ben, ann);
  const elements = hers.elements(hers.at("/a"));
  ann.doc.holdPart("/a", elements);
  his.set(his.at("/a/list/0"), "7");
  his.insert(his.at("/a/list/1"), 0, "true", "new");
  his.set(his.at("/b"), "3");
  receive(ann, ben);
  assert.deepEqual(hers.toJSON(), { a: { list: [1, {}] }, b: 3 });
  his.remove(his.at("/a"));
  receive(ann, ben);
  assert.deepEqual(hers.toJSON(), { a: { list: [1, {}] }, b: 3 });
  ann.doc.releasePart(0);
  assert.deepEqual(hers.toJSON(), { b: 3 });
  await Promise.all([ann.space.close(), ben.space.close()]);
});
