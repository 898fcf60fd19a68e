/** What a browser does by itself, and what must not happen to it meanwhile. */
import { Plugin } from "prosemirror-state";
import type { EditorView } from "prosemirror-view";
import type { NoteBinding } from "./binding.js";

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
export function inputPlugin(binding: NoteBinding): Plugin {
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
        compositionstart: begin,
        compositionupdate: begin,
        // Where a click put the caret is told a little later; a key may come before that.
        keydown: (view) => {
          settle(view);
          return false;
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
    },
  });
}
