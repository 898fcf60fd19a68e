/** How one works on a document: just so, suggesting, or in a draft. It is remembered for the tab. */
import type { DraftId, MotetDocument, Suggesting } from "@motet/client";
import { useCallback, useEffect } from "react";
import { toast } from "../app/toasts";
import type { OpenDocument } from "../editor/document";

const keyOf = (document: string) => `motet.mode.${document}`;

function recalled(document: string): Suggesting {
  try {
    return sessionStorage.getItem(keyOf(document));
  } catch {
    return null;
  }
}

function remember(document: string, mode: Suggesting): void {
  try {
    if (mode === null) sessionStorage.removeItem(keyOf(document));
    else sessionStorage.setItem(keyOf(document), mode);
  } catch {
    // Where nothing may be kept, a reload only goes back to plain editing.
  }
}

export function setMode(client: MotetDocument, mode: Suggesting): void {
  try {
    client.setSuggesting(mode);
    remember(client.id, mode);
  } catch (error) {
    toast(`This could not be done: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Makes a draft, and goes on in it; null, and says why, where it has no name that can be. */
export function beginDraft(client: MotetDocument, name: string): DraftId | null {
  try {
    const draft = client.newDraft(name.trim());
    setMode(client, draft);
    return draft;
  } catch (error) {
    toast(`The draft could not be made: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}

/** Takes up the mode of this tab; returns how to turn suggesting on and off. */
export function useMode({ client }: OpenDocument): () => void {
  useEffect(() => {
    const kept = recalled(client.id);
    if (kept === null) return;
    // A draft has to be here first.
    const takeUp = () => client.current().suggesting === null && setMode(client, kept);
    if (kept === "suggestion" || client.drafts().some(({ id }) => id === kept)) takeUp();
    else client.ready().then(takeUp, () => {});
  }, [client]);
  return useCallback(() => setMode(client, client.current().suggesting === null ? "suggestion" : null), [client]);
}
