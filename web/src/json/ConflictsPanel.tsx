/** Where people wanted different things: who wanted what, and choosing. */
import type { JsonConflict, JsonDocument, JsonId } from "@motet/client";
import { useSyncExternalStore } from "react";
import { Avatar } from "../app/parts";
import { toast } from "../app/toasts";
import type { OpenDocument } from "../editor/document";
import { type Conflicts, saidOf, wantedBy } from "./conflicts";

interface PanelProps {
  document: OpenDocument;
  json: JsonDocument;
  conflicts: Conflicts;
  onGoTo(id: JsonId): void;
}

export function ConflictsPanel({ document, json, conflicts, onGoTo }: PanelProps) {
  const found = useSyncExternalStore(conflicts.subscribe, conflicts.current);
  if (found.length === 0) {
    return <p className="faint pad">Nobody wanted different things. Where two people change one value at once, both are kept and listed here.</p>;
  }
  return (
    <ol className="json-conflicts" aria-label="Conflicts">
      {found.map((conflict) => (
        <li key={conflict.id + conflict.kind} className="json-conflict">
          <button type="button" className="link-button" title="Go there" onClick={() => onGoTo(conflict.id)}>
            <code>{conflict.pointer || "The whole document"}</code>
          </button>
          <Choices document={document} json={json} conflict={conflict} />
        </li>
      ))}
    </ol>
  );
}

interface ChoicesProps {
  document: OpenDocument;
  json: JsonDocument;
  conflict: JsonConflict;
  onChosen?: () => void;
}

/** One conflict: what shows first, then what does not. */
export function Choices({ document, json, conflict, onChosen }: ChoicesProps) {
  const { id, kind, author, name, alternatives } = conflict;
  const choose = (write?: string) => {
    try {
      json.choose(id, write);
      onChosen?.();
    } catch (error) {
      toast(`This could not be chosen: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const isTaken = kind === "delete-edit" || kind === "delete-move";
  const shown = kind === "both-renamed" ? json.row(id)?.key : kind === "both-moved" || isTaken ? null : json.print(id);
  return (
    <div className="json-choices">
      <p>{saidOf(conflict)}.</p>
      <Choice colour={document.colourOf(author)} name={name} words={isTaken ? "went on with it" : kind === "both-moved" ? "moved it here" : ""} value={shown ?? null} isShown label="Keep" onChoose={() => choose()} />
      {alternatives.map((alternative) => (
        <Choice key={alternative.write} colour={document.colourOf(alternative.author)} name={alternative.name} {...wantedBy(alternative, conflict)} label="Choose" onChoose={() => choose(alternative.write)} />
      ))}
    </div>
  );
}

interface ChoiceProps {
  colour: string;
  name: string;
  words: string;
  value: string | null;
  label: string;
  isShown?: boolean;
  onChoose(): void;
}

function Choice({ colour, name, words, value, label, isShown = false, onChoose }: ChoiceProps) {
  return (
    <div className="json-choice">
      <Avatar name={name} colour={colour} />
      <span className="json-choice-words">
        <strong>{name}</strong> {words}{isShown && <span className="tag">shown</span>}
        {value !== null && <code title={value.slice(0, 2_000)}>{value.slice(0, 200)}</code>}
      </span>
      <button type="button" className={isShown ? "button is-small" : "button is-small is-primary"} onClick={onChoose}>{label}</button>
    </div>
  );
}
