/**
 * Cutting and pasting, and dragging, as moves: what comes is what went, with its comments, the carets in it and what others
 * wrote into it meanwhile. What was cut is known again by a token in the HTML on the clipboard.
 */
import { type NoteBinding, schema } from "@motet/client/prosemirror";
import type { Slice } from "prosemirror-model";
import { NodeSelection, Plugin, TextSelection } from "prosemirror-state";
import type { EditorView } from "prosemirror-view";
import { cleared, isAcross } from "./across";

const TOKEN = "data-note-cut";

/** What was cut last. */
interface Cut {
  token: string;
  /** What the end of it holds to. */
  last: string;
  /** What its first block is like, where it was cut from its beginning. */
  look: Look | null;
}

type Look = readonly (readonly [key: string, value: unknown])[];

const LOOK = ["kind", "rank", "info", "levels", "start", "task"] as const;

const newToken = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** The token that a clipboard bears; null where nothing on it was cut from a note. */
const tokenOf = (data: DataTransfer | null) => new RegExp(`${TOKEN}="([0-9a-f]{32})"`).exec(data?.getData("text/html") ?? "")?.[1] ?? null;

/** Whether a place is in a line of more than plain characters. */
const isInLine = (view: EditorView, place: number) => {
  const { parent } = view.state.doc.resolve(place);
  return parent.type === schema.nodes.block && parent.attrs["kind"] !== "code";
};

/** What the block is like at whose beginning the selection begins: one that says nothing yet takes that on. */
function lookAt(view: EditorView): Look | null {
  const { $from } = view.state.selection;
  const isWhole = $from.parent.type === schema.nodes.block && $from.parentOffset === 0;
  return isWhole ? LOOK.map((key) => [key, $from.parent.attrs[key]] as const) : null;
}

/** Puts what is selected on the clipboard, as the editor itself would, with a token. */
function writeClipboard(view: EditorView, data: DataTransfer, token: string): void {
  const { dom, text } = view.serializeForClipboard(view.state.selection.content());
  dom.firstElementChild?.setAttribute(TOKEN, token);
  data.clearData();
  data.setData("text/html", dom.innerHTML);
  data.setData("text/plain", text);
}

/** What is dragged, where it is one stretch. */
function dragged(view: EditorView): { from: number; to: number } | null {
  const selection = (view.dragging as { node?: NodeSelection } | null)?.node ?? view.state.selection;
  return selection instanceof TextSelection || (selection instanceof NodeSelection && selection.node.isInline) ? selection : null;
}

export function cutPlugin(binding: NoteBinding): Plugin {
  let known: Cut | null = null;

  function cut(view: EditorView, event: ClipboardEvent): boolean {
    const { selection } = view.state;
    known = null;
    if (selection.empty || !event.clipboardData || !isInLine(view, selection.to)) return false;
    const fresh = { token: newToken(), last: binding.anchorAt(selection.to), look: lookAt(view) };
    const data = event.clipboardData;
    const isCut = binding.cut(() => {
      writeClipboard(view, data, fresh.token);
      view.dispatch(view.state.tr.deleteSelection().scrollIntoView().setMeta("uiEvent", "cut"));
    });
    if (!isCut) {
      // Of cells only what is in them goes.
      if (!isAcross(view.state)) return false;
      writeClipboard(view, data, fresh.token);
      view.dispatch(cleared(view.state).setMeta("uiEvent", "cut"));
      event.preventDefault();
      return true;
    }
    known = fresh;
    event.preventDefault();
    return true;
  }

  function paste(view: EditorView, event: ClipboardEvent): boolean {
    const now = known;
    if (now === null || tokenOf(event.clipboardData) !== now.token) return false;
    known = null;
    if (!view.state.selection.empty) view.dispatch(view.state.tr.deleteSelection());
    const { $from } = view.state.selection;
    if (!isInLine(view, $from.pos)) return false;
    const isBlank = $from.parent.content.size === 0 && $from.parent.attrs["kind"] === null && $from.parent.attrs["levels"] === "";
    const at = $from.before();
    if (!binding.pasteCut(now.last)) return false;
    if (isBlank && now.look) view.dispatch(now.look.reduce((tr, [key, value]) => tr.setNodeAttribute(at, key, value), view.state.tr));
    return true;
  }

  function drop(view: EditorView, event: DragEvent, _slice: Slice, isMoved: boolean): boolean {
    const range = isMoved ? dragged(view) : null;
    const target = view.posAtCoords({ left: event.clientX, top: event.clientY })?.pos;
    if (range === null || target === undefined || !isInLine(view, target)) return false;
    if (!binding.move(range.from, range.to, target)) return false;
    event.preventDefault();
    return true;
  }

  return new Plugin({ props: { handleDOMEvents: { cut }, handlePaste: paste, handleDrop: drop } });
}
