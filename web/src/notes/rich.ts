/**
 * What rich notes need of the engine, and nothing more. Positions count UTF-16 units; an object is one, and so is a
 * paragraph mark. A container is named by `/` and the name of a root, by the element that it hangs on, or by the two
 * that cross there (`row*column`); whether that means a text, a map or a list, the call says.
 */
import type { Anchor, Bias } from "@motet/client";

/** The name of an element. */
export type ElementId = string;

/** The name of a container. */
export type Name = string;

/** Properties of text, by key. */
export type MarkPair = [key: string, value: unknown];

/** What a text shows: characters with the same properties, or an object. */
export interface RichRun {
  /** The first element. */
  id: ElementId;
  text: string;
  /** What object it is: empty for a paragraph mark. */
  object: string | null;
  marks: MarkPair[];
}

/** A property to be set, or without a value unset, and where it grows by what is typed there. */
export interface RichMark {
  key: string;
  value: unknown;
  grows: "end" | "nowhere";
}

/**
 * One change, made to what the ones before it in the action have left. In names, `@n` stands for what the action makes
 * as number n: objects, lists and items are made.
 */
export type RichChange = { in: Name } & (
  | { do: "text"; at: number; len: number; text: string; marks?: RichMark[] }
  | { do: "object"; at: number; kind: string; marks?: RichMark[] }
  | ({ do: "mark"; at: number; len: number } & RichMark)
  | { do: "move"; at: number; len: number; to: number }
  | { do: "set"; key: string; value: unknown }
  | { do: "setList"; key: string }
  | { do: "listInsert"; at: number }
  | { do: "listDelete"; at: number; len: number }
  | { do: "listMove"; at: number; to: number }
);

/** What changed in a text: replacements in the text before, and where properties may be others in the text after. */
export interface TextChanges {
  in: Name;
  splices: { from: number; to: number; insert: string }[];
  restyled: { from: number; to: number }[];
}

/** What changed in a document. */
export interface RichPatch {
  texts: TextChanges[];
  maps: Name[];
  lists: Name[];
}

/** Where an anchor is. */
export interface Place {
  in: Name;
  at: number;
}

export interface RichEngine {
  richRuns(name: Name, from: number, to: number): RichRun[];
  richLength(name: Name): number;
  /** A container is `{container: name}`. */
  properties(name: Name): Record<string, unknown>;
  items(list: Name): ElementId[];
  /** How many items of its list show before an item, there or not. */
  itemPlace(item: ElementId): number | null;
  /** The container that an element is of. */
  home(id: ElementId): Name | null;

  /** One action; returns the names of what it made. */
  change(changes: readonly RichChange[], telling: boolean): ElementId[];
  /** What changed since the last call, but for what was written without telling. */
  changes(): RichPatch;

  richAnchor(name: Name, position: number, bias: Bias): Anchor;
  /** Null where the anchor's element is not here yet. */
  richPlace(anchor: Anchor, root: Name): Place | null;

  import(frames: readonly Uint8Array[]): unknown;
  undo(): unknown;
  redo(): unknown;
}
