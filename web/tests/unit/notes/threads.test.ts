/** Comments: about what they are, through whatever happens to it. */
import { engineOf, NoteBinding, peerOf, schema, sentOf } from "@motet/client/prosemirror";
import { EditorState, TextSelection } from "prosemirror-state";
import { expect, it } from "vitest";
import { beginThread, type Entry, placesOf, removeThread, reply, resolve, threadsOf, unitRanges } from "../../../src/notes/threads";
import { inOrder } from "../../../src/notes/Comments";
import { addressOf } from "../../../src/notes/Dialogs";
import { member } from "../members";

const entry = (text: string): Entry => ({ author: "a", name: "Ann", time: 1, text });

/** A member whose note an editor shows. */
async function writer(name: string) {
  const { document, wire } = await member(name);
  const engine = engineOf(document);
  const refused: string[] = [];
  const binding = new NoteBinding(engine, { isChecked: true, onRefused: ({ code }) => void refused.push(code) });
  const editor = { state: EditorState.create({ doc: binding.project() }), composing: false, updateState: (state: EditorState) => void (editor.state = state) };
  binding.attach(editor);
  document.on("patch", ({ by, origin }) => by !== engine && binding.hear(origin));
  const comment = (from: number, to: number) => beginThread(document, unitRanges("/note", editor.state.doc, from, to), editor.state.doc.textBetween(from, to, " "), entry("Why?"));
  const about = () => [...placesOf(editor.state.doc)].map(([thread, list]) => [thread, list.map(({ from, to }) => editor.state.doc.textBetween(from, to)).join("|")]);
  return { document, wire, binding, editor, comment, about, refused };
}

type Writing = Awaited<ReturnType<typeof writer>>;

function send(from: Writing, to: Writing): void {
  from.document.flush();
  to.wire.hear({ kind: "frames", frames: from.wire.pushed });
}

it("is one action with its mark, and undone as one", async () => {
  const ann = await writer("Ann");
  ann.binding.dispatch(ann.editor.state.tr.insertText("one two three"));
  const thread = ann.comment(5, 8);
  expect(ann.about()).toEqual([[thread, "two"]]);
  expect(threadsOf(ann.document)).toEqual([{ name: thread, quote: "two", isResolved: false, entries: [entry("Why?")] }]);
  ann.document.undo();
  expect(ann.about()).toEqual([]);
  expect(threadsOf(ann.document)).toEqual([]);
  ann.document.redo();
  expect(ann.about()).toEqual([[thread, "two"]]);
});

it("goes along with its text, outlives it, and is there again when that comes back", async () => {
  const [ann, ben] = [await writer("Ann"), await writer("Ben")];
  ann.binding.dispatch(ann.editor.state.tr.insertText("one two three"));
  const thread = ann.comment(5, 8);
  send(ann, ben);
  expect(ben.about()).toEqual([[thread, "two"]]);
  ben.binding.change([{ do: "move", in: "/note", at: 4, len: 4, to: 0 }]);
  ben.binding.dispatch(ben.editor.state.tr.split(3));
  expect(ben.editor.state.doc.textBetween(0, ben.editor.state.doc.content.size, "/")).toBe("tw/o one three");
  expect(ben.about()).toEqual([[thread, "tw|o"]]);
  ben.binding.dispatch(ben.editor.state.tr.delete(0, ben.editor.state.doc.content.size));
  expect(ben.about()).toEqual([]);
  expect(threadsOf(ben.document)[0]).toMatchObject({ name: thread, quote: "two" });
  ben.document.undo();
  expect(ben.about()).toEqual([[thread, "tw|o"]]);
  send(ben, ann);
  expect(ann.about()).toEqual(ben.about());
});

it("is about the text of all cells that are selected", async () => {
  const ann = await writer("Ann");
  const line = (text: string) => schema.node("block", null, schema.text(text));
  const cell = (text: string) => schema.node("cell", null, [line(text)]);
  const row = (...texts: string[]) => schema.node("row", null, texts.map(cell));
  const table = schema.node("table", { id: null }, [row("a1", "b1"), row("a2", "b2")]);
  const { tr, doc } = ann.editor.state;
  ann.binding.dispatch(tr.replaceWith(0, doc.content.size, [line("before"), schema.node("block", { kind: "table" }, [table]), line("after")]));
  const places: number[] = [];
  ann.editor.state.doc.descendants((node, at) => void (node.isText && places.push(at)));
  const [before, , b1, a2, , after] = places as [number, number, number, number, number, number];
  const over = ann.comment(b1 + 1, a2 + 1);
  const into = ann.comment(before + 2, b1 + 2);
  const whole = ann.comment(before + 4, after + 2);
  const found = Object.fromEntries(ann.about());
  expect(found[over]).toBe("1|a");
  expect(found[into]).toBe("fore|a1|b1");
  expect(found[whole]).toBe("re|af");
});

it("does not grow by what is typed at its ends", async () => {
  const ann = await writer("Ann");
  ann.binding.dispatch(ann.editor.state.tr.insertText("one two"));
  ann.comment(5, 8);
  ann.binding.dispatch(ann.editor.state.tr.setSelection(TextSelection.create(ann.editor.state.doc, 8)));
  ann.binding.dispatch(ann.editor.state.tr.insertText("!"));
  expect(ann.about().map(([, text]) => text)).toEqual(["two"]);
});

it("keeps both replies of two who answer at once", async () => {
  const [ann, ben] = [await writer("Ann"), await writer("Ben")];
  ann.binding.dispatch(ann.editor.state.tr.insertText("one"));
  const thread = ann.comment(1, 4);
  send(ann, ben);
  reply(ann.document, thread, entry("first"));
  reply(ben.document, thread, entry("second"));
  resolve(ben.document, thread, true);
  send(ann, ben);
  send(ben, ann);
  const [seen, also] = [threadsOf(ann.document)[0]!, threadsOf(ben.document)[0]!];
  expect(seen).toEqual(also);
  expect(seen.isResolved).toBe(true);
  expect(seen.entries.map(({ text }) => text).sort()).toEqual(["Why?", "first", "second"]);
});

it("is taken away with its mark", async () => {
  const ann = await writer("Ann");
  ann.binding.dispatch(ann.editor.state.tr.insertText("one"));
  const thread = ann.comment(1, 4);
  removeThread(ann.document, thread, unitRanges("/note", ann.editor.state.doc, 1, 4));
  expect([ann.about(), threadsOf(ann.document)]).toEqual([[], []]);
});

it("shows what was there where the engine refuses what was done, and goes on", async () => {
  const ann = await writer("Ann");
  ann.binding.dispatch(ann.editor.state.tr.insertText("one"));
  ann.binding.dispatch(ann.editor.state.tr.setNodeAttribute(0, "info", "x".repeat(8 << 20)));
  expect(ann.refused).toEqual(["too-large"]);
  expect(ann.editor.state.doc.firstChild!.attrs["info"]).toBe("");
  ann.binding.dispatch(ann.editor.state.tr.insertText("two "));
  expect(ann.editor.state.doc.textContent).toBe("onetwo ");
});

it("shows nothing of what is no thread", async () => {
  const { document } = await writer("Ann");
  document.map("comments").set("a", 7);
  document.map("comments").create("b", "list").push(1);
  document.map("comments").create("c", "map").create("entries", "list").push("said", { author: "a" });
  expect(threadsOf(document)).toEqual([]);
});

it("lists threads as the text has them, those without text last", () => {
  const thread = (name: string, time: number) => ({ name, quote: "", isResolved: false, entries: [{ ...entry(""), time }] });
  const places = new Map([["b", [{ from: 9, to: 12 }]], ["a", [{ from: 2, to: 4 }]]]);
  const names = inOrder([thread("d", 2), thread("b", 1), thread("c", 1), thread("a", 5)], places).map(({ name }) => name);
  expect(names).toEqual(["a", "b", "c", "d"]);
});

it("sends a place in an empty body by that body's name, and any other by its element", () => {
  // Where the other end is in another body that is empty, nothing says so: it is where the head is.
  expect(sentOf({ anchor: "r@1.1*1.2", head: "l2.5" })).toEqual({ place: "text:note", anchor: "l2.5", head: "l2.5" });
  expect(sentOf({ anchor: "r@1.1*1.2", head: "l@1.1*1.2" })).toEqual({ place: "text@1.1*1.2", anchor: "r", head: "l" });
  expect(sentOf({ anchor: "l7.3", head: "r7.9" })).toEqual({ place: "text:note", anchor: "l7.3", head: "r7.9" });
  const empty = sentOf({ anchor: "l@7.3*7.4", head: "l@7.3*7.4" });
  expect(empty).toEqual({ place: "text@7.3*7.4", anchor: "l", head: "l" });
  const presence = { peer: "p", author: "a", name: "Ann", colour: "", text: { id: empty.place }, anchor: empty.anchor, head: empty.head } as never;
  expect(peerOf(presence, "#123456")).toEqual({ peer: "p", name: "Ann", colour: "#123456", anchor: "l@7.3*7.4", head: "l@7.3*7.4" });
});

it("takes addresses as people type them", () => {
  const typed = ["example.org", "https://a.b/c", "mailto:a@b.c", "a@b.c", "/relative", " #part "];
  expect(typed.map(addressOf)).toEqual(["https://example.org", "https://a.b/c", "mailto:a@b.c", "mailto:a@b.c", "/relative", "#part"]);
});
