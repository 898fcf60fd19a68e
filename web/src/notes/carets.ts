/** Others' carets and selections: drawn over the text, moved with it, out of its flow. */
import type { Node } from "prosemirror-model";
import { type EditorState, Plugin, PluginKey, type Transaction } from "prosemirror-state";
import type { Mappable } from "prosemirror-transform";
import { Decoration, DecorationSet } from "prosemirror-view";
import type { Anchor } from "@motet/client";

/** Somebody's selection, by anchors. */
export interface Peer {
  peer: string;
  name: string;
  colour: string;
  anchor: Anchor | null;
  head: Anchor | null;
}

/** Somebody's selection, in places of this document. */
interface Caret extends Pick<Peer, "peer" | "name" | "colour"> {
  anchor: number;
  head: number;
}

interface Carets {
  peers: readonly Peer[];
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

function redraw(doc: Node, peers: readonly Peer[], carets: readonly Caret[]): Carets {
  return { peers, carets, drawn: DecorationSet.create(doc, carets.flatMap(decorate)) };
}

/** The carets of others. */
export function caretsPlugin(): Plugin<Carets> {
  return new Plugin<Carets>({
    key,
    state: {
      init: () => ({ peers: [], carets: [], drawn: DecorationSet.empty }),
      apply(transaction, { peers, carets, drawn }) {
        const given = transaction.getMeta(key) as { peers: readonly Peer[]; carets: Caret[] } | undefined;
        if (given) return areSame(given.carets, carets) ? { peers: given.peers, carets, drawn } : redraw(transaction.doc, given.peers, given.carets);
        if (!transaction.docChanged || carets.length === 0) return { peers, carets, drawn };
        const now = carets.map((caret) => moved(caret, transaction.mapping));
        const mapped = drawn.map(transaction.mapping, transaction.doc);
        // What was drawn in what is deleted went along.
        const isWhole = mapped.find().length === drawn.find().length;
        return isWhole ? { peers, carets: now, drawn: mapped } : redraw(transaction.doc, peers, now);
      },
    },
    props: { decorations: (state) => key.getState(state)?.drawn },
  });
}

/** The transaction that shows these people's carets; null where they are shown already. */
export function showCarets(state: EditorState, peers: readonly Peer[], placeOf: (anchor: Anchor) => number | null): Transaction | null {
  const now = key.getState(state);
  if (!now) return null;
  const carets = place(peers, now.carets, placeOf);
  // Those who cannot be shown yet are kept too.
  if (peers === now.peers && areSame(carets, now.carets)) return null;
  return state.tr.setMeta(key, { peers, carets }).setMeta("addToHistory", false);
}

/** Where others' carets are. */
export const caretsIn = (state: EditorState): readonly { peer: string; anchor: number; head: number }[] => key.getState(state)?.carets ?? [];

/** Whose carets are shown. */
export const peersIn = (state: EditorState): readonly Peer[] => key.getState(state)?.peers ?? [];
