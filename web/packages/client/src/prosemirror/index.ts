/**
 * ProseMirror on a note: paragraphs, headings, lists, quotes, code, tables, footnotes, images, links and marks that many people
 * edit at once.
 *
 * ```ts
 * import { openNote } from "@motet/client/prosemirror";
 * import { baseKeymap } from "prosemirror-commands";
 * import { keymap } from "prosemirror-keymap";
 *
 * const doc = await space.open("Minutes", { create: "note" });
 * const { view, close } = openNote(place, doc, {
 *   plugins: (binding) => [keymap({ "Mod-z": () => binding.undo(), "Mod-y": () => binding.redo() }), keymap(baseKeymap)],
 * });
 * ```
 *
 * The editor's steps become the smallest changes of the document, and others' changes the smallest steps: no node is replaced
 * whose element persists, carets and selections hold to elements, and what is being composed is left alone. Undo and redo are
 * the document's, of one's own work only, so prosemirror-history is left out. Whoever wants more than {@link openNote} does
 * takes a {@link NoteBinding} and a view of their own, as Motet's app does.
 *
 * @module
 */
export { type BindingOptions, type Editor, FROM_ENGINE, NoteBinding } from "./binding.js";
export { addressOf, blobOf } from "./blob.js";
export { type Caret, type Carets, caretsIn, caretsPlugin, type Peer, putCarets } from "./carets.js";
export { inputPlugin, settle, takeIn } from "./input.js";
export { inside } from "./pasted.js";
export { type Look, ManyStep } from "./many.js";
export { type Body, bodyDepth, bodyName, countBelow, lineLength, LONG, openingOf, placesOfBlocks, unitsBefore } from "./places.js";
export { peerOf, sentOf } from "./presence.js";
export { listOf, project } from "./projection.js";
export { changesOfAttrs } from "./properties.js";
export { engineOf, type RichEngine } from "./rich.js";
export type { ElementId, MarkPair, Name, RichChange, RichMark, RichPatch, RichPlace, RichReader, RichRun, RichTextChanges, RichTexts } from "../rich.js";
export { blockDom, HEAD, isBody, isSafe, marksOn, schema, unchunked } from "./schema.js";
export { unitAt } from "./selection.js";
export { type NoteEditor, type NoteOptions, openNote } from "./view.js";
