/** An editor of a note on the page. */
import { type BindingOptions, caretsPlugin, inputPlugin, NoteBinding, type RichEngine, settle } from "@motet/client/prosemirror";
import { dropCursor } from "prosemirror-dropcursor";
import type { Node } from "prosemirror-model";
import { EditorState, Plugin } from "prosemirror-state";
import { EditorView } from "prosemirror-view";
import { clearAcross } from "./across";
import { blockView } from "./blockview";
import { chunksPlugin, inChunks } from "./chunks";
import { clipboardPlugin } from "./clipboard";
import { cutPlugin } from "./cut";
import { keysPlugins, leaveFootnote } from "./keys";
import { counters } from "./numbers";
import type { PictureSource } from "./pictures";
import { pictureView } from "./pictureview";
import { findQuickly } from "./quickfind";
import { quickPlugin } from "./quickview";

findQuickly();

/** Whether nobody has written anything yet. */
const isEmpty = (doc: Node) => doc.childCount === 1 && doc.firstChild!.content.size === 0 && doc.firstChild!.attrs["kind"] === null && doc.firstChild!.attrs["levels"] === "";

/** From how many blocks on a note is laid out by parts. */
const LONG = 200;

const classesOf = (doc: Node) => ["note", isEmpty(doc) && "is-empty", doc.childCount >= LONG && "is-long"].filter(Boolean).join(" ");

/** Made once: what is one and the same is not compared letter by letter at every change. */
const STYLE = `counter-reset: ${counters}`;

/** What the note is to the style sheet and to who cannot see it, and what it does with what comes from the page before anything else does. */
const notePlugin = new Plugin({
  props: {
    handleDOMEvents: {
      compositionstart: (view) => {
        // What is composed over cells is text in the first of them.
        clearAcross(view.state, view.dispatch);
        return false;
      },
      keydown: (view, event) => {
        settle(view);
        // Escape is the page's where it means nothing here: the editor would keep it from that.
        return event.key === "Escape" && !view.composing && !leaveFootnote(view.state);
      },
    },
    attributes: ({ doc }) => ({ class: classesOf(doc), style: STYLE, "aria-multiline": "true", role: "textbox", "aria-label": "Text of the note" }),
  },
});

/** What a note's editor consists of: few parts, since each costs at every change. */
export const notePlugins = (binding: NoteBinding, more: readonly Plugin[] = []): Plugin[] => [...more, notePlugin, inputPlugin(binding), ...keysPlugins(binding), cutPlugin(binding), clipboardPlugin, chunksPlugin(), quickPlugin(), caretsPlugin(), dropCursor({ color: "currentColor", width: 2 })];

/** An editor in `place`, bound to the note of an engine. */
export function openNote(place: HTMLElement, engine: RichEngine, options: BindingOptions & { pictures?: PictureSource } = {}, more: readonly Plugin[] = []): { view: EditorView; binding: NoteBinding; close: () => void } {
  const binding = new NoteBinding(engine, options);
  const view = new EditorView(place, {
    state: EditorState.create({ doc: inChunks(binding.project()), plugins: notePlugins(binding, more) }),
    nodeViews: { block: blockView, image: pictureView(options.pictures ?? null) },
    dispatchTransaction: binding.dispatch,
  });
  binding.attach(view);
  const end = engine.onIncoming(() => settle(view));
  const close = () => {
    end();
    binding.detach();
    view.destroy();
  };
  return { view, binding, close };
}
