/** What the frame keeps going while a document is open. */
import type { EditRun } from "@motet/client";
import { useCallback, useEffect, useState } from "react";
import { useServices } from "../app/services";
import { toast } from "../app/toasts";
import type { OpenDocument } from "./document";

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
