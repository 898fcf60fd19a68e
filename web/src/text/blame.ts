/** Who wrote what is under the pointer. */
import type { Blame, TextContainer } from "@motet/client";
import { type Extension, StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, hoverTooltip } from "@codemirror/view";
import { ago, exactly } from "../app/time";
import type { OpenDocument } from "../editor/document";

/** How far around the pointer the responsible stretch is looked for. */
const REACH = 2_000;

const mark = StateEffect.define<{ from: number; to: number; colour: string } | null>();

const marked = StateField.define({
  create: () => Decoration.none,
  update(marks, transaction) {
    let next = marks.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (!effect.is(mark)) continue;
      const { value } = effect;
      const style = value && { class: "blamed", attributes: { style: `--peer: ${value.colour}` } };
      next = value && style ? Decoration.set(Decoration.mark(style).range(value.from, value.to)) : Decoration.none;
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});

function card(blame: Blame, colour: string): HTMLElement {
  const box = document.createElement("div");
  box.className = "blame-card";
  box.style.setProperty("--peer", colour);
  const name = document.createElement("strong");
  name.textContent = blame.name;
  const time = document.createElement("span");
  time.textContent = ago(blame.time);
  time.title = exactly(blame.time);
  box.append(name, time);
  return box;
}

/** Shows author and time of the text under the pointer while `isOn`. */
export function blameOnHover(document: OpenDocument, text: TextContainer, isOn: () => boolean): Extension {
  const tooltip = hoverTooltip(
    (view, position) => {
      if (!isOn()) return null;
      const [from, to] = [Math.max(0, position - REACH), Math.min(view.state.doc.length, position + REACH)];
      const found = text.blame(from, to).find((stretch) => stretch.from <= position && position < stretch.to);
      if (!found) return null;
      return {
        pos: found.from,
        end: found.to,
        above: true,
        create(view) {
          const colour = document.colourOf(found.author);
          const effects = mark.of({ from: found.from, to: found.to, colour });
          queueMicrotask(() => view.dispatch({ effects }));
          return { dom: card(found, colour), destroy: () => queueMicrotask(() => view.dispatch({ effects: mark.of(null) })) };
        },
      };
    },
    { hoverTime: 250, hideOnChange: true },
  );
  return [marked, tooltip];
}
