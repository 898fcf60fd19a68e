/** What other programs put on the clipboard, and what they find there. */
import { unchunked } from "@motet/client/prosemirror";
import { AllSelection, TextSelection } from "prosemirror-state";
import { EditorView } from "prosemirror-view";
import { afterEach, describe, expect, it, vi } from "vitest";
import { openNote } from "../../../src/notes/editor";
import { tidied } from "../../../src/notes/foreign";
import { Writer } from "./writers";

vi.setConfig({ testTimeout: 60_000 });

const views: EditorView[] = [];
afterEach(() => views.splice(0).forEach((view) => view.destroy()));

function note(): EditorView {
  const { view } = openNote(document.body.appendChild(document.createElement("div")), new Writer(views.length + 1).engine, { isChecked: true });
  views.push(view);
  return view;
}

function paste(html: string, text = "", view = note()): EditorView {
  const event = Object.assign(new Event("paste"), { clipboardData: { getData: (type: string) => (type === "text/plain" ? text : html), files: [] } }) as never;
  if (html) view.pasteHTML(html, event);
  else view.pasteText(text, event);
  return view;
}

/** Each block: what it is, and its text. */
const blocks = (view: EditorView) =>
  view.state.doc.children.map(({ attrs, textContent }) => {
    const kind = attrs["kind"] === "heading" ? `h${attrs["rank"]} ` : attrs["kind"] ? `${attrs["kind"]} ` : "";
    const task = attrs["task"] === null ? "" : attrs["task"] ? "[x] " : "[ ] ";
    const start = attrs["start"] === null ? "" : `${attrs["start"]}. `;
    return `${kind}${attrs["levels"] ? `${attrs["levels"]}: ` : ""}${start}${task}${textContent}`;
  });

/** The document, but for where its blocks are on the page, and names. */
const shown = (view: EditorView) => view.state.doc.copy(unchunked(view.state.doc.content)).toString();
const rows = (view: EditorView) => {
  const found: string[] = [];
  view.state.doc.descendants((node) => void (node.type.name === "row" && found.push(node.children.map((cell) => cell.textContent).join("|"))));
  return found;
};

const copied = (view: EditorView) => {
  view.dispatch(view.state.tr.setSelection(new AllSelection(view.state.doc)));
  const { dom, text } = view.serializeForClipboard(view.state.selection.content());
  return { html: dom.innerHTML, text };
};

describe("what comes from other programs", () => {
  it("has Word's lists as lists, with their depth", () => {
    const item = (text: string, level: number, marker: string) =>
      `<p class=MsoListParagraph style='text-indent:-18.0pt;mso-list:l0 level${level} lfo1'><![if !supportLists]><span><span style='mso-list:Ignore'>${marker}<span>&nbsp;&nbsp; </span></span></span><![endif]>${text}<o:p></o:p></p>`;
    const html = `<html><head><style>p.MsoNormal {margin:0cm}</style></head><body><!--StartFragment--><p class=MsoNormal>Plain<o:p></o:p></p>${item("one", 1, "·")}${item("nested\n here", 2, "o")}${item("first", 1, "1.")}<!--EndFragment--></body></html>`;
    expect(blocks(paste(html))).toEqual(["Plain", "b: one", "wb: nested here", "o: first"]);
  });

  it("has Google Docs' lists and their boxes", () => {
    const html = '<b style="font-weight:normal" id="docs-internal-guid-1"><ul><li aria-level="1"><p><span style="font-weight:700">one</span></p></li><ul><li aria-level="2"><p>nested</p></li></ul><li role="checkbox" aria-checked="true" aria-level="1"><img src="data:image/png;base64,AA==" aria-roledescription="checkbox"><p>done</p></li></ul></b>';
    expect(blocks(paste(html))).toEqual(["b: one", "wb: nested", "b: [x] done"]);
  });

  it("has the number that a list starts with, and the language of code", () => {
    const html = '<ol start="3"><li>three<ul><li>in it</li></ul></li><li>four</li></ol><pre><code class="language-js">let a;\n  b();\n</code></pre>';
    const view = paste(html);
    expect(blocks(view)).toEqual(["o: 3. three", "vb: in it", "o: four", "code let a;\n  b();"]);
    expect(view.state.doc.lastChild!.attrs["info"]).toBe("js");
    expect(view.state.doc.lastChild!.firstChild!.marks).toEqual([]);
  });

  it("has tables with captions, heads and cells that span others", () => {
    const html = '<table><caption>Cap</caption><thead><tr><th>H</th><th style="text-align: right">I</th></tr></thead><tbody><tr><td rowspan=2>r</td><td>1</td></tr><tr><td>2</td></tr><tr><td colspan=2>wide</td></tr></tbody></table>';
    const view = paste(html);
    expect(blocks(view)[0]).toBe("Cap");
    expect(view.state.doc.child(1).attrs["kind"]).toBe("table");
    expect(rows(view)).toEqual(["H|I", "r|1", "|2", "wide|"]);
    let align: unknown;
    view.state.doc.descendants((node) => void (node.type.name === "cell" && node.textContent === "2" && (align = node.attrs["align"])));
    expect(align).toBe("right");
  });

  it("has a table beside text in a block of its own, also where it comes alone", () => {
    expect(blocks(paste("<p>before</p><br><div><table><tr><td>a</td></tr></table></div><br><p>after</p>"))).toEqual(["before", "table a", "after"]);
    expect(blocks(paste("<table><tr><td>a</td><td>b</td></tr></table>"))[0]).toBe("table ab");
  });

  it("fills cells from the one with the caret on", () => {
    const view = paste("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>");
    view.state.doc.descendants((node, at) => void (node.isText && node.text === "b" && view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, at)))));
    paste("<table><tr><td>1</td></tr><tr><td>2</td></tr></table>", "", view);
    expect(rows(view)).toEqual(["a|1", "c|2"]);
  });

  it("stays text in a cell where there are too few others", () => {
    const view = paste("<table><tr><td>a</td></tr></table>");
    view.state.doc.descendants((node, at) => void (node.isText && view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, at, at + 1)))));
    paste("<table><tr><td>1</td><td>2</td></tr></table>", "", view);
    expect(rows(view)).toEqual(["1\t2"]);
  });

  it("has footnotes where they are said", () => {
    const word = `<p>Text<a style='mso-footnote-id:ftn1' href="#_ftn1" name="_ftnref1"><span>[1]</span></a> goes on</p><div style='mso-element:footnote-list'><div style='mso-element:footnote' id=ftn1><p><a style='mso-footnote-id:ftn1' href="#_ftnref1" name="_ftn1"><span>[1]</span></a> small print</p></div></div>`;
    expect(shown(paste(word))).toContain('"Text", footnote(block("small print")), " goes on"');
    const own = '<p>Text<sup><a href="#fn-a">a</a></sup></p><hr><div id="fn-a"><sup>a</sup><p>small print</p></div>';
    expect(shown(paste(own))).toContain('footnote(block("small print"))');
    // A contents list leads to places, too.
    expect(shown(paste('<p><a href="#x">1</a></p><p id="x">Place</p>'))).toContain('link("1")');
    const page = '<p><a href="#faq">FAQ</a></p><div id="faq"><p>Ask <a href="#top">top</a></p></div>';
    expect(shown(paste(page))).toContain('link("FAQ")), block("Ask "');
    const article = '<p>So<sup class="reference"><a href="#cite_note-1">[1]</a></sup> it is.</p><ol><li id="cite_note-1"><b><a href="#cite_ref-1">^</a></b> <span>A book</span></li></ol>';
    expect(shown(paste(article))).toContain('"So", footnote(block("A book"))');
  });

  it("is left alone where it is a note's own", () => {
    const html = '<p data-pm-slice="1 1 []">a</p>';
    expect(tidied(html)).toBe(html);
  });

  it("has an address on words as where they lead", () => {
    const view = paste("", "words");
    view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, 1, 6)));
    paste("", "https://example.org/a", view);
    expect(shown(view)).toBe('doc(block(link("words")))');
  });

  it("is refused as a whole where it is too much at once", () => {
    expect(blocks(paste("", Array.from({ length: 20_002 }, (_, n) => `${n}`).join("\n")))).toEqual([""]);
  });
});

const NOTE = '<h2>Head</h2><p>a <b>b</b></p><ol start="3"><li>three<ul><li>in it</li></ul></li><li>four</li></ol><blockquote><p>said</p><ul><li>so</li></ul></blockquote><ul><li><input type=checkbox checked>done</li></ul><pre><code class="language-js">let a;\nb</code></pre><hr><table><tr><td>x</td><td>y</td></tr><tr><td>1</td><td>2</td></tr></table><p>end</p>';

describe("what goes out", () => {
  it("is HTML as other programs read it", () => {
    const page = new DOMParser().parseFromString(copied(paste(NOTE)).html, "text/html");
    const has = (path: string) => page.querySelector(path)?.textContent;
    expect(has("h2")).toBe("Head");
    expect(has("p > strong")).toBe("b");
    expect(has("ol[start='3'] > li > ul > li > p")).toBe("in it");
    expect(page.querySelectorAll("ol > li")).toHaveLength(2);
    expect(has("blockquote > ul > li")).toBe("so");
    expect(page.querySelector("ul > li > input[type=checkbox][checked]")).not.toBeNull();
    expect(has("pre > code.language-js")).toBe("let a;\nb");
    expect(page.querySelector("hr")).not.toBeNull();
    expect(page.querySelectorAll("table tr td")).toHaveLength(4);
  });

  it("is plain text with the signs of lists, and tables by tabs", () => {
    expect(copied(paste(NOTE)).text).toBe("Head\na b\n3. three\n   - in it\n4. four\n> said\n> - so\n- [x] done\nlet a;\nb\n---\nx\ty\n1\t2\nend");
  });

  it("is here what it was", () => {
    const view = paste(NOTE);
    view.dispatch(view.state.tr.insert(view.state.doc.firstChild!.nodeSize + 2, view.state.schema.node("footnote", { id: null }, [view.state.schema.node("block", null, view.state.schema.text("small"))])));
    const again = paste(copied(view).html);
    expect(blocks(again)).toEqual(blocks(view));
    expect(shown(again)).toBe(shown(view));
  });

  it("is words only where it is part of a line", () => {
    const view = paste("<ul><li>one two</li></ul>");
    view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, 1, 4)));
    expect(view.serializeForClipboard(view.state.selection.content()).text).toBe("one");
  });
});
