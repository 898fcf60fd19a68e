/** Words looked for in keys and values: what was found, and which of it one is at. */
import type { JsonId } from "@motet/client";

export interface Search {
  words: string;
  found: readonly JsonId[];
  /** Which of those one is at; null before the first step. */
  at: number | null;
}

export const NO_SEARCH: Search = { words: "", found: [], at: null };

/** Looks anew: who was at something that is still found stays there. */
export function searched(before: Search, words: string, found: readonly JsonId[]): Search {
  const id = before.at === null ? undefined : before.found[before.at];
  const at = id === undefined ? -1 : found.indexOf(id);
  return { words, found, at: at < 0 ? null : at };
}

/** The next one found, or the one before, around the end. From nowhere the first or last. */
export function stepped(search: Search, by: 1 | -1): Search {
  const { found, at } = search;
  if (found.length === 0) return search;
  const next = at === null ? (by === 1 ? 0 : found.length - 1) : (at + by + found.length) % found.length;
  return { ...search, at: next };
}

/** "2 of 7". */
export function counting({ words, found, at }: Search): string {
  if (words === "") return "";
  if (found.length === 0) return "nothing found";
  return at === null ? `${found.length.toLocaleString("en")} found` : `${(at + 1).toLocaleString("en")} of ${found.length.toLocaleString("en")}`;
}
