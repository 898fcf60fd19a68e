/** Stretches of the note in a colour, moved along with every change. */
import { type EditorState, Plugin, PluginKey, type Transaction } from "prosemirror-state";
import { Decoration, DecorationSet } from "prosemirror-view";
import type { Highlight, Layer } from "../editor/highlights";

type Shown = Record<Layer, DecorationSet>;

const key = new PluginKey<Shown>("note:highlights");

/** What is shown in colours. */
export function highlightsPlugin(): Plugin<Shown> {
  return new Plugin<Shown>({
    key,
    state: {
      init: () => ({ won: DecorationSet.empty, taken: DecorationSet.empty }),
      apply(transaction, shown) {
        const given = transaction.getMeta(key) as Partial<Shown> | undefined;
        if (given) return { ...shown, ...given };
        if (!transaction.docChanged || (shown.won === DecorationSet.empty && shown.taken === DecorationSet.empty)) return shown;
        const { mapping, doc } = transaction;
        return { won: shown.won.map(mapping, doc), taken: shown.taken.map(mapping, doc) };
      },
    },
    props: {
      decorations(state) {
        const shown = key.getState(state);
        if (!shown || shown.taken === DecorationSet.empty) return shown?.won;
        return shown.won === DecorationSet.empty ? shown.taken : shown.won.add(state.doc, shown.taken.find());
      },
    },
  });
}

/** An anchor that says the text it is of where no element does. */
export const rangeOf = ({ from, to }: Highlight, placeOf: (anchor: string) => number | null): { from: number; to: number } | null => {
  const [start, end] = [placeOf(from), placeOf(to)];
  return start !== null && end !== null && start < end ? { from: start, to: end } : null;
};

/** The transaction that shows these and no others; null where none are and none were. */
export function showHighlights(state: EditorState, layer: Layer, list: readonly Highlight[], placeOf: (anchor: string) => number | null): Transaction | null {
  const marks = list.flatMap((highlight) => {
    const range = rangeOf(highlight, placeOf);
    return range ? [Decoration.inline(range.from, range.to, { class: `is-${layer}`, title: highlight.title })] : [];
  });
  const shown = key.getState(state);
  if (!shown || (marks.length === 0 && shown[layer] === DecorationSet.empty)) return null;
  const drawn = marks.length === 0 ? DecorationSet.empty : DecorationSet.create(state.doc, marks);
  return state.tr.setMeta(key, { [layer]: drawn }).setMeta("addToHistory", false);
}
