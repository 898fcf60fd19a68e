/** The text as it was, with what one edit run changed in it. */
import { EditorState, type Range, StateField } from "@codemirror/state";
import { Decoration, EditorView, WidgetType } from "@codemirror/view";
import { useEffect, useRef } from "react";
import { type Difference, differences } from "./compare";
import { reading } from "./setup";

class Removed extends WidgetType {
  constructor(private readonly text: string) {
    super();
  }

  override eq(other: Removed): boolean {
    return this.text === other.text;
  }

  override toDOM(): HTMLElement {
    const shown = document.createElement("del");
    shown.className = "was-removed";
    shown.textContent = this.text;
    return shown;
  }
}

function decorations(found: readonly Difference[]) {
  const marks: Range<Decoration>[] = found.flatMap(({ from, to, removed }) => [
    ...(removed ? [Decoration.widget({ widget: new Removed(removed), side: -1 }).range(from)] : []),
    ...(from < to ? [Decoration.mark({ class: "was-added" }).range(from, to)] : []),
  ]);
  return StateField.define({
    create: () => Decoration.set(marks, true),
    update: (shown) => shown,
    provide: (field) => EditorView.decorations.from(field),
  });
}

export function OldText({ text, before, colour }: { text: string; before: string; colour: string }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const found = differences(before, text);
    const label = EditorView.contentAttributes.of({ "aria-label": "The text as it was" });
    const extensions = [reading, EditorState.readOnly.of(true), EditorView.editable.of(false), label, decorations(found)];
    const view = new EditorView({ parent: box.current as HTMLElement, state: EditorState.create({ doc: text, extensions }) });
    const first = found[0];
    if (first) view.dispatch({ effects: EditorView.scrollIntoView(first.from, { y: "center" }) });
    return () => view.destroy();
  }, [text, before]);
  return <div className="text old-text" ref={box} style={{ "--peer": colour } as React.CSSProperties} />;
}
