/**
 * Rich texts, and the maps and lists that hang on what is in them, by name: what editors of notes are made of. Positions
 * count UTF-16 units; an object is one, and so is a paragraph mark. A container is named by `/` and the name of a root, by
 * the element that it hangs on, or by the two that cross there (`row*column`); whether that means a text, a map or a list,
 * the call says.
 */
import type { Anchor, Bias } from "./engine/engine.js";

/** The name of an element. */
export type ElementId = string;

/** The name of a container, before it is said of what kind. */
export type Name = string;

/** A property of text: its key, and what it holds. */
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
 * One change, made to what the ones before it in the call have left. In names, `@n` stands for what the call makes as
 * number n: objects, lists and items are made.
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
export interface RichTextChanges {
  in: Name;
  splices: { from: number; to: number; insert: string }[];
  restyled: { from: number; to: number }[];
}

/** What changed in a document. */
export interface RichPatch {
  texts: RichTextChanges[];
  maps: Name[];
  lists: Name[];
}

/** Where an anchor is. */
export interface RichPlace {
  in: Name;
  at: number;
}

/** What is read of rich texts. */
export interface RichReader {
  richRuns(name: Name, from: number, to: number): RichRun[];
  richLength(name: Name): number;
  /** What a map holds, by key; a container is `{container: name}`. */
  properties(name: Name): Record<string, unknown>;
  items(list: Name): ElementId[];
  /** How many items of its list show before an item, there or not. */
  itemPlace(item: ElementId): number | null;
  /** The container that an element is of. */
  home(id: ElementId): Name | null;
  richAnchor(name: Name, position: number, bias: Bias): Anchor;
  /** Null where the anchor's element is not here yet. */
  richPlace(anchor: Anchor, root: Name): RichPlace | null;
}

/** What is read and changed. */
export interface RichTexts extends RichReader {
  /** Makes changes, all or none; `isShown` where whoever makes them shows them already. Returns the names of what is made. */
  change(changes: readonly RichChange[], isShown: boolean): ElementId[];
  /** What changed since the last call, but for what was shown already. */
  changes(): RichPatch;
}

/** @internal Asks whatever engine there is at the moment. */
export function richReader(ask: <T>(ask: (engine: RichTexts) => T) => T): RichReader {
  return {
    richRuns: (name, from, to) => ask((engine) => engine.richRuns(name, from, to)),
    richLength: (name) => ask((engine) => engine.richLength(name)),
    properties: (name) => ask((engine) => engine.properties(name)),
    items: (list) => ask((engine) => engine.items(list)),
    itemPlace: (item) => ask((engine) => engine.itemPlace(item)),
    home: (id) => ask((engine) => engine.home(id)),
    richAnchor: (name, position, bias) => ask((engine) => engine.richAnchor(name, position, bias)),
    richPlace: (anchor, root) => ask((engine) => engine.richPlace(anchor, root)),
  };
}
