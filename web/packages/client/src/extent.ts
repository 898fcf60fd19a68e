/** What an undo takes along, and how far one's own view has gone from the one that everybody shares. */
import type { Engine, Spans } from "./engine/engine.js";
import { type Reason, reasonOf, type Side, sidesIn } from "./meaning.js";

/**
 * What becomes of what depends on what is undone: it goes along, and comes back with it (`cascade`); what others did stays, and so
 * does what it hangs on (`keep`); or nothing is undone where something that others did would go along (`refuse`).
 */
export type Dependants = "cascade" | "keep" | "refuse";

/** A part of an edit run with which something happens where another is undone. */
export interface Affected extends Side {
  spans: Spans;
  /**
   * `off`: it is what is undone. `on`: it comes back, for it is an undo that is undone. `goes`: it is not active any more, and
   * `reason` says why. `comes`: it was not active for that reason, and is now. `hides`: it is active and not seen, in what hangs on
   * what goes.
   */
  turn: "off" | "on" | "goes" | "comes" | "hides";
  reason: Reason | null;
  /** Whether somebody else did it. */
  isOthers: boolean;
}

/** What an undo would change and hide. */
export interface UndoPreview {
  parts: readonly Affected[];
  /** What others did that would go along, or go out of sight: where there is none, an undo asks nobody. */
  taken: readonly Affected[];
  /** What was said of edit runs and would be undone besides, so that others' stay. */
  lifted: readonly Side[];
  /** What would stay although it was named, since others' work hangs on it. */
  spared: readonly Spans[];
  /** What would stay although it was named, since history was trimmed: it is final. */
  trimmed: readonly Spans[];
}

/** A part of an edit run that one's own view shows and the shared one does not, or the other way round. */
export interface Difference extends Side {
  spans: Spans;
  /** Whether one's own view is the one that shows it. */
  isShown: boolean;
  /** Why the other does not. */
  reason: Reason;
}

/** @internal */
export function previewOf(engine: Engine, spans: Spans, dependants: Dependants): UndoPreview {
  const told = engine.undoPreview(spans, dependants);
  const side = sidesIn(engine.history());
  const parts = told.parts.map(({ spans, turn, others, reason }) => {
    return { ...side(spans), spans, turn, isOthers: others, reason: reason === null ? null : reasonOf(reason, side) };
  });
  const taken = parts.filter(({ turn, isOthers }) => isOthers && (turn === "goes" || turn === "hides"));
  return { parts, taken, lifted: told.lifted.map(side), spared: told.spared, trimmed: told.trimmed };
}

/** @internal */
export function divergenceOf(engine: Engine): Difference[] {
  const told = engine.isShared() ? [] : engine.divergence();
  if (told.length === 0) return [];
  const side = sidesIn(engine.history());
  return told.map(({ shown, reason }) => ({ ...side(reason.spans), spans: reason.spans, isShown: shown, reason: reasonOf(reason, side) }));
}
