/** What keys and typed signs do, in a view. */
import { Selection } from "prosemirror-state";
import { EditorView } from "prosemirror-view";
import { afterEach, describe, expect, it, vi } from "vitest";
import { openNote } from "../../../src/notes/editor";
import { unchunked } from "../../../src/notes/schema";
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
    ["---", "rule "],
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

describe("undo", () => {
  it("is the engine's, and comes back with redo", () => {
    const window = new Window().type("one");
    expect(window.press("Mod-z").blocks).toEqual([""]);
    expect(window.press("Mod-y").blocks).toEqual(["one"]);
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
