/** The note as it was, with a bar beside what changed in it. */
import { project } from "@motet/client/prosemirror";
import type { Node } from "prosemirror-model";
import { EditorState, Plugin } from "prosemirror-state";
import { Decoration, DecorationSet, EditorView } from "prosemirror-view";
import { useEffect, useRef } from "react";
import type { Moment } from "../editor/moment";
import { blockView } from "./blockview";
import { ROOT } from "./note";
import { counters } from "./numbers";
import type { PictureSource } from "./pictures";
import { pictureView } from "./pictureview";

function noteAt(moment: Moment): Node {
  const past = moment.at();
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
  pictures: PictureSource;
  moment: Moment;
  before: Moment | undefined;
}

export function OldNote({ pictures, moment, before }: Props) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const doc = noteAt(moment);
    const changed = changedBlocks(before ? (before.id === moment.id ? doc : noteAt(before)) : null, doc);
    const bars = DecorationSet.create(doc, changed.map(({ from, to }) => Decoration.node(from, to, { class: "was-changed" })));
    const attributes = { class: "note", style: `counter-reset: ${counters}`, role: "document", "aria-label": "The note as it was", tabindex: "0" };
    const plugin = new Plugin({ props: { decorations: () => bars, attributes } });
    const view = new EditorView(box.current, { state: EditorState.create({ doc, plugins: [plugin] }), nodeViews: { block: blockView, image: pictureView(pictures) }, editable: () => false });
    view.dom.querySelector(".was-changed")?.scrollIntoView({ block: "center" });
    return () => view.destroy();
  }, [pictures, moment.id, before?.id]);
  return <div className="note-scroll old-note" ref={box} style={{ "--peer": moment.colour } as React.CSSProperties} />;
}
