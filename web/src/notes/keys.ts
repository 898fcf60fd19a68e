/** What keys and typed signs do: each a command of the editor's, of which the binding makes ops. */
import { bodyDepth, inside, ManyStep, type NoteBinding, schema } from "@motet/client/prosemirror";
import { baseKeymap, chainCommands, toggleMark } from "prosemirror-commands";
import { keymap } from "prosemirror-keymap";
import type { Attrs, Node, ResolvedPos } from "prosemirror-model";
import { type Command, NodeSelection, type Plugin, Selection, TextSelection } from "prosemirror-state";
import { acrossPlugin, clearAcross } from "./across";
import { besidePlugin, breakBeside, objectBefore, objectBehind, stayApart } from "./beside";
import { breakCode, downFromCode, leaveCode, tabInCode, untabInCode } from "./code";
import { indent, isItem, outdent } from "./levels";
import { cellAt, tableChange, withoutTable } from "./table";
import { typedPlugin } from "./typed";

/** The line around a place, where there is one. */
function lineAround($place: ResolvedPos): { at: number; attrs: Attrs } | null {
  return $place.parent.type === schema.nodes.block ? { at: $place.before(), attrs: $place.parent.attrs } : null;
}

/** The places of the blocks that the selection touches, but for those that have all of it within a table or a footnote of theirs. */
export function blocksIn({ selection, doc }: Parameters<Command>[0]): { at: number; attrs: Attrs }[] {
  const blocks: { at: number; attrs: Attrs }[] = [];
  const { $from, from, to } = selection;
  const depth = bodyDepth($from, $from.sharedDepth(to));
  doc.nodesBetween(from, to, (node, at) => {
    if (node.type === schema.nodes.block && doc.resolve(at).depth >= depth) blocks.push({ at, attrs: node.attrs });
  });
  return blocks;
}

/** Gives the blocks of the selection other attributes. */
export function setBlocks(change: (attrs: Attrs) => Attrs | null): Command {
  return (state, dispatch) => {
    const { tr } = state;
    const looks = blocksIn(state).flatMap(({ at, attrs }) => {
      const changed = Object.entries(change(attrs) ?? {}).filter(([key, value]) => attrs[key] !== value);
      return changed.length > 0 ? [{ at, attrs: Object.fromEntries(changed) }] : [];
    });
    if (looks.length === 0) return false;
    tr.step(new ManyStep(looks));
    dispatch?.(tr.setStoredMarks(state.storedMarks).scrollIntoView());
    return true;
  };
}

/** What a block is, where it can be something else: a table cannot. */
const setKind = (change: (attrs: Attrs) => Attrs) => setBlocks((attrs) => (attrs["kind"] === "table" ? null : change(attrs)));

export const makeParagraph = setKind(() => ({ kind: null }));

/** Makes the blocks headings of a rank, or paragraphs again where they are. */
export const toggleHeading = (rank: number) => setKind(({ kind, rank: now }) => (kind === "heading" && now === rank ? { kind: null } : { kind: "heading", rank }));

/** Makes the blocks items of a list, or no items where they are. */
export const toggleList = (letter: "b" | "o") =>
  setBlocks(({ levels }) => {
    if (levels.endsWith(letter)) return { levels: levels.slice(0, -1), task: null, start: null };
    return { levels: (/[bowv]$/.test(levels) ? levels.slice(0, -1) : levels) + letter };
  });

export const toggleTask = setBlocks(({ levels, task }) => (task === null ? { task: false, levels: /[bowv]$/.test(levels) ? levels : `${levels}b` } : { task: null }));

export const toggleQuote = setBlocks(({ levels }) => ({ levels: levels.startsWith("q") ? levels.slice(1) : `q${levels}` }));

export const toggleCode = setKind(({ kind }) => ({ kind: kind === "code" ? null : "code" }));

/** Ticks the task with the caret, or unticks it. */
const tickTask: Command = (state, dispatch) => {
  const line = lineAround(state.selection.$from);
  if (!line || line.attrs["task"] === null) return false;
  return setBlocks(({ task }) => (task === null ? null : { task: !line.attrs["task"] }))(state, dispatch);
};

const FENCE = /^```(\S*)$/;

const beginCode: Command = ({ selection, tr }, dispatch) => {
  const line = lineAround(selection.$from);
  const fence = selection.empty && line ? FENCE.exec(selection.$from.parent.textContent) : null;
  if (!fence || !line || selection.$from.parentOffset !== fence[0].length) return false;
  tr.delete(line.at + 1, line.at + 1 + fence[0].length).setNodeAttribute(line.at, "kind", "code");
  if (fence[1]) tr.setNodeAttribute(line.at, "info", fence[1]);
  dispatch?.(tr.scrollIntoView());
  return true;
};

/** An empty item ends its list. */
const leaveList: Command = (state, dispatch) => {
  const { selection } = state;
  const line = lineAround(selection.$from);
  if (!selection.empty || !line || selection.$from.parent.content.size > 0 || line.attrs["levels"] === "") return false;
  return outdent(state, dispatch);
};

/** What a block that follows another one is like. */
function following(attrs: Attrs, isAtEnd: boolean): Attrs {
  const levels = attrs["levels"] as string;
  const next = isItem(levels) ? inside(levels.slice(0, -1)) + levels.at(-1) : inside(levels);
  const kind = attrs["kind"] === "heading" && isAtEnd ? null : attrs["kind"] === "rule" || attrs["kind"] === "table" ? null : attrs["kind"];
  return { id: null, kind, rank: attrs["rank"], info: attrs["info"], levels: next, start: null, task: attrs["task"] === null ? null : false };
}

/** Begins a paragraph; what the caret is before keeps its name. */
const breakLine: Command = (state, dispatch) => {
  const { $from, $to } = state.selection;
  const line = lineAround($from);
  if (!line || !$from.sameParent($to)) return false;
  const { tr } = state;
  if ($from.pos < $to.pos) tr.deleteSelection();
  const { $from: $at } = tr.selection;
  const size = $at.parent.content.size;
  if ($at.parentOffset === 0 && size > 0) {
    tr.insert(line.at, schema.node("block", { ...line.attrs, id: null, start: line.attrs["start"], task: line.attrs["task"] === null ? null : false, kind: line.attrs["kind"] === "heading" ? null : line.attrs["kind"] }));
    const after = tr.mapping.map($from.pos, 1);
    if (isItem(line.attrs["levels"])) tr.setNodeAttribute(after - 1, "levels", following(line.attrs, false)["levels"]);
    tr.setSelection(TextSelection.create(tr.doc, after));
  } else {
    tr.split($at.pos, 1, [{ type: schema.nodes.block!, attrs: following(line.attrs, $at.parentOffset === size) }]);
  }
  // Bold that was switched on, or goes on to here, goes on in the next line.
  dispatch?.(tr.setStoredMarks(state.storedMarks ?? $from.marks()).scrollIntoView());
  return true;
};

/** A break within the line. */
const breakSoft: Command = ({ tr }, dispatch) => {
  dispatch?.(tr.replaceSelectionWith(schema.node("break"), true).scrollIntoView());
  return true;
};

/** At the beginning of a block: what it is goes before what is in it. */
const plainBefore: Command = (state, dispatch) => {
  const { selection } = state;
  const line = lineAround(selection.$from);
  if (!selection.empty || !line || selection.$from.parentOffset > 0) return false;
  if (["heading", "code", "rule"].includes(line.attrs["kind"])) return setBlocks(() => ({ kind: null }))(state, dispatch);
  if (line.attrs["levels"] !== "") return outdent(state, dispatch);
  return false;
};

/** Deletes a table that is selected. */
const deleteTable: Command = ({ selection, tr }, dispatch) => {
  if (!(selection instanceof NodeSelection) || selection.node.type !== schema.nodes.table) return false;
  dispatch?.(withoutTable(tr, selection.from));
  return true;
};

/** From a footnote to what is behind it. */
export const leaveFootnote: Command = ({ selection, tr }, dispatch) => {
  const { $head } = selection;
  let depth = $head.depth;
  while (depth > 0 && $head.node(depth).type !== schema.nodes.footnote) depth--;
  if (depth === 0) return false;
  dispatch?.(tr.setSelection(TextSelection.create(tr.doc, $head.after(depth))).scrollIntoView());
  return true;
};

/** From cell to cell; from the last one into a row that is made. */
function toCell(step: 1 | -1, binding: NoteBinding): Command {
  return (state, dispatch, view) => {
    const { $head } = state.selection;
    let depth = $head.depth;
    while (depth > 0 && $head.node(depth).type !== schema.nodes.cell) depth--;
    if (depth === 0) return false;
    const table = $head.before(depth - 2);
    const cellsOf = (doc: Node) => {
      const cells: number[] = [];
      doc.nodeAt(table)!.descendants((node, at) => {
        if (node.type === schema.nodes.cell) cells.push(table + 1 + at);
        return node.type === schema.nodes.row;
      });
      return cells;
    };
    const place = cellsOf(state.doc).indexOf($head.before(depth)) + step;
    if (place < 0 || !dispatch) return true;
    const isBehind = place === cellsOf(state.doc).length;
    const change = isBehind && tableChange(binding.engine, cellAt(state)!, "rowBelow");
    if (change) binding.change([change]);
    const now = change && view ? view.state : state;
    const next = cellsOf(now.doc)[place];
    if (next !== undefined) dispatch(now.tr.setSelection(Selection.near(now.doc.resolve(next + 1))).scrollIntoView());
    return true;
  };
}

/** Goes to the beginning or the end of the note, or selects up to there: a browser knows no lines where nothing is laid out. */
const goTo = (edge: "start" | "end", isSelecting = false): Command => ({ selection, doc, tr }, dispatch) => {
  const { head } = edge === "start" ? Selection.atStart(doc) : Selection.atEnd(doc);
  const $head = doc.resolve(head);
  dispatch?.(tr.setSelection(TextSelection.between(isSelecting ? selection.$anchor : $head, $head)).scrollIntoView());
  return true;
};

/** Keys that go to the edges of the note. */
const edges = Object.fromEntries(
  (["start", "end"] as const).flatMap((edge) => {
    const names = edge === "start" ? ["Home", "ArrowUp"] : ["End", "ArrowDown"];
    const [key, onMac] = [`Mod-${names[0]}`, `Cmd-${names[1]}`];
    return [[key, goTo(edge)], [onMac, goTo(edge)], [`Shift-${key}`, goTo(edge, true)], [`Shift-${onMac}`, goTo(edge, true)]] as [string, Command][];
  }),
);

export const mark = (name: string) => toggleMark(schema.marks[name]!);

/** Keys. Undo and redo are the engine's. */
export function keysPlugins(binding: NoteBinding): Plugin[] {
  const undo: Command = () => binding.undo() || true;
  const redo: Command = () => binding.redo() || true;
  const headings = [1, 2, 3, 4, 5, 6].map((rank) => [`Mod-Alt-${rank}`, toggleHeading(rank)] as const);
  return [
    acrossPlugin,
    typedPlugin,
    besidePlugin,
    keymap({
      "Mod-z": undo,
      "Mod-Shift-z": redo,
      "Mod-y": redo,
      "Mod-b": mark("strong"),
      "Mod-i": mark("emphasis"),
      "Mod-`": mark("code"),
      "Mod-e": mark("code"),
      "Mod-Shift-x": mark("strike"),
      "Mod-Alt-0": makeParagraph,
      ...Object.fromEntries(headings),
      ...edges,
      "Mod-Shift-8": toggleList("b"),
      "Mod-Shift-7": toggleList("o"),
      "Mod-Shift-9": toggleTask,
      Enter: chainCommands(clearAcross, beginCode, breakCode, leaveList, breakBeside, breakLine),
      "Shift-Enter": chainCommands(clearAcross, breakCode, breakBeside, breakSoft),
      "Mod-Enter": chainCommands(tickTask, leaveCode, breakBeside, breakLine),
      Backspace: chainCommands(clearAcross, deleteTable, plainBefore, objectBefore, stayApart),
      "Mod-Backspace": clearAcross,
      Delete: chainCommands(clearAcross, deleteTable, objectBehind),
      "Mod-Delete": clearAcross,
      ArrowDown: downFromCode,
      Escape: leaveFootnote,
      Tab: chainCommands(toCell(1, binding), tabInCode, indent),
      "Shift-Tab": chainCommands(toCell(-1, binding), untabInCode, outdent),
    }),
    keymap(baseKeymap),
  ];
}
