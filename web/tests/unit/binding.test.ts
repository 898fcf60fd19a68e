/** Editor and engine hold the same text after every step, whoever changed it and how. */
import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { binding, textView } from "../../src/editor/binding";
import { carets, caretField } from "../../src/editor/carets";
import { OpenDocument } from "../../src/editor/document";
import type { Session, SessionEvent } from "../../src/session/session";
import { FakeEngine } from "../fake/engine";
import { pick, randomEdit, seeded } from "./random";

class Wire implements Session {
  readonly stored = { frames: [], choices: null, secret: new Uint8Array(32) };
  readonly pushed: Uint8Array[] = [];
  presence: unknown = null;
  hear: (event: SessionEvent) => void = () => {};
  listen(listener: (event: SessionEvent) => void) {
    this.hear = listener;
  }
  push(frames: Uint8Array[]) {
    this.pushed.push(...frames);
  }
  keepChoices() {}
  present(presence: unknown) {
    this.presence = presence;
  }
  setOnline() {}
  close() {}
}

function member(name: string) {
  const engine = new FakeEngine({ author: name, name, replica: name, now: () => 0 });
  const wire = new Wire();
  const document = new OpenDocument("d", engine, wire, { name, colour: "#0f766e" });
  const extensions = [EditorState.lineSeparator.of("\n"), carets((anchor) => engine.resolve(anchor)), binding(document)];
  const view = new EditorView({ state: EditorState.create({ doc: "", extensions }) });
  document.attach(textView(view));
  const shown = () => view.state.doc.sliceString(0, view.state.doc.length, "\n");
  return { engine, wire, document, view, shown };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test("typing, undoing, receiving, hiding and holding keep editor and engine equal", () => {
  for (let seed = 1; seed <= 12; seed += 1) {
    const random = seeded(seed);
    const members = [member("ann"), member("ben")];
    for (let step = 0; step < 150; step += 1) {
      const me = pick(random, members) as ReturnType<typeof member>;
      const other = members.find((one) => one !== me) as ReturnType<typeof member>;
      const choice = random();
      if (choice < 0.5) me.view.dispatch({ changes: randomEdit(random, me.shown()) });
      else if (choice < 0.6) me.document.undo();
      else if (choice < 0.65) me.document.redo();
      else if (choice < 0.7) me.document.hideAuthor(other.engine.author, random() < 0.5);
      else if (choice < 0.75) me.document.hold(null, random() < 0.5);
      else {
        other.document.flush();
        me.wire.hear({ kind: "frames", frames: other.wire.pushed });
      }
      for (const one of members) expect(one.shown(), `seed ${seed}, step ${step}`).toBe(one.engine.text());
    }
    for (const one of members) {
      one.document.flush();
      one.document.hold(null, false);
      for (const author of ["ann", "ben"]) one.document.hideAuthor(author, false);
    }
    const [ann, ben] = members as [ReturnType<typeof member>, ReturnType<typeof member>];
    ann.wire.hear({ kind: "frames", frames: ben.wire.pushed });
    ben.wire.hear({ kind: "frames", frames: ann.wire.pushed });
    expect(ann.shown()).toBe(ben.shown());
  }
});

test("a change of several places at once is one action", () => {
  const { view, engine, document } = member("ann");
  view.dispatch({ changes: { from: 0, insert: "one two one" } });
  view.dispatch({ changes: [{ from: 0, to: 3, insert: "1" }, { from: 8, to: 11, insert: "1" }] });
  expect(engine.text()).toBe("1 two 1");
  document.flush();
  expect(engine.history()).toHaveLength(1);
});

test("typing is sealed after a moment, and what is not sealed is not called saved", () => {
  const { view, wire, document } = member("ann");
  wire.hear({ kind: "saved", saved: { level: "durable", waiting: 0 } });
  expect(document.current().saved.level).toBe("durable");
  view.dispatch({ changes: { from: 0, insert: "a" } });
  expect(document.current().saved.level).toBe("unsaved");
  expect(wire.pushed).toHaveLength(0);
  vi.advanceTimersByTime(100);
  expect(wire.pushed).toHaveLength(1);
  wire.hear({ kind: "saved", saved: { level: "local", waiting: 1 } });
  expect(document.current().saved.level).toBe("local");
});

test("carets stand where their anchors are, and vanish when the line is lost", () => {
  const [ann, ben] = [member("ann"), member("ben")];
  ann.view.dispatch({ changes: { from: 0, insert: "Hello world" } });
  ann.document.flush();
  ben.wire.hear({ kind: "frames", frames: ann.wire.pushed });
  const at = ben.engine.anchor(5, "left");
  const peer = { peer: "p", author: "ben", name: "Ben", colour: "javascript:", anchor: at, head: at };
  ann.wire.hear({ kind: "presence", peers: [peer] });
  const shown = () => ann.view.state.field(caretField).carets;
  expect(shown()).toMatchObject([{ head: 5, name: "Ben" }]);
  expect(shown()[0]?.colour).toMatch(/^#[0-9a-f]{6}$/);
  ann.view.dispatch({ changes: { from: 0, insert: ">> " } });
  expect(shown()).toMatchObject([{ head: 8 }]);
  ann.wire.hear({ kind: "link", link: "offline" });
  expect(shown()).toHaveLength(0);
});

test("what comes before anything shows it is there when something does", () => {
  const [ann, ben] = [member("ann"), member("ben")];
  ben.document.detach();
  ann.view.dispatch({ changes: { from: 0, insert: "early" } });
  ann.document.flush();
  ben.wire.hear({ kind: "frames", frames: ann.wire.pushed });
  expect(ben.engine.text()).toBe("early");
});
