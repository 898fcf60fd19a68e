/** The note of an open document: its editor while that is on the page, and what toolbar and panels ask of it. */
import { type BlobReference, MotetError, type Presence } from "@motet/client";
import { engineOf, type NoteBinding, peerOf, type RichEngine, sentOf, settle, takeIn } from "@motet/client/prosemirror";
import type { Command, EditorState, Plugin, Transaction } from "prosemirror-state";
import { TextSelection } from "prosemirror-state";
import type { EditorView } from "prosemirror-view";
import { toast } from "../app/toasts";
import type { OpenDocument } from "../editor/document";
import { PICTURES } from "./blob";
import { openNote } from "./editor";
import { nameOfPart, type Part } from "../editor/content";
import type { Highlight, Layer } from "../editor/highlights";
import { rangeOf, showHighlights } from "./highlights";
import { insertImages } from "./insert";
import { type Heading, headingAt, moveSection, outline } from "./outline";
import { Pictures } from "./pictures";
import { keepSelectionFromReact } from "./quiet";
import { reviewEditor, showSuggestions, suggestionsPlugin } from "./suggestions";
import { cellAt, type TableCommand, tableChange } from "./table";
import { beginThread, type Entry, placesOf, removeThread, showThreads, threadsOf, unitRanges } from "./threads";

/** The text of the note. */
export const ROOT = "/note";

const ROOT_TEXT = "text:note";

/** The word that the caret is in or beside. */
function wordAround({ selection }: EditorState): { from: number; to: number } | null {
  const { $from } = selection;
  if (!$from.parent.isTextblock) return null;
  // An object that is no letter stands for one place each; what is within it is no part of the line.
  const line = $from.parent.children.map((node) => (node.isText ? node.text! : " ".repeat(node.nodeSize))).join("");
  const before = /[\p{L}\p{N}'’_-]*$/u.exec(line.slice(0, $from.parentOffset))![0].length;
  const behind = /^[\p{L}\p{N}'’_-]*/u.exec(line.slice($from.parentOffset))![0].length;
  return before + behind > 0 ? { from: $from.pos - before, to: $from.pos + behind } : null;
}

/** What a new thread is to be about: held by anchors, since others go on writing. */
export interface Draft {
  anchor: string;
  head: string;
  quote: string;
}

export class OpenNote {
  readonly engine: RichEngine;
  /** The thread that is being begun. */
  draft: Draft | null = null;
  private editor: { view: EditorView; binding: NoteBinding } | null = null;
  /** Where the selection was when the others were told last. */
  private presented: { anchor: string; head: string } | null = null;
  private readonly listeners = new Set<() => void>();

  readonly pictures: Pictures;

  constructor(readonly document: OpenDocument) {
    this.engine = engineOf(document.client);
    this.pictures = new Pictures(document.client);
  }

  /** The editor's state; null while it is not on the page. */
  readonly state = (): EditorState | null => this.editor?.view.state ?? null;

  /** Calls `listener` after the state changed. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  /** Puts the editor on the page; what is returned takes it away. */
  mount(place: HTMLElement, plugins: readonly Plugin[]): () => void {
    const { client } = this.document;
    const { view, binding, close } = openNote(place, this.engine, { pictures: this.pictures, onUpdate: () => this.updated(), onRefused: ({ message }) => toast(`This could not be done: ${message}`) }, [...plugins, suggestionsPlugin(this.document)]);
    keepSelectionFromReact(view.dom);
    this.editor = { view, binding };
    let isOnPage = true;
    const showPeers = (peers: readonly Presence[]) => {
      binding.notePeers(peers.map((peer) => peerOf(peer, this.document.colourOfPeer(peer))));
      // Mostly what they wrote comes right behind, and shows them.
      queueMicrotask(() => isOnPage && binding.showPeers(null, () => settle(view)));
    };
    const showProposed = () => {
      // What is composed must stand still.
      if (view.composing) return;
      settle(view);
      this.dispatch((_, state) => showSuggestions(state, binding, this.document));
    };
    const { review } = this.document;
    review.editor = reviewEditor(ROOT, view, binding, (at) => this.goToPlace(at));
    const present = () => this.present();
    const ends = [
      client.on("patch", ({ by, origin, patches }) => {
        if (by === this.engine) return;
        binding.hear(origin);
        // Threads are maps and lists: what is only written says nothing of them.
        if (patches.some(({ kind }) => kind !== "text")) this.showThreads();
      }),
      client.on("presence", showPeers),
      client.on("proposals", showProposed),
    ];
    view.dom.addEventListener("focus", present);
    showPeers(client.current().peers);
    this.showThreads();
    showProposed();
    this.updated();
    return () => {
      isOnPage = false;
      for (const end of ends) end();
      view.dom.removeEventListener("focus", present);
      this.editor = null;
      review.editor = null;
      close();
      this.pictures.forget();
      this.tell();
    };
  }

  focus(): void {
    this.editor?.view.focus();
  }

  /** Runs a command, and goes on in the text. */
  readonly run = (command: Command): boolean => {
    const view = this.editor?.view;
    if (!view) return false;
    takeIn(view);
    const isDone = command(view.state, view.dispatch, view);
    view.focus();
    return isDone;
  };

  dispatch(change: (tr: Transaction, state: EditorState) => Transaction | null): void {
    const view = this.editor?.view;
    const transaction = view && change(view.state.tr, view.state);
    if (view && transaction) view.dispatch(transaction);
  }

  /**
   * Puts picture files at a place, or with null where the selection is, as one action: kept here first, and sent whenever the
   * server answers. Others go on writing while they are read: an anchor holds the place.
   */
  async addPictures(files: readonly File[], place: number | null, alt = ""): Promise<void> {
    if (this.editor) takeIn(this.editor.view);
    this.dispatch((tr) => (place === null ? (tr.selection.empty ? null : tr.deleteSelection()) : tr.setSelection(TextSelection.near(tr.doc.resolve(place)))));
    const anchor = this.anchors()?.head;
    const added = await Promise.all(files.map((file) => this.keep(file)));
    const pictures = added.flatMap((blob) => (blob === null ? [] : [{ blob, alt }]));
    if (pictures.length === 0) return;
    if (!this.editor) return toast("The note was closed before the picture was read: put it in again");
    this.dispatch((tr) => insertImages(tr, (anchor === undefined ? null : this.placeOf(anchor)) ?? tr.selection.head, pictures));
  }

  /** Puts the caret into the line at a place, and shows it. */
  goToPlace(place: number): void {
    this.dispatch((tr) => tr.setSelection(TextSelection.near(tr.doc.resolve(Math.min(place, tr.doc.content.size)))).scrollIntoView());
    this.focus();
  }

  /** Shows where somebody is; one's own caret stays. */
  readonly showPeer = (presence: Presence): void => {
    const { head } = peerOf(presence, "");
    const place = head === null ? null : this.placeOf(head);
    if (place !== null) this.show(place);
  };

  /** Shows stretches in a colour. */
  readonly highlight = (layer: Layer, list: readonly Highlight[]): void => this.dispatch((_, state) => showHighlights(state, layer, list, (anchor) => this.placeOf(anchor)));

  /** Goes to a stretch; false where it is not here. */
  readonly reveal = (highlight: Highlight): boolean => {
    const range = rangeOf(highlight, (anchor) => this.placeOf(anchor));
    if (!range) return false;
    this.goToPlace(range.from);
    this.show(range.from);
    return true;
  };

  /** The elements that are selected, or that one before the caret; null where there is none. */
  readonly chosen = (): string | null => {
    const state = this.state();
    if (!state) return null;
    const { from, to, empty, $from } = state.selection;
    const start = empty ? Math.max($from.start(), from - 1) : from;
    const runs = unitRanges(ROOT, state.doc, start, to).flatMap(({ in: name, at, len }) => this.engine.richRuns(name, at, at + len));
    const spans = runs.map(({ id, text }) => {
      const [replica = "", seq = ""] = id.split(".");
      return `${replica}.${seq}-${Number(seq) + [...text].length}`;
    });
    return spans.join(",") || null;
  };

  /** What is selected, or else the section that the caret is in, or the block. */
  readonly part = (): Part | null => {
    const state = this.state();
    if (!state) return null;
    const { from, to, empty, $from } = state.selection;
    const heading = empty ? headingAt(outline(state.doc), from) : null;
    if (heading) return this.partOf(heading.text, [{ in: ROOT, at: heading.from, len: heading.to - heading.from }]);
    const [start, end] = empty ? [$from.start(), $from.end()] : [from, to];
    return this.partOf(state.doc.textBetween(start, end, " "), unitRanges(ROOT, state.doc, start, end));
  };

  private partOf(written: string, ranges: readonly { in: string; at: number; len: number }[]): Part | null {
    const { client } = this.document;
    const elements = ranges.map(({ in: name, at, len }) => client.elementsBetween(name === ROOT ? ROOT_TEXT : `text@${name}`, at, at + len));
    const spans = elements.filter((some) => some !== "").join(",");
    return spans === "" ? null : { name: nameOfPart(written), elements: spans };
  }

  /** Scrolls a place to the middle. */
  show(place: number): void {
    const { view } = this.editor ?? {};
    const at = view?.domAtPos(place).node;
    (at instanceof HTMLElement ? at : at?.parentElement)?.scrollIntoView({ block: "center", behavior: "smooth" });
  }

  /** What the selection holds to. */
  anchors(): { anchor: string; head: string } | null {
    return this.editor?.binding.anchors() ?? null;
  }

  /** Where an anchor is; null where what it holds to is not here. */
  placeOf(anchor: string): number | null {
    return this.editor?.binding.placeOf(anchor) ?? null;
  }

  /** Changes rows or columns of the table with the caret. */
  changeTable(command: TableCommand): void {
    if (this.editor) takeIn(this.editor.view);
    const state = this.state();
    const cell = state && cellAt(state);
    const change = cell && tableChange(this.engine, cell, command);
    if (change) this.editor?.binding.change([change]);
    this.focus();
  }

  /** Moves a section before a heading, or with null to the end; false where it is there. */
  moveSection(section: Heading, before: Heading | null): boolean {
    const state = this.state();
    const changes = state ? moveSection(ROOT, state.doc, section, before) : [];
    if (changes.length > 0) this.editor?.binding.change(changes);
    return changes.length > 0;
  }

  /** Begins a thread about what is selected, or the word with the caret; false, and says so, where there is nothing. */
  beginDraft(): boolean {
    if (this.editor) takeIn(this.editor.view);
    const state = this.state();
    if (!state) return false;
    const { from, to } = state.selection;
    const word = unitRanges(ROOT, state.doc, from, to).length > 0 ? { from, to } : wordAround(state);
    if (!word) {
      toast("Select what you want to comment on");
      return false;
    }
    this.dispatch((tr) => tr.setSelection(TextSelection.between(tr.doc.resolve(word.from), tr.doc.resolve(word.to))));
    const anchors = this.anchors();
    if (!anchors) return false;
    this.setDraft({ ...anchors, quote: state.doc.textBetween(word.from, word.to, " ", " ") });
    return true;
  }

  setDraft(draft: Draft | null): void {
    this.draft = draft;
    this.tell();
  }

  /** Makes the thread that was begun; false where what it is about is gone. */
  comment(entry: Entry): boolean {
    const state = this.state();
    if (!state || !this.draft) return false;
    const places = [this.draft.anchor, this.draft.head].map((anchor) => this.placeOf(anchor));
    const [from, to] = places.some((place) => place === null) ? [0, 0] : [Math.min(...(places as number[])), Math.max(...(places as number[]))];
    const about = unitRanges(ROOT, state.doc, from, to);
    if (about.length === 0) return false;
    beginThread(this.document.client, about, this.draft.quote, entry);
    this.setDraft(null);
    return true;
  }

  removeThread(thread: string): void {
    const doc = this.state()?.doc;
    const places = (doc && placesOf(doc).get(thread)) ?? [];
    removeThread(this.document.client, thread, places.flatMap(({ from, to }) => unitRanges(ROOT, doc!, from, to)));
  }

  /** Keeps a file, where it is a picture; null, and says why, where it is not. */
  readonly keep = async (file: File): Promise<BlobReference | null> => {
    const { blobs } = this.document.client;
    try {
      const reference = await blobs.add(file);
      if (PICTURES.includes(reference.type)) return reference;
      await blobs.giveUp(reference);
      toast(`${file.name} is no picture that browsers show: make it a PNG, a JPEG or a WebP`);
    } catch (error) {
      toast(MotetError.from(error).message);
    }
    return null;
  };

  private showThreads(): void {
    const open = threadsOf(this.document.client).filter(({ isResolved }) => !isResolved);
    this.dispatch((_, state) => showThreads(state, open.map(({ name }) => name)));
  }

  private updated(): void {
    const anchors = this.anchors();
    if (anchors?.anchor !== this.presented?.anchor || anchors?.head !== this.presented?.head) this.present();
    this.tell();
  }

  /** Tells the others where the selection is. */
  private present(): void {
    if (!this.editor?.view.hasFocus()) return;
    this.presented = this.anchors();
    if (this.presented) this.document.client.present(sentOf(this.presented));
  }

  private tell(): void {
    for (const listener of [...this.listeners]) listener();
  }
}
