/** The headings of a note, and the moves of their sections. */
import { changesOfAttrs, type ElementId, HEAD, lineLength, type Name, openingOf, type RichChange, schema } from "@motet/client/prosemirror";
import type { Node } from "prosemirror-model";

/** A heading, and the section below it. */
export interface Heading {
  id: ElementId;
  rank: number;
  text: string;
  /** The place of its block in the document. */
  at: number;
  /** Where its section begins and ends in the text: before the next heading of its rank or above. */
  from: number;
  to: number;
}

/** The headings in order. */
export function outline(doc: Node): Heading[] {
  const headings: Heading[] = [];
  const open: Heading[] = [];
  let [at, unit] = [0, 0];
  doc.children.forEach((block, n) => {
    if (block.attrs["kind"] === "heading") {
      const rank = block.attrs["rank"] as number;
      while (open.length > 0 && open.at(-1)!.rank >= rank) open.pop()!.to = unit;
      const heading = { id: block.attrs["id"], rank, text: block.textContent, at, from: unit, to: unit };
      headings.push(heading);
      open.push(heading);
    }
    at += block.nodeSize;
    unit += openingOf(block, n) + lineLength(block);
  });
  for (const heading of open) heading.to = unit;
  return headings;
}

/** The heading whose section a place is in. */
export function headingAt(headings: readonly Heading[], place: number): Heading | null {
  return headings.findLast(({ at }) => at <= place) ?? null;
}

/** Where a step up or down brings a section: before which heading, null for the end; undefined where it cannot go on. */
export function stepOf(headings: readonly Heading[], heading: Heading, way: "up" | "down"): Heading | null | undefined {
  const index = headings.findIndex(({ id }) => id === heading.id);
  if (way === "up") return headings.slice(0, index).findLast(({ rank }) => rank <= heading.rank);
  const next = headings.findIndex(({ from }) => from >= heading.to);
  if (next < 0) return undefined;
  // Past a section of the same rank, or into the beginning of one above.
  const passed = headings[next]!;
  if (passed.rank < heading.rank) return headings[next + 1] ?? null;
  return headings.find(({ from }) => from >= passed.to) ?? null;
}

/** The changes that move a section before a heading, or with null to the end: one move, so that what others write in it goes along. */
export function moveSection(root: Name, doc: Node, section: Heading, before: Heading | null): RichChange[] {
  const end = doc.children.reduce((units, block, n) => units + openingOf(block, n) + lineLength(block), 0);
  const to = before ? before.from : end;
  if (section.from <= to && to <= section.to) return [];
  const head = doc.firstChild!;
  if (head.attrs["id"] !== HEAD || (section.from > 0 && to > 0)) {
    return [{ do: "move", in: root, at: section.from, len: section.to - section.from, to }];
  }
  // The first block has no mark that could go along, or be gone before: it gets one.
  const named: RichChange[] = [{ do: "object", in: root, at: 0, kind: "" }, ...changesOfAttrs("@0", null, head), ...changesOfAttrs(root, head, schema.node("block"))];
  const behind = (place: number) => (place === 0 ? 0 : place + 1);
  const [at, until] = [behind(section.from), section.to + 1];
  return [...named, { do: "move", in: root, at, len: until - at, to: behind(to) }];
}
