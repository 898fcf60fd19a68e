/** What a type of document gives to the frame around it. */
import type { Presence, Spans } from "@motet/client";
import type { ReactNode } from "react";
import type { IconName } from "../app/icons";
import type { MenuItem } from "../app/parts";
import type { DocumentsApi } from "../documents/api";
import type { OpenDocument, Snapshot } from "./document";
import type { Highlight, Layer } from "./highlights";
import type { Moment } from "./moment";

/** How the frame shows it. */
export interface Shown {
  /** Whether the past is shown in its place. */
  isHidden: boolean;
  isHistoryOpen: boolean;
  /** Opens one of the panels. */
  showPanel(id: string): void;
}

/** A panel beside People and History. */
export interface ContentPanel {
  /** Unlike all others. */
  id: string;
  title: string;
  icon: IconName;
  /** The keys that open and close it, such as "Alt-o"; listed for Help in `app/keys.ts`. */
  keys: string;
  /** What is in it; asked for again whenever the document changes. */
  body(snapshot: Snapshot): ReactNode;
}

/** A file that one can take away. */
export interface Download {
  label: string;
  /** Put behind the document's name where that has none. */
  extension: string;
  mediaType: string;
  read(): Promise<string | Blob>;
}

/** A part of a document. */
export interface Part {
  /** What it is called, in a few words. */
  name: string;
  elements: Spans;
}

/** So much of what is written in a part is its name. */
const NAME_MAX = 40;

/** A name for a part by what is written there. */
export function nameOfPart(written: string): string {
  const words = written.trim().replace(/\s+/g, " ");
  return words.length <= NAME_MAX ? words || "an empty line" : `${words.slice(0, NAME_MAX - 1).trimEnd()}…`;
}

/**
 * One open document as its type shows it. The frame has the bar, the panels, the banners, undo and redo, the way through the
 * history; this has what is in the page.
 */
export interface Content {
  /** What is worked on. It stays on the page while the past is shown. */
  live(shown: Shown): ReactNode;
  /** The document at a moment, with what changed since another; since nothing was there, where there is no other. */
  past(moment: Moment, before: Moment | undefined): ReactNode;
  /** Makes the document what it was then, by a change like any other. Returns how to take that back. */
  restore(moment: Moment): () => void;
  /** Gives the keyboard to what is worked on. */
  focus(): void;
  /** Goes to where somebody is. */
  goTo(peer: Presence): void;
  /** Shows stretches in a colour, and no others of that layer; caret, focus and scroll stay. */
  highlight?(layer: Layer, list: readonly Highlight[]): void;
  /** Goes to a stretch; false where it is not here. */
  reveal?(highlight: Highlight): boolean;
  /** What is selected, or else what is beside the caret; null where nothing is. */
  chosen?(): Spans | null;
  /** What is selected, or else what the caret is in; null where nothing is. */
  part?(): Part | null;
  downloads: readonly Download[];
  panels?: readonly ContentPanel[];
  /** More entries of the menu, asked for whenever it is drawn. */
  actions?(): readonly MenuItem[];
}

/** Makes the content of an open document; each type's module exports one as `open`. */
export type OpenContent = (document: OpenDocument, documents: DocumentsApi) => Content;
