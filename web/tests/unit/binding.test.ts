/** Editor and engine hold the same text after every step, whoever changed it and how. */
import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { binding, caretField, carets } from "@motet/client/codemirror";
import { pick, randomEdit, seeded } from "./random";
import { member as connected } from "./members";

async function member(name: string) {
  const { document, wire } = await connected(name);
  const text = document.text("text");
  const view = new EditorView({ state: EditorState.create({ doc: "", extensions: [carets(document, text), binding(document, text)] }) });
  const shown = () => view.state.doc.sliceString(0, view.state.doc.length, "\n");
  return { document, text, wire, view, shown, heard: 0 };
}

type Member = Awaited<ReturnType<typeof member>>;

beforeEach(() => vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] }));
afterEach(() => vi.useRealTimers());

test("typing, undoing, receiving, hiding and holding keep editor and engine equal", { timeout: 60_000 }, async () => {
  for (let seed = 1; seed <= 12; seed += 1) {
    const random = seeded(seed);
    const members = [await member("ann"), await member("ben")];
    for (let step = 0; step < 150; step += 1) {
      const me = pick(random, members) as Member;
      const other = members.find((one) => one !== me) as Member;
      const choice = random();
      if (choice < 0.5) me.view.dispatch({ changes: randomEdit(random, me.shown()) });
      else if (choice < 0.6) me.document.undo();
      else if (choice < 0.65) me.document.redo();
      else if (choice < 0.7) me.document.hideAuthor(other.document.author, random() < 0.5);
      else if (choice < 0.75) me.document.hold(null, random() < 0.5);
      else {
        other.document.flush();
        me.wire.hear({ kind: "frames", frames: other.wire.pushed.slice(me.heard) });
        me.heard = other.wire.pushed.length;
      }
      await Promise.resolve();
      for (const one of members) expect(one.shown(), `seed ${seed}, step ${step}`).toBe(one.text.toString());
    }
    for (const one of members) {
      one.document.flush();
      one.document.hold(null, false);
      for (const { document } of members) one.document.hideAuthor(document.author, false);
    }
    const [ann, ben] = members as [Member, Member];
    ann.wire.hear({ kind: "frames", frames: ben.wire.pushed });
    ben.wire.hear({ kind: "frames", frames: ann.wire.pushed });
    expect(ann.shown()).toBe(ben.shown());
  }
});

test("a change of several places at once is one action", async () => {
  const { view, text, document } = await member("ann");
  view.dispatch({ changes: { from: 0, insert: "one two one" } });
  view.dispatch({ changes: [{ from: 0, to: 3, insert: "1" }, { from: 8, to: 11, insert: "1" }] });
  expect(text.toString()).toBe("1 two 1");
  document.flush();
  expect(document.undo()).toBe(true);
  expect(text.toString()).toBe("one two one");
});

test("typing is sealed after a moment, and what is not sealed is not called saved", async () => {
  const { view, wire, document } = await member("ann");
  wire.hearSaved("durable", 0);
  expect(document.current().saved.level).toBe("durable");
  view.dispatch({ changes: { from: 0, insert: "a" } });
  expect(document.current().saved.level).toBe("unsaved");
  expect(wire.pushed).toHaveLength(0);
  vi.advanceTimersByTime(100);
  expect(wire.pushed).toHaveLength(1);
  wire.hearSaved("local", 1);
  expect(document.current().saved.level).toBe("local");
});

test("carets stand where their anchors are, and vanish when the line is lost", async () => {
  const [ann, ben] = [await member("ann"), await member("ben")];
  ann.view.dispatch({ changes: { from: 0, insert: "Hello world" } });
  ann.document.flush();
  ben.wire.hear({ kind: "frames", frames: ann.wire.pushed });
  const at = ben.text.anchor(5, "left");
  const peer = { peer: "p", author: "ben", name: "Ben", colour: "javascript:", place: null, anchor: at, head: at };
  ann.wire.hear({ kind: "presence", peers: [peer] });
  await Promise.resolve();
  const shown = () => ann.view.state.field(caretField).carets;
  expect(shown()).toMatchObject([{ head: 5, name: "Ben" }]);
  expect(shown()[0]?.colour).toMatch(/^#[0-9a-f]{6}$/);
  ann.view.dispatch({ changes: { from: 0, insert: ">> " } });
  expect(shown()).toMatchObject([{ head: 8 }]);
  ann.wire.hearLink("offline");
  await Promise.resolve();
  expect(shown()).toHaveLength(0);
});

test("what comes before anything shows it is there when something does", async () => {
  const [ann, ben] = [await member("ann"), await member("ben")];
  ben.view.destroy();
  ann.view.dispatch({ changes: { from: 0, insert: "early" } });
  ann.document.flush();
  ben.wire.hear({ kind: "frames", frames: ann.wire.pushed });
  const { document, text } = ben;
  const late = new EditorView({ state: EditorState.create({ doc: "", extensions: binding(document, text) }) });
  await Promise.resolve();
  expect(late.state.doc.toString()).toBe("early");
});
