/** ProseMirror on a note without a page: states that are tied to documents, over the real server. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { EditorState, TextSelection } from "prosemirror-state";
import { caretsIn, caretsPlugin, engineOf, NoteBinding, peerOf, schema, sentOf } from "@motet/client/prosemirror";
import { agree, Server, skip, twoOf, until } from "./server.js";

let server;
before(async () => {
  if (!skip) server = await Server.start();
});
after(() => server?.remove());

/** Somebody who edits a document: all that a binding needs of a view. */
class Writer {
  composing = false;

  constructor(doc) {
    this.doc = doc;
    const engine = engineOf(doc);
    this.binding = new NoteBinding(engine, { isChecked: true });
    this.state = EditorState.create({ doc: this.binding.project(), plugins: [caretsPlugin()] });
    this.binding.attach(this);
    doc.on("patch", ({ by, origin }) => by !== engine && this.binding.hear(origin));
  }

  updateState(state) {
    this.state = state;
  }

  act(change) {
    this.binding.dispatch(change(this.state.tr));
  }

  select(place) {
    this.act((tr) => tr.setSelection(TextSelection.create(tr.doc, place)));
  }

  get lines() {
    return this.state.doc.children.map((block) => block.textContent);
  }
}

test("two people edit one note, each undoes their own, and carets stay", { skip }, async () => {
  const { spaces, ann: annsDoc, ben: bensDoc, close } = await twoOf(server, "Notes of two");
  const [ann, ben] = [new Writer(annsDoc), new Writer(bensDoc)];
  ann.act((tr) => tr.insertText("one two"));
  ann.act((tr) => tr.split(4));
  ann.act((tr) => tr.setNodeAttribute(0, "kind", "heading"));
  ann.act((tr) => tr.addMark(1, 3, schema.mark("strong")));
  await agree(annsDoc, bensDoc);
  assert.equal(ben.state.doc.toString(), ann.state.doc.toString());
  assert.deepEqual(ben.lines, ["one", " two"]);
  assert.equal(ben.state.doc.firstChild.attrs.kind, "heading");

  ben.select(3);
  ann.act((tr) => tr.insertText(">> ", 1));
  await agree(annsDoc, bensDoc);
  assert.deepEqual(ben.lines, [">> one", " two"]);
  assert.equal(ben.state.selection.head, 6, "the caret went along with its character");

  bensDoc.present(sentOf(ben.binding.anchors()));
  await until(() => annsDoc.current().peers.some(({ head }) => head !== null), "Ben's caret");
  ann.binding.showPeers(annsDoc.current().peers.map((peer) => peerOf(peer, peer.colour)));
  assert.equal(caretsIn(ann.state)[0].head, 6);

  ben.act((tr) => tr.insertText("!", 7));
  await agree(annsDoc, bensDoc);
  assert.ok(ann.binding.undo());
  await agree(annsDoc, bensDoc);
  assert.deepEqual(ben.lines, ["one!", " two"], "Ann's last is undone, and Ben's stays");
  assert.ok(ben.binding.undo());
  await agree(annsDoc, bensDoc);
  assert.deepEqual(ann.lines, ["one", " two"]);
  await close();
  assert.equal(spaces.length, 2);
});

test("a note is made where there is none, and is one to whoever reads it over HTTP", { skip }, async () => {
  const { Motet } = await import("@motet/client");
  const space = await Motet.connect({ url: server.url, name: "Ann" });
  const doc = await space.open("Minutes", { create: "note" });
  await doc.ready();
  const ann = new Writer(doc);
  assert.deepEqual(ann.lines, [""]);
  ann.act((tr) => tr.setNodeAttribute(0, "kind", "heading"));
  ann.act((tr) => tr.insertText("Minutes"));
  await doc.saved();
  const { id, type } = (await space.documents()).find(({ name }) => name === "Minutes");
  assert.equal(type, "note");
  const markdown = await (await fetch(`${server.url}/api/documents/${id}/text`)).text();
  assert.equal(markdown, "# Minutes\n");
  await space.close();
});
