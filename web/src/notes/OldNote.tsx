/** The note as it was, with a bar beside what one edit run changed in it. */
import type { EditRun } from "@motet/client";
import type { Node } from "prosemirror-model";
import { EditorState, Plugin } from "prosemirror-state";
import { Decoration, DecorationSet, EditorView } from "prosemirror-view";
import { useEffect, useRef } from "react";
import type { OpenDocument } from "../editor/document";
import { blockView } from "./blockview";
import { ROOT } from "./note";
import { counters } from "./numbers";
import type { PictureSource } from "./pictures";
import { pictureView } from "./pictureview";
import { project } from "./projection";

function noteAt(document: OpenDocument, run: EditRun): Node {
  const past = document.client.at(run.version);
  try {
    return project(past.rich, ROOT);
  } finally {
    past.close();
  }
}

/** The places of blocks that were not there, or were otherwise. */
export function changedBlocks(before: Node | null, then: Node): { from: number; to: number }[] {
  const known = new Map(before?.children.map((block) => [block.attrs["id"], block]));
  const changed: { from: number; to: number }[] = [];
  then.forEach((block, from) => {
    if (!known.get(block.attrs["id"])?.eq(block)) changed.push({ from, to: from + block.nodeSize });
  });
  return changed;
}

interface Props {
  document: OpenDocument;
  pictures: PictureSource;
  run: EditRun;
  before: EditRun | undefined;
}

export function OldNote({ document, pictures, run, before }: Props) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const doc = noteAt(document, run);
    const changed = changedBlocks(before ? noteAt(document, before) : null, doc);
    const bars = DecorationSet.create(doc, changed.map(({ from, to }) => Decoration.node(from, to, { class: "was-changed" })));
    const attributes = { class: "note", style: `counter-reset: ${counters}`, role: "document", "aria-label": "The note as it was", tabindex: "0" };
    const plugin = new Plugin({ props: { decorations: () => bars, attributes } });
    const view = new EditorView(box.current, { state: EditorState.create({ doc, plugins: [plugin] }), nodeViews: { block: blockView, image: pictureView(pictures) }, editable: () => false });
    view.dom.querySelector(".was-changed")?.scrollIntoView({ block: "center" });
    return () => view.destroy();
  }, [document, pictures, run, before]);
  return <div className="note-scroll old-note" ref={box} style={{ "--peer": document.colourOf(run.author) } as React.CSSProperties} />;
}
