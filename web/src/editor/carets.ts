/** Others' carets and selections, in the text and beside the scroll bar. */
import { type Range, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, ViewPlugin, type ViewUpdate, WidgetType } from "@codemirror/view";
import { colourOf } from "../app/colours";
import type { Presence } from "../engine/member";
import type { Anchor } from "../engine/engine";

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

interface CaretState {
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

/** Finds the places of anchors; those not known here yet stay out. */
function place(peers: readonly Presence[], resolve: (anchor: Anchor) => number | null, length: number): Caret[] {
  return peers.flatMap((peer) => {
    const head = peer.head === null ? null : resolve(peer.head);
    const anchor = peer.anchor === null ? head : resolve(peer.anchor);
    if (head === null || anchor === null || head > length || anchor > length) return [];
    return [{ peer: peer.peer, name: peer.name, colour: colourOf(peer.author, peer.colour), anchor, head }];
  });
}

const resolvers = new WeakMap<EditorView, (anchor: Anchor) => number | null>();

/** Shows these people's carets. */
export function showPeers(view: EditorView, peers: readonly Presence[]): void {
  const resolve = resolvers.get(view);
  if (!resolve) return;
  const carets = place(peers, resolve, view.state.doc.length);
  if (carets.length === 0 && view.state.field(caretField).carets.length === 0) return;
  view.dispatch({ effects: setCarets.of(carets) });
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

/** Carets of others, with the engine's way of finding anchors. */
export function carets(resolve: (anchor: Anchor) => number | null) {
  const remember = ViewPlugin.define((view) => {
    resolvers.set(view, resolve);
    return {};
  });
  return [caretField, remember, fading, scrollMarks];
}
