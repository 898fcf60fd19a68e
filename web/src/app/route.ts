/** Where in the app one is. In the fragment, so that one page serves all, offline too. */
import { useSyncExternalStore } from "react";

function subscribe(listener: () => void): () => void {
  window.addEventListener("hashchange", listener);
  return () => window.removeEventListener("hashchange", listener);
}

/** The open document's id, or null for the list. */
export function useOpenDocument(): string | null {
  const hash = useSyncExternalStore(subscribe, () => location.hash);
  const [, kind, id] = hash.split("/");
  return kind === "d" && id ? decodeURIComponent(id) : null;
}

/** What a ticket stands behind in a link. No server hears what stands behind `#`. */
const JOIN = "#join=";

/** The ticket to join by, empty where it is yet to be given, or null for the other screens. */
export function useTicket(): string | null {
  const hash = useSyncExternalStore(subscribe, () => location.hash);
  return hash.startsWith(JOIN) ? hash.slice(JOIN.length) : null;
}

/** To the screen that joins documents. */
export function goJoin(): void {
  location.hash = JOIN;
}

export const hrefOf = (document: string) => `#/d/${encodeURIComponent(document)}`;

export function go(document: string | null): void {
  location.hash = document === null ? "#/" : hrefOf(document);
}
