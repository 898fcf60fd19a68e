/**
 * What is only proposed, within the note: what would come underlined, what would go struck through where it was, and a bar beside a
 * paragraph that would be another. All of it is drawn beside the nodes, never in their place.
 */
import type { Node } from "prosemirror-model";
import { type EditorState, Plugin, PluginKey, type Transaction } from "prosemirror-state";
import { Decoration, DecorationSet, type EditorView } from "prosemirror-view";
import type { ContainerId } from "@motet/client";
import { type Name, type NoteBinding, schema, unitAt } from "@motet/client/prosemirror";
import type { OpenDocument } from "../editor/document";
import { SuggestionCard, UNIT } from "../suggest/card";
import type { ReviewEditor, Spot } from "../suggest/review";
import { type Drawing, drawingsOf, signed, type Unit } from "../suggest/units";

const key = new PluginKey<DecorationSet>("note:suggestions");

/** A text of the note as the editor's engine names it, and back. */
const nameOf = (text: ContainerId): Name => (text.startsWith("text:") ? `/${text.slice("text:".length)}` : text.slice("text@".length));
const containerOf = (name: Name): ContainerId => (name.startsWith("/") ? `text:${name.slice(1)}` : `text@${name}`);

/** Something drawn at a place, which is no part of the note. */
function widget(place: number, unit: Unit, colour: string, [tag, className, text]: [tag: "del" | "ins" | "span", className: string, text: string]): Decoration {
  const make = () => {
    const made = document.createElement(tag);
    made.className = className;
    made.setAttribute(UNIT, unit.id);
    made.style.setProperty("--peer", colour);
    made.contentEditable = "false";
    made.textContent = text;
    return made;
  };
  return Decoration.widget(place, make, { key: `${className} ${unit.id} ${colour} ${text}`, side: -1, ignoreSelection: true });
}

class Drawer {
  readonly marks: Decoration[] = [];

  constructor(
    private readonly doc: Node,
    private readonly place: (at: number) => number | null,
    private readonly document: OpenDocument,
  ) {}

  draw({ inserted, removed, restyled, beside }: Drawing): void {
    for (const { from, to, unit } of inserted) this.inserted(from, to, unit);
    for (const { from, to, unit } of restyled) this.inline(this.place(from), this.place(to), unit, { class: "suggested-style" });
    for (const { at, text, unit } of removed) this.widget(this.place(at), unit, ["del", "suggested-delete", signed(text)]);
    // Behind the mark of a paragraph is its line.
    for (const at of new Set(beside.map((one) => one.at))) this.widget(this.place(at + 1), beside.find((one) => one.at === at)!.unit, ["span", "suggested-beside", ""]);
  }

  private inserted(from: number, to: number, unit: Unit): void {
    const [begin, end] = [this.place(from), this.place(to)];
    this.inline(begin, end, unit, { nodeName: "ins", class: "suggested-insert" });
    if (begin === null || end === null) return;
    this.doc.nodesBetween(begin, end, (node, at) => {
      if (node.type === schema.nodes.block && at >= begin && at < end) this.widget(at + 1, unit, ["ins", "suggested-insert is-mark", "¶"]);
      if (node.isAtom && node.isInline && !node.isText && at >= begin && at < end) this.marks.push(Decoration.node(at, at + node.nodeSize, { class: "suggested-object", ...this.attributes(unit) }));
      return true;
    });
  }

  private inline(from: number | null, to: number | null, unit: Unit, how: { nodeName?: string; class: string }): void {
    const isOwn = unit.author === this.document.client.author;
    // What its author types on is underlined at once.
    if (from !== null && to !== null && from < to) this.marks.push(Decoration.inline(from, to, { ...how, ...this.attributes(unit) }, { inclusiveEnd: isOwn }));
  }

  private widget(place: number | null, unit: Unit, what: Parameters<typeof widget>[3]): void {
    if (place !== null) this.marks.push(widget(place, unit, this.document.colourOf(unit.author), what));
  }

  private attributes(unit: Unit): Record<string, string> {
    return { [UNIT]: unit.id, style: `--peer: ${this.document.colourOf(unit.author)}` };
  }
}

/** The transaction that shows what one wants to see of what is proposed; null where nothing of it is new. */
export function showSuggestions(state: EditorState, binding: NoteBinding, document: OpenDocument): Transaction | null {
  const drawings = drawingsOf(document.review.shown());
  const before = key.getState(state);
  if (!before || (drawings.size === 0 && before === DecorationSet.empty)) return null;
  const marks = [...drawings].flatMap(([text, drawing]) => {
    const drawer = new Drawer(state.doc, (at) => binding.placeIn(nameOf(text), at), document);
    drawer.draw(drawing);
    return drawer.marks;
  });
  return state.tr.setMeta(key, DecorationSet.create(state.doc, marks)).setMeta("addToHistory", false);
}

/** How the note is reviewed. */
export function reviewEditor(root: Name, view: EditorView, binding: NoteBinding, show: (place: number) => void): ReviewEditor {
  const placeOf = (spot: Spot) => binding.placeIn(nameOf(spot.in), spot.from);
  return {
    selection: () => {
      const { doc, selection } = view.state;
      const [from, to] = [unitAt(root, doc, selection.from), unitAt(root, doc, selection.to)];
      return from && to && from.in === to.in ? { in: containerOf(from.in), from: from.at, to: to.at } : null;
    },
    order: placeOf,
    goTo: (spot) => {
      const place = placeOf(spot);
      if (place !== null) show(place);
    },
  };
}

/** Draws what is proposed, and shows a card where the caret comes to it. */
export function suggestionsPlugin(document: OpenDocument): Plugin<DecorationSet> {
  return new Plugin<DecorationSet>({
    key,
    state: {
      init: () => DecorationSet.empty,
      apply(transaction, shown) {
        const given = transaction.getMeta(key) as DecorationSet | undefined;
        return given ?? (transaction.docChanged ? shown.map(transaction.mapping, transaction.doc) : shown);
      },
    },
    props: { decorations: (state) => key.getState(state) },
    view(view) {
      const card = new SuggestionCard(view.dom.parentElement ?? view.dom, document);
      return {
        update(now, before) {
          if (before.doc !== now.state.doc) return card.hide();
          const { selection } = now.state;
          if (before.selection.eq(selection) || !selection.empty) return;
          card.caretAt(document.review.atCaret(), () => now.coordsAtPos(selection.head));
        },
        destroy: () => card.remove(),
      };
    },
  });
}
