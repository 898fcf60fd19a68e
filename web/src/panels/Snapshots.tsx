/** Versions with a name: taken by hand, listed for everybody, looked at, compared, brought back and taken out. */
import type { Snapshot } from "@motet/client";
import { type FormEvent, useEffect, useId, useRef, useState } from "react";
import { Avatar, IconButton, Menu, type MenuItem } from "../app/parts";
import { written } from "../app/keys";
import { ago, clockOf, dayOf, exactly, plural } from "../app/time";
import { toast } from "../app/toasts";
import type { OpenDocument } from "../editor/document";
import type { Looking } from "../editor/looking";

/** The key that begins one. */
export const TAKE_KEYS = "Alt-Shift-t";

/** How long names and notes may be: somewhat less than the engine takes, which counts bytes. */
const NAME_MAX = 100;
const NOTE_MAX = 5_000;

interface Props {
  document: OpenDocument;
  looking: Looking;
  /** Whether there is anything to give a name to. */
  isEmpty: boolean;
  /** Counts how often somebody asked to take one: the field for its name has the keyboard then. */
  asked: number;
}

const say = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Does something that may be refused; whether it was done. */
function attempt(what: string, act: () => void): boolean {
  try {
    act();
    return true;
  } catch (error) {
    toast(`${what}: ${say(error)}`);
    return false;
  }
}

export function Snapshots({ document, looking, isEmpty, asked }: Props) {
  const { list, unread } = looking;
  const { client } = document;
  const remove = (snapshot: Snapshot) =>
    attempt("It was not taken out", () => {
      const removed = client.removeSnapshot(snapshot.id);
      if (removed !== null) toast(`“${snapshot.name}” is taken out of the list`, { label: "Undo", run: () => void client.undoRange(removed) });
    });
  return (
    <>
      <Take document={document} isEmpty={isEmpty} asked={asked} />
      {list.length === 0 && unread === 0 && (
        <p className="faint pad">There are none yet. A snapshot gives the document as it is now a name, for everybody, to look at later, to compare with, and to come back to.</p>
      )}
      <ol className="snapshots" aria-label="Snapshots, newest first">
        {list.map((snapshot) => (
          <Line key={snapshot.id} document={document} snapshot={snapshot} looking={looking} onRemove={() => remove(snapshot)} />
        ))}
      </ol>
      {unread > 0 && <p className="faint pad">And {plural(unread, "snapshot")} that this version of the app cannot read.</p>}
    </>
  );
}

function Take({ document, isEmpty, asked }: Pick<Props, "document" | "isEmpty" | "asked">) {
  const [name, setName] = useState("");
  const [note, setNote] = useState("");
  const field = useRef<HTMLInputElement>(null);
  const hint = useId();
  useEffect(() => {
    if (asked > 0) field.current?.focus();
  }, [asked]);
  // What somebody takes in a hurry is called by its time.
  const fallback = `${dayOf(Date.now())}, ${clockOf(Date.now())}`;
  const take = (event: FormEvent) => {
    event.preventDefault();
    const words = name.trim() || fallback;
    const isTaken = attempt("No snapshot was taken", () => document.client.takeSnapshot(words, note.trim()));
    if (!isTaken) return;
    setName("");
    setNote("");
    toast(`The snapshot “${words}” is taken`);
  };
  return (
    <form className="snapshot-new" onSubmit={take}>
      <input ref={field} aria-label="Name of the snapshot" aria-describedby={hint} placeholder={fallback} maxLength={NAME_MAX} value={name} disabled={isEmpty} onChange={(event) => setName(event.target.value)} />
      <textarea aria-label="Note" placeholder="What there is to say of it" rows={2} maxLength={NOTE_MAX} value={note} disabled={isEmpty} onChange={(event) => setNote(event.target.value)} />
      <button type="submit" className="button is-small" disabled={isEmpty}>Take a snapshot</button>
      <span id={hint} className="faint">{isEmpty ? "Nothing was written yet." : written(TAKE_KEYS)}</span>
    </form>
  );
}

interface LineProps {
  document: OpenDocument;
  snapshot: Snapshot;
  looking: Looking;
  onRemove(): void;
}

function Line({ document, snapshot, looking, onRemove }: LineProps) {
  const { id, name, note, by, author, time, isFiltered } = snapshot;
  const isShown = looking.at?.id === id;
  const with_ = (against: string, label: string): MenuItem => ({ label, checked: isShown && looking.against === against, run: () => looking.look(id, against) });
  const compare = (): MenuItem[] => [with_("now", "What is there now"), ...looking.list.filter((other) => other.id !== id).map((other) => with_(other.id, `“${other.name}”, ${ago(other.time)}`))];
  return (
    <li className={isShown ? "run snapshot is-shown" : "run snapshot"} style={{ "--peer": document.colourOf(author) } as React.CSSProperties}>
      <button type="button" className="run-main" aria-pressed={isShown} title={`Look at it\n${exactly(time)}`} onClick={() => looking.look(isShown ? null : id, null)}>
        <span className="run-head">
          <strong>{name}</strong>
          <time>{ago(time)}</time>
        </span>
        {note && <span className="snapshot-note">{note}</span>}
        <span className="snapshot-by"><Avatar name={by} colour={document.colourOf(author)} /> {by}</span>
        {isFiltered && <span className="snapshot-filtered">Taken of a view that leaves something out</span>}
      </button>
      <span className="snapshot-tools">
        <Menu label={`Compare “${name}”`} icon="compare" items={compare} />
        <IconButton icon="restore" label={`Restore “${name}”, for everyone`} onClick={() => looking.restore(snapshot)} />
        <IconButton icon="trash" label={`Take “${name}” out of the list`} onClick={onRemove} />
      </span>
    </li>
  );
}
