/** One line: a name, a value, and who else is there. */
import type { JsonConflict } from "@motet/client";
import type { ReactNode } from "react";
import { Icon } from "../app/icons";
import { saidOf } from "./conflicts";
import { isOpenable, type Line } from "./model";
import type { Editing, Here } from "./Tree";
import { counted, kindOf, shown } from "./values";

type Zone = "before" | "into" | "after";

interface Drag {
  start(data: DataTransfer): void;
  over(zone: Zone): void;
  leave(): void;
  drop(zone: Zone, text: string): void;
  end(): void;
}

interface Props {
  name: string;
  line: Line;
  top: number;
  /** Null for what has no rows of its own. */
  isOpen: boolean | null;
  count: number;
  isActive: boolean;
  isFound: boolean;
  here: readonly Here[];
  conflict: JsonConflict | undefined;
  dropping: Zone | null;
  field: { part: Editing["part"]; shown: ReactNode } | null;
  below: ReactNode;
  onSelect(): void;
  onToggle(): void;
  onEdit: ((part: Editing["part"]) => void) | undefined;
  drag: Drag | undefined;
}

/** Which part of a line a pointer is over: before it, behind it, or within what it opens. */
function zoneOf(event: React.DragEvent, line: Line): Zone {
  const { top, height } = event.currentTarget.getBoundingClientRect();
  const share = (event.clientY - top) / height;
  if (line.parent === null) return "into";
  if (!isOpenable(line.row)) return share < 0.5 ? "before" : "after";
  return share < 0.28 ? "before" : share > 0.72 ? "after" : "into";
}

export function Row({ name, line, top, isOpen, count, isActive, isFound, here, conflict, dropping, field, below, onSelect, onToggle, onEdit, drag }: Props) {
  const { row, level, at, of } = line;
  const classes = ["json-line", isActive && "is-active", isFound && "is-found", conflict && "is-disputed", dropping && `is-${dropping}`, (field || below) && "is-raised"];
  return (
    <div
      id={name}
      className={classes.filter(Boolean).join(" ")}
      role="treeitem"
      aria-level={level}
      aria-posinset={at + 1}
      aria-setsize={of}
      aria-expanded={isOpen ?? undefined}
      aria-selected={isActive}
      data-key={row.key ?? undefined}
      style={{ top, "--level": level, "--peer": here[0]?.colour } as React.CSSProperties}
      draggable={drag !== undefined && field === null && line.parent !== null}
      onDragStart={(event) => drag?.start(event.dataTransfer)}
      onDragOver={(event) => {
        if (!drag) return;
        event.preventDefault();
        drag.over(zoneOf(event, line));
      }}
      onDragLeave={() => drag?.leave()}
      onDrop={(event) => {
        event.preventDefault();
        drag?.drop(zoneOf(event, line), event.dataTransfer.getData("text/plain"));
      }}
      onDragEnd={() => drag?.end()}
    >
      <div className="json-line-body" onPointerDown={(event) => event.target instanceof Element && !event.target.closest(".json-field, button") && onSelect()}>
        {isOpen === null ? (
          <span className="json-toggle" />
        ) : (
          <button type="button" className={isOpen ? "json-toggle is-open" : "json-toggle"} tabIndex={-1} aria-hidden="true" onClick={onToggle}>
            <Icon name="chevron" />
          </button>
        )}
        <span className={`json-sign is-${row.kind}`} title={kindOf(row.kind).label}>{kindOf(row.kind).sign}</span>
        {field?.part === "key" ? field.shown : <Name line={line} onEdit={onEdit} />}
        {field?.part === "value" ? field.shown : <Value line={line} count={count} onEdit={onEdit} onToggle={onToggle} />}
        {conflict && <span className="json-mark" title={saidOf(conflict)}><Icon name="warning" /><span className="visually-hidden">{saidOf(conflict)}</span></span>}
        {here.map((peer) => <span key={peer.id} className="json-peer" style={{ "--peer": peer.colour } as React.CSSProperties}>{peer.name}</span>)}
      </div>
      {below && <div className="json-below">{below}</div>}
    </div>
  );
}

function Name({ line, onEdit }: { line: Line; onEdit: Props["onEdit"] }) {
  const { row, parent, at } = line;
  if (row.key !== null) return <span className="json-key" onDoubleClick={() => onEdit?.("key")}>{row.key === "" ? <em>no name</em> : row.key}</span>;
  return parent === null ? null : <span className="json-index">{at}</span>;
}

function Value({ line, count, onEdit, onToggle }: { line: Line; count: number; onEdit: Props["onEdit"]; onToggle: () => void }) {
  const { row } = line;
  if (isOpenable(row)) return <span className="json-count" onDoubleClick={onToggle}>{counted(row.kind, count)}</span>;
  const words = shown(row);
  return (
    <span className={`json-value is-${row.kind}`} onDoubleClick={() => onEdit?.("value")}>
      {row.kind === "string" && words === "" ? <em>empty</em> : words}
    </span>
  );
}
