/**
 * Deciding for good: who may, what was decided, and letting history be trimmed, so that what is behind two decisions is final.
 *
 * ```ts
 * if (doc.deciding().deciders.length === 0) doc.govern(); // from now on you decide
 * doc.decideForGood(); // what gave way stays out, whatever arrives later; undo goes on
 * const { runs, hidden } = doc.trimming()!;
 * if (confirm(`${runs} changes become final, and ${hidden} characters can be forgotten`)) doc.trim();
 * ```
 */
import type { AuthorId, Done, Engine, Spans } from "./engine/engine.js";
import { MotetError } from "./errors.js";

/** Somebody who may decide, or agreed. */
export interface Decider {
  author: AuthorId;
  name: string;
}

/** A decision. */
export interface Ballot extends Decider {
  /** The action that decided. */
  spans: Spans;
  /** Milliseconds since 1970. */
  time: number;
  /** Whether it lets history be trimmed, up to the decision before. */
  trims: boolean;
  /** Who agreed so far, where most have to and do not yet. */
  agreed: readonly Decider[];
}

/** How a document is decided about. */
export interface Deciding {
  /** Who may; of several most have to agree. Nobody may where nobody ever said so. */
  deciders: readonly Decider[];
  /** Whether this version knows the rules by which the document is decided about: otherwise others may see other choices. */
  known: boolean;
  /** What was decided, in order. */
  decisions: readonly Ballot[];
  /** What could be decided next, and waits for others to agree; that with the most ballots first. */
  open: readonly Ballot[];
}

/** What letting history be trimmed up to the last decision would do. */
export interface Trimming {
  /** How many edit runs would become final that are not, or parts of them. */
  runs: number;
  /** How many would stay as they are. */
  open: number;
  /** Of how many characters and values more than now nobody would ever see again what was written: they can be forgotten. */
  hidden: number;
}

/** Why nothing was decided, by the engine's code. */
const WORDS: Record<string, string> = {
  "decide.nobody": "you may not decide for good here",
  "decide.waiting": "you have decided already, and others who may decide have to agree first",
  "decide.nothing": "nothing is new since the last decision",
  "decide.rules": "this document goes by rules that a newer version of Motet knows",
  "decide.founding": "nothing was decided here before: history becomes final up to a decision, by the one that follows it",
  "decide.old-rules": "who may decide here was said by an older version: say it again, and decide, first",
};

/** What the engine refuses, in words. */
function refused(error: unknown): MotetError {
  const { code, message } = MotetError.from(error);
  return new MotetError(code, WORDS[code] ?? message, { cause: error });
}

/** @internal */
export function trimmingOf(engine: Engine): Trimming | null {
  const { trimming = null, refused: code } = JSON.parse(engine.deciding(true)) as { trimming?: Trimming; refused?: string };
  if (code !== undefined) throw refused(new MotetError(code, code));
  return trimming;
}

/** @internal */
export function decided(engine: Engine, what: "govern" | "decide" | "trim"): Done {
  try {
    return engine.decideForGood(what);
  } catch (error) {
    throw refused(error);
  }
}
