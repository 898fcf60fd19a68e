/** Cutting and pasting, and dragging: what comes is what went, or a copy where it cannot be. */
import type { NoteBinding } from "@motet/client/prosemirror";
import { type Slice } from "prosemirror-model";
import { NodeSelection, TextSelection } from "prosemirror-state";
import { EditorView } from "prosemirror-view";
import { afterEach, describe, expect, it, vi } from "vitest";
import { openNote } from "../../../src/notes/editor";
import { insertImages } from "../../../src/notes/insert";
import { pick, seeded } from "../random";
import { Exchange, Writer } from "./writers";

vi.setConfig({ testTimeout: 60_000 });

const views: EditorView[] = [];
afterEach(() => {
  vi.useRealTimers();
  views.splice(0).forEach((view) => view.destroy());
});

/** What a browser's clipboard holds. */
class Clipboard {
  private readonly held = new Map<string, string>();
  readonly files = [];
  clearData = () => this.held.clear();
  setData = (type: string, text: string) => void this.held.set(type, text);
  getData = (type: string) => this.held.get(type) ?? "";
}

/** Somebody's window, with a clipboard that all windows of a test may share. */
class Window {
  readonly writer: Writer;
  readonly view: EditorView;
  readonly binding: NoteBinding;

  constructor(number: number, frames: readonly Uint8Array[] = [], readonly clipboard = new Clipboard()) {
    this.writer = new Writer(number, frames);
    this.writer.binding.detach();
    const place = document.body.appendChild(document.createElement("div"));
    const { view, binding } = openNote(place, this.writer.engine, { isChecked: true });
    [this.view, this.binding] = [view, binding];
    this.writer.engine.heard = () => binding.hear("remote");
    views.push(view);
  }

  /** Writes blocks into a note that says nothing. */
  write(...lines: string[]): this {
    lines.forEach((line, n) => {
      if (n > 0) this.view.dispatch(this.view.state.tr.split(this.view.state.selection.from));
      if (line) this.view.dispatch(this.view.state.tr.insertText(line));
    });
    return this;
  }

  /** The place of words. */
  place(words: string): number {
    let found = -1;
    this.view.state.doc.descendants((node, at) => {
      if (found < 0 && node.isTextblock && node.textContent.includes(words)) found = at + 1 + node.textContent.indexOf(words);
      return found < 0;
    });
    if (found < 0) throw new Error(`${words} is not in ${this.view.state.doc}`);
    return found;
  }

  select(from: number, to = from): this {
    this.view.dispatch(this.view.state.tr.setSelection(TextSelection.create(this.view.state.doc, from, to)));
    return this;
  }

  selectWords(words: string): this {
    return this.select(this.place(words), this.place(words) + words.length);
  }

  private happen(type: string): this {
    this.view.dom.dispatchEvent(Object.assign(new Event(type, { bubbles: true, cancelable: true }), { clipboardData: this.clipboard }));
    return this;
  }
  cut = () => this.happen("cut");
  copy = () => this.happen("copy");
  /** Of an empty clipboard the editor waits for what a browser might still put in. */
  paste = () => (this.clipboard.getData("text/html") ? this.happen("paste") : this);

  /** Drops what is selected at a place. */
  drop(place: number, isMoved = true): boolean {
    this.view.posAtCoords = () => ({ pos: place, inside: -1 });
    const event = Object.assign(new Event("drop", { cancelable: true }), { clientX: 0, clientY: 0 }) as DragEvent;
    const slice = this.view.state.selection.content();
    return Boolean(this.view.someProp("handleDrop", (handle) => handle(this.view, event, slice as Slice, isMoved)));
  }

  get lines(): string[] {
    return this.view.state.doc.children.map((block) => block.textContent);
  }

  /** The names of the elements that say some words. */
  names(words: string): string[] {
    const { engine } = this.writer;
    const at = engine.richRuns("/note", 0, engine.richLength("/note")).reduce((text, run) => text + (run.object === null ? run.text : "\n"), "").indexOf(words);
    return [...words].map((_, n) => engine.richRuns("/note", at + n, at + n + 1)[0]!.id);
  }

  threads(): string[] {
    return [...this.view.dom.querySelectorAll(".note-thread")].map((span) => span.textContent!);
  }

  comment(words: string, thread: string): this {
    const { engine } = this.writer;
    const text = engine.richRuns("/note", 0, engine.richLength("/note")).map((run) => (run.object === null ? run.text : "\n")).join("");
    this.binding.change([{ do: "mark", in: "/note", at: text.indexOf(words), len: words.length, key: `comment:${thread}`, value: true, grows: "nowhere" }]);
    return this;
  }
}

const two = () => {
  const ann = new Window(1).write("one two three", "four");
  ann.writer.seal();
  const ben = new Window(2, ann.writer.sent);
  return { ann, ben, exchange: new Exchange([ann.writer, ben.writer]) };
};

describe("what is cut and pasted", () => {
  it("is what it was, with its comments and what others wrote into it meanwhile", () => {
    const { ann, ben, exchange } = two();
    ann.comment("two", "t");
    exchange.settle();
    const names = ann.names("two");
    ann.selectWords("two ").cut();
    expect(ann.lines).toEqual(["one three", "four"]);
    ben.select(ben.place("wo")).view.dispatch(ben.view.state.tr.insertText("X"));
    ann.select(ann.place("four") + 4).paste();
    expect(ann.lines).toEqual(["one three", "fourtwo "]);
    expect(ann.names("two")).toEqual(names);
    expect(ann.threads()).toEqual(["two"]);
    expect(ann.view.state.selection.head).toBe(ann.place("two ") + 4);
    exchange.settle();
    expect(ben.lines).toEqual(["one three", "fourtXwo "]);
    expect(ann.lines).toEqual(ben.lines);
    expect(ben.threads().join("")).toBe("tXwo");
    // Ben's caret went along.
    expect(ben.view.state.selection.head).toBe(ben.place("wo"));
  });

  it("is where it was after one undo, and where it went after redo", () => {
    const ann = new Window(1).write("one two three");
    ann.selectWords("one ").cut().select(ann.place("three") + 5).paste();
    expect(ann.lines).toEqual(["two threeone "]);
    ann.binding.undo();
    expect(ann.lines).toEqual(["one two three"]);
    ann.binding.redo();
    expect(ann.lines).toEqual(["two threeone "]);
  });

  it("moves with the paragraphs that it reaches over", () => {
    const ann = new Window(1).write("one", "two", "three", "four");
    const names = ann.names("two");
    ann.select(ann.place("ne"), ann.place("hree")).cut();
    expect(ann.lines).toEqual(["ohree", "four"]);
    ann.select(ann.place("four") + 2).paste();
    expect(ann.lines).toEqual(["ohree", "fone", "two", "tur"]);
    expect(ann.names("two")).toEqual(names);
  });

  it("is a heading still, on a line that says nothing", () => {
    const ann = new Window(1).write("Head", "text", "");
    ann.view.dispatch(ann.view.state.tr.setNodeAttribute(0, "kind", "heading").setNodeAttribute(0, "rank", 2));
    const names = ann.names("Head");
    ann.selectWords("Head").cut().select(ann.view.state.doc.content.size - 1).paste();
    const last = ann.view.state.doc.lastChild!;
    expect([last.textContent, last.attrs["kind"], last.attrs["rank"]]).toEqual(["Head", "heading", 2]);
    expect(ann.names("Head")).toEqual(names);
  });

  it("moves in the place of what is selected, and pictures move too", () => {
    const ann = new Window(1).write("one two");
    ann.view.dispatch(insertImages(ann.view.state.tr, 5, [{ address: "/a.png", alt: "" }]));
    const id = ann.view.state.doc.nodeAt(5)!.attrs["id"];
    ann.view.dispatch(ann.view.state.tr.setSelection(NodeSelection.create(ann.view.state.doc, 5)));
    ann.cut().selectWords("one").paste();
    expect(ann.view.state.doc.nodeAt(1)!.attrs["id"]).toBe(id);
    expect(ann.lines).toEqual([" two"]);
  });

  it("is a copy the second time", () => {
    const ann = new Window(1).write("one two");
    ann.selectWords("one ").cut().paste().paste();
    expect(ann.lines).toEqual(["one one two"]);
    expect(new Set(ann.names("one one ")).size).toBe(8);
  });

  it("is a copy after an undo brought it back, and after ten minutes", () => {
    const ann = new Window(1).write("one two");
    const names = ann.names("one ");
    ann.selectWords("one ").cut();
    ann.binding.undo();
    ann.select(ann.place("two") + 3).paste();
    expect(ann.lines).toEqual(["one twoone "]);
    expect(ann.names("one ")).toEqual(names);

    vi.useFakeTimers({ toFake: ["Date"] });
    ann.selectWords("two").cut();
    const gone = new Set(names);
    vi.setSystemTime(Date.now() + 601_000);
    ann.select(1).paste();
    expect(ann.lines).toEqual(["twoone one "]);
    expect(ann.names("two").some((name) => gone.has(name))).toBe(false);
  });

  it("is a copy from another window's clipboard, in another text, and of what was copied", () => {
    const { ann, ben, exchange } = two();
    const shared = ann.clipboard;
    ann.selectWords("one ").cut();
    exchange.settle();
    const other = new Window(3, [...ann.writer.sent, ...ben.writer.sent], shared);
    other.select(other.place("four")).paste();
    expect(other.lines).toEqual(["two three", "one four"]);
    ann.selectWords("three").copy();
    ann.select(ann.place("two")).paste();
    expect(ann.lines).toEqual(["threetwo three", "four"]);
    const names = new Set(ann.names("two"));
    ann.selectWords("two").cut();
    ann.view.dispatch(ann.view.state.tr.setNodeAttribute(ann.place("four") - 1, "kind", "code"));
    ann.select(ann.place("four")).paste();
    expect(ann.lines[1]).toBe("twofour");
    expect(ann.names("two").some((name) => names.has(name))).toBe(false);
  });
});

describe("what is dragged", () => {
  it("moves in one action, with what others write into it", () => {
    const { ann, ben, exchange } = two();
    ann.comment("two", "t");
    exchange.settle();
    const names = ann.names("two");
    ben.select(ben.place("wo")).view.dispatch(ben.view.state.tr.insertText("X"));
    expect(ann.selectWords("two ").drop(ann.place("four") + 4)).toBe(true);
    expect(ann.lines).toEqual(["one three", "fourtwo "]);
    expect(ann.names("two")).toEqual(names);
    const { from, to } = ann.view.state.selection;
    expect(ann.view.state.doc.textBetween(from, to)).toBe("two ");
    exchange.settle();
    expect(ben.lines).toEqual(["one three", "fourtXwo "]);
    expect(ann.lines).toEqual(ben.lines);
    ann.binding.undo();
    expect(ann.lines).toEqual(["one tXwo three", "four"]);
  });

  it("stays where it is when it is dropped on itself, and is left to the editor where it is to be copied or goes into code", () => {
    const ann = new Window(1).write("one two", "code");
    const names = ann.names("one two");
    expect(ann.selectWords("one").drop(2)).toBe(true);
    expect(ann.names("one two")).toEqual(names);
    expect(ann.drop(ann.place("code"), false)).toBe(false);
    ann.view.dispatch(ann.view.state.tr.setNodeAttribute(ann.place("code") - 1, "kind", "code"));
    expect(ann.selectWords("one").drop(ann.place("code"))).toBe(false);
    expect(ann.lines).toEqual(["one two", "code"]);
  });
});

it("whatever two cut, paste and drag, both have the same", () => {
  for (let seed = 0; seed < 12; seed++) {
    const random = seeded(seed);
    const { ann, ben, exchange } = two();
    for (let step = 0; step < 40; step++) {
      const window = pick(random, [ann, ben])!;
      const { doc } = window.view.state;
      const any = () => TextSelection.near(doc.resolve(Math.floor(random() * (doc.content.size + 1)))).head;
      const [from, to] = [any(), any()];
      window.select(from, to);
      pick(random, [
        () => window.cut(),
        () => window.paste(),
        () => window.drop(any()),
        () => window.view.dispatch(window.view.state.tr.insertText(pick(random, ["a", "bc", "é"])!)),
        () => window.binding.undo(),
        () => exchange.settle(),
      ])!();
    }
    exchange.settle();
    exchange.settle();
    expect(ann.view.state.doc.toString(), `seed ${seed}`).toBe(ben.view.state.doc.toString());
    expect(ann.writer.engine.stateHash()).toBe(ben.writer.engine.stateHash());
  }
});
