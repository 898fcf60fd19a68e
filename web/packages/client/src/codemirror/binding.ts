/** Ties a CodeMirror view to a text by patches, both ways; the engine alone undoes. */
import { Annotation, type ChangeSet, EditorSelection, EditorState, type Extension, Prec, type Transaction } from "@codemirror/state";
import { EditorView, type PluginValue, ViewPlugin, type ViewUpdate } from "@codemirror/view";
import type { Origin, TextContainer } from "../containers.js";
import type { MotetDocument } from "../document.js";
import type { TextChange } from "../engine/engine.js";

/** Marks transactions whose changes the engine made, so that they do not go back to it. */
export const fromEngine = Annotation.define<Origin>();

/** A change set as ascending changes of the old text. */
function changesOf(changes: ChangeSet): TextChange[] {
  const list: TextChange[] = [];
  changes.iterChanges((from, to, _fromNew, _toNew, inserted) => {
    list.push({ from, to, insert: inserted.sliceString(0, inserted.length, "\n") });
  });
  return list;
}

/** Where the caret goes after an undo: the end of what it brought back last. */
function caretAfter(changes: readonly TextChange[]): number | null {
  let shift = 0;
  let caret: number | null = null;
  for (const { from, to, insert } of changes) {
    caret = from + shift + insert.length;
    shift += insert.length - (to - from);
  }
  return caret;
}

function isSame(a: readonly TextChange[], b: readonly TextChange[]): boolean {
  const isAlike = (one: TextChange, at: number) => one.from === b[at]?.from && one.to === b[at]?.to && one.insert === b[at]?.insert;
  return a.length === b.length && a.every(isAlike);
}

class Binding implements PluginValue {
  private readonly end: () => void;
  private carried: readonly TextChange[] = [];
  private isGone = false;

  constructor(
    private readonly view: EditorView,
    private readonly document: MotetDocument,
    private readonly text: TextContainer,
  ) {
    this.end = text.subscribe((changes, { origin, by }) => {
      if (by !== this) this.apply(changes, origin);
      // Half a character, say, is nothing that a text can hold.
      else if (!isSame(changes, this.carried)) queueMicrotask(() => this.showAll());
    });
    if (!this.isEqual()) queueMicrotask(() => this.showAll());
  }

  update(update: ViewUpdate): void {
    for (const transaction of update.transactions) this.carry(transaction);
    if (!update.selectionSet && !update.docChanged && !update.focusChanged) return;
    const { anchor, head } = update.state.selection.main;
    this.document.present({ text: this.text, anchor, head });
  }

  destroy(): void {
    this.isGone = true;
    this.end();
  }

  private apply(changes: readonly TextChange[], origin: Origin): void {
    const caret = origin === "undo" && this.view.hasFocus ? caretAfter(changes) : null;
    this.view.dispatch({
      changes: [...changes],
      annotations: fromEngine.of(origin),
      userEvent: origin,
      ...(caret === null ? {} : { selection: EditorSelection.cursor(caret), scrollIntoView: true }),
    });
  }

  private carry(transaction: Transaction): void {
    if (!transaction.docChanged || transaction.annotation(fromEngine) !== undefined) return;
    this.carried = changesOf(transaction.changes);
    try {
      this.document.change(() => this.text.edit(this.carried), this);
    } catch (error) {
      // What the text cannot take is not shown either: both stay equal.
      queueMicrotask(() => this.showAll());
      throw error;
    }
  }

  private isEqual(): boolean {
    const { doc } = this.view.state;
    return doc.length === this.text.length && doc.sliceString(0, doc.length, "\n") === this.text.toString();
  }

  private showAll(): void {
    if (this.isGone || this.isEqual()) return;
    this.apply([{ from: 0, to: this.view.state.doc.length, insert: this.text.toString() }], "view");
  }
}

type Way = "undo" | "redo";

const INPUTS: Record<string, Way> = { historyUndo: "undo", historyRedo: "redo" };

const isMac = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.platform);

/** What the keys ask for; a letter is the same with and without Caps Lock. */
function wayOf(event: KeyboardEvent): Way | undefined {
  const isMod = isMac ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
  const key = isMod && !event.altKey ? event.key.toLowerCase() : "";
  if (key === "z") return event.shiftKey ? "redo" : "undo";
  return key === "y" && !event.shiftKey ? "redo" : undefined;
}

/** Undo and redo through the engine, before anybody else does it. */
function undoing(document: MotetDocument): Extension {
  const handled = (event: Event, way: Way | undefined) => {
    if (way === undefined) return false;
    event.preventDefault();
    document[way]();
    return true;
  };
  return Prec.highest(
    EditorView.domEventHandlers({
      keydown: (event) => handled(event, wayOf(event)),
      // Menus and touch keyboards ask for undo in their own way.
      beforeinput: (event) => handled(event, INPUTS[event.inputType]),
    }),
  );
}

/**
 * Binds a view to a text: typing and carets go to the document, what others do comes into the view, and undo takes back
 * one's own work only. The view's text becomes the document's.
 */
export function binding(document: MotetDocument, text: TextContainer): Extension {
  return [
    // Only "\n" breaks lines: a "\r" stays in the text, so that positions agree with the engine's.
    EditorState.lineSeparator.of("\n"),
    ViewPlugin.define((view) => new Binding(view, document, text)),
    undoing(document),
  ];
}
