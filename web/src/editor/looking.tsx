/** Looking at a snapshot, or at what differs between one and now or another: the past, which cannot be written in. */
import type { Snapshot } from "@motet/client";
import { useEffect, useMemo, useState } from "react";
import { Icon } from "../app/icons";
import { ago } from "../app/time";
import { toast } from "../app/toasts";
import type { Content } from "./content";
import type { OpenDocument } from "./document";
import { type Moment, of, present } from "./moment";

export interface Looking {
  /** The latest first. */
  list: readonly Snapshot[];
  /** How many this version cannot read. */
  unread: number;
  /** What one looks at; null for now. */
  at: Snapshot | null;
  /** What it is compared with: `now`, another by its name, or nothing. */
  against: string | null;
  look(id: string | null, against: string | null): void;
  /** Makes the document as a snapshot has it, by a change that can be undone. */
  restore(snapshot: Snapshot): void;
}

const NOTHING = { list: [], unread: 0 } as const;

/** `isWanted` says whether anybody looks at the list. */
export function useLooking(document: OpenDocument, content: Content, revision: number, isWanted: boolean): Looking {
  const [chosen, choose] = useState<{ id: string; against: string | null } | null>(null);
  const { client } = document;
  const { list, unread } = useMemo(() => (isWanted || chosen !== null ? client.snapshots() : NOTHING), [client, revision, isWanted, chosen === null]);
  const at = list.find(({ id }) => id === chosen?.id) ?? null;
  const isGone = chosen !== null && (at === null || (chosen.against !== null && chosen.against !== "now" && list.every(({ id }) => id !== chosen.against)));
  useEffect(() => {
    if (!isGone) return;
    choose(null);
    toast("The snapshot was taken out of the list; this is what is there now");
  }, [isGone]);
  const look = (id: string | null, against: string | null) => choose(id === null ? null : { id, against });
  const restore = (snapshot: Snapshot) => {
    try {
      const takeBack = content.restore(of(document, snapshot));
      choose(null);
      toast(`The document is as in “${snapshot.name}”, as a new change`, { label: "Undo", run: takeBack });
    } catch (error) {
      toast(`It could not be restored: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  return { list, unread, at: isGone ? null : at, against: chosen?.against ?? null, look, restore };
}

interface Props {
  document: OpenDocument;
  content: Content;
  looking: Looking;
  at: Snapshot;
  revision: number;
}

/** What one looks at, with what it is and the way back. */
export function LookedAt({ document, content, looking, at, revision }: Props) {
  const { against, list } = looking;
  const other = list.find(({ id }) => id === against);
  const [then, before]: [Moment, Moment] = useMemo(() => {
    const one = of(document, at);
    if (against === "now") return [present(document, revision), one];
    if (!other) return [one, one];
    return other.time > at.time ? [of(document, other), one] : [one, of(document, other)];
    // What is there now may change while one looks.
  }, [document, at.id, other?.id, against === "now" ? revision : 0]);
  const isPlain = against === null;
  return (
    <>
      <div className="banner is-past" role="status">
        <Icon name="clock" />
        {isPlain ? (
          <span>This is the past: the snapshot <strong>“{at.name}”</strong> by {at.by}, {ago(at.time)}. It cannot be written in, and nothing newer is lost.</span>
        ) : (
          <span>What differs between <strong>“{at.name}”</strong>, {ago(at.time)}, and <strong>{other ? `“${other.name}”` : "now"}</strong>, with the later one shown. Nothing is changed.</span>
        )}
        {isPlain && <button type="button" className="text-button" onClick={() => looking.look(at.id, "now")}>Compare with now</button>}
        <button type="button" className="button is-small" onClick={() => looking.restore(at)}>Restore {isPlain ? "this" : `“${at.name}”`}</button>
        <button type="button" className="text-button" onClick={() => looking.look(null, null)}>Back to now</button>
      </div>
      {content.past(then, before)}
    </>
  );
}
