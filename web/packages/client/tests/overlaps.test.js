/** What two do to the same at once, of which nothing is lost: told to whoever asks. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { member, receive } from "./wire.js";
import { until } from "./server.js";

/** Hands each what the other did. */
function meet(ann, ben) {
  receive(ann, ben);
  receive(ben, ann);
}

async function two() {
  const [ann, ben] = [await member("Ann"), await member("Ben")];
  ann.doc.text("text").insert(0, "The cat sat on the mat.");
  meet(ann, ben);
  return { ann, ben, close: () => Promise.all([ann.space.close(), ben.space.close()]) };
}

const replace = (doc, from, to, insert) => doc.text("text").edit([{ from, to, insert }]);

test("who asks is told what another did to the same words at once, and nobody else pays", async () => {
  const { ann, ben, close } = await two();
  const heard = [];
  ann.doc.on("overlaps", (overlaps) => heard.push(overlaps.length));
  ann.doc.watchOverlaps();
  replace(ann.doc, 4, 7, "dog");
  replace(ben.doc, 4, 7, "cow");
  meet(ann, ben);
  assert.match(ann.doc.text("text").toString(), /^The (dogcow|cowdog) sat on the mat\.$/, "nothing is lost");
  await until(() => heard.length > 0, "the event");
  const [overlap] = ann.doc.current().overlaps;
  assert.deepEqual([heard, overlap.grade, overlap.theirs.run.name, overlap.mine.run.name], [[1], "overlap", "Ben", "Ann"]);
  const [place] = ann.doc.placesOf(overlap.theirs.action);
  const [from, to] = [place.from, place.to].map((anchor) => ann.doc.text("text").resolve(anchor));
  assert.equal(ann.doc.text("text").toString().slice(from, to), "cow");
  assert.deepEqual(ben.doc.current().overlaps, [], "Ben did not ask");
  assert.equal(ann.doc.current().overlaps, ann.doc.current().overlaps, "the same list until it changes");

  // Both go on in what they began: it stays one overlap, under one name.
  replace(ann.doc, 0, 0, "So, ");
  replace(ben.doc, 23, 23, "!");
  meet(ann, ben);
  const again = ann.doc.current().overlaps;
  assert.deepEqual(again.map(({ id }) => id), [overlap.id]);

  ben.doc.undoRange(overlap.theirs.run.spans);
  meet(ann, ben);
  await until(() => ann.doc.current().overlaps.length === 0, "what is undone overlaps with nothing");
  await close();
});

test("a later visit asks from where an earlier one began, and finds the same", async () => {
  const { ann, ben, close } = await two();
  const since = ann.doc.version();
  replace(ann.doc, 4, 7, "dog");
  replace(ben.doc, 4, 7, "cow");
  meet(ann, ben);
  ann.doc.watchOverlaps();
  assert.deepEqual(ann.doc.current().overlaps, [], "all of that was before");
  ann.doc.watchOverlaps(since);
  const [{ id }] = ann.doc.current().overlaps;
  ann.doc.watchOverlaps(since);
  assert.deepEqual(ann.doc.current().overlaps.map((one) => one.id), [id]);
  assert.throws(() => ann.doc.watchOverlaps(new Uint8Array(5)), { code: "version" });
  await close();
});

test("what follows what one saw overlaps with nothing", async () => {
  const { ann, ben, close } = await two();
  ann.doc.watchOverlaps();
  replace(ann.doc, 4, 7, "dog");
  meet(ann, ben);
  replace(ben.doc, 4, 7, "cow");
  meet(ann, ben);
  ann.doc.map("settings").set("colour", "green");
  ben.doc.map("other").set("colour", "blue");
  meet(ann, ben);
  await new Promise((done) => setTimeout(done, 200));
  assert.deepEqual(ann.doc.current().overlaps, []);
  await close();
});
