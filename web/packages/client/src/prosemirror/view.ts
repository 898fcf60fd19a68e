/** An editor of a document's note on the page, with all that ties the two. */
import { EditorState, type Plugin } from "prosemirror-state";
import { EditorView, type NodeViewConstructor } from "prosemirror-view";
import { plainColour } from "../colour.js";
import type { MotetDocument, Presence } from "../document.js";
import { type BindingOptions, NoteBinding } from "./binding.js";
import { caretsPlugin } from "./carets.js";
import { inputPlugin, settle } from "./input.js";
import { peerOf, sentOf } from "./presence.js";
import { engineOf } from "./rich.js";

/** What an editor may have besides. */
export interface NoteOptions extends Pick<BindingOptions, "onRefused" | "onUpdate" | "isChecked"> {
  /** Plugins of one's own, which come first. Undo and redo are the binding's: leave prosemirror-history out. */
  plugins?(binding: NoteBinding): readonly Plugin[];
  nodeViews?: Record<string, NodeViewConstructor>;
  /** The colour of somebody who may have chosen one; that which they chose, unless said otherwise. */
  colourOf?(peer: Presence): string;
}

/** An editor, and what ends it: the document stays open. */
export interface NoteEditor {
  view: EditorView;
  binding: NoteBinding;
  close(): void;
}

/** Puts an editor of a document's note in `place`: what is typed goes into the document, others' work and carets are shown. */
export function openNote(place: HTMLElement, document: MotetDocument, options: NoteOptions = {}): NoteEditor {
  const { plugins, nodeViews = {}, colourOf = ({ colour }) => colour, onUpdate, ...rest } = options;
  const engine = engineOf(document);
  let presented = "";
  const present = () => {
    const anchors = view?.hasFocus() ? binding.anchors() : null;
    if (anchors === null || `${anchors.anchor} ${anchors.head}` === presented) return;
    presented = `${anchors.anchor} ${anchors.head}`;
    document.present(sentOf(anchors));
  };
  const updated = () => {
    present();
    onUpdate?.();
  };
  const binding = new NoteBinding(engine, { ...rest, onUpdate: updated });
  let view: EditorView | null = null;
  const shown = new EditorView(place, {
    state: EditorState.create({ doc: binding.project(), plugins: [...(plugins?.(binding) ?? []), inputPlugin(binding), caretsPlugin()] }),
    nodeViews,
    dispatchTransaction: binding.dispatch,
  });
  view = shown;
  binding.attach(shown);
  let isOpen = true;
  const showPeers = (peers: readonly Presence[]) => {
    binding.notePeers(peers.map((peer) => peerOf(peer, plainColour(colourOf(peer)))));
    // Mostly what they wrote comes right behind, and shows them.
    queueMicrotask(() => isOpen && binding.showPeers(null, () => settle(shown)));
  };
  const ends = [
    engine.onIncoming(() => settle(shown)),
    document.on("patch", ({ by, origin }) => by !== engine && binding.hear(origin)),
    document.on("presence", showPeers),
  ];
  shown.dom.addEventListener("focus", present);
  showPeers(document.current().peers);
  const close = () => {
    isOpen = false;
    for (const end of ends) end();
    binding.detach();
    shown.destroy();
  };
  return { view: shown, binding, close };
}
