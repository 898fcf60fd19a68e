/** A plain text in the page, with Markdown in colour. */
import type { Presence } from "@motet/client";
import { goTo } from "@motet/client/codemirror";
import type { EditorView } from "@codemirror/view";
import { createRef, useMemo } from "react";
import { type Content, nameOfPart } from "../editor/content";
import type { OpenDocument } from "../editor/document";
import type { Moment } from "../editor/moment";
import { reveal, showHighlights } from "./highlights";
import { LiveText } from "./LiveText";
import { OldText } from "./OldText";

export function open(document: OpenDocument): Content {
  const text = document.client.text("text");
  const editor = createRef<EditorView>();
  return {
    live: ({ isHidden, isHistoryOpen }) => <LiveText document={document} text={text} showsBlame={isHistoryOpen} isHidden={isHidden} editor={editor} />,
    past: (moment, before) => <Past moment={moment} before={before} />,
    restore(moment) {
      text.rewrite(moment.text("text"));
      return document.client.undo;
    },
    focus: () => editor.current?.focus(),
    goTo(peer: Presence) {
      const position = peer.head === null ? null : text.resolve(peer.head);
      if (position !== null && editor.current) goTo(editor.current, position);
    },
    highlight(layer, list) {
      if (editor.current) showHighlights(editor.current, text, layer, list);
    },
    reveal: (highlight) => editor.current !== null && reveal(editor.current, text, highlight),
    chosen() {
      const range = editor.current?.state.selection.main;
      if (!range) return null;
      const [from, to] = range.empty ? [Math.max(0, range.from - 1), Math.max(1, range.to)] : [range.from, range.to];
      return text.blame(from, to).map(({ spans }) => spans).join(",") || null;
    },
    part() {
      const { doc, selection } = editor.current?.state ?? {};
      if (!doc || !selection) return null;
      const { main } = selection;
      const line = doc.lineAt(main.head);
      // What is written at the beginning of a line comes behind the end of the one before.
      const [from, to] = main.empty ? [Math.max(0, line.from - 1), line.to] : [main.from, main.to];
      const elements = document.client.elementsBetween(text.id, from, to);
      return elements === "" ? null : { name: nameOfPart(doc.sliceString(from, to)), elements };
    },
    downloads: [{ label: "Download the text", extension: "md", mediaType: "text/markdown", read: async () => text.toString() }],
  };
}

function Past({ moment, before }: { moment: Moment; before: Moment | undefined }) {
  const [then, earlier] = useMemo(() => [moment.text("text"), before?.text("text") ?? ""], [moment.id, before?.id]);
  return <OldText text={then} before={earlier} colour={moment.colour} />;
}
