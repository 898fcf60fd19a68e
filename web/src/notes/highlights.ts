/** Stretches of the note that are marked, moved along with every change. */
import { type EditorState, Plugin, PluginKey, type Transaction } from "prosemirror-state";
import { Decoration, DecorationSet } from "prosemirror-view";
import { attributesOf, type Highlight, type Layer, LAYERS } from "../editor/highlights";

type Shown = Record<Layer, DecorationSet>;

const key = new PluginKey<Shown>("note:highlights");

const each = (make: (layer: Layer) => DecorationSet): Shown => Object.fromEntries(LAYERS.map((layer) => [layer, make(layer)])) as Shown;

/** The layers in which anything is. */
const drawn = (shown: Shown): DecorationSet[] => LAYERS.map((layer) => shown[layer]).filter((marks) => marks !== DecorationSet.empty);

/** What is marked. */
export function highlightsPlugin(): Plugin<Shown> {
  return new Plugin<Shown>({
    key,
    state: {
      init: () => each(() => DecorationSet.empty),
      apply(transaction, shown) {
        const given = transaction.getMeta(key) as Partial<Shown> | undefined;
        if (given) return { ...shown, ...given };
        if (!transaction.docChanged || drawn(shown).length === 0) return shown;
        const { mapping, doc } = transaction;
        return each((layer) => shown[layer].map(mapping, doc));
      },
    },
    props: {
      decorations(state) {
        const shown = key.getState(state);
        const [first, ...rest] = shown ? drawn(shown) : [];
        return rest.reduce((all, one) => all?.add(state.doc, one.find()), first);
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
    return range ? [Decoration.inline(range.from, range.to, attributesOf(layer, highlight))] : [];
  });
  const shown = key.getState(state);
  if (!shown || (marks.length === 0 && shown[layer] === DecorationSet.empty)) return null;
  const drawn = marks.length === 0 ? DecorationSet.empty : DecorationSet.create(state.doc, marks);
  return state.tr.setMeta(key, { [layer]: drawn }).setMeta("addToHistory", false);
}
