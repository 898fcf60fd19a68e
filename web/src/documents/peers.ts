/** Documents shared by tickets with people whom no server brings together, and theirs joined: what one's own server does for the app. */
import { MotetError } from "@motet/client";

/** Somebody who is here by a ticket. */
export interface Guest {
  /** The first digits of their Motet's key. */
  member: string;
  address: string;
  /** Seconds since 1970. */
  since: number;
}

/** How a document is shared. */
export type Share =
  | { sharing: false }
  | { sharing: true; ticket: string; link: string; picture: string | null; member: string; addresses: string[]; guests: Guest[] };

/** What a ticket says. */
export interface TicketFacts {
  id: string;
  name: string;
  member: string;
  addresses: string[];
  /** What the document is called here, where it is here already. */
  known: string | null;
}

/** How far a document is followed. */
export interface Join {
  id: string;
  name: string;
  member: string;
  state: "seeking" | "connected" | "refused";
  problem: string | null;
  progress: { done: number; total: number } | null;
  /** Whether all was here once that the other one has. */
  arrived: boolean;
}

export interface PeersApi {
  /** Why this server shares nothing by tickets, or null where it does. */
  missing(): Promise<string | null>;
  shared(document: string): Promise<Share>;
  share(document: string): Promise<Share>;
  /** Shares by another ticket, and sends those away who had an older one. */
  renew(document: string): Promise<Share>;
  stop(document: string): Promise<Share>;
  read(ticket: string): Promise<TicketFacts>;
  join(ticket: string): Promise<Join>;
  /** Null where the document is not followed. */
  joined(document: string): Promise<Join | null>;
  /** Joins again by the same ticket. */
  rejoin(document: string): Promise<Join>;
  leave(document: string): Promise<void>;
}

interface Refusal {
  error?: { code?: string; message?: string };
}

/** A sentence as it is shown: with a capital, and an end. */
export function sentence(words: string): string {
  const text = words.trim();
  if (text === "") return "";
  return text[0]?.toUpperCase() + text.slice(1) + (/[.!?…]$/.test(text) ? "" : ".");
}

/** What a person reads of an error. */
export const saidOf = (error: unknown) => sentence(error instanceof Error ? error.message : String(error));

async function ask<T>(method: string, path: string, body?: object): Promise<T> {
  let answer: Response;
  try {
    answer = await fetch(`/api${path}`, { method, ...(body && { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }) });
  } catch (error) {
    throw new MotetError("unreachable", "The server does not answer.", { cause: error });
  }
  const said: unknown = await answer.json().catch(() => null);
  if (answer.ok) return said as T;
  const { code, message } = (said as Refusal | null)?.error ?? {};
  if (code === "not-joined") throw new NotJoined();
  throw new MotetError(answer.status === 401 || answer.status === 403 ? "permission" : "refused", message ?? `The server answered ${answer.status}.`);
}

class NotJoined extends Error {}

const shareOf = (document: string) => `/documents/${encodeURIComponent(document)}/share`;
const joinOf = (document: string) => `/joins/${encodeURIComponent(document)}`;

export const httpPeers: PeersApi = {
  async missing() {
    try {
      const { available, message } = await ask<{ available: boolean; message?: string }>("GET", "/peers");
      return available ? null : (message ?? "this server shares nothing by tickets");
    } catch (error) {
      // An older server knows nothing of this.
      if (error instanceof MotetError && error.code === "refused") return "this server is too old to share by tickets";
      throw error;
    }
  },
  shared: (document) => ask("GET", shareOf(document)),
  share: (document) => ask("PUT", shareOf(document)),
  renew: (document) => ask("POST", shareOf(document)),
  stop: (document) => ask("DELETE", shareOf(document)),
  read: (ticket) => ask("POST", "/tickets", { ticket }),
  join: (ticket) => ask("POST", "/joins", { ticket }),
  async joined(document) {
    try {
      return await ask<Join>("GET", joinOf(document));
    } catch (error) {
      if (error instanceof NotJoined) return null;
      throw error;
    }
  },
  rejoin: (document) => ask("POST", joinOf(document)),
  leave: (document) => ask("DELETE", joinOf(document)),
};
