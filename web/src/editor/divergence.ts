/** How far what one sees has gone from what everybody sees who chose nothing. */
import type { Difference } from "@motet/client";
import { useEffect, useState } from "react";
import type { OpenDocument, Snapshot } from "./document";

/** How long one waits for more to happen: finding out costs what the document is long. */
const CALM_MS = 300;

const NOTHING: readonly Difference[] = [];

/** What differs, run by run; nothing, and at no cost, for who chose nothing. */
export function useDivergence({ client }: OpenDocument, { revision, isPersonal }: Snapshot): readonly Difference[] {
  const [found, setFound] = useState<readonly Difference[]>(NOTHING);
  useEffect(() => {
    if (!isPersonal) return setFound(NOTHING);
    const timer = setTimeout(() => setFound(client.divergence()), CALM_MS);
    return () => clearTimeout(timer);
  }, [client, revision, isPersonal]);
  return found;
}

/** One run, or part of one, that differs for one reason. */
export interface Line extends Difference {
  /** All its parts. */
  all: string;
}

/** Differences of one run, for one reason, together. */
export function linesOf(differences: readonly Difference[], sentence: (difference: Difference) => string): Line[] {
  const lines: Line[] = [];
  for (const one of differences) {
    const known = lines.find((line) => line.run?.id === one.run?.id && line.isShown === one.isShown && sentence(line) === sentence(one));
    if (known) known.all = `${known.all},${one.spans}`;
    else lines.push({ ...one, all: one.spans });
  }
  return lines;
}
