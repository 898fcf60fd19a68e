/** What the frame keeps going while a document is open. */
import type { EditRun } from "@motet/client";
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
  return isLessSafe || (["status", "trouble", "permission", "isReady", "canUndo", "canRedo", "holdsAll", "mineFirst", "suggesting", "showing"] as const).some((part) => now[part] !== shown[part]);
}

/**
 * The document's state for the frame. A key changes it four times, and so does each of the others': drawing the frame each
 * time would take longer than the key does. So what is not urgent is drawn four times a second, and nothing within the key.
 */
export function useCalmState({ client }: OpenDocument): Snapshot {
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
      if (isUrgent(last.current, client.current())) settle();
      else timer ??= setTimeout(settle, CALM_MS);
    };
    settle();
    const forget = client.subscribe(hear);
    return () => {
      forget();
      if (timer !== null) clearTimeout(timer);
    };
  }, [client]);
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
