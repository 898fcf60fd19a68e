/** Suggestions and drafts: seen by who wants to, decided about by anybody, in parts or as a whole. */
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

const textOf = (doc) => doc.text("text").toString();
const states = (doc) => doc.proposals().map(({ state }) => state);

test("what is suggested shows to who wants it, with where it is, and to everybody once it is accepted", { skip }, async () => {
  const { ann, ben, close } = await two("Suggested");
  ann.text("text").insert(0, "We meet at noon. 🎻 Bring tea.");
  await agree(ann, ben);
  const heard = [];
  ann.on("proposals", ({ proposals }) => heard.push(proposals.map(({ state }) => state).join()));
  ben.setSuggesting("suggestion");
  assert.deepEqual([ben.suggesting(), ben.current().suggesting, ben.showing()], ["suggestion", "suggestion", { suggestions: "own", drafts: [] }]);
  ben.text("text").edit([{ from: 11, to: 15, insert: "ten" }, { from: 26, to: 29, insert: "cake" }]);
  assert.equal(textOf(ben), "We meet at ten. 🎻 Bring cake.");
  await agree(ann, ben);
  assert.equal(textOf(ann), "We meet at noon. 🎻 Bring tea.");
  await until(() => heard.length > 0, "the event");
  assert.equal(heard[0], "open");
  assert.equal(ann.current().proposals.length, 1);
  const [run] = ann.proposals();
  assert.deepEqual([run.name, run.draft, run.label, run.decided, run.spans], ["Ben", null, "", [], run.open]);
  // Not seen: what would go still is there, and what would come has a place.
  const seen = ({ kind, text, at, shown, in: container, state }) => [kind, text, at, shown, container, state];
  assert.deepEqual(run.changes.map(seen).sort(), [
    ["delete", "noon", 11, [11, 15], "text:text", "open"],
    ["delete", "tea", 26, [26, 29], "text:text", "open"],
    ["insert", "cake", 26, [], "text:text", "open"],
    ["insert", "ten", 11, [], "text:text", "open"],
  ].sort());
  ann.show({ suggestions: "all" });
  assert.equal(textOf(ann), "We meet at ten. 🎻 Bring cake.");
  const shown = ann.proposals()[0].changes;
  assert.deepEqual(shown.map(seen).sort(), [
    // What takes the place of something comes before that.
    ["delete", "noon", 14, [], "text:text", "open"],
    ["delete", "tea", 29, [], "text:text", "open"],
    ["insert", "cake", 25, [25, 29], "text:text", "open"],
    ["insert", "ten", 11, [11, 14], "text:text", "open"],
  ].sort());

  // A part, by what is between two places.
  const tea = shown.filter(({ text }) => text === "tea").map(({ spans }) => spans);
  assert.equal(ann.accept([...tea, ann.text("text").elements(25, 29)]), true);
  assert.equal(ann.accept(tea), false);
  ann.show({ suggestions: "none" });
  assert.equal(textOf(ann), "We meet at noon. 🎻 Bring cake.");
  assert.deepEqual(states(ann), ["partly"]);
  await agree(ann, ben);
  assert.equal(ben.reject([ben.proposals()[0].open]), true);
  assert.equal(textOf(ben), "We meet at noon. 🎻 Bring cake.");
  await agree(ann, ben);
  const { decided, state, open } = ann.proposals()[0];
  assert.deepEqual(decided.map(({ name, accepts }) => [name, accepts]).sort(), [["Ann", true], ["Ben", false]]);
  assert.deepEqual([state, open], ["partly", ""]);
  for (const decision of decided) assert.equal(ann.reopen(decision.spans), true);
  assert.deepEqual([states(ann), textOf(ann)], [["open"], "We meet at noon. 🎻 Bring tea."]);
  await agree(ann, ben);
  assert.equal(textOf(ben), "We meet at ten. 🎻 Bring cake.");
  await close();
});

test("who first suggests has a name, taking it back leaves that, and what is said plainly is no suggestion", { skip }, async () => {
  const { ann, ben, close } = await two("Names");
  ben.setSuggesting("suggestion");
  ben.text("text").insert(0, "Hello");
  ben.plainly(() => ben.map("comments").set("one", "Why?"));
  assert.equal(ben.suggesting(), "suggestion");
  await agree(ann, ben);
  assert.deepEqual(ann.map("comments").toJSON(), { one: "Why?" });
  assert.deepEqual(Object.values(ann.map("people").toJSON()), ["Ben"]);
  assert.deepEqual([ben.undo(), ben.undo(), ben.undo()], [true, true, false]);
  assert.deepEqual([states(ben), Object.values(ben.map("people").toJSON())], [["withdrawn"], ["Ben"]]);
  ben.redo();
  ben.redo();
  ben.setSuggesting(null);
  ben.text("text").insert(0, "> ");
  await agree(ann, ben);
  assert.deepEqual([textOf(ann), textOf(ben)], ["> ", "> Hello"]);
  // Who only decides says who they are, too.
  ann.accept([ann.proposals()[0].open]);
  await agree(ann, ben);
  assert.deepEqual(ben.proposals()[0].decided.map(({ name }) => name), ["Ann"]);
  await close();
});

test("a draft is made, written in, shown and accepted as a whole", { skip }, async () => {
  const { ann, ben, close } = await two("Drafts");
  ann.text("text").insert(0, "plan a");
  await agree(ann, ben);
  const draft = ben.newDraft("Plan B");
  ben.setSuggesting(draft);
  ben.change(() => {
    ben.text("text").edit([{ from: 5, to: 6, insert: "b" }]);
    ben.map("settings").set("title", 2n ** 60n);
  });
  await agree(ann, ben);
  await until(() => ann.current().drafts.length === 1, "the draft");
  assert.deepEqual(ann.drafts().map(({ id, name, by }) => [id, name, by]), [[draft, "Plan B", "Ben"]]);
  assert.equal(textOf(ann), "plan a");
  ann.show({ drafts: [draft] });
  assert.deepEqual([textOf(ann), ann.map("settings").toJSON()], ["plan b", { title: 2n ** 60n }]);
  assert.deepEqual(ann.showing(), { suggestions: "none", drafts: [draft] });
  ann.show({ drafts: [] });
  assert.equal(textOf(ann), "plan a");
  const open = ann.proposals().filter((run) => run.draft === draft).map((run) => run.open);
  ann.accept(open);
  assert.equal(textOf(ann), "plan b");
  await agree(ann, ben);
  // Who works on it sees it.
  ben.show({ drafts: [] });
  assert.deepEqual(ben.showing().drafts, [draft]);
  for (const wrong of [() => ann.newDraft(""), () => ann.setSuggesting("7.9"), () => ann.setSuggesting("nonsense"), () => ann.accept(["nonsense"])]) {
    assert.throws(wrong, MotetError);
  }
  assert.equal(ann.suggesting(), null);
  await close();
});

test("places are found where others wrote in between, and of properties", { skip }, async () => {
  const { ann, ben, close } = await two("Places");
  ann.text("text").insert(0, "[]");
  await agree(ann, ben);
  ben.setSuggesting("suggestion");
  ben.text("text").insert(1, "abcdef");
  await agree(ann, ben);
  ann.show({ suggestions: "all" });
  ann.text("text").insert(4, "🎵");
  await agree(ann, ben);
  const [run] = ben.proposals();
  assert.deepEqual(run.changes.map(({ text, at, shown }) => [text, at, shown]), [["abcdef", 1, [1, 4, 6, 9]]]);
  ben.richChange([{ in: "/text", do: "mark", at: 1, len: 3, key: "bold", value: true, grows: "end" }]);
  const bold = ben.proposals().flatMap(({ changes }) => changes).find(({ kind }) => kind === "mark");
  assert.deepEqual([bold.text, bold.shown, bold.in], ["bold", [1, 4], "text:text"]);
  const [paragraph] = ben.richChange([{ in: "/text", do: "object", at: 0, kind: "" }]);
  ben.richChange([{ in: paragraph, do: "set", key: "kind", value: "heading" }]);
  const [mark, heading] = ben.proposals().flatMap(({ changes }) => changes).slice(-2);
  assert.deepEqual([mark.kind, mark.text, mark.shown], ["insert", "\n", [0, 1]]);
  assert.deepEqual([heading.kind, heading.text, heading.value, heading.in, heading.at], ["set", "kind", "heading", "text:text", 0]);
  await close();
});
