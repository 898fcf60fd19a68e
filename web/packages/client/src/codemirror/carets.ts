/** Others' carets and selections, in the text and beside the scroll bar. */
import { type Extension, type Range, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, ViewPlugin, type ViewUpdate, WidgetType } from "@codemirror/view";
import { plainColour } from "../colour.js";
import type { TextContainer } from "../containers.js";
import type { MotetDocument, Presence } from "../document.js";

/** Somebody's selection, in positions of this text. */
export interface Caret {
  peer: string;
  name: string;
  colour: string;
  anchor: number;
  head: number;
}

/** How long a name stays beside a caret that moved. */
const NAME_SHOWN_MS = 2_500;

const setCarets = StateEffect.define<readonly Caret[]>();

class CaretWidget extends WidgetType {
  constructor(
    private readonly caret: Caret,
    private readonly isFresh: boolean,
  ) {
    super();
  }

  override eq(other: CaretWidget): boolean {
    const [mine, its] = [this.caret, other.caret];
    return mine.peer === its.peer && mine.name === its.name && mine.colour === its.colour && this.isFresh === other.isFresh;
  }

  override toDOM(): HTMLElement {
    const caret = document.createElement("span");
    caret.className = this.isFresh ? "peer-caret is-fresh" : "peer-caret";
    caret.style.setProperty("--peer", this.caret.colour);
    caret.setAttribute("aria-hidden", "true");
    const name = document.createElement("span");
    name.className = "peer-name";
    // Drawn from an attribute, so that the name is no part of the text that is copied or searched.
    name.dataset["name"] = this.caret.name;
    caret.append("\u2060", name, "\u2060");
    return caret;
  }

  override ignoreEvent(): boolean {
    return true;
  }
}

/** What the field holds. */
export interface CaretState {
  carets: readonly Caret[];
  /** When each caret last moved on its own account, by peer. */
  moved: ReadonlyMap<string, number>;
  marks: DecorationSet;
}

function draw(carets: readonly Caret[], moved: ReadonlyMap<string, number>): DecorationSet {
  const now = Date.now();
  const marks: Range<Decoration>[] = [];
  for (const caret of carets) {
    const [from, to] = [Math.min(caret.anchor, caret.head), Math.max(caret.anchor, caret.head)];
    if (from < to) {
      const style = `--peer: ${caret.colour}`;
      marks.push(Decoration.mark({ class: "peer-selection", attributes: { style } }).range(from, to));
    }
    const isFresh = now - (moved.get(caret.peer) ?? 0) < NAME_SHOWN_MS;
    marks.push(Decoration.widget({ widget: new CaretWidget(caret, isFresh), side: 1 }).range(caret.head));
  }
  return Decoration.set(marks, true);
}

/** The carets, moved along with every change of the text. */
export const caretField = StateField.define<CaretState>({
  create: () => ({ carets: [], moved: new Map(), marks: Decoration.none }),
  update(state, transaction) {
    let { carets, moved } = state;
    if (transaction.docChanged) {
      const { changes } = transaction;
      carets = carets.map((caret) => ({ ...caret, anchor: changes.mapPos(caret.anchor), head: changes.mapPos(caret.head) }));
    }
    for (const effect of transaction.effects) {
      if (!effect.is(setCarets)) continue;
      const before = new Map(carets.map((caret) => [caret.peer, caret]));
      const isStill = (caret: Caret) => {
        const old = before.get(caret.peer);
        return old !== undefined && old.head === caret.head && old.anchor === caret.anchor;
      };
      moved = new Map(effect.value.map((caret) => [caret.peer, isStill(caret) ? (moved.get(caret.peer) ?? 0) : Date.now()]));
      carets = effect.value;
    }
    if (carets === state.carets && moved === state.moved) return state;
    return { carets, moved, marks: draw(carets, moved) };
  },
  provide: (field) => EditorView.decorations.from(field, (state) => state.marks),
});

/** Whose carets are shown, in what colour. */
export interface CaretOptions {
  /** The colour of somebody who may have chosen one; that which they chose, unless said otherwise. */
  colourOf?(peer: Presence): string;
}

/** Finds the places of those who are in this text. Who is at what is not known here yet stays where he was, or out. */
function place(text: TextContainer, peers: readonly Presence[], before: readonly Caret[], length: number, options: CaretOptions): Caret[] {
  return peers.flatMap((peer) => {
    if (peer.text !== null && peer.text.id !== text.id) return [];
    const head = peer.head === null ? null : text.resolve(peer.head);
    const anchor = peer.anchor === null ? head : text.resolve(peer.anchor);
    if (head === null || anchor === null || head > length || anchor > length) {
      const old = peer.head === null ? undefined : before.find((caret) => caret.peer === peer.peer);
      return old ? [old] : [];
    }
    const colour = options.colourOf?.(peer) ?? peer.colour;
    return [{ peer: peer.peer, name: peer.name, colour: plainColour(colour), anchor, head }];
  });
}

/** Follows who is here; after every change of the text, too, since anchors may be known then that were not before. */
function following(document: MotetDocument, text: TextContainer, options: CaretOptions) {
  return ViewPlugin.define((view) => {
    let isGone = false;
    let isSoon = false;
    const show = () => {
      isSoon = false;
      if (isGone) return;
      const before = view.state.field(caretField).carets;
      const carets = place(text, document.current().peers, before, view.state.doc.length, options);
      if (carets.length > 0 || before.length > 0) view.dispatch({ effects: setCarets.of(carets) });
    };
    // Who writes moves, too: both are shown as one.
    const soon = () => {
      if (!isSoon) queueMicrotask(show);
      isSoon = true;
    };
    const ends = [document.on("presence", soon), text.subscribe((_changes, { origin }) => origin !== "local" && soon())];
    soon();
    return {
      destroy() {
        isGone = true;
        for (const end of ends) end();
      },
    };
  });
}

/** Lets names fade: redraws once the newest of them has been shown long enough. */
const fading = ViewPlugin.fromClass(
  class {
    private timer: ReturnType<typeof setTimeout> | null = null;

    constructor(private readonly view: EditorView) {}

    update(update: ViewUpdate): void {
      const { moved } = update.state.field(caretField);
      if (moved === update.startState.field(caretField).moved || moved.size === 0) return;
      if (this.timer !== null) clearTimeout(this.timer);
      this.timer = setTimeout(() => this.fade(), NAME_SHOWN_MS + 50);
    }

    destroy(): void {
      if (this.timer !== null) clearTimeout(this.timer);
    }

    private fade(): void {
      this.view.dispatch({ effects: setCarets.of([...this.view.state.field(caretField).carets]) });
    }
  },
);

/** Marks beside the scroll bar, where others are in the whole text. */
const scrollMarks = ViewPlugin.fromClass(
  class {
    private readonly rail = document.createElement("div");

    constructor(private readonly view: EditorView) {
      this.rail.className = "scroll-marks";
      this.rail.setAttribute("aria-hidden", "true");
      view.dom.append(this.rail);
    }

    update(update: ViewUpdate): void {
      const hasMoved = update.state.field(caretField) !== update.startState.field(caretField);
      if (hasMoved || update.geometryChanged || update.docChanged) this.measure();
    }

    destroy(): void {
      this.rail.remove();
    }

    private measure(): void {
      this.view.requestMeasure({ key: this, read: () => this.read(), write: (marks) => this.write(marks) });
    }

    private read(): { caret: Caret; share: number }[] {
      const { carets } = this.view.state.field(caretField);
      const height = Math.max(this.view.contentHeight, this.view.scrollDOM.clientHeight, 1);
      return carets.map((caret) => ({ caret, share: this.view.lineBlockAt(caret.head).top / height }));
    }

    private write(marks: { caret: Caret; share: number }[]): void {
      this.rail.replaceChildren(
        ...marks.map(({ caret, share }) => {
          const mark = document.createElement("button");
          mark.type = "button";
          mark.tabIndex = -1;
          mark.title = `${caret.name} is here`;
          mark.style.setProperty("--peer", caret.colour);
          mark.style.top = `${(share * 100).toFixed(2)}%`;
          mark.addEventListener("click", () => goTo(this.view, caret.head));
          return mark;
        }),
      );
    }
  },
);

/** Scrolls a place into the middle. */
export function goTo(view: EditorView, position: number): void {
  view.dispatch({ effects: EditorView.scrollIntoView(position, { y: "center" }) });
}

/** Shows where others are in a text. */
export function carets(document: MotetDocument, text: TextContainer, options: CaretOptions = {}): Extension {
  return [caretField, following(document, text, options), fading, scrollMarks];
}

/** A look for the carets of others; programs with a style sheet of their own style `.peer-caret`, `.peer-name`, `.peer-selection` and `.scroll-marks`. */
export const caretTheme: Extension = EditorView.baseTheme({
  ".peer-selection": { background: "color-mix(in srgb, var(--peer) 26%, transparent)" },
  ".peer-caret": { position: "relative", borderLeft: "2px solid var(--peer)", margin: "0 -1px", pointerEvents: "none" },
  ".peer-name": { position: "absolute", left: "-2px", bottom: "calc(100% - 2px)", zIndex: "5", opacity: "0", transition: "opacity 200ms" },
  ".peer-name::after": { content: "attr(data-name)", padding: "0 6px", font: "600 12px/1.5 sans-serif", whiteSpace: "nowrap", color: "#fff", background: "var(--peer)" },
  ".peer-caret.is-fresh .peer-name, .cm-line:hover .peer-name": { opacity: "1" },
  ".cm-line:first-child .peer-name": { bottom: "auto", top: "calc(100% - 2px)" },
  ".scroll-marks": { position: "absolute", zIndex: "4", top: "0", bottom: "0", right: "0", width: "14px", pointerEvents: "none" },
  ".scroll-marks button": { position: "absolute", right: "2px", width: "10px", height: "4px", padding: "0", border: "0", background: "var(--peer)", pointerEvents: "auto" },
});
