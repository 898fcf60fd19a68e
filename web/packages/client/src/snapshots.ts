/**
 * Snapshots: versions of a document with a name, that people come back to. They are in the document, so everybody has the same.
 *
 * ```ts
 * const first = doc.takeSnapshot("First draft", "before the review");
 * const then = doc.atSnapshot(first.id);
 * console.log(then.text("text").toString());
 * then.close();
 * doc.restoreSnapshot(first.id); // a change like any other
 * ```
 */
import type { AuthorId, Spans } from "./engine/engine.js";

/** A version with a name. */
export interface Snapshot {
  /** No other has it. */
  id: string;
  /** What people call it. Two who did not know of each other may have called theirs the same. */
  name: string;
  /** What somebody said of it; may be empty. */
  note: string;
  /** The action that took it. */
  spans: Spans;
  author: AuthorId;
  /** What who took it calls himself. */
  by: string;
  /** Milliseconds since 1970. */
  time: number;
  /** Whether it was taken of a view that left something out, and shows what that did. */
  isFiltered: boolean;
}

/** The snapshots of a document. */
export interface Snapshots {
  /** The latest first. */
  list: readonly Snapshot[];
  /** How many there are that this version cannot read. */
  unread: number;
}

interface Told {
  id: string;
  title: string;
  note: string;
  filtered: boolean;
  spans: Spans;
  author: AuthorId;
  name: string;
  time: number;
}

/** The snapshots, as the engine tells of them. */
export function snapshotsOf(told: string): Snapshots {
  const all = JSON.parse(told) as (Told | null)[];
  const read = all.filter((one) => one !== null);
  const list = read.map(({ title, name, filtered, ...rest }) => ({ ...rest, name: title, by: name, isFiltered: filtered }));
  return { list: list.reverse(), unread: all.length - read.length };
}
