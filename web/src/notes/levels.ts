/** Lists, quotes and tasks: what blocks are items of. An item takes along what is under it. */
import { bodyDepth, inside, schema } from "@motet/client/prosemirror";
import type { Attrs, Node } from "prosemirror-model";
import type { Command, EditorState, Transaction } from "prosemirror-state";

export const isItem = (levels: string) => /[bo]$/.test(levels);

const LEVELS_MAX = 31;

interface Placed {
  at: number;
  levels: string;
}

/** Whether a block is under an item, or goes on in it. */
const isUnder = (levels: string, item: string) => levels.length > item.length || (levels.length === item.length && /[wv]$/.test(levels));

/** The blocks of the innermost body that has the selection: those before it, the roots in it, and what is under each. */
function roots({ selection }: EditorState): { root: Placed; under: Placed[] }[] {
  const { $from, $to } = selection;
  const depth = bodyDepth($from, $from.sharedDepth($to.pos));
  const body: Node = $from.node(depth);
  const [first, last] = [$from.index(depth), $to.index(depth)];
  const found: { root: Placed; under: Placed[] }[] = [];
  let at = $from.start(depth);
  body.forEach((block, _, n) => {
    const placed = { at, levels: block.attrs["levels"] as string };
    at += block.nodeSize;
    const open = found.at(-1);
    const isBelow = open !== undefined && open.root.levels !== "" && isUnder(placed.levels, open.root.levels);
    if (n > last && !(isBelow && n === first + found.reduce((count, one) => count + 1 + one.under.length, 0))) return;
    if (n < first) return;
    if (isBelow) open.under.push(placed);
    else found.push({ root: placed, under: [] });
  });
  return found;
}

const set = (tr: Transaction, { at }: Placed, attrs: Attrs) => Object.entries(attrs).reduce((all, [key, value]) => (all.doc.nodeAt(at)!.attrs[key] === value ? all : all.setNodeAttribute(at, key, value)), tr);

/** One level further in: into the item before, where there is one. */
export const indent: Command = (state, dispatch) => {
  const { $from } = state.selection;
  if ($from.parent.type !== schema.nodes.block || !/[bowv]$/.test($from.parent.attrs["levels"])) return false;
  const { tr } = state;
  for (const { root, under } of roots(state)) {
    const { levels } = root;
    const before = (tr.doc.resolve(root.at).nodeBefore?.attrs["levels"] ?? "") as string;
    if (!/[bowv]$/.test(levels) || before.length < levels.length || !/[bowv]/.test(before[levels.length - 1]!) || levels.length >= LEVELS_MAX) continue;
    const above = inside(before.slice(0, levels.length));
    set(tr, root, { levels: above + levels.at(-1), start: null });
    for (const one of under) set(tr, one, { levels: (above + one.levels.slice(levels.length - 1)).slice(0, LEVELS_MAX + 1) });
  }
  if (tr.docChanged) dispatch?.(tr.setStoredMarks(state.storedMarks).scrollIntoView());
  // A tabulator in a list is never meant for what else is on the page.
  return true;
};

/** One level further out. */
export const outdent: Command = (state, dispatch) => {
  const { $from } = state.selection;
  if ($from.parent.type !== schema.nodes.block) return false;
  const { tr } = state;
  for (const { root, under } of roots(state)) {
    const { levels } = root;
    if (levels === "") continue;
    const gone = Math.max(0, levels.length - 2);
    set(tr, root, levels.length === 1 ? { levels: "", task: null, start: null } : { levels: levels.slice(0, -2) + levels.at(-1) });
    for (const one of under) set(tr, one, { levels: one.levels.slice(0, gone) + one.levels.slice(gone + 1) });
  }
  if (!tr.docChanged) return false;
  dispatch?.(tr.setStoredMarks(state.storedMarks).scrollIntoView());
  return true;
};
