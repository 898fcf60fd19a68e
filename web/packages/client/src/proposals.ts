/**
 * What is only proposed: suggestions and drafts, who made them, where they show, and what became of them.
 *
 * ```ts
 * doc.setSuggesting("suggestion");
 * doc.text("text").insert(0, "Perhaps: "); // one sees it, others not yet
 * doc.setSuggesting(null);
 * for (const run of doc.proposals()) if (run.open !== "") doc.accept([run.open]); // now everybody does
 * ```
 */
import { Calm } from "./calm.js";
import type { AuthorId, ContainerId, Engine, Spans } from "./engine/engine.js";

/** Names a draft among all elements. */
export type DraftId = string;

/** As what it is only proposed what one does: as a suggestion, or as a part of a draft; null where it just is done. */
export type Suggesting = "suggestion" | DraftId | null;

/** What one sees of what is open: whose suggestions, and which drafts. Nobody else sees it so. */
export interface Showing {
  suggestions: "none" | "own" | "all";
  drafts: readonly DraftId[];
}

/** A named collection of proposals, which one shows and hides as a whole. */
export interface Draft {
  id: DraftId;
  name: string;
  author: AuthorId;
  /** What who made it calls himself. */
  by: string;
  /** Milliseconds since 1970. */
  time: number;
}

/** What became of something that is only proposed: of an edit run also `partly`, where its parts stand differently. */
export type ProposalState = "open" | "accepted" | "rejected" | "withdrawn" | "partly";

/** Who accepted or rejected something that is proposed. */
export interface ProposalDecision {
  /** The action that did: taken back by `reopen`. */
  spans: Spans;
  author: AuthorId;
  name: string;
  /** Milliseconds since 1970. */
  time: number;
  accepts: boolean;
}

/** One change that is proposed, or a part of one that stands differently from the rest. */
export interface ProposedChange {
  spans: Spans;
  /** The actions that it is of. */
  action: Spans;
  state: Exclude<ProposalState, "partly">;
  /**
   * Puts `text` into a text, or takes it out; sets the property `text` of a stretch, or of what a container is beside; or does
   * something else. In texts a paragraph mark reads as the end of a line, and any other object as U+FFFC.
   */
  kind: "insert" | "delete" | "mark" | "set" | "other";
  text: string;
  /** Whether it takes the property away. */
  unsets: boolean;
  /** What it sets, where that is a text, a whole number or a boolean; a number beyond 2^53 is a text. Null otherwise. */
  value: string | number | boolean | null;
  /** What it changes. */
  container: ContainerId;
  /** The text where it is to be seen: that which it changes, or the one with what it changes a property of. Null for what is in none. */
  in: ContainerId | null;
  /** The place in that text, in UTF-16 units of what one sees. */
  at: number;
  /** Of open deletions in one text, whose place may be the same: what one takes out comes before what one of a higher order does. */
  order: number;
  /** What one sees of what it is about: where each stretch begins and ends. For a deletion that one sees done there are none. */
  shown: readonly number[];
}

/** An edit run that is only proposed. */
export interface ProposedRun {
  /** Stays the same while the run grows at its end. */
  id: Spans;
  spans: Spans;
  author: AuthorId;
  name: string;
  /** Milliseconds since 1970. */
  time: number;
  /** Null where it is a suggestion. */
  draft: DraftId | null;
  /** What its author called it; may be empty. */
  label: string;
  state: ProposalState;
  /** What of it is open, to be accepted or rejected; empty where nothing is. */
  open: Spans | "";
  decided: readonly ProposalDecision[];
  /** What it would change, or changed. What its author took out again is left out. */
  changes: readonly ProposedChange[];
}

/** What a document knows of what is only proposed. */
export interface Proposing {
  drafts: readonly Draft[];
  proposals: readonly ProposedRun[];
}

/** What is shown, as the engine writes it. */
export function showingOf(words: string): Showing {
  const [whose, drafts] = [[] as string[], [] as DraftId[]];
  for (const word of words.split(" ")) if (word !== "") (word === "own" || word === "all" ? whose : drafts).push(word);
  return { suggestions: (whose[0] ?? "none") as Showing["suggestions"], drafts };
}

/** As the engine reads it. */
export const wordsOf = ({ suggestions, drafts }: Showing): string => [...(suggestions === "none" ? [] : [suggestions]), ...drafts].join(" ");

/** The drafts, as the engine tells of them. */
export function draftsOf(told: string): Draft[] {
  const list = JSON.parse(told) as { id: DraftId; title: string; author: AuthorId; name: string; time: number }[];
  return list.map(({ id, title, author, name, time }) => ({ id, name: title, author, by: name, time }));
}

/** Looks at what is proposed a little after something changed, and says so where it is other than before. */
export class ProposalWatch {
  private readonly calm = new Calm(() => this.ask());
  /** Drafts and proposals as the engine told of them last, before it was ever asked as there are none. */
  private known = "[] []";

  constructor(
    private readonly engine: () => Engine,
    private readonly tell: (now: Proposing) => void,
  ) {}

  soon(isOthers: boolean): void {
    this.calm.soon(isOthers);
  }

  look(): void {
    this.calm.now();
  }

  private ask(): void {
    const engine = this.engine();
    const [drafts, proposals] = [engine.drafts(), engine.proposals()];
    const told = `${drafts} ${proposals}`;
    if (told === this.known) return;
    this.known = told;
    this.tell({ drafts: draftsOf(drafts), proposals: JSON.parse(proposals) as ProposedRun[] });
  }

  end(): void {
    this.calm.end();
  }
}
