/** Rich texts through a document: actions, what is told, waiting, and going back. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { member } from "./wire.js";

const write = (text, at = 0) => ({ do: "text", in: "/note", at, len: 0, text });
const textOf = (document) => document.rich.richRuns("/note", 0, document.rich.richLength("/note")).map(({ text }) => text).join("");

test("rich changes and changes of containers are one action, undone as one", async () => {
  const { doc: document } = await member("Ann");
  document.change(() => {
    document.map("comments").set("a", "said");
    document.richChange([write("Hello")]);
  });
  assert.equal(textOf(document), "Hello");
  assert.equal(document.text("note").toString(), "Hello");
  document.undo();
  assert.equal(textOf(document), "");
  assert.equal(document.map("comments").has("a"), false);
  assert.equal(document.current().canUndo, false);
});

test("what an editor shows already is told to everybody but it", async () => {
  const { doc: document } = await member("Ann");
  document.richChanges();
  const heard = [];
  document.on("patch", ({ by, patches }) => heard.push([by, patches.length > 0]));
  document.richChange([write("one")], { isShown: true, by: "editor" });
  assert.deepEqual(document.richChanges().texts, []);
  document.richChange([write("two")]);
  assert.equal(document.richChanges().texts[0].in, "/note");
  assert.deepEqual(heard, [["editor", true], [null, true]]);
});

test("what others do waits for as long as somebody asks", async () => {
  const [ann, ben] = [await member("Ann"), await member("Ben")];
  ben.doc.richChange([write("Ben")]);
  ben.doc.flush();
  const resume = ann.doc.pause();
  ann.wire.hear(ben.wire.pushed);
  assert.equal(textOf(ann.doc), "");
  resume();
  resume();
  assert.equal(textOf(ann.doc), "Ben");
});

test("a document goes back to a version as a whole, and forward again", async () => {
  const { doc: document } = await member("Ann");
  document.richChange([write("one")]);
  const version = document.version();
  document.richChange([write(" two", 3), { do: "mark", in: "/note", at: 0, len: 3, key: "strong", value: true, grows: "end" }]);
  document.map("comments").set("a", 1);
  const past = document.at(version);
  assert.equal(past.rich.richRuns("/note", 0, 3)[0].text, "one");
  past.close();
  const spans = document.restore(version);
  assert.equal(textOf(document), "one");
  assert.equal(document.map("comments").has("a"), false);
  assert.equal(document.authors()[0].name, "Ann");
  assert.equal(document.restore(version), null);
  document.undoRange(spans);
  assert.equal(textOf(document), "one two");
});

test("an action that no parcel could carry is refused, and changes nothing", async () => {
  const { doc: document } = await member("Ann");
  const big = "x".repeat(4 << 20);
  assert.throws(() => document.richChange([write(big), write(big)]), { code: "too-large" });
  assert.equal(textOf(document), "");
});
