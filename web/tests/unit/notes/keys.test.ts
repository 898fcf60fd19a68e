/** What keys and typed signs do, in a view. */
import { unchunked } from "@motet/client/prosemirror";
import { Selection, TextSelection, type Transaction } from "prosemirror-state";
import { EditorView } from "prosemirror-view";
import { afterEach, describe, expect, it, vi } from "vitest";
import { openNote } from "../../../src/notes/editor";
import { Writer } from "./writers";

vi.setConfig({ testTimeout: 60_000 });

const views: EditorView[] = [];
afterEach(() => views.splice(0).forEach((view) => view.destroy()));

class Window {
  readonly writer = new Writer(1);
  readonly view: EditorView;

  constructor() {
    const place = document.body.appendChild(document.createElement("div"));
    this.view = openNote(place, this.writer.engine, { isChecked: true }).view;
    views.push(this.view);
  }

  type(text: string): this {
    for (const sign of text) {
      const { from, to } = this.view.state.selection;
      const insert = () => this.view.state.tr.insertText(sign, from, to);
      if (!this.view.someProp("handleTextInput", (handle) => handle(this.view, from, to, sign, insert))) this.view.dispatch(insert());
    }
    return this;
  }

  press(name: string): this {
    const parts = name.split("-");
    const event = new KeyboardEvent("keydown", { key: parts.at(-1)!, ctrlKey: parts.includes("Mod"), shiftKey: parts.includes("Shift"), altKey: parts.includes("Alt") });
    this.view.someProp("handleKeyDown", (handle) => handle(this.view, event));
    return this;
  }

  /** Puts the caret into some words, or selects from there to the beginning of others. */
  at(words: string, offset = 0, until = words, end = offset): this {
    const { doc } = this.view.state;
    const place = (wanted: string) => {
      let found = -1;
      doc.descendants((node, at) => void (found < 0 && node.isText && node.text!.includes(wanted) && (found = at + node.text!.indexOf(wanted))));
      return found;
    };
    this.view.dispatch(this.view.state.tr.setSelection(TextSelection.create(doc, place(words) + offset, place(until) + end)));
    return this;
  }

  get cells(): string[] {
    const found: string[] = [];
    this.view.state.doc.descendants((node) => void (node.type.name === "cell" && found.push(node.textContent)));
    return found;
  }

  paste(html: string, text = ""): this {
    if (html) this.view.pasteHTML(html, new Event("paste") as ClipboardEvent);
    else this.view.pasteText(text, new Event("paste") as ClipboardEvent);
    return this;
  }

  /** The document, but for where its blocks are on the page. */
  get doc(): string {
    const { doc } = this.view.state;
    return doc.copy(unchunked(doc.content)).toString();
  }

  /** Each block: what it is, and its text. */
  get blocks(): string[] {
    return this.view.state.doc.children.map(({ attrs, textContent }) => {
      const kind = attrs["kind"] === "heading" ? `h${attrs["rank"]} ` : attrs["kind"] ? `${attrs["kind"]} ` : "";
      const task = attrs["task"] === null ? "" : attrs["task"] ? "[x] " : "[ ] ";
      const start = attrs["start"] === null ? "" : `${attrs["start"]}. `;
      return `${kind}${attrs["levels"] ? `${attrs["levels"]}: ` : ""}${start}${task}${textContent}`;
    });
  }
}

describe("signs at the beginning of a paragraph", () => {
  it.each([
    ["# one", "h1 one"],
    ["### one", "h3 one"],
    ["- one", "b: one"],
    ["* one", "b: one"],
    ["1. one", "o: one"],
    ["7) one", "o: 7. one"],
    ["> one", "q: one"],
    ["> - one", "qb: one"],
    ["[ ] one", "b: [ ] one"],
    ["- [x] one", "b: [x] one"],
    ["``` one", "code one"],
    ["a # one", "a # one"],
  ])("%s", (typed, shown) => expect(new Window().type(typed).blocks).toEqual([shown]));
});

describe("Enter", () => {
  it("begins a paragraph after a heading, and goes on with a list", () => {
    expect(new Window().type("# one").press("Enter").type("- two").press("Enter").type("three").blocks).toEqual(["h1 one", "b: two", "b: three"]);
  });

  it("ends a list in an empty item, level by level", () => {
    const window = new Window().type("- one").press("Enter").press("Tab").type("two").press("Enter");
    expect(window.blocks).toEqual(["b: one", "wb: two", "wb: "]);
    expect(window.press("Enter").blocks).toEqual(["b: one", "wb: two", "b: "]);
    expect(window.press("Enter").blocks).toEqual(["b: one", "wb: two", ""]);
  });

  it("begins a new task that is not done", () => {
    expect(new Window().type("[x] one").press("Enter").type("two").blocks).toEqual(["b: [x] one", "b: [ ] two"]);
  });

  it("at the beginning of a paragraph leaves its name with what is in it", () => {
    const window = new Window().type("zero").press("Enter").type("# one");
    const id = window.view.state.doc.child(1).attrs["id"];
    window.view.dispatch(window.view.state.tr.setSelection(Selection.near(window.view.state.doc.resolve(7))));
    window.press("Enter");
    expect(window.blocks).toEqual(["zero", "", "h1 one"]);
    expect(window.view.state.doc.child(2).attrs["id"]).toBe(id);
  });

  it("is a character in code, and a fence begins code", () => {
    expect(new Window().type("```rust").press("Enter").type("a").press("Enter").type("b").blocks).toEqual(["code a\nb"]);
  });
});

describe("Backspace at the beginning", () => {
  it("takes what a block is before what is in it", () => {
    const window = new Window().type("zero").press("Enter").type("- one");
    window.view.dispatch(window.view.state.tr.setSelection(Selection.near(window.view.state.doc.resolve(7))));
    expect(window.press("Backspace").blocks).toEqual(["zero", "one"]);
    expect(window.press("Backspace").blocks).toEqual(["zeroone"]);
  });
});

describe("a rule", () => {
  it("is followed by a paragraph, and holds nothing that is typed", () => {
    const window = new Window().type("---a");
    expect(window.blocks).toEqual(["rule ", "a"]);
    window.view.dispatch(window.view.state.tr.setSelection(TextSelection.create(window.view.state.doc, 1)));
    expect(window.type("b").blocks).toEqual(["rule ", "b", "a"]);
    window.view.dispatch(window.view.state.tr.setSelection(TextSelection.create(window.view.state.doc, 1)));
    expect(window.paste("", "c").blocks).toEqual(["rule ", "c", "b", "a"]);
  });
});

describe("code", () => {
  const code = () => new Window().type("```").press("Enter").type("a");

  it("is left by a third line end, by Ctrl and Enter, and downwards where nothing follows", () => {
    expect(code().press("Enter").press("Enter").press("Enter").type("b").blocks).toEqual(["code a", "b"]);
    expect(code().press("Mod-Enter").type("b").blocks).toEqual(["code a", "b"]);
    expect(code().press("ArrowDown").type("b").blocks).toEqual(["code a", "b"]);
    expect(code().press("Enter").press("Enter").type("b").blocks).toEqual(["code a\n\nb"]);
  });

  it("takes tabulators, and whole lines further in and out", () => {
    const window = code().press("Tab").type("b").press("Enter").type("c");
    expect(window.blocks).toEqual(["code a\tb\nc"]);
    window.view.dispatch(window.view.state.tr.setSelection(TextSelection.create(window.view.state.doc, 1, 6)));
    expect(window.press("Tab").blocks).toEqual(["code \ta\tb\n\tc"]);
    expect(window.press("Shift-Tab").blocks).toEqual(["code a\tb\nc"]);
  });
});

describe("Tab in lists", () => {
  it("goes no further in than below the item before", () => {
    const window = new Window().type("- one").press("Tab");
    expect(window.blocks).toEqual(["b: one"]);
    expect(window.press("Enter").type("two").press("Tab").press("Tab").blocks).toEqual(["b: one", "wb: two"]);
    expect(new Window().type("1. one").press("Enter").type("two").press("Tab").blocks).toEqual(["o: one", "vo: two"]);
  });

  it("takes along what is under the item, both ways", () => {
    const html = "<ul><li>a</li><li>b<ul><li>c<ul><li>d</li></ul></li></ul></li><li>e</li></ul>";
    const window = new Window().paste(html).at("b");
    expect(window.press("Tab").blocks).toEqual(["b: a", "wb: b", "wwb: c", "wwwb: d", "b: e"]);
    expect(window.press("Shift-Tab").blocks).toEqual(["b: a", "b: b", "wb: c", "wwb: d", "b: e"]);
    expect(window.at("c").press("Shift-Tab").blocks).toEqual(["b: a", "b: b", "b: c", "wb: d", "b: e"]);
    expect(window.at("c", 0, "e").press("Tab").blocks).toEqual(["b: a", "b: b", "wb: c", "wwb: d", "wb: e"]);
  });

  it("ticks a task by Ctrl and Enter", () => {
    expect(new Window().type("[ ] one").press("Mod-Enter").blocks).toEqual(["b: [x] one"]);
  });
});

describe("a table", () => {
  const TABLE = "<p>before</p><table><tr><td>a1</td><td>b1</td></tr><tr><td>a2</td><td>b2</td></tr></table><p>after</p>";
  const table = () => new Window().paste(TABLE);

  it("keeps its cells where what is selected over them is deleted or written over", () => {
    expect(table().at("b1", 1, "a2", 1).press("Delete").cells).toEqual(["a1", "b", "2", "b2"]);
    expect(table().at("a1", 0, "b2", 2).press("Backspace").cells).toEqual(["", "", "", ""]);
    const window = table().at("b1", 1, "a2", 1).type("X");
    expect(window.cells).toEqual(["a1", "bX", "2", "b2"]);
    expect(table().at("a1", 0, "b1", 2).paste("", "new").cells).toEqual(["new", "", "a2", "b2"]);
  });

  it("stays where it is when what is selected reaches into it from a paragraph", () => {
    const into = table().at("before", 2, "a2", 1).press("Delete");
    expect(into.blocks).toEqual(["be", "table 2b2", "after"]);
    const out = table().at("b1", 1, "after", 2).press("Backspace");
    expect([out.cells, out.blocks]).toEqual([["a1", "b", "", ""], ["before", "table a1b", "ter"]]);
  });

  it("is not drawn into the lines beside it", () => {
    const before = table().at("before", 6).press("Delete");
    expect(before.blocks).toEqual(["before", "table a1b1a2b2", "after"]);
    expect(before.press("Delete").blocks).toEqual(["before", "", "after"]);
    const behind = table().at("after").press("Backspace").press("Backspace");
    expect(behind.blocks).toEqual(["before", "", "after"]);
  });

  it("has nothing written beside it", () => {
    const window = table();
    const at = window.view.state.doc.firstChild!.nodeSize;
    const line = (place: number) => window.view.dispatch(window.view.state.tr.setSelection(TextSelection.create(window.view.state.doc, place)));
    line(at + window.view.state.doc.child(1).nodeSize - 1);
    expect(window.type("x").blocks).toEqual(["before", "table a1b1a2b2", "x", "after"]);
    line(at + 1);
    expect(window.press("Enter").type("y").blocks).toEqual(["before", "y", "table a1b1a2b2", "x", "after"]);
  });

  it("grows by a row where Tab leaves its last cell", () => {
    const window = table().at("b2").press("Tab").type("new");
    expect(window.cells).toEqual(["a1", "b1", "a2", "b2", "new", ""]);
    expect(window.at("a1").press("Shift-Tab").type("z").cells[0]).toBe("za1");
  });

  it("stays one where a cell becomes a heading or an item", () => {
    const window = table().at("a1").press("Mod-Alt-1").press("Mod-Shift-8");
    expect(window.view.state.doc.child(1).attrs).toMatchObject({ kind: "table", levels: "" });
  });
});

describe("a footnote", () => {
  it("is left by Escape, and is emptied where the selection reaches into it", () => {
    const html = '<p>one<span class="note-footnote">small</span> two</p>';
    expect(new Window().paste(html).at("small").press("Escape").type("!").doc).toContain('footnote(block("small")), "! two"');
    expect(new Window().paste(html).at("one", 1, "small", 2).press("Delete").doc).toBe('doc(block("o", footnote(block("all")), " two"))');
  });
});

describe("signs around words", () => {
  it.each([
    ["a **b c** d", 'doc(block("a ", strong("b c"), " d"))'],
    ["__b__ d", 'doc(block(strong("b"), " d"))'],
    ["(*b*) d", 'doc(block("(", emphasis("b"), ") d"))'],
    ["_b_ d", 'doc(block(emphasis("b"), " d"))'],
    ["~~b~~ d", 'doc(block(strike("b"), " d"))'],
    ["`b*c` d", 'doc(block(code("b*c"), " d"))'],
    ["2*3*4 snake_case_name", 'doc(block("2*3*4 snake_case_name"))'],
    ["see https://example.org/a. ", 'doc(block("see https://example.org/a. "))'],
    ["see https://example.org/a ", 'doc(block("see ", link("https://example.org/a"), " "))'],
  ])("%s", (typed, shown) => expect(new Window().type(typed).doc).toBe(shown));

  it("mean nothing in code", () => {
    expect(new Window().type("```").press("Enter").type("**a** ").blocks).toEqual(["code **a** "]);
  });
});

describe("undo", () => {
  it("is the engine's, and comes back with redo", () => {
    const window = new Window().type("one");
    expect(window.press("Mod-z").blocks).toEqual([""]);
    expect(window.press("Mod-y").blocks).toEqual(["one"]);
  });
});

describe("a command for many blocks", () => {
  it("is one step, also where some of them are in cells, and is undone as one", () => {
    const window = new Window().paste("<p>one</p><table><tr><td>a</td><td>b</td></tr></table><p>two</p><h1>three</h1>");
    const before = window.doc;
    const steps: number[] = [];
    const dispatch = window.view.dispatch.bind(window.view);
    Object.assign(window.view, { dispatch: (tr: Transaction) => (steps.push(tr.steps.length), dispatch(tr)) });
    window.at("one", 0, "three", 1).press("Mod-Shift-8");
    expect(steps).toEqual([0, 1]);
    expect(window.blocks).toEqual(["b: one", "table b: ab", "b: two", "h1 b: three"]);
    const levels: string[] = [];
    window.view.state.doc.descendants((node) => void (node.type.name === "block" && levels.push(node.attrs["levels"])));
    expect(levels).toEqual(["b", "b", "b", "b", "b", "b"]);
    expect(window.press("Mod-z").doc).toBe(before);
    expect(window.blocks).toEqual(["one", "table ab", "two", "h1 three"]);
  });
});

describe("marks", () => {
  it("are switched on for what is typed next, and off again", () => {
    const window = new Window().press("Mod-b").type("a").press("Mod-b").type("b").press("Mod-i").type("c");
    expect(window.doc).toBe('doc(block(strong("a"), "b", emphasis("c")))');
  });
});

describe("paste", () => {
  it("takes lists, quotes and tasks of HTML as levels", () => {
    const html = "<h2>Head</h2><ul><li>one<ol><li>two</li></ol></li><li><input type=checkbox checked>done</li></ul><blockquote><p>said</p></blockquote>";
    expect(new Window().paste(html).blocks).toEqual(["h2 Head", "b: one", "wo: two", "b: [x] done", "q: said"]);
  });

  it("keeps marks and links, and no script", () => {
    const window = new Window().paste('<p>a <b>b</b> <a href="javascript:alert(1)">c</a><script>alert(1)</script></p>');
    expect(window.doc).toBe('doc(block("a ", strong("b"), " ", link("c")))');
    expect(window.view.dom.querySelector("a")!.hasAttribute("href")).toBe(false);
  });

  it("takes tables", () => {
    const window = new Window().paste("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>");
    expect(window.doc).toContain("table(row(cell(block(\"a\")), cell(block(\"b\"))), row(cell(block(\"c\")), cell(block)))");
  });

  it("takes plain text line by line, empty ones too", () => {
    expect(new Window().paste("", "one\r\n\ntwo").blocks).toEqual(["one", "", "two"]);
  });
});

describe("a block on the page", () => {
  it("stays the same element when it becomes something else", () => {
    const window = new Window().type("one");
    const dom = window.view.dom.querySelector<HTMLElement>(".note-block")!;
    window.press("Mod-Alt-2");
    expect(window.view.dom.querySelector(".note-block")).toBe(dom);
    expect(dom.getAttribute("aria-level")).toBe("2");
    window.press("Mod-Alt-0");
    expect(window.view.dom.querySelector(".note-block")).toBe(dom);
    expect(dom.hasAttribute("role")).toBe(false);
  });
});
