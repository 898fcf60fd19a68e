/** What the frame keeps going while a document is open. */
import type { EditRun, Presence } from "@motet/client";
import { useCallback, useEffect, useRef, useState } from "react";
import { useServices } from "../app/services";
import { toast } from "../app/toasts";
import type { OpenDocument, Snapshot } from "./document";

/** How long the frame waits for more of what need not be seen at once. */
const CALM_MS = 250;

const SAFETY = ["unsaved", "local", "received", "durable"];

/** Whether something must be seen at once: work that is less safe than it says, or what one waits for. */
export function isUrgent(shown: Snapshot, now: Snapshot): boolean {
  const isLessSafe = SAFETY.indexOf(now.saved.level) < SAFETY.indexOf(shown.saved.level);
  return isLessSafe || (["status", "trouble", "permission", "isReady", "canUndo", "canRedo", "holdsAll", "heldParts", "mineFirst", "suggesting", "showing"] as const).some((part) => now[part] !== shown[part]);
}

/** What the frame draws of those who are here: not where they are. */
const isSamePeer = (one: Presence, other: Presence | undefined) =>
  other !== undefined && one.peer === other.peer && one.author === other.author && one.name === other.name && one.colour === other.colour;

const isSame: { [Part in keyof Snapshot]?: (shown: Snapshot[Part], now: Snapshot[Part]) => boolean } = {
  saved: (shown, now) => shown.level === now.level && shown.waiting === now.waiting && shown.files === now.files,
  peers: (shown, now) => shown.length === now.length && shown.every((peer, n) => isSamePeer(peer, now[n])),
};

/**
 * Whether the frame draws anything otherwise. What somebody else types is shown by the content, and in the frame only where that looks
 * closely: in a panel, say, or where what is written is marked or chosen from.
 */
export function looksOther(shown: Snapshot, now: Snapshot, looksClosely: boolean): boolean {
  const isClose = looksClosely || now.isPersonal || now.isPinned || now.conflicts.length > 0 || now.overlaps.length > 0;
  return (Object.keys(now) as (keyof Snapshot)[]).some((part) => {
    if (shown[part] === now[part]) return false;
    if (isClose) return true;
    return part !== "revision" && !(isSame[part] as ((shown: unknown, now: unknown) => boolean) | undefined)?.(shown[part], now[part]);
  });
}

/**
 * The document's state for the frame. A key changes it four times: drawing the frame each time would take longer than the key does. So what
 * is not urgent is drawn four times a second, and nothing within the key; and what the frame does not show draws nothing.
 */
export function useCalmState({ client }: OpenDocument, looksClosely: boolean): Snapshot {
  const [shown, show] = useState(client.current);
  const last = useRef(shown);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null;
    const settle = () => {
      if (timer !== null) clearTimeout(timer);
      timer = null;
      last.current = client.current();
      show(last.current);
    };
    const hear = () => {
      const now = client.current();
      if (isUrgent(last.current, now)) settle();
      else if (timer === null && looksOther(last.current, now, looksClosely)) timer = setTimeout(settle, CALM_MS);
    };
    settle();
    const forget = client.subscribe(hear);
    return () => {
      forget();
      if (timer !== null) clearTimeout(timer);
    };
  }, [client, looksClosely]);
  return shown;
}

/** The document's name, and how to change it. */
export function useName(id: string): [string, (name: string) => void] {
  const { documents } = useServices();
  const [name, setName] = useState(() => documents.known().find((info) => info.id === id)?.name ?? "Untitled");
  useEffect(() => {
    documents.list().then(
      (all) => setName((known) => all.find((info) => info.id === id)?.name ?? known),
      () => {},
    );
  }, [documents, id]);
  useEffect(() => {
    document.title = `${name} – Motet`;
    return () => void (document.title = "Motet");
  }, [name]);
  const rename = useCallback(
    (next: string) => {
      setName(next);
      documents.change(id, { name: next }).catch((error: unknown) => {
        setName(name);
        toast(`The name could not be changed: ${error instanceof Error ? error.message : String(error)}`);
      });
    },
    [documents, id, name],
  );
  return [name, rename];
}

/** Saves what is open before the page goes, and asks where that would lose something. */
export function useGoodbye(document: OpenDocument): void {
  useEffect(() => {
    const flush = () => document.client.flush();
    const ask = (event: BeforeUnloadEvent) => {
      document.client.flush();
      if (document.client.current().saved.level === "unsaved") event.preventDefault();
    };
    window.addEventListener("pagehide", flush);
    window.addEventListener("beforeunload", ask);
    return () => {
      window.removeEventListener("pagehide", flush);
      window.removeEventListener("beforeunload", ask);
    };
  }, [document]);
}

/** What happened, as long as it is wanted. */
export function useRuns(document: OpenDocument, revision: number, isWanted: boolean): readonly EditRun[] {
  const [runs, setRuns] = useState<readonly EditRun[]>([]);
  useEffect(() => {
    if (!isWanted) return;
    // The first list at once; while others type, a few times a second is enough.
    const timer = setTimeout(() => setRuns(document.client.history()), runs.length === 0 ? 0 : 200);
    return () => clearTimeout(timer);
  }, [document, revision, isWanted, runs.length]);
  return runs;
}
