/** Ties a CodeMirror view to an open document by patches, both ways; the engine alone undoes. */
import { Annotation, type ChangeSet, EditorSelection, type Extension, Prec, type Transaction } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { nameOf } from "../app/keys";
import type { Patch } from "../engine/engine";
import type { OpenDocument, TextView } from "./document";
import { showPeers } from "./carets";

/** Marks transactions whose changes the engine made, so that they do not go back to it. */
export const fromEngine = Annotation.define<"remote" | "undo" | "view">();

/** A change set as ascending patches of the old text. */
export function patchesOf(changes: ChangeSet): Patch[] {
  const patches: Patch[] = [];
  changes.iterChanges((from, to, _fromNew, _toNew, inserted) => {
    patches.push({ from, to, insert: inserted.sliceString(0, inserted.length, "\n") });
  });
  return patches;
}

/** Where the caret goes after an undo: the end of what it brought back last. */
function caretAfter(patches: readonly Patch[]): number | null {
  let shift = 0;
  let caret: number | null = null;
  for (const { from, to, insert } of patches) {
    caret = from + shift + insert.length;
    shift += insert.length - (to - from);
  }
  return caret;
}

/** The text view over CodeMirror. */
export function textView(view: EditorView): TextView {
  return {
    apply(patches, origin) {
      if (patches.length === 0) return;
      const caret = origin === "undo" && view.hasFocus ? caretAfter(patches) : null;
      view.dispatch({
        changes: [...patches],
        annotations: fromEngine.of(origin),
        userEvent: origin,
        ...(caret === null ? {} : { selection: EditorSelection.cursor(caret), scrollIntoView: true }),
      });
    },
    showPeers: (peers) => showPeers(view, peers),
  };
}

function carry(document: OpenDocument, transaction: Transaction): void {
  if (!transaction.docChanged || transaction.annotation(fromEngine) !== undefined) return;
  document.typed(patchesOf(transaction.changes));
}

type Way = "undo" | "redo" | undefined;

const KEYS: Record<string, Way> = { "Mod-z": "undo", "Mod-Shift-z": "redo", "Mod-y": "redo" };
const INPUTS: Record<string, Way> = { historyUndo: "undo", historyRedo: "redo" };

/** Undoes or redoes through the engine; true keeps everybody else from doing it. */
function handled(event: Event, way: Way, document: OpenDocument): boolean {
  if (way === undefined) return false;
  event.preventDefault();
  document[way]();
  return true;
}

/** Sends typing and carets to the document, and asks it to undo. */
export function binding(document: OpenDocument): Extension {
  return [
    EditorView.updateListener.of((update) => {
      for (const transaction of update.transactions) carry(document, transaction);
      if (update.selectionSet || update.docChanged || update.focusChanged) {
        const { anchor, head } = update.state.selection.main;
        document.present({ anchor, head });
      }
    }),
    Prec.highest(
      EditorView.domEventHandlers({
        keydown: (event) => handled(event, KEYS[nameOf(event)], document),
        // Menus and touch keyboards ask for undo in their own way.
        beforeinput: (event) => handled(event, INPUTS[event.inputType], document),
      }),
    ),
  ];
}
