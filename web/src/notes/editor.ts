/** An editor of a note on the page. */
import { dropCursor } from "prosemirror-dropcursor";
import type { Node } from "prosemirror-model";
import { EditorState, Plugin } from "prosemirror-state";
import { EditorView } from "prosemirror-view";
import { clearAcross } from "./across";
import { NoteBinding, type BindingOptions } from "./binding";
import { blockView } from "./blockview";
import { caretsPlugin } from "./carets";
import { chunksPlugin, inChunks } from "./chunks";
import { clipboardPlugin } from "./clipboard";
import { cutPlugin } from "./cut";
import { keysPlugins, leaveFootnote } from "./keys";
import { counters } from "./numbers";
import type { PictureSource } from "./pictures";
import { pictureView } from "./pictureview";
import { findQuickly } from "./quickfind";
import { quickPlugin } from "./quickview";
import type { RichEngine } from "./rich";

findQuickly();

/** Whether nobody has written anything yet. */
const isEmpty = (doc: Node) => doc.childCount === 1 && doc.firstChild!.content.size === 0 && doc.firstChild!.attrs["kind"] === null && doc.firstChild!.attrs["levels"] === "";

/** From how many blocks on a note is laid out by parts. */
const LONG = 200;

const classesOf = (doc: Node) => ["note", isEmpty(doc) && "is-empty", doc.childCount >= LONG && "is-long"].filter(Boolean).join(" ");

/** Made once: what is one and the same is not compared letter by letter at every change. */
const STYLE = `counter-reset: ${counters}`;

/** Takes in what the browser has done with the caret and did not tell yet: commands go by where it is. */
export const takeIn = (view: EditorView): void => (view as unknown as { domObserver: { flush(): void } }).domObserver.flush();

/**
 * As `takeIn`, before anything else is shown than what the person here does: that puts the caret of the page where the editor knows it, which
 * would throw it back to where it was before the last key. What is being composed is left alone.
 */
export const settle = (view: EditorView): void => {
  if (!view.composing) takeIn(view);
};

/** ProseMirror ends a composition a little after the browser does. */
const COMPOSED_MS = 50;

/** Keeps others' work out while somebody composes, and lets menus undo through the engine. */
function inputPlugin(binding: NoteBinding): Plugin {
  const undoing: Record<string, () => boolean> = { historyUndo: () => binding.undo(), historyRedo: () => binding.redo() };
  let resume: (() => void) | null = null;
  const begin = () => {
    resume ??= binding.engine.pause();
    return false;
  };
  const end = () => {
    resume?.();
    resume = null;
  };
  return new Plugin({
    view: () => ({ destroy: end }),
    props: {
      handleDOMEvents: {
        compositionstart: (view) => {
          // What is composed over cells is text in the first of them.
          clearAcross(view.state, view.dispatch);
          return begin();
        },
        compositionupdate: begin,
        // Where a click put the caret is told a little later; a key may come before that.
        keydown: (view, event) => {
          settle(view);
          // Escape is the page's where it means nothing here: the editor would keep it from that.
          return event.key === "Escape" && !view.composing && !leaveFootnote(view.state);
        },
        compositionend: () => {
          setTimeout(end, COMPOSED_MS);
          return false;
        },
        beforeinput: (_, event) => {
          const turn = undoing[event.inputType];
          if (!turn) return false;
          event.preventDefault();
          turn();
          return true;
        },
      },
      attributes: ({ doc }) => ({ class: classesOf(doc), style: STYLE, "aria-multiline": "true", role: "textbox", "aria-label": "Text of the note" }),
    },
  });
}

/** What a note's editor consists of: few parts, since each costs at every change. */
export const notePlugins = (binding: NoteBinding, more: readonly Plugin[] = []): Plugin[] => [...more, inputPlugin(binding), ...keysPlugins(binding), cutPlugin(binding), clipboardPlugin, chunksPlugin(), quickPlugin(), caretsPlugin(), dropCursor({ color: "currentColor", width: 2 })];

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
