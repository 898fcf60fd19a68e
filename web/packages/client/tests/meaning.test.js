/** What actions mean together: said by one, seen by all, decided, and told why. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { MotetError } from "@motet/client";
import { agree, Server, skip, twoOf, until } from "./server.js";

let server;
before(async () => {
  if (!skip) server = await Server.start();
});
after(() => server?.remove());

const two = (name) => twoOf(server, name);

/** Does something, and returns the edit run of it. */
function done(doc, what) {
  const before = new Set(doc.history().map((run) => run.spans));
  doc.change(what);
  return doc.history().find((run) => !before.has(run.spans)).spans;
}

const put = (doc, key) => done(doc, () => doc.map("calendar").set(key, true));

test("what others did at once gives way to one's own, which comes first, for oneself only", { skip }, async () => {
  const { ann, ben, close } = await two("Mine first");
  ann.putMineFirst("overlap");
  assert.equal(ann.current().mineFirst, "overlap");
  // At once: neither has heard of the other.
  ann.map("settings").set("colour", "green");
  ben.map("settings").set("colour", "blue");
  ben.map("settings").set("size", 3);
  await until(() => ann.conflicts().length === 1 && ann.map("settings").get("size") === 3, "what gave way");
  assert.equal(ann.map("settings").get("colour"), "green");
  const [{ id, mine, rule, claim, answer, sides }] = ann.conflicts();
  assert.deepEqual([mine, rule, claim, answer, sides.map((side) => side.run.name)], [true, null, null, null, ["Ben", "Ann"]]);
  assert.deepEqual([ann.why(id)[0].standing, ann.why(id)[0].mine], ["lost", true]);
  assert.deepEqual(ben.conflicts(), []);
  ann.prefer(id);
  assert.deepEqual(ann.conflicts(), []);
  await agree(ann, ben);
  ann.prefer(id, false);
  assert.equal(ann.conflicts().length, 1);
  ann.putMineFirst("conflict");
  assert.deepEqual([ann.conflicts(), ann.current().mineFirst], [[], "conflict"]);
  ann.putMineFirst(null);
  assert.equal(ann.current().mineFirst, null);
  assert.throws(() => ann.putMineFirst("never"), MotetError);
  await close();
});

test("a conflict is told to everybody, decided by one, and comes back", { skip }, async () => {
  const { ann, ben, close } = await two("Meetings");
  const tea = put(ann, "tea");
  await agree(ann, ben);
  const talk = put(ben, "talk");
  await agree(ann, ben);
  const heard = [];
  ann.on("conflicts", (conflicts) => heard.push(conflicts.length));
  assert.deepEqual(ben.conflicts(), []);
  ben.constrain("conflict", [tea, talk]);
  await until(() => ann.conflicts().length === 1, "the conflict");
  assert.deepEqual(ann.map("calendar").toJSON(), { tea: true });
  const [conflict] = ann.conflicts();
  assert.deepEqual([conflict.rule, conflict.answer, conflict.claim, conflict.said.run.name], ["at-most", null, null, "Ben"]);
  assert.deepEqual(conflict.sides.map((side) => side.run.name), ["Ben", "Ann"], "who gave way keeps a name");
  assert.equal(ann.history().find((run) => run.spans === talk).lost, true);
  const [why] = ann.why(talk);
  assert.deepEqual([why.standing, why.by[0].run.spans, why.answer], ["lost", tea, null]);
  assert.equal(ann.current().conflicts, ann.current().conflicts, "the same list until it changes");

  const sides = conflict.sides.map((side) => side.action);
  ann.resolve(sides, [sides[0]]);
  assert.deepEqual(ann.map("calendar").toJSON(), { talk: true });
  await until(() => ben.conflicts()[0]?.answer != null, "the answer");
  assert.equal(ben.conflicts()[0].answer.run.name, "Ann");
  assert.deepEqual(ben.conflicts()[0].answer.keep, [sides[0]]);
  ann.resolve(sides, sides);
  await until(() => ben.conflicts().length === 0, "both");
  assert.deepEqual(ben.map("calendar").toJSON(), { talk: true, tea: true });
  ann.resolve(sides, []);
  await until(() => ben.conflicts().length === 2, "neither");
  assert.deepEqual(ben.map("calendar").toJSON(), {});
  for (const _ of [1, 2, 3]) ann.undo();
  await until(() => ben.conflicts().length === 1 && ben.conflicts()[0].answer === null, "the conflict again");
  ben.weigh([talk], 30);
  await until(() => ann.map("calendar").get("talk") === true, "the weight");
  assert.ok(heard.length >= 5 && heard[0] === 1, `${heard}`);
  await close();
});

test("places are claimed with what takes them, and needs are told", { skip }, async () => {
  const { ann, ben, close } = await two("Rooms");
  const book = (doc, key) => done(doc, () => {
    doc.map("calendar").set(key, true);
    doc.claim("hall", 1);
  });
  const first = book(ann, "first");
  await agree(ann, ben);
  const second = book(ben, "second");
  await agree(ann, ben);
  assert.deepEqual(ben.map("calendar").toJSON(), { first: true });
  assert.equal(ben.conflicts()[0].claim, "hall");
  // Two that hang together would weigh more than one.
  ben.weigh([first], 100);
  const third = put(ben, "third");
  ben.constrain("enables", [second, third]);
  assert.deepEqual(ben.why(third).map(({ standing, by }) => [standing, by[0].run.spans]), [["dependent", second]]);
  assert.deepEqual(ben.history().filter((run) => run.lost).map((run) => run.spans), [second, third]);
  ben.undoRange(first);
  assert.deepEqual(ben.map("calendar").toJSON(), { second: true, third: true });
  assert.deepEqual(ben.why(third).map(({ standing }) => standing), ["active"]);
  assert.deepEqual(ben.why(first).map(({ standing }) => standing).includes("undone"), true);
  await close();
});

test("what cannot be said is refused, and nothing is done", { skip }, async () => {
  const { ann, close } = await two("Refused");
  const tea = put(ann, "tea");
  const runs = ann.history().length;
  for (const wrong of [
    () => ann.constrain("conflict", [tea]),
    () => ann.constrain("sometimes", [tea, tea]),
    () => ann.constrain("conflict", ["nonsense"]),
    () => ann.weigh([tea], 0),
    () => ann.resolve([tea], [tea]),
    () => ann.claim("", 1),
    () => ann.claim("hall", 0),
  ]) assert.throws(wrong, MotetError);
  assert.equal(ann.history().length, runs);
  assert.deepEqual(ann.map("calendar").toJSON(), { tea: true });
  await close();
});

test("an undo says what it would take along, takes it, spares it or is not done", { skip }, async () => {
  const { ann, ben, close } = await two("Along");
  const room = put(ann, "room");
  await agree(ann, ben);
  const table = put(ben, "table");
  ben.constrain("enables", [room, table]);
  await agree(ann, ben);
  const preview = ann.undoPreview(room);
  assert.deepEqual(preview.parts.map(({ turn, isOthers }) => [turn, isOthers]).sort(), [["goes", true], ["off", false]]);
  assert.deepEqual(preview.taken.map(({ run, reason }) => [run.name, reason.standing, reason.by[0].run.name]), [["Ben", "dependent", "Ann"]]);
  assert.equal(ann.undoRange(room, { dependants: "refuse" }), false);
  assert.deepEqual(ann.map("calendar").keys(), ["room", "table"]);
  assert.equal(ann.undoPreview(room, "keep").lifted.length, 1);
  assert.equal(ann.undoRange(room, { dependants: "keep" }), true);
  await agree(ann, ben);
  assert.deepEqual(ben.map("calendar").keys(), ["table"]);
  ann.redo();
  assert.deepEqual(ann.map("calendar").keys(), ["room", "table"]);
  assert.equal(ann.undoRange(room, { dependants: "cascade" }), true);
  await agree(ann, ben);
  assert.deepEqual(ben.map("calendar").keys(), []);
  assert.throws(() => ann.undoPreview(room, "sometimes"), MotetError);
  assert.throws(() => ann.undoPreview("nonsense"), MotetError);
  const { actions, bonds } = ann.ties(table);
  assert.deepEqual(actions.map(({ run, reason }) => [run.name, reason.standing]).sort(), [["Ann", "undone"], ["Ben", "dependent"]]);
  assert.deepEqual(bonds.map(({ rule, counts, said }) => [rule, counts, said.run.name]), [["enables", true, "Ben"]]);
  await close();
});

test("views are texts, and what they show differently is counted", { skip }, async () => {
  const { ann, ben, close } = await two("Views");
  put(ann, "one");
  await agree(ann, ben);
  const before = ann.version();
  const [first, second] = [put(ben, "two"), put(ben, "three")];
  await agree(ann, ben);
  assert.deepEqual([ann.view(), ann.divergence(), ann.current().isPersonal], ["", [], false]);
  ann.hideRange(first, true);
  const hidden = ann.view();
  assert.deepEqual(ann.divergence().map(({ isShown, run, reason }) => [isShown, run.name, reason.standing]), [[false, "Ben", "hidden"]]);
  ann.setView("");
  assert.deepEqual([ann.divergence(), ann.current().isPersonal], [[], false]);
  ann.setView(hidden);
  assert.deepEqual(ann.map("calendar").keys(), ["one", "three"]);
  ann.pin(before);
  assert.deepEqual([ann.map("calendar").keys(), ann.current().isPinned], [["one"], true]);
  put(ann, "four");
  assert.deepEqual([ann.map("calendar").keys(), ann.current().isPinned], [["four", "one", "three"], false], "writing ends it");
  assert.equal(ann.view(), hidden);
  ann.text("text").insert(0, "shown");
  const [place] = ann.placesOf(ann.history().at(-1).spans);
  const at = (anchor) => ann.text("text").resolve(anchor);
  ann.text("text").insert(0, "> ");
  assert.deepEqual([place.place, at(place.from), at(place.to)], ["text:text", 2, 7]);
  assert.deepEqual(ann.placesOf(second), [], "what is in no text is shown in none");
  await close();
});
