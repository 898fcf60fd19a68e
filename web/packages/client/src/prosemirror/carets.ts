/** Others' carets and selections: drawn over the text, moved with it, out of its flow. */
import type { Node } from "prosemirror-model";
import { type EditorState, Plugin, PluginKey, type Transaction } from "prosemirror-state";
import type { Mappable } from "prosemirror-transform";
import { Decoration, DecorationSet } from "prosemirror-view";
import type { Anchor } from "../engine/engine.js";
import { countBelow, LONG, placesOfBlocks } from "./places.js";

/** Somebody's selection, by anchors. */
export interface Peer {
  peer: string;
  name: string;
  colour: string;
  anchor: Anchor | null;
  head: Anchor | null;
}

/** Somebody's selection, in places of this document. */
export interface Caret extends Pick<Peer, "peer" | "name" | "colour"> {
  anchor: number;
  head: number;
}

/** What the plugin holds. */
export interface Carets {
  carets: readonly Caret[];
  drawn: DecorationSet;
}

const key = new PluginKey<Carets>("note:carets");

function draw({ name, colour }: Caret): HTMLElement {
  const caret = document.createElement("span");
  caret.className = "note-peer-caret";
  caret.style.setProperty("--peer", colour);
  caret.setAttribute("aria-hidden", "true");
  // Drawn from an attribute, so that the name is no part of the text that is copied or searched.
  caret.dataset["name"] = name;
  return caret;
}

function decorate(caret: Caret): Decoration[] {
  const { peer, name, colour, anchor, head } = caret;
  const widget = Decoration.widget(head, () => draw(caret), {
    key: `${peer} ${name} ${colour}`,
    // Behind what the caret is behind, whatever is typed there by others.
    side: -1,
    ignoreSelection: true,
  });
  if (anchor === head) return [widget];
  const style = `--peer: ${colour}`;
  return [Decoration.inline(Math.min(anchor, head), Math.max(anchor, head), { class: "note-peer-selection", style }), widget];
}

/** A caret where a change leaves it: behind what it was behind. */
function moved(caret: Caret, mapping: Mappable): Caret {
  return { ...caret, anchor: mapping.map(caret.anchor, -1), head: mapping.map(caret.head, -1) };
}

function place(peers: readonly Peer[], before: readonly Caret[], placeOf: (anchor: Anchor) => number | null): Caret[] {
  return peers.flatMap((peer) => {
    if (peer.head === null) return [];
    const head = placeOf(peer.head);
    const anchor = peer.anchor === null || peer.anchor === peer.head ? head : placeOf(peer.anchor);
    const { name, colour } = peer;
    if (head !== null && anchor !== null) return [{ peer: peer.peer, name, colour, anchor, head }];
    // What it holds to is not here yet: it waits where it was.
    const old = before.find((caret) => caret.peer === peer.peer);
    return old ? [{ ...old, name, colour }] : [];
  });
}

const isSame = (a: Caret, b: Caret | undefined) => b !== undefined && a.peer === b.peer && a.anchor === b.anchor && a.head === b.head && a.name === b.name && a.colour === b.colour;

const areSame = (some: readonly Caret[], others: readonly Caret[]) => some.length === others.length && some.every((caret, n) => isSame(caret, others[n]));

/** A set as ProseMirror keeps it: what lies in a child is in a set of its own, after where the child begins and ends. */
const nested = DecorationSet as unknown as new (here: readonly Decoration[], within: readonly (number | DecorationSet)[]) => DecorationSet;

/** As `DecorationSet.create`, which looks at all blocks of a note: here only at those with carets. Null where a selection is in several. */
function drawInBlocks(doc: Node, carets: readonly Caret[]): DecorationSet | null {
  const places = placesOfBlocks(doc);
  const within = new Map<number, Decoration[]>();
  for (const caret of carets) {
    const n = countBelow(places, caret.head + 1) - 1;
    const [start, end] = [places[n]!, places[n + 1] ?? 0];
    if ([caret.anchor, caret.head].some((place) => place <= start || place >= end)) return null;
    const [anchor, head] = [caret.anchor - start - 1, caret.head - start - 1];
    within.set(n, [...(within.get(n) ?? []), ...decorate({ ...caret, anchor, head })]);
  }
  const blocks = [...within].sort(([one], [other]) => one - other);
  return new nested([], blocks.flatMap(([n, decorations]) => [places[n]!, places[n + 1]!, DecorationSet.create(doc.child(n), decorations)]));
}

function redraw(doc: Node, carets: readonly Caret[]): Carets {
  const quick = doc.childCount >= LONG && carets.length > 0 ? drawInBlocks(doc, carets) : null;
  return { carets, drawn: quick ?? DecorationSet.create(doc, carets.flatMap(decorate)) };
}

function follow({ carets, drawn }: Carets, { mapping, doc }: Transaction): Carets {
  const now = carets.map((caret) => moved(caret, mapping));
  const mapped = drawn.map(mapping, doc);
  // What was drawn in what is deleted went along.
  const isWhole = mapped.find().length === drawn.find().length;
  return isWhole ? { carets: now, drawn: mapped } : redraw(doc, now);
}

/** The carets of others. */
export function caretsPlugin(): Plugin<Carets> {
  return new Plugin<Carets>({
    key,
    state: {
      init: () => ({ carets: [], drawn: DecorationSet.empty }),
      apply(transaction, shown) {
        const given = transaction.getMeta(key) as readonly Caret[] | undefined;
        if (given) return redraw(transaction.doc, given);
        return transaction.docChanged && shown.carets.length > 0 ? follow(shown, transaction) : shown;
      },
    },
    props: { decorations: (state) => key.getState(state)?.drawn },
  });
}

/** Adds to a transaction of a state where these people's carets are after it; false where it leaves them there anyway. */
export function putCarets(transaction: Transaction, state: EditorState, peers: readonly Peer[], placeOf: (anchor: Anchor) => number | null): boolean {
  const shown = key.getState(state);
  if (!shown) return false;
  const left = transaction.docChanged ? shown.carets.map((caret) => moved(caret, transaction.mapping)) : shown.carets;
  const carets = place(peers, left, placeOf);
  if (areSame(carets, left)) return false;
  transaction.setMeta(key, carets);
  return true;
}

/** Where others' carets are. */
export const caretsIn = (state: EditorState): readonly { peer: string; anchor: number; head: number }[] => key.getState(state)?.carets ?? [];
