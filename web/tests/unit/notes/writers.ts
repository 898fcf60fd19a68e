/** Writers of one note: real engines, each with an editor's state, that exchange frames in memory. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { load } from "@motet/client/platform";
import { type Editor, NoteBinding } from "@motet/client/prosemirror";
import { EditorState, type Plugin, TextSelection, type Transaction } from "prosemirror-state";
import { LoneEngine } from "../../../src/notes/alone";

const motet = await load(() => readFile(resolve("packages/client/pkg/motet_bg.wasm")));

const DOCUMENT = "00112233445566778899aabbccddeeff";

/** A writer: what a window of one person is. */
export class Writer implements Editor {
  readonly engine: LoneEngine;
  readonly binding: NoteBinding;
  state: EditorState;
  private resume: (() => void) | null = null;
  /** Everything sealed so far, for who joins late. */
  readonly sent: Uint8Array[] = [];
  updates = 0;

  constructor(number: number, frames: readonly Uint8Array[] = [], plugins: Plugin[] = []) {
    const [secret, replica] = [new Uint8Array(32).fill(number), new Uint8Array(8).fill(number)];
    const options = { document: DOCUMENT, secret, replica, name: "", frames, choices: null, wrap: (name: string) => name };
    this.engine = new LoneEngine(new motet.Engine(options));
    this.binding = new NoteBinding(this.engine, { isChecked: true });
    this.state = EditorState.create({ doc: this.binding.project(), plugins });
    this.binding.attach(this);
    this.engine.heard = () => this.binding.hear("remote");
  }

  get composing(): boolean {
    return this.resume !== null;
  }

  /** As a browser says it: what others do waits meanwhile. */
  set composing(isComposing: boolean) {
    this.resume?.();
    this.resume = isComposing ? this.engine.pause() : null;
  }

  updateState(state: EditorState): void {
    this.state = state;
    this.updates++;
  }

  /** What was written since the last call. */
  seal(): Uint8Array[] {
    const frames = this.engine.seal();
    this.sent.push(...frames);
    return frames;
  }

  act(change: (tr: Transaction, state: EditorState) => unknown): void {
    const { tr } = this.state;
    change(tr, this.state);
    this.binding.dispatch(tr);
  }

  run(command: (state: EditorState, dispatch?: (tr: Transaction) => void) => boolean): boolean {
    return command(this.state, this.binding.dispatch);
  }

  /** Types at the caret, a character at a time. */
  type(text: string): void {
    for (const character of text) this.act((tr) => tr.insertText(character));
  }

  /** Puts the caret at a place, or selects. */
  select(anchor: number, head = anchor): void {
    this.act((tr) => tr.setSelection(TextSelection.create(tr.doc, anchor, head)));
  }

  /** The blocks' texts. */
  get lines(): string[] {
    return this.state.doc.children.map((block) => block.textContent);
  }

  /** The text with the caret as a bar, or the selection in brackets. */
  get caret(): string {
    const { doc, selection } = this.state;
    const text = (from: number, to: number) => doc.textBetween(from, to, "\n", "*");
    const end = doc.content.size;
    const { from, to, empty } = selection;
    const body = text(from, to);
    return `${text(0, from)}${this.isStart(from) ? "\n" : ""}${empty ? "|" : `[${body}]`}${text(to, end)}`;
  }

  /** Whether the break before a place's block is left out of the text before it. */
  private isStart(place: number): boolean {
    const $place = this.state.doc.resolve(place);
    return $place.parentOffset === 0 && $place.before() > 0;
  }
}

/** Carries everything that was sealed but for what a channel still holds back. */
export class Exchange {
  private readonly held: { to: Writer; frames: Uint8Array[] }[] = [];

  constructor(readonly writers: readonly Writer[]) {}

  /** Puts what a writer has written on the way to the others. */
  send(from: Writer): void {
    const frames = from.seal();
    if (frames.length === 0) return;
    for (const to of this.writers) if (to !== from) this.held.push({ to, frames });
  }

  /** Lets one parcel arrive: the first on its way to somebody. */
  deliver(to: Writer): boolean {
    const at = this.held.findIndex((parcel) => parcel.to === to);
    if (at < 0) return false;
    const [parcel] = this.held.splice(at, 1);
    to.engine.receive(parcel!.frames);
    return true;
  }

  /** Lets everything arrive. */
  settle(): void {
    for (const writer of this.writers) this.send(writer);
    for (const writer of this.writers) while (this.deliver(writer));
  }
}

/** Writers who have the same note. */
export function writers(count: number, text = ""): Writer[] {
  const first = new Writer(1);
  const lines = text.split("\n");
  lines.forEach((line, n) => {
    if (n > 0) first.act((tr) => tr.split(tr.selection.from));
    if (line) first.act((tr) => tr.insertText(line));
  });
  first.seal();
  return [first, ...Array.from({ length: count - 1 }, (_, n) => new Writer(n + 2, first.sent))];
}
