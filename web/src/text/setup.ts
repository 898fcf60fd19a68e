/** CodeMirror as this app has it: Markdown, no history of its own, colours from the style sheet. */
import { defaultKeymap, indentWithTab } from "@codemirror/commands";
import { markdown, markdownKeymap, markdownLanguage } from "@codemirror/lang-markdown";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorSelection, EditorState, type Extension, type StateCommand } from "@codemirror/state";
import { drawSelection, dropCursor, EditorView, keymap, placeholder, rectangularSelection } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const highlight = HighlightStyle.define([
  { tag: tags.heading1, class: "md-heading md-heading1" },
  { tag: tags.heading2, class: "md-heading md-heading2" },
  { tag: tags.heading3, class: "md-heading md-heading3" },
  { tag: tags.heading, class: "md-heading" },
  { tag: tags.strong, class: "md-strong" },
  { tag: tags.emphasis, class: "md-emphasis" },
  { tag: tags.strikethrough, class: "md-strike" },
  { tag: tags.monospace, class: "md-code" },
  { tag: [tags.link, tags.url], class: "md-link" },
  { tag: tags.quote, class: "md-quote" },
  { tag: [tags.processingInstruction, tags.contentSeparator, tags.meta], class: "md-mark" },
  { tag: tags.keyword, class: "md-keyword" },
  { tag: [tags.string, tags.number], class: "md-literal" },
  { tag: tags.comment, class: "md-mark" },
]);

/** Puts a Markdown mark around the selections, or takes it away. */
export function wrapWith(mark: string): StateCommand {
  return ({ state, dispatch }) => {
    const width = mark.length;
    const change = state.changeByRange((range) => {
      const outside = { from: range.from - width, to: range.to + width };
      const isWrapped = state.sliceDoc(Math.max(0, outside.from), range.from) === mark && state.sliceDoc(range.to, outside.to) === mark;
      if (isWrapped) {
        const changes = [{ from: outside.from, to: range.from }, { from: range.to, to: outside.to }];
        return { changes, range: EditorSelection.range(range.anchor - width, range.head - width) };
      }
      const changes = [{ from: range.from, insert: mark }, { from: range.to, insert: mark }];
      return { changes, range: EditorSelection.range(range.anchor + width, range.head + width) };
    });
    dispatch(state.update(change, { userEvent: "input", scrollIntoView: true }));
    return true;
  };
}

/** What the live text and the view of an old one have in common. */
export const reading: Extension = [
  // Only "\n" breaks lines: a "\r" stays in the text, so that positions agree with the engine's.
  EditorState.lineSeparator.of("\n"),
  EditorView.lineWrapping,
  // Room around what is scrolled to, as wide as the page's upper edge.
  EditorView.scrollMargins.of(() => ({ top: 44, bottom: 44 })),
  markdown({ base: markdownLanguage, addKeymap: false }),
  syntaxHighlighting(highlight),
];

/** What writing needs besides. */
export const writing: Extension = [
  EditorState.allowMultipleSelections.of(true),
  drawSelection(),
  dropCursor(),
  rectangularSelection(),
  highlightSelectionMatches({ minSelectionLength: 3 }),
  search({ top: true }),
  placeholder("Write…"),
  EditorView.contentAttributes.of({ "aria-label": "Text of the document", spellcheck: "true", autocapitalize: "sentences" }),
  keymap.of([
    { key: "Mod-b", run: wrapWith("**") },
    { key: "Mod-i", run: wrapWith("*") },
    ...markdownKeymap,
    ...searchKeymap,
    // Alt with an arrow walks through the history of the document, not through its syntax.
    ...defaultKeymap.filter(({ key, mac }) => key !== "Alt-ArrowLeft" && key !== "Alt-ArrowRight" && mac !== "Alt-ArrowLeft"),
    indentWithTab,
  ]),
];
