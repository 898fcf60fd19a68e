/** What keys and typed signs do: each a command of the editor's, of which the binding makes ops. */
import { baseKeymap, chainCommands, toggleMark } from "prosemirror-commands";
import { InputRule, inputRules } from "prosemirror-inputrules";
import { keymap } from "prosemirror-keymap";
import type { Attrs, ResolvedPos } from "prosemirror-model";
import { type Command, NodeSelection, type Plugin, Selection, TextSelection } from "prosemirror-state";
import type { NoteBinding } from "./binding";
import { schema } from "./schema";

const INSIDE: Record<string, string> = { b: "w", o: "v" };

/** The levels of a block that goes on in what a block with `levels` is in. */
const inside = (levels: string) => [...levels].map((letter) => INSIDE[letter] ?? letter).join("");

const isItem = (levels: string) => /[bo]$/.test(levels);

/** The line around a place, where there is one. */
function lineAround($place: ResolvedPos): { at: number; attrs: Attrs } | null {
  return $place.parent.type === schema.nodes.block ? { at: $place.before(), attrs: $place.parent.attrs } : null;
}

/** The places of the blocks that the selection touches. */
export function blocksIn({ selection, doc }: Parameters<Command>[0]): { at: number; attrs: Attrs }[] {
  const blocks: { at: number; attrs: Attrs }[] = [];
  doc.nodesBetween(selection.from, selection.to, (node, at) => {
    if (node.type === schema.nodes.block) blocks.push({ at, attrs: node.attrs });
  });
  return blocks;
}

/** Gives the blocks of the selection other attributes. */
export function setBlocks(change: (attrs: Attrs) => Attrs | null): Command {
  return (state, dispatch) => {
    const { tr } = state;
    for (const { at, attrs } of blocksIn(state)) {
      for (const [key, value] of Object.entries(change(attrs) ?? {})) {
        if (attrs[key] !== value) tr.setNodeAttribute(at, key, value);
      }
    }
    if (!tr.docChanged) return false;
    dispatch?.(tr.setStoredMarks(state.storedMarks).scrollIntoView());
    return true;
  };
}

/** Makes the blocks headings of a rank, or paragraphs again where they are. */
export const toggleHeading = (rank: number) => setBlocks(({ kind, rank: now }) => (kind === "heading" && now === rank ? { kind: null } : { kind: "heading", rank }));

/** Makes the blocks items of a list, or no items where they are. */
export const toggleList = (letter: "b" | "o") =>
  setBlocks(({ levels }) => {
    if (levels.endsWith(letter)) return { levels: levels.slice(0, -1), task: null, start: null };
    return { levels: (/[bowv]$/.test(levels) ? levels.slice(0, -1) : levels) + letter };
  });

export const toggleTask = setBlocks(({ levels, task }) => (task === null ? { task: false, levels: /[bowv]$/.test(levels) ? levels : `${levels}b` } : { task: null }));

export const toggleQuote = setBlocks(({ levels }) => ({ levels: levels.startsWith("q") ? levels.slice(1) : `q${levels}` }));

export const toggleCode = setBlocks(({ kind }) => ({ kind: kind === "code" ? null : "code" }));

/** One level further in: into the item before. */
export const indent: Command = (state, dispatch) => {
  const line = lineAround(state.selection.$from);
  if (!line || !/[bowv]$/.test(line.attrs["levels"]) || line.attrs["levels"].length > 30) return false;
  return setBlocks(({ levels }) => (/[bowv]$/.test(levels) ? { levels: inside(levels) + levels.at(-1) } : null))(state, dispatch) || true;
};

/** One level further out. */
export const outdent: Command = setBlocks(({ levels }) => {
  if (levels === "") return null;
  return levels.length === 1 ? { levels: "", task: null, start: null } : { levels: levels.slice(0, -2) + levels.at(-1) };
});

/** A line end in code; a second one at its end leaves it. */
const breakCode: Command = ({ selection, tr }, dispatch) => {
  const { $from, $to } = selection;
  if ($from.parent.attrs["kind"] !== "code" || !$from.sameParent($to)) return false;
  dispatch?.(tr.insertText("\n").scrollIntoView());
  return true;
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
  const { selection, tr } = state;
  const line = lineAround(selection.$from);
  if (!selection.empty || !line || selection.$from.parentOffset > 0) return false;
  if (line.attrs["kind"] === "heading" || line.attrs["kind"] === "code") return setBlocks(() => ({ kind: null }))(state, dispatch);
  if (line.attrs["levels"] !== "") return outdent(state, dispatch);
  const before = tr.doc.resolve(line.at).nodeBefore;
  if (before?.attrs["kind"] !== "rule" && before?.attrs["kind"] !== "table") return false;
  // What is no line is selected first, so that nobody deletes it by one key too many.
  const object = before.childCount === 1 && before.firstChild!.isInline && !before.firstChild!.isText ? line.at - before.nodeSize + 1 : line.at - before.nodeSize;
  dispatch?.(tr.setSelection(NodeSelection.create(tr.doc, object)));
  return true;
};

/** From cell to cell. */
function toCell(step: 1 | -1): Command {
  return ({ selection, doc, tr }, dispatch) => {
    const { $head } = selection;
    let depth = $head.depth;
    while (depth > 0 && $head.node(depth).type !== schema.nodes.cell) depth--;
    if (depth === 0) return false;
    const table = $head.before(depth - 2);
    const cells: number[] = [];
    doc.nodeAt(table)!.descendants((node, at) => {
      if (node.type === schema.nodes.cell) cells.push(table + 1 + at);
      return node.type === schema.nodes.row;
    });
    const next = cells[cells.indexOf($head.before(depth)) + step];
    const place = next ?? (step > 0 ? table + doc.nodeAt(table)!.nodeSize : table);
    dispatch?.(tr.setSelection(Selection.near(doc.resolve(next === undefined ? place : place + 1), step > 0 || next !== undefined ? 1 : -1)).scrollIntoView());
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
    inputRules({ rules }),
    keymap({
      "Mod-z": undo,
      "Mod-Shift-z": redo,
      "Mod-y": redo,
      "Mod-b": mark("strong"),
      "Mod-i": mark("emphasis"),
      "Mod-`": mark("code"),
      "Mod-e": mark("code"),
      "Mod-Shift-x": mark("strike"),
      "Mod-Alt-0": setBlocks(() => ({ kind: null })),
      ...Object.fromEntries(headings),
      ...edges,
      "Mod-Shift-8": toggleList("b"),
      "Mod-Shift-7": toggleList("o"),
      "Mod-Shift-9": toggleTask,
      Enter: chainCommands(beginCode, breakCode, leaveList, breakLine),
      "Shift-Enter": chainCommands(breakCode, breakSoft),
      "Mod-Enter": breakLine,
      Backspace: plainBefore,
      Tab: chainCommands(toCell(1), indent),
      "Shift-Tab": chainCommands(toCell(-1), outdent),
    }),
    keymap(baseKeymap),
  ];
}

/** Signs at the beginning of a paragraph that say what it is. */
function blockRule(signs: RegExp, change: (match: RegExpMatchArray, attrs: Attrs) => Attrs | null): InputRule {
  return new InputRule(signs, (state, match, start, end) => {
    const $start = state.doc.resolve(start);
    const line = lineAround($start);
    if (!line || $start.parentOffset > 0 || line.attrs["kind"] === "code") return null;
    const attrs = change(match, line.attrs);
    if (!attrs) return null;
    const tr = state.tr.delete(start, end);
    for (const [key, value] of Object.entries(attrs)) tr.setNodeAttribute(line.at, key, value);
    return tr;
  });
}

const plain = ({ levels }: Attrs) => !/[bo]$/.test(levels);

const rules = [
  blockRule(/^(#{1,6})\s$/, ([, signs]) => ({ kind: "heading", rank: signs!.length })),
  blockRule(/^[-*+]\s$/, (_, attrs) => (plain(attrs) ? { levels: `${attrs["levels"]}b` } : null)),
  blockRule(/^(\d{1,9})[.)]\s$/, ([, number], attrs) => (plain(attrs) ? { levels: `${attrs["levels"]}o`, ...(number === "1" ? {} : { start: Number(number) }) } : null)),
  blockRule(/^>\s$/, (_, { levels }) => ({ levels: `${levels}q` })),
  blockRule(/^\[( |x|)\]\s$/, ([, sign], { levels }) => ({ task: sign === "x", levels: /[bowv]$/.test(levels) ? levels : `${levels}b` })),
  blockRule(/^```\s$/, () => ({ kind: "code" })),
  blockRule(/^---$/, () => ({ kind: "rule" })),
];
