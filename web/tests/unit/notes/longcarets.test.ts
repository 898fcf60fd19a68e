/** In a long note only the blocks with carets are looked at: what is drawn is what looking at all of them gives. */
import { caretsPlugin, putCarets, schema } from "@motet/client/prosemirror";
import type { Node } from "prosemirror-model";
import { EditorState } from "prosemirror-state";
import { type DecorationSet } from "prosemirror-view";
import { expect, it } from "vitest";

const line = (n: number): Node => schema.node("block", { id: `1.${n}` }, schema.text(`line ${n} of a note`));

function draw(count: number, carets: readonly [anchor: number, head: number][]): [number, number, unknown][] {
  const doc = schema.node("doc", null, Array.from({ length: count }, (_, n) => line(n)));
  const plugin = caretsPlugin();
  const state = EditorState.create({ doc, plugins: [plugin] });
  const { tr } = state;
  const peers = carets.map(([anchor, head], n) => ({ peer: `${n}`, name: "Ben", colour: "#000000", anchor: `${anchor}`, head: `${head}` }));
  putCarets(tr, state, peers, Number);
  const shown = state.apply(tr);
  const found = (of: EditorState) => (plugin.props.decorations!.call(plugin, of) as DecorationSet).find().map(({ from, to, spec }): [number, number, unknown] => [from, to, spec["key"]]);
  // Where text comes before all of them, they move along.
  const later = shown.apply(shown.tr.insert(1, schema.text("xyz")));
  expect(found(later)).toEqual(found(shown).map(([from, to, named]) => [from + 3, to + 3, named]));
  return found(shown);
}

it.each([
  ["carets in several lines", [[5, 5], [300, 300], [1200, 1200]]],
  ["two in one line", [[301, 301], [305, 305]]],
  ["a selection in a line", [[302, 308], [24, 20]]],
  ["a selection over lines", [[40, 900], [310, 310]]],
  ["none", []],
] satisfies [string, [number, number][]][])("draws %s", (_, carets) => {
  const wanted = carets.flatMap(([anchor, head], n): [number, number, unknown][] => {
    const caret: [number, number, unknown] = [head, head, `${n} Ben #000000`];
    return anchor === head ? [caret] : [[Math.min(anchor, head), Math.max(anchor, head), undefined], caret];
  });
  const byPlace = (one: readonly unknown[], other: readonly unknown[]) => (one[0] as number) - (other[0] as number) || (one[1] as number) - (other[1] as number);
  expect(draw(150, carets).sort(byPlace)).toEqual(wanted.sort(byPlace));
});
