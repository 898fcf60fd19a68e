/** The commands of a note, in reach of pointer and keyboard: Tab enters once, arrows walk, and a command goes back to the text. */
import { schema } from "@motet/client/prosemirror";
import type { Command, EditorState } from "prosemirror-state";
import { useCallback, useLayoutEffect, useRef, useSyncExternalStore } from "react";
import type { IconName } from "../app/icons";
import { written } from "../app/keys";
import { IconButton, Menu, type MenuItem } from "../app/parts";
import { insertFootnote, insertRule, insertTable } from "./insert";
import { makeParagraph, mark, toggleCode, toggleHeading, toggleList, toggleQuote, toggleTask } from "./keys";
import { indent, outdent } from "./levels";
import type { OpenNote } from "./note";
import { type CellPlace, cellAt, deleteTableAround, isPossible, type TableCommand } from "./table";

/** What the toolbar shows of a state, as one text, so that it is drawn only where that changes. */
function shownOf(state: EditorState | null): string {
  if (!state) return "";
  const { $from, empty, from, to } = state.selection;
  const { kind = null, rank = 1, levels = "", task = null, info = "" } = $from.parent.attrs;
  const active = Object.values(schema.marks).filter((type) =>
    empty ? type.isInSet(state.storedMarks ?? $from.marks()) : state.doc.rangeHasMark(from, to, type),
  );
  return JSON.stringify({ kind, rank, info, list: levels.at(-1) ?? "", isQuote: levels.includes("q"), isTask: task !== null, marks: active.map(({ name }) => name), cell: cellAt(state) });
}

interface Shown {
  kind: string | null;
  rank: number;
  /** The language of code. */
  info: string;
  list: string;
  isQuote: boolean;
  isTask: boolean;
  marks: string[];
  cell: CellPlace | null;
}

const KINDS: Record<string, string> = { code: "Code", rule: "Rule", table: "Table", html: "HTML" };

const nameOf = ({ kind, rank }: Shown) => (kind === "heading" ? `Heading ${rank}` : (KINDS[kind ?? ""] ?? "Paragraph"));

const MARKS: readonly [name: string, icon: IconName, label: string, keys: string][] = [
  ["strong", "bold", "Bold", "Mod-b"],
  ["emphasis", "italic", "Italic", "Mod-i"],
  ["strike", "strike", "Struck through", "Mod-Shift-x"],
  ["code", "code", "Code", "Mod-e"],
];

const TABLE: readonly (readonly [TableCommand, string] | "line")[] = [
  ["rowAbove", "Insert a row above"], ["rowBelow", "Insert a row below"], ["rowUp", "Move the row up"], ["rowDown", "Move the row down"], ["rowDelete", "Delete the row"],
  "line",
  ["columnBefore", "Insert a column before"], ["columnAfter", "Insert a column after"], ["columnLeft", "Move the column left"], ["columnRight", "Move the column right"], ["columnDelete", "Delete the column"],
  "line",
  ["alignLeft", "Align left"], ["alignCenter", "Align to the middle"], ["alignRight", "Align right"],
];

interface Props {
  note: OpenNote;
  onLink(): void;
  onImage(): void;
  onLanguage(): void;
  onComment(): void;
}

/** One stop for Tab: the button that was used last. */
function useOneStop() {
  const bar = useRef<HTMLDivElement>(null);
  const current = useRef(0);
  const buttons = () => [...(bar.current?.querySelectorAll<HTMLElement>("button:not([role])") ?? [])];
  const settle = useCallback(() => {
    const all = buttons();
    current.current = Math.max(0, Math.min(current.current, all.length - 1));
    all.forEach((button, n) => (button.tabIndex = n === current.current ? 0 : -1));
  }, []);
  useLayoutEffect(settle);
  const onFocus = (event: React.FocusEvent) => {
    const n = buttons().indexOf(event.target as HTMLElement);
    if (n < 0) return;
    current.current = n;
    settle();
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    const all = buttons();
    const at = all.indexOf(event.target as HTMLElement);
    const ends: Record<string, number> = { ArrowRight: at + 1, ArrowLeft: at - 1 + all.length, Home: 0, End: all.length - 1 };
    const next = ends[event.key];
    if (at < 0 || next === undefined || event.altKey) return;
    event.preventDefault();
    all[next % all.length]?.focus();
  };
  return { bar, onFocus, onKeyDown };
}

export function Toolbar({ note, onLink, onImage, onLanguage, onComment }: Props) {
  const shown = useSyncExternalStore(note.subscribe, () => shownOf(note.state()));
  const { bar, onFocus, onKeyDown } = useOneStop();
  if (shown === "") return <div className="note-bar" />;
  const now = JSON.parse(shown) as Shown;
  const button = (icon: IconName, label: string, command: Command | (() => void), { keys = "", isOn = undefined as boolean | undefined } = {}) => (
    <IconButton key={label} icon={icon} label={label} keys={keys && written(keys)} aria-pressed={isOn} onClick={() => (command.length === 0 ? (command as () => void)() : note.run(command as Command))} />
  );
  const kinds: MenuItem[] = [
    { label: "Paragraph", keys: written("Mod-Alt-0"), checked: now.kind === null, run: () => note.run(makeParagraph) },
    ...[1, 2, 3, 4, 5, 6].map((rank) => ({
      label: `Heading ${rank}`,
      keys: written(`Mod-Alt-${rank}`),
      checked: now.kind === "heading" && now.rank === rank,
      run: () => note.run(toggleHeading(rank)),
    })),
    { label: "Code", keys: written("Mod-Alt-c"), checked: now.kind === "code", run: () => note.run(toggleCode) },
  ];
  const { cell } = now;
  const table: (MenuItem | "line")[] = !cell ? [] : TABLE.map((item) =>
    item === "line" ? item : { label: item[1], danger: item[0].endsWith("Delete"), disabled: !isPossible(cell, item[0]), run: () => note.changeTable(item[0]) },
  );
  table.push("line", { label: "Delete the table", danger: true, run: () => note.run(deleteTableAround) });
  return (
    // Pressing a button leaves the selection in the text as it is.
    <div className="note-bar" role="toolbar" aria-label="Formatting" ref={bar} onFocus={onFocus} onKeyDown={onKeyDown} onMouseDown={(event) => event.preventDefault()}>
      <Menu label="Kind of block" icon="note" words={nameOf(now)} opensRight items={kinds} />
      {now.kind === "code" && (
        <button type="button" className="menu-words" title="Language of the code" aria-label={`Language of the code: ${now.info || "none"}`} onClick={onLanguage}>
          {now.info || "Language"}
        </button>
      )}
      <span className="bar-group">
        {MARKS.map(([name, icon, label, keys]) => button(icon, label, mark(name), { keys, isOn: now.marks.includes(name) }))}
        {button("link", "Link", () => onLink(), { keys: "Mod-k", isOn: now.marks.includes("link") })}
      </span>
      <span className="bar-group">
        {button("bullets", "Bulleted list", toggleList("b"), { keys: "Mod-Shift-8", isOn: now.list === "b" && !now.isTask })}
        {button("numbers", "Numbered list", toggleList("o"), { keys: "Mod-Shift-7", isOn: now.list === "o" && !now.isTask })}
        {button("task", "Task", toggleTask, { keys: "Mod-Shift-9", isOn: now.isTask })}
        {button("quote", "Quote", toggleQuote, { keys: "Mod-Shift-b", isOn: now.isQuote })}
        {button("outdent", "Further out", outdent, { keys: "Shift-Tab" })}
        {button("indent", "Further in", indent, { keys: "Tab" })}
      </span>
      <span className="bar-group">
        {button("image", "Image", () => onImage())}
        {button("footnote", "Footnote", insertFootnote, { keys: "Mod-Alt-f" })}
        {button("table", "Table", insertTable)}
        {button("rule", "Rule", insertRule)}
        {button("comment", "Comment", () => onComment(), { keys: "Mod-Alt-m" })}
      </span>
      {cell && <Menu label="Rows and columns" icon="table" words="Table" opensRight items={table} />}
    </div>
  );
}
