/** What is only proposed, within the text: what would come underlined, what would go struck through where it was. */
import type { TextContainer } from "@motet/client";
import { EditorSelection, type Extension, type Range, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, ViewPlugin, type ViewUpdate, WidgetType } from "@codemirror/view";
import type { OpenDocument } from "../editor/document";
import { SuggestionCard, UNIT } from "../suggest/card";
import type { ReviewEditor } from "../suggest/review";
import { type Drawing, drawingsOf, signed, type Unit } from "../suggest/units";

const draw = StateEffect.define<DecorationSet>();

const drawn = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    const given = transaction.effects.find((effect) => effect.is(draw));
    return given ? (given.value as DecorationSet) : marks.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

class Removed extends WidgetType {
  constructor(
    private readonly text: string,
    private readonly unit: string,
    private readonly colour: string,
  ) {
    super();
  }

  override eq({ text, unit, colour }: Removed): boolean {
    return text === this.text && unit === this.unit && colour === this.colour;
  }

  override toDOM(): HTMLElement {
    return removedElement(this.text, this.unit, this.colour);
  }

  override ignoreEvent(): boolean {
    return false;
  }
}

/** What somebody proposes to take out. */
export function removedElement(text: string, unit: string, colour: string): HTMLElement {
  const removed = document.createElement("del");
  removed.className = "suggested-delete";
  removed.setAttribute(UNIT, unit);
  removed.style.setProperty("--peer", colour);
  removed.contentEditable = "false";
  removed.textContent = signed(text);
  return removed;
}

/** What marks the text of a unit. */
export const drawnAttributes = (unit: Unit, colour: string): Record<string, string> => ({ [UNIT]: unit.id, style: `--peer: ${colour}` });

function decorate(drawing: Drawing, length: number, document: OpenDocument): DecorationSet {
  const marks: Range<Decoration>[] = [];
  const { author } = document.client;
  const isIn = (from: number, to: number) => from < to && to <= length;
  for (const [stretches, tagName, name] of [[drawing.inserted, "ins", "suggested-insert"], [drawing.restyled, "span", "suggested-style"]] as const) {
    for (const { from, to, unit } of stretches) {
      const attributes = drawnAttributes(unit, document.colourOf(unit.author));
      // What its author types on is underlined at once.
      if (isIn(from, to)) marks.push(Decoration.mark({ class: name, tagName, attributes, inclusiveEnd: unit.author === author }).range(from, to));
    }
  }
  for (const { at, text, unit } of drawing.removed) {
    if (at <= length) marks.push(Decoration.widget({ widget: new Removed(text, unit.id, document.colourOf(unit.author)), side: -1 }).range(at));
  }
  return Decoration.set(marks, true);
}

const nothing: Drawing = { inserted: [], removed: [], restyled: [], beside: [] };

class Suggestions {
  private readonly card: SuggestionCard;
  private readonly ends: (() => void)[];
  private isGone = false;

  constructor(
    private readonly view: EditorView,
    private readonly document: OpenDocument,
    private readonly text: TextContainer,
  ) {
    const { client, review } = document;
    this.card = new SuggestionCard(view.dom.parentElement ?? view.dom, document);
    const editor = this.editor();
    review.editor = editor;
    this.ends = [client.on("proposals", () => this.show()), () => review.editor === editor && (review.editor = null)];
    queueMicrotask(() => this.show());
  }

  update(update: ViewUpdate): void {
    if (update.docChanged) return this.card.hide();
    if (!update.selectionSet || !update.state.selection.main.empty) return;
    const unit = this.document.review.atCaret();
    const { head } = update.state.selection.main;
    // Where it is on the page is known once it is drawn.
    queueMicrotask(() => !this.isGone && this.card.caretAt(unit, () => this.view.coordsAtPos(Math.min(head, this.view.state.doc.length))));
  }

  destroy(): void {
    this.isGone = true;
    for (const end of this.ends) end();
    this.card.remove();
  }

  private show(): void {
    if (this.isGone) return;
    const { state } = this.view;
    const drawing = drawingsOf(this.document.review.shown()).get(this.text.id);
    if (drawing || state.field(drawn).size > 0) this.view.dispatch({ effects: draw.of(decorate(drawing ?? nothing, state.doc.length, this.document)) });
  }

  private editor(): ReviewEditor {
    const isHere = (text: string) => text === this.text.id;
    return {
      selection: () => {
        const { from, to } = this.view.state.selection.main;
        return { in: this.text.id, from, to };
      },
      order: (spot) => (isHere(spot.in) ? spot.from : null),
      goTo: (spot) => {
        if (!isHere(spot.in)) return;
        const at = Math.min(spot.from, this.view.state.doc.length);
        this.view.dispatch({ selection: EditorSelection.cursor(at), effects: EditorView.scrollIntoView(at, { y: "nearest", yMargin: 80 }) });
        this.view.focus();
      },
    };
  }
}

/** Shows what is only proposed and what one wants to see of it. */
export function suggestions(document: OpenDocument, text: TextContainer): Extension {
  return [drawn, ViewPlugin.define((view) => new Suggestions(view, document, text))];
}
