/** Stretches of the text that are marked, moved along with every change. */
import type { TextContainer } from "@motet/client";
import { type Extension, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView } from "@codemirror/view";
import { attributesOf, type Highlight, type Layer, LAYERS } from "../editor/highlights";

const show = StateEffect.define<{ layer: Layer; marks: DecorationSet }>();

type Shown = Record<Layer, DecorationSet>;

const each = (make: (layer: Layer) => DecorationSet): Shown => Object.fromEntries(LAYERS.map((layer) => [layer, make(layer)])) as Shown;

const field = StateField.define<Shown>({
  create: () => each(() => Decoration.none),
  update(shown, transaction) {
    let next = transaction.docChanged ? each((layer) => shown[layer].map(transaction.changes)) : shown;
    for (const effect of transaction.effects) {
      if (effect.is(show)) next = { ...next, [effect.value.layer]: effect.value.marks };
    }
    return next;
  },
  provide: (field) => LAYERS.map((layer) => EditorView.decorations.from(field, (shown) => shown[layer])),
});

export const highlights: Extension = field;

/** Where a stretch is now; null where it is not in this text, or nothing is left of it. */
function rangeOf(text: TextContainer, { place, from, to }: Highlight, length: number): { from: number; to: number } | null {
  if (place !== text.id) return null;
  const [start, end] = [text.resolve(from), text.resolve(to)];
  return start !== null && end !== null && start < end && end <= length ? { from: start, to: end } : null;
}

/** Shows these and no others; caret, focus and scroll stay. */
export function showHighlights(view: EditorView, text: TextContainer, layer: Layer, list: readonly Highlight[]): void {
  const marks = list.flatMap((highlight) => {
    const range = rangeOf(text, highlight, view.state.doc.length);
    return range ? [Decoration.mark({ attributes: attributesOf(layer, highlight) }).range(range.from, range.to)] : [];
  });
  if (marks.length === 0 && view.state.field(field)[layer].size === 0) return;
  view.dispatch({ effects: show.of({ layer, marks: Decoration.set(marks, true) }) });
}

/** Scrolls a stretch into sight, and puts the caret before it; false where it is not here. */
export function reveal(view: EditorView, text: TextContainer, highlight: Highlight): boolean {
  const range = rangeOf(text, highlight, view.state.doc.length);
  if (!range) return false;
  view.dispatch({ selection: { anchor: range.from }, effects: EditorView.scrollIntoView(range.from, { y: "center" }) });
  view.focus();
  return true;
}
