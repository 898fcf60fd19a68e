/** What actions mean together: why they are active or not, what gave way to what, and who decided. */
import type { EditRun, Engine, Spans, Told } from "./engine/engine.js";

/**
 * What is said of edit runs; *first* and *second* mean their place in the list. Of `not-after` both may be active, and the first is
 * never after the second; each of two the other way round is never both. With `enables` the second is active only where the
 * first is; `causes` is both of these. Of `atomic` all are active or none, of `contiguous` with nothing in between; of
 * `{ atMost: n }` no more than so many, and `conflict` is at most one. With `any-of` the first is active only where one of the others
 * is, with `exactly-one` never two of these. `non-commuting` and `soft-order` keep nothing out.
 */
export type Rule =
  | "not-after" | "enables" | "causes" | "non-commuting" | "soft-order" | "atomic" | "contiguous" | "conflict" | "any-of" | "exactly-one"
  | { atMost: number };

/** An action, and the edit run that it is part of: whose it is, when, and what it did, in a few words. */
export interface Side {
  action: Spans;
  /** Null only where the action is not here any more. */
  run: EditRun | null;
}

/** Which of several actions somebody decided for. */
export interface Answer extends Side {
  keep: readonly Spans[];
}

/** By what something gave way. */
export interface Grounds {
  /** The word of the constraint's rule; `at-most` for conflicts. Null where it was no constraint. */
  rule: string | null;
  /** Who said so; null where it was no constraint. */
  said: Side | null;
  /** Of what there are no more places; null where it was no claim. */
  claim: string | null;
  /** Whether it gave way to one's own work, which comes first here, for touching the same: nobody else sees it so. */
  mine: boolean;
  /** Who made it final that it gave way, which nobody can take back; null where that is open. */
  decided: Side | null;
  /** By whose decision it did; null where nobody decided. Undone as any other change is, by `undoRange(answer.action)`. */
  answer: Answer | null;
}

/** Something that gave way to others. */
export interface Conflict extends Grounds {
  /** Names it for as long as it gives way. */
  id: Spans;
  /** All that `resolve` has to be about: first what gave way, then what it gave way to. */
  sides: readonly [Side, ...Side[]];
}

/** Why a part of an edit run is active or not. */
export interface Reason extends Grounds {
  spans: Spans;
  /** The edit run that it is a part of. */
  run: EditRun | null;
  /** `hidden` is a choice of one's own; `dependent` needs what is not active; `lost` gave way. */
  standing: "active" | "hidden" | "undone" | "proposed" | "failed" | "dependent" | "lost";
  /** Who undid it, what it needs, or what it gave way to. */
  by: readonly Side[];
}

/** What ties actions to each other. */
export interface Bond {
  /** The word of a constraint's rule; `claim` for places of something, `related` where an application says that two exclude each other, `answer` for a decision. */
  rule: string;
  /** Who said or decided it; null for places. */
  said: Side | null;
  /** Of what there are places, and how many; of `at-most`, how many may be active. */
  name: string | null;
  places: number | null;
  /** In the order of the rule, each as it is among the actions. */
  actions: readonly Spans[];
  /** Whether it counts. */
  counts: boolean;
}

/** A part of the semantic graph: actions, with why each stands as it does, and what ties them. */
export interface Ties {
  actions: readonly (Side & { reason: Reason })[];
  bonds: readonly Bond[];
}

/** @internal */
export function tiesOf(engine: Engine, spans: Spans | undefined): Ties {
  const told = engine.ties(spans);
  const side = sidesIn(engine.history());
  return {
    actions: told.actions.map((one) => ({ ...side(one.spans), reason: reasonOf(one, side) })),
    bonds: told.bonds.map(({ said, ...bond }) => ({ ...bond, said: said === null ? null : side(said) })),
  };
}

/** What the engine is to be told: the word, its number, and what is named. */
export function ruled(rule: Rule): [word: string, number: number] {
  if (typeof rule === "object") return ["at-most", rule.atMost];
  return rule === "conflict" ? ["at-most", 1] : [rule, 0];
}

/** All that gave way. */
export function conflictsOf(engine: Engine): Conflict[] {
  const told = engine.reasons(undefined);
  if (told.length === 0) return [];
  const side = sidesIn(engine.history());
  return told.map((one) => ({ id: one.spans, sides: [side(one.spans), ...one.by.map(side)], ...grounds(one, side) }));
}

/** Why the parts of a run are active or not. */
export function reasonsOf(engine: Engine, run: Spans): Reason[] {
  const side = sidesIn(engine.history());
  return engine.reasons(run).map((one) => reasonOf(one, side));
}

/** @internal */
export const reasonOf = (told: Told, side: (action: Spans) => Side): Reason => ({ spans: told.spans, run: side(told.spans).run, standing: told.standing, by: told.by.map(side), ...grounds(told, side) });

/** @internal */
export function grounds(told: Told, side: (action: Spans) => Side): Grounds {
  return {
    rule: told.rule,
    said: told.said === null ? null : side(told.said),
    claim: told.claim,
    mine: told.mine,
    decided: told.decided === null ? null : side(told.decided),
    answer: told.answer === null ? null : { ...side(told.answer), keep: told.keep },
  };
}

/** @internal Finds the run of an action, which the engine names `replica.start-end`. */
export function sidesIn(runs: readonly EditRun[]): (action: Spans) => Side {
  const byReplica = new Map<string, { start: number; end: number; run: EditRun }[]>();
  for (const run of runs) {
    const { replica, start, end } = parts(run.spans);
    byReplica.set(replica, [...(byReplica.get(replica) ?? []), { start, end, run }]);
  }
  return (action) => {
    const { replica, start } = parts(action);
    const found = byReplica.get(replica)?.find((run) => run.start <= start && start < run.end);
    return { action, run: found?.run ?? null };
  };
}

/** @internal The first of spans, as the engine writes them. */
export function parts(spans: Spans): { replica: string; start: number; end: number } {
  const [replica = "", range = ""] = spans.split(".");
  const [start = 0, end = 0] = range.split("-").map(Number);
  return { replica, start, end };
}
