/** Blocks on the page: in chunks of which nothing but the page knows, and only what changed is drawn. */
import { type NoteBinding, type RichChange, schema, unchunked } from "@motet/client/prosemirror";
import { DOMParser, type Node } from "prosemirror-model";
import { Selection, TextSelection } from "prosemirror-state";
import { EditorView } from "prosemirror-view";
import { afterEach, describe, expect, it, vi } from "vitest";
import { CHUNK, CHUNK_MAX } from "../../../src/notes/chunks";

import { openNote } from "../../../src/notes/editor";
import { seeded } from "../random";
import { Writer } from "./writers";

vi.setConfig({ testTimeout: 120_000 });

const views: EditorView[] = [];
afterEach(() => views.splice(0).forEach((view) => view.destroy()));

/** The changes that write so many paragraphs, each an item of a list where `levels` says so. */
const paragraphs = (count: number, levels = ""): RichChange[] =>
  Array.from({ length: count }, (_, n): RichChange[] => [
    { do: "object", in: "/note", at: 5 * n, kind: "" },
    ...(levels ? [{ do: "set", in: `@${n}`, key: "levels", value: levels } as const] : []),
    { do: "text", in: "/note", at: 5 * n + 1, len: 0, text: String(n).padStart(4, "0") },
  ]).flat();

class Window {
  readonly view: EditorView;
  readonly writer = new Writer(1);
  readonly binding: NoteBinding;
  private other: Writer | null = null;

  constructor(changes: readonly RichChange[], isChecked = true) {
    this.writer.engine.change(changes, false);
    const { view, binding } = openNote(document.body.appendChild(document.createElement("div")), this.writer.engine, { isChecked });
    this.writer.engine.heard = () => binding.hear("remote");
    [this.view, this.binding] = [view, binding];
    views.push(view);
  }

  get doc(): Node {
    return this.view.state.doc;
  }

  /** The blocks' elements, chunk by chunk. */
  get chunks(): Element[][] {
    return [...this.view.dom.children].map((chunk) => [...chunk.firstElementChild!.children]);
  }

  get elements(): Element[] {
    return this.chunks.flat();
  }

  /** The place of a block. */
  placeOf(block: number): number {
    return this.doc.children.slice(0, block).reduce((sum, { nodeSize }) => sum + nodeSize, 0);
  }

  caretIn(block: number, at = 0): this {
    this.view.dispatch(this.view.state.tr.setSelection(TextSelection.create(this.doc, this.placeOf(block) + 1 + at)));
    return this;
  }

  enter(): void {
    this.view.someProp("handleKeyDown", (handle) => handle(this.view, new KeyboardEvent("keydown", { key: "Enter" })));
  }

  /** What somebody else writes arrives. */
  hear(act: (other: Writer) => void): void {
    const sealed = this.writer.engine.seal();
    if (this.other) this.other.engine.receive(sealed);
    this.other ??= new Writer(2, sealed);
    act(this.other);
    this.writer.engine.receive(this.other.seal());
  }

  /** That the page shows the document, in chunks within bounds, of which each is one element. */
  check(): void {
    const sizes = this.chunks.map(({ length }) => length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(CHUNK_MAX);
    expect(Math.min(...sizes)).toBeGreaterThan(0);
    const names = this.doc.children.map(({ marks }) => marks[0]?.attrs["n"] as number);
    expect(names.every((name) => typeof name === "number")).toBe(true);
    expect(new Set(names).size).toBe(sizes.length);
    expect(this.elements.map((block) => block.firstElementChild!.textContent)).toEqual(this.doc.children.map((block) => block.textContent));
  }
}

describe("chunks", () => {
  it("hold all blocks from the beginning", () => {
    const window = new Window(paragraphs(1_000));
    window.check();
    expect(window.chunks.length).toBe(Math.round(1_000 / CHUNK));
  });

  it("are nothing that is written, printed or copied", () => {
    const window = new Window(paragraphs(200)).caretIn(100, 2);
    window.enter();
    const { doc } = window;
    expect(JSON.stringify(unchunked(doc.content))).not.toContain("chunk");
    const known = JSON.stringify(window.writer.engine.richRuns("/note", 0, window.writer.engine.richLength("/note")));
    expect(known).not.toContain("chunk");
    const { dom, text, slice } = window.view.serializeForClipboard(doc.slice(0, doc.content.size));
    expect(dom.innerHTML).not.toContain("chunk");
    expect(dom.children.length).toBe(doc.childCount);
    expect(text.split("\n").length).toBe(doc.childCount);
    expect(JSON.stringify(slice)).not.toContain("chunk");
  });

  it("stay within bounds where a thousand blocks are put in at one place", () => {
    const window = new Window(paragraphs(300), false).caretIn(150, 4);
    const first = window.elements[149];
    for (let n = 0; n < 1_000; n++) window.enter();
    window.check();
    expect(window.doc.childCount).toBe(1_300);
    expect(window.elements.includes(first!)).toBe(true);
  });

  it("stay within bounds where thousands come at once", () => {
    const window = new Window(paragraphs(300), false).caretIn(150, 4);
    window.view.pasteText(Array.from({ length: 2_000 }, (_, n) => `line ${n}`).join("\n"), new Event("paste") as ClipboardEvent);
    window.check();
  });

  it("leave the block that is written in the element that it is, where they are cut", () => {
    const window = new Window(paragraphs(CHUNK_MAX)).caretIn(70, 2);
    while (window.chunks.length < 3) {
      const before = window.elements[window.doc.resolve(window.view.state.selection.head).index(0)];
      window.enter();
      expect(window.elements).toContain(before);
    }
    window.check();
  });

  it("carry on the numbers of lists", () => {
    const window = new Window(paragraphs(300, "o"));
    const begins = () => [...window.view.dom.children].map((chunk) => (chunk.firstElementChild as HTMLElement).dataset["counts"]!.split(" ").slice(0, 2).join(" "));
    const sums = () => window.chunks.map((_, n, all) => `note-0 ${all.slice(0, n).flat().length}`);
    expect(begins()).toEqual(sums());
    window.caretIn(3, 1).enter();
    expect(begins()).toEqual(sums());
    window.view.dispatch(window.view.state.tr.setNodeAttribute(window.placeOf(1), "start", 11));
    expect(begins()[1]).toBe(`note-0 ${window.chunks[0]!.length + 9}`);
  });

  it("show which one has the caret, and no change of the page by that", async () => {
    const window = new Window(paragraphs(300));
    const marked = () => window.chunks.findIndex((_, n) => window.view.dom.children[n]!.classList.contains("has-caret"));
    window.caretIn(299);
    expect(marked()).toBe(window.chunks.length - 1);
    window.caretIn(0);
    expect(marked()).toBe(0);
    const { doc } = window;
    await Promise.resolve();
    expect(window.doc).toBe(doc);
    expect(window.view.dom.querySelectorAll(".has-caret").length).toBe(1);
  });
});

describe("over the border of two chunks", () => {
  const border = CHUNK;
  const open = () => {
    const window = new Window(paragraphs(CHUNK_MAX + CHUNK));
    expect(window.chunks[0]!.length).toBe(border);
    return window;
  };

  it("what is split and joined stays the same element", () => {
    const window = open().caretIn(border, 2);
    const before = window.elements;
    window.enter();
    expect(before.every((element) => window.elements.includes(element))).toBe(true);
    window.caretIn(border + 1);
    window.view.dispatch(window.view.state.tr.join(window.placeOf(border + 1)));
    expect(window.elements).toEqual(before);
    window.view.dispatch(window.view.state.tr.join(window.placeOf(border)));
    expect(window.doc.child(border - 1).textContent).toBe("00630064");
    expect(window.elements).toEqual(before.filter((_, n) => n !== border));
    window.check();
  });

  it("what others split, join and delete stays the same element", () => {
    const window = open();
    const before = window.elements;
    window.hear((other) => {
      other.act((tr) => tr.split(5 + 6 * (border - 1)));
      other.act((tr) => tr.join(6 * (border + 1) + 2));
    });
    const stay = before.filter((element) => window.elements.includes(element));
    expect(stay.length).toBe(before.length - 1);
    window.check();
    window.hear((other) => other.act((tr) => tr.delete(6 * (border - 20), 6 * (border + 20))));
    window.check();
  });

  it("what moves comes into the chunk where it goes", () => {
    const window = open();
    window.binding.change([{ do: "move", in: "/note", at: 5 * (border - 3), len: 30, to: 5 * 150 }]);
    window.hear(() => {});
    window.check();
  });
});

describe("the view", () => {
  it("shows whatever is done, by whomever, as a new one would", () => {
    const chance = seeded(11);
    const random = (end: number) => Math.floor(chance() * end);
    const window = new Window(paragraphs(250));
    const place = (doc: Node) => Selection.near(doc.resolve(1 + random(doc.content.size - 2))).head;
    for (let round = 0; round < 60; round++) {
      const { tr } = window.view.state;
      const acts = [
        () => tr.insertText("x", place(tr.doc)),
        () => tr.delete(...([place(tr.doc), place(tr.doc)].sort((a, b) => a - b).map((at, n, [from]) => (n === 0 ? at : Math.min(at, from! + 40))) as [number, number])),
        () => tr.split(place(tr.doc)),
        () => tr.setNodeAttribute(window.placeOf(random(tr.doc.childCount)), "kind", "heading"),
        () => tr.addMark(6 * random(200), 6 * random(200) + 30, schema.mark("strong")),
        () => tr.setSelection(TextSelection.create(tr.doc, place(tr.doc))).insertText("typed"),
      ];
      if (random(4) === 0) window.hear((other) => other.act((theirs) => theirs.insertText("theirs", place(theirs.doc))));
      else window.view.dispatch(acts[random(acts.length)]!());
      window.check();
    }
    const fresh = new EditorView(null, { state: window.view.state });
    views.push(fresh);
    const lines = (view: EditorView) => [...view.dom.querySelectorAll(".note-line, .note-block:not(:has(.note-line))")].map((line) => line.innerHTML.replace(/<br class="ProseMirror[^>]*>/g, ""));
    expect(lines(window.view)).toEqual(lines(fresh));
  });

  it("touches no block but the one that changed", async () => {
    const window = new Window(paragraphs(300)).caretIn(200, 4);
    const changed = new Set<Element | null>();
    const observer = new MutationObserver((records) => {
      for (const { target } of records) changed.add((target instanceof Element ? target : target.parentElement)!.closest(".note-block"));
    });
    observer.observe(window.view.dom, { childList: true, characterData: true, attributes: true, subtree: true });
    window.view.dispatch(window.view.state.tr.insertText("x"));
    window.hear((other) => other.act((tr) => tr.insertText("y", 6 * 40 + 2)));
    await Promise.resolve();
    expect([...changed].map((block) => block?.firstElementChild!.textContent)).toEqual(["0200x", "0y040"]);
    observer.disconnect();
  });

  it("reads only the line where the page says that something else stands there", async () => {
    const window = new Window(paragraphs(300)).caretIn(200, 4);
    const parse = vi.spyOn(DOMParser.prototype, "parse");
    const text = window.elements[200]!.querySelector(".note-line")!.firstChild as Text;
    text.data = "0200 by the browser";
    await Promise.resolve();
    const line = text.parentNode;
    expect(parse.mock.calls.map(([read]) => read)).toEqual([line]);
    parse.mockRestore();
    expect(window.doc.child(200).textContent).toBe("0200 by the browser");
    window.check();
  });
});
