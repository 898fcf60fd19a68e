/**
 * Ties an editor to a note in the engine by smallest steps, both ways. The engine is what is true; the editor shows it
 * before anybody else does. There is no history here: the engine undoes.
 */
import type { Node } from "prosemirror-model";
import { type EditorState, TextSelection, type Transaction } from "prosemirror-state";
import type { Origin } from "../containers.js";
import type { Anchor } from "../engine/engine.js";
import { MotetError } from "../errors.js";
import { type Peer, putCarets } from "./carets.js";
import { Downward, endOf } from "./downward.js";
import { project } from "./projection.js";
import type { Name, RichChange, RichEngine, RichPatch } from "./rich.js";
import { type Held, rangeOf, Selections, unitAt } from "./selection.js";
import { unchunked } from "./schema.js";
import { Upward } from "./upward.js";

/** The meta of transactions that the engine made, and of those that fill in names. */
export const FROM_ENGINE = "note:engine";

/** What a binding needs of a view. */
export interface Editor {
  readonly state: EditorState;
  /** Whether text is being composed, which must not be disturbed. */
  readonly composing: boolean;
  updateState(state: EditorState): void;
}

export interface BindingOptions {
  root?: Name;
  /** Compares document and engine after every change, and throws where they differ: for tests and for builds to debug. */
  isChecked?: boolean;
  /** Called with what the engine refuses: an action too large, say. What was there before is shown again. */
  onRefused?: (error: MotetError) => void;
  /** Called after each change of the document or of the selection. */
  onUpdate?: () => void;
}

const isEmpty = ({ texts, maps, lists }: RichPatch) => texts.length + maps.length + lists.length === 0;

export class NoteBinding {
  readonly root: Name;
  private editor: Editor | null = null;
  private readonly selections: Selections;
  /** What the selection holds to since its owner put it there: also what is deleted since. */
  private held: { state: EditorState; held: Held } | null = null;
  /** Whose carets are shown, as soon as what they hold to is here. */
  private peers: readonly Peer[] = [];
  private arePlaced = true;

  constructor(
    readonly engine: RichEngine,
    private readonly options: BindingOptions = {},
  ) {
    this.root = options.root ?? "/note";
    this.selections = new Selections(engine, this.root);
    engine.changes();
  }

  /** The document as the engine has it. */
  project(): Node {
    return project(this.engine, this.root);
  }

  attach(editor: Editor): void {
    this.editor = editor;
    this.hold();
  }

  detach(): void {
    this.editor = null;
  }

  /** What a view does with its transactions: the action is in the engine before the state is on the page. */
  dispatch = (transaction: Transaction): void => this.take(transaction, null);

  /** Shows what something else has changed in the engine: with `undo`, the caret goes there. */
  hear(origin: Origin): void {
    if (!this.editor) return;
    if (origin === "undo" && !this.editor.composing) this.showTurn();
    else this.follow();
  }

  undo(): boolean {
    return this.turn(() => this.engine.undo());
  }

  redo(): boolean {
    return this.turn(() => this.engine.redo());
  }

  /** Makes changes that are no steps of the editor's, such as moves and those of tables. Returns what it made. */
  change(changes: readonly RichChange[]): string[] {
    const made = this.engine.change(changes, false);
    this.follow();
    return made;
  }

  /** Deletes what is selected, by what `run` does, so that `pasteCut` moves it. False, and nothing is done, where it is not of one text. */
  cut(run: () => void): boolean {
    const { selection, doc } = this.state;
    const range = rangeOf(this.root, doc, selection.from, selection.to);
    if (range) this.engine.cut(range.in, range.at, range.len, run);
    return range !== null;
  }

  /** Moves what was cut to the caret, which is behind it then; false where it is to be pasted as a copy. */
  pasteCut(last: Anchor): boolean {
    const { doc, selection } = this.state;
    const place = unitAt(this.root, doc, selection.head);
    if (!place || !this.engine.pasteCut(place.in, place.at)) return false;
    const end = this.placeOf(last);
    if (end !== null) this.dispatch(this.state.tr.setSelection(TextSelection.create(this.state.doc, end)).scrollIntoView());
    return true;
  }

  /** Moves what is between two places to another; false, and nothing is done, where they are not all of one text. */
  move(from: number, to: number, target: number): boolean {
    const { doc } = this.state;
    const range = rangeOf(this.root, doc, from, to);
    const place = unitAt(this.root, doc, target);
    if (!range || place?.in !== range.in) return false;
    const isWithin = place.at >= range.at && place.at <= range.at + range.len;
    if (!isWithin) this.change([{ do: "move", ...range, to: place.at }]);
    return true;
  }

  /** What a place in a line holds to: the element on its left. */
  anchorAt(place: number): Anchor {
    return this.selections.anchorAt(this.state.doc, place, "left");
  }

  /** Where the selection is, for others. */
  anchors(): { anchor: Anchor; head: Anchor } | null {
    const held = this.hold();
    if (held.kind === "text") return { anchor: held.anchor, head: held.head };
    return held.kind === "node" ? { anchor: held.anchor, head: held.anchor } : null;
  }

  /** The place of an anchor; null where it is not known here. */
  placeOf(anchor: Anchor): number | null {
    return this.selections.placeOf(this.state.doc, anchor);
  }

  /** The place at a position of a text, where that is shown. */
  placeIn(text: Name, at: number): number | null {
    return this.selections.placeIn(this.state.doc, text, at);
  }

  /** Notes whose carets are to be shown: with what is shown next, or by `showPeers`. */
  notePeers(peers: readonly Peer[]): void {
    this.peers = peers;
    this.arePlaced = false;
  }

  /** Shows these people's carets, or those that were noted last; calls `before` first where any of them is elsewhere. */
  showPeers(peers: readonly Peer[] | null = null, before = () => {}): void {
    if (peers !== null) this.notePeers(peers);
    if (!this.editor || this.arePlaced || !this.putPeers(this.state.tr)) return;
    before();
    const { tr } = this.state;
    if (this.putPeers(tr)) this.editor.updateState(this.state.apply(tr.setMeta("addToHistory", false)));
  }

  private get state(): EditorState {
    if (!this.editor) throw new Error("no editor is attached to the binding");
    return this.editor.state;
  }

  /** Takes a transaction in; with `held`, the selection goes on holding to that. */
  private take(transaction: Transaction, held: Held | null): void {
    const { state, transactions } = this.state.applyTransaction(transaction);
    const own = transactions.filter((one) => one.docChanged && !one.getMeta(FROM_ENGINE));
    const shown = own.length > 0 ? this.tryCarry(state, own) : state;
    this.show(shown ?? this.state, held);
    if (shown === null) return;
    // At once: when something has changed the engine, it is too late to ask where the selection was.
    if (!transaction.getMeta(FROM_ENGINE)) this.hold();
  }

  private show(state: EditorState, held: Held | null): void {
    this.editor!.updateState(state);
    if (held) this.held = { state, held };
    this.check();
    this.options.onUpdate?.();
  }

  /** As `carry`; null where the engine refuses what was done, all of it, and somebody says so. */
  private tryCarry(state: EditorState, own: readonly Transaction[]): EditorState | null {
    try {
      return this.carry(state, own);
    } catch (error) {
      if (!(error instanceof MotetError) || !this.options.onRefused) throw error;
      this.options.onRefused(error);
      return null;
    }
  }

  /** Writes what transactions did into the engine; returns the state with the names of what they made. */
  private carry(state: EditorState, transactions: readonly Transaction[]): EditorState {
    const upward = new Upward(this.root);
    for (const transaction of transactions) upward.add(transaction);
    upward.nameHeads(state.doc);
    if (upward.changes.length === 0 && upward.torn.size === 0) return state;
    const made = upward.changes.length > 0 ? this.engine.change(upward.changes, true) : [];
    const fill = upward.fill(state, made);
    for (const table of upward.torn) {
      const name = table.startsWith("@") ? made[Number(table.slice(1))]! : table;
      new Downward(fill, this.engine, this.root).mend(name);
    }
    return fill.docChanged ? state.apply(this.mark(fill, state)) : state;
  }

  /** What the selection holds to; kept until its owner moves it. */
  private hold(): Held {
    const { state } = this;
    if (this.held?.state.selection !== state.selection) this.held = { state, held: this.selections.hold(state) };
    return this.held!.held;
  }

  private mark(transaction: Transaction, { storedMarks }: EditorState): Transaction {
    // What was switched on for the next character stays on whatever others do.
    return transaction.setStoredMarks(storedMarks).setMeta(FROM_ENGINE, true).setMeta("addToHistory", false);
  }

  /** Shows what the engine changed, with the selection where it was. */
  private follow(patch: RichPatch = this.engine.changes()): void {
    if (!this.editor) return;
    const { state } = this;
    const held = this.held!.held;
    const { tr } = state;
    new Downward(tr, this.engine, this.root).show(patch);
    const wanted = this.selections.find(tr.doc, held);
    if (wanted && !wanted.eq(tr.selection)) tr.setSelection(wanted);
    // Who wrote this is behind it, and mostly has said so already: all of it is one change of the page.
    const isElsewhere = this.putPeers(tr);
    if (tr.docChanged || tr.selectionSet || isElsewhere) this.take(this.mark(tr, state), held);
  }

  /** Adds to a transaction of what is shown where others are after it; whether that is elsewhere than where it leaves them. */
  private putPeers(tr: Transaction): boolean {
    this.arePlaced = true;
    return putCarets(tr, this.state, this.peers, (anchor) => this.selections.placeOf(tr.doc, anchor));
  }

  /** Undoes or redoes, with the caret where that was. */
  private turn(act: () => unknown): boolean {
    if (this.editor?.composing) return false;
    const isDone = act();
    if (isDone === null || isDone === false) return false;
    this.showTurn();
    return true;
  }

  private showTurn(patch: RichPatch = this.engine.changes()): void {
    if (isEmpty(patch)) return;
    const { tr } = this.state;
    new Downward(tr, this.engine, this.root).show(patch);
    const end = endOf(patch);
    const caret = end && this.selections.placeIn(tr.doc, end.in, end.at);
    if (caret !== null) tr.setSelection(TextSelection.near(tr.doc.resolve(caret))).scrollIntoView();
    this.putPeers(tr);
    this.dispatch(tr.setMeta(FROM_ENGINE, true));
    this.hold();
  }

  private check(): void {
    if (!this.options.isChecked) return;
    const wanted = this.project();
    wanted.check();
    const { doc } = this.state;
    if (!wanted.content.eq(unchunked(doc.content))) throw new Error(`the note is\n${wanted}\n${JSON.stringify(wanted)}\nand shows\n${doc}\n${JSON.stringify(doc)}`);
  }
}
