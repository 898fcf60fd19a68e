/** What an undo would take along of others' work, to be confirmed beside what one does. */
import type { Affected, EditRun, UndoPreview } from "@motet/client";
import { useEffect, useRef } from "react";
import { plural } from "../app/time";

export interface Asked {
  run: EditRun;
  preview: UndoPreview;
}

interface Props {
  asked: Asked;
  onUndo(dependants: "cascade" | "keep"): void;
  onCancel(): void;
}

/** The names of those whose work would go. */
export const whoseOf = (taken: readonly Affected[]): string => [...new Set(taken.map(({ run }) => run?.name ?? "Somebody"))].join(" and ");

/** The edit runs of which something would go. */
export const runsOf = (parts: readonly Affected[]): Set<string> => new Set(parts.flatMap(({ run, turn }) => (run && turn !== "comes" && turn !== "on" ? [run.id] : [])));

export function UndoAlong({ asked, onUndo, onCancel }: Props) {
  const { preview } = asked;
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => first.current?.focus(), []);
  const count = runsOf(preview.taken).size;
  const coming = new Set(preview.parts.flatMap(({ run, turn }) => (run && turn === "comes" ? [run.id] : []))).size;
  return (
    <div
      className="undo-along"
      role="group"
      aria-label="Undo with what depends on it"
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        event.stopPropagation();
        onCancel();
      }}
    >
      <p>
        {plural(count, "change")} by {whoseOf(preview.taken)} {count === 1 ? "depends" : "depend"} on it and would go along.
        {coming > 0 && ` ${plural(coming, "change")} would come back.`}
      </p>
      <ul>
        {preview.taken.map((part) => <li key={part.spans}>{part.run?.name ?? "Somebody"}: “{part.run?.summary.trim() || "a change"}”{part.turn === "hides" && ", which is in it"}</li>)}
      </ul>
      <div className="conflict-tools">
        <button ref={first} type="button" className="text-button" onClick={() => onUndo("cascade")}>Undo all of it</button>
        <button type="button" className="text-button" onClick={() => onUndo("keep")}>Keep theirs</button>
        <button type="button" className="text-button" onClick={onCancel}>Cancel</button>
      </div>
    </div>
  );
}
