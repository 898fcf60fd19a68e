/** Stretches of what is written that are marked: what won against something, what an undo would take, what was touched at once. */
import type { Conflict, Overlap, ShownAt, UndoPreview } from "@motet/client";
import type { OpenDocument } from "./document";

/** `won`: it is shown, and something gave way to it. `taken`: it would go. `overlap`: another changed the same at once. */
export const LAYERS = ["won", "taken", "overlap"] as const;
export type Layer = (typeof LAYERS)[number];

export interface Highlight extends ShownAt {
  /** Said on hover; empty where a card says more. */
  title: string;
  /** What it is about, for the card. */
  about?: string;
}

/** The attribute of a stretch that says what it is about. */
export const ABOUT = "data-about";

/** How a stretch of a layer is drawn. */
export const attributesOf = (layer: Layer, { title, about }: Highlight): Record<string, string> => ({
  class: `is-${layer}`,
  ...(title && { title }),
  ...(about !== undefined && { [ABOUT]: about }),
});

/** Whether nobody decided, be it for good or not, and it is not just the viewer's own choice. */
export const isOpen = ({ answer, mine, decided }: Conflict): boolean => answer === null && !mine && decided === null;

const nameOf = (run: { name: string } | null | undefined) => run?.name ?? "Somebody";

/** Where something is shown to which others gave way, and nobody decided between them. */
export function won({ client }: OpenDocument, conflicts: readonly Conflict[]): Highlight[] {
  return conflicts.filter(isOpen).flatMap(({ sides: [loser, ...winners] }) =>
    winners.flatMap(({ action, run }) => {
      const title = `${nameOf(run)}’s change is shown; ${nameOf(loser.run)}’s gave way to it${loser.run?.summary ? `: “${loser.run.summary.trim()}”` : ""}`;
      return client.placesOf(action).map((place) => ({ ...place, title }));
    }),
  );
}

/** Where an undo would take something away. */
export function taken({ client }: OpenDocument, { parts }: UndoPreview): Highlight[] {
  const going = parts.filter(({ turn }) => turn !== "comes" && turn !== "on");
  return going.flatMap(({ spans, run, turn }) => {
    const title = turn === "off" ? `${nameOf(run)}’s change, to be undone` : `${nameOf(run)}’s change would go along`;
    return client.placesOf(spans).map((place) => ({ ...place, title }));
  });
}

/** Where two people changed the same at once: what both did. */
export function touched({ client }: OpenDocument, overlaps: readonly Overlap[]): Highlight[] {
  return overlaps.flatMap(({ id, theirs, mine }) => [theirs, mine].flatMap(({ action }) => client.placesOf(action)).map((place) => ({ ...place, title: "", about: id })));
}
