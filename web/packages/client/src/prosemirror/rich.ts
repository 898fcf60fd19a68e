/** What a note's editor needs of the engine, and nothing more. */
import type { MotetDocument } from "../document.js";
import type { Name, RichTexts } from "../rich.js";

export type { ElementId, MarkPair, Name, RichChange, RichMark, RichPatch, RichReader, RichRun, RichTextChanges } from "../rich.js";

export interface RichEngine extends RichTexts {
  /** Undo and redo one's own work; null or false where there is nothing. */
  undo(): unknown;
  redo(): unknown;
  /** Cuts a range of a text, which `run` deletes. */
  cut(name: Name, at: number, len: number, run: () => void): void;
  /** Moves what was cut to a place of the same text, and tells of that as of others' work; false where it is to be copied. */
  pasteCut(name: Name, at: number): boolean;
  /** Calls `listener` before others' work is taken in, until what is returned is called. */
  onIncoming(listener: () => void): () => void;
  /** Lets what others do wait until what is returned is called. */
  pause(): () => void;
}

/** The engine of an open document. Patches of what the editor itself did bear it as `by`. */
export function engineOf(document: MotetDocument): RichEngine {
  const engine: RichEngine = {
    ...document.rich,
    change: (changes, isShown) => document.richChange(changes, { isShown, by: engine }),
    changes: document.richChanges,
    cut: (name, at, len, run) => document.richCut(name, at, len, run),
    pasteCut: document.richPasteCut,
    undo: document.undo,
    redo: document.redo,
    onIncoming: (listener) => document.on("incoming", listener),
    pause: () => document.pause(),
  };
  return engine;
}
