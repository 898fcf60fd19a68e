/** What can be done with the selected line, and looking for words. */
import type { JsonKind } from "@motet/client";
import type { RefObject } from "react";
import { written } from "../app/keys";
import { IconButton, Menu } from "../app/parts";
import type { Line } from "./model";
import { counting, type Search } from "./search";
import { KINDS } from "./values";

type Action = "add" | "duplicate" | "remove" | "up" | "down" | "rename" | "copy" | "copyPath" | "paste" | "openAll" | "closeAll";

interface Props {
  line: Line | undefined;
  /** How many are in the selected object or list. */
  count: number | null;
  search: Search;
  searchField: RefObject<HTMLInputElement | null>;
  onSearch(words: string): void;
  onNext(by: 1 | -1): void;
  onLeaveSearch(): void;
  conflicts: number;
  onConflict(): void;
  actions: Record<Action, () => void>;
  onKind(kind: JsonKind): void;
}

export function Toolbar({ line, search, searchField, onSearch, onNext, onLeaveSearch, conflicts, onConflict, actions, onKind }: Props) {
  const isTop = !line || line.parent === null;
  return (
    <div className="json-tools" role="toolbar" aria-label="JSON">
      <IconButton icon="plus" label="Add a value" keys={written("Mod-Enter")} disabled={!line} onClick={actions.add} />
      <IconButton icon="duplicate" label="Duplicate" keys={written("Mod-d")} disabled={isTop} onClick={actions.duplicate} />
      <IconButton icon="trash" label="Delete" keys="Del" disabled={isTop} onClick={actions.remove} />
      <span className="json-gap" />
      <IconButton icon="up" label="Move up" keys={written("Alt-ArrowUp")} disabled={isTop || line.at === 0} onClick={actions.up} />
      <IconButton icon="down" label="Move down" keys={written("Alt-ArrowDown")} disabled={isTop || line.at + 1 === line.of} onClick={actions.down} />
      <label className="json-kind">
        <span className="visually-hidden">Type of the selected value</span>
        <select value={line?.row.kind ?? "null"} disabled={!line} onChange={(event) => onKind(event.target.value as JsonKind)}>
          {KINDS.map(({ kind, label }) => <option key={kind} value={kind}>{label}</option>)}
        </select>
      </label>
      <Menu
        label="More for this value"
        icon="more"
        opensRight
        items={[
          { label: "Rename", icon: "pencil", run: actions.rename },
          { label: "Copy as JSON", icon: "copy", run: actions.copy },
          { label: "Paste JSON", icon: "paste", run: actions.paste },
          { label: "Copy the path", icon: "braces", run: actions.copyPath },
          "line",
          { label: "Open all", run: actions.openAll },
          { label: "Close all", run: actions.closeAll },
        ]}
      />
      {conflicts > 0 && (
        <button type="button" className="json-conflict-count" title="Go to the next place where people wanted different things" onClick={onConflict}>
          {conflicts === 1 ? "1 conflict" : `${conflicts.toLocaleString("en")} conflicts`}
        </button>
      )}
      <span className="spring" />
      <div className="json-search" role="search">
        <input
          ref={searchField}
          type="search"
          placeholder="Find"
          aria-label="Find in names and values"
          title={`Find in names and values (${written("Mod-f")})`}
          value={search.words}
          onChange={(event) => onSearch(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter") {
              event.preventDefault();
              onNext(event.shiftKey ? -1 : 1);
            }
            if (event.key !== "Escape") return;
            event.stopPropagation();
            event.nativeEvent.stopImmediatePropagation();
            onSearch("");
            onLeaveSearch();
          }}
        />
        <output aria-live="polite">{counting(search)}</output>
        <IconButton icon="up" label="The one before" keys={written("Shift-Enter")} disabled={search.found.length === 0} onClick={() => onNext(-1)} />
        <IconButton icon="down" label="The next one" keys="Enter" disabled={search.found.length === 0} onClick={() => onNext(1)} />
      </div>
    </div>
  );
}
