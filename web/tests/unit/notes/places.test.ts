/** Where blocks begin is worked out from where they began before an edit: what comes out is what counting all of it gives. */
import { HEAD, lineLength, openingOf, placesOfBlocks, schema, unitsBefore } from "@motet/client/prosemirror";
import type { Node } from "prosemirror-model";
import { expect, it } from "vitest";
import { findQuickly } from "../../../src/notes/quickfind";

findQuickly();

let seed = 7;
const below = (n: number) => {
  seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
  return (seed >>> 8) % n;
};

const block = (id: string): Node => schema.node("block", { id }, below(4) === 0 ? [] : [schema.text("x".repeat(1 + below(9)))]);

function check(doc: Node): void {
  let [units, place] = [0, 0];
  const places = placesOfBlocks(doc);
  doc.children.forEach((child, n) => {
    const found = [places[n], unitsBefore({ node: doc, start: 0 }, place)];
    if (found[0] !== place || found[1] !== units) expect.fail(`block ${n} begins at ${place}, after ${units} units, not at ${found}`);
    // At each place of the block, also at its edges.
    for (let at = place; at < place + child.nodeSize; at++) {
      const { node, index, offset } = doc.childAfter(at);
      if (node !== child || index !== n || offset !== place) expect.fail(`${at} is in ${index}, which begins at ${offset}, not in ${n} at ${place}`);
    }
    units += openingOf(child, n) + lineLength(child);
    place += child.nodeSize;
  });
  expect(() => doc.childAfter(place + 1)).toThrow(RangeError);
  expect([places.length, places[doc.childCount]]).toEqual([doc.childCount + 1, place]);
  expect(unitsBefore({ node: doc, start: 0 }, place)).toBe(units);
}

it("knows where blocks begin after any edit of a long note", () => {
  let blocks = Array.from({ length: 200 }, (_, n) => block(n === 0 ? HEAD : `1.${n}`));
  let next = 1000;
  for (let step = 0; step < 100; step++) {
    const at = below(3) === 0 ? 0 : below(blocks.length);
    const removed = below(3) * below(2) * below(20);
    // What moves, and what stands at the beginning and did not before, is the same node elsewhere.
    const moved = below(3) === 0 ? blocks.slice(below(blocks.length)).slice(0, below(5)) : [];
    const made = Array.from({ length: below(3) }, () => block(`1.${next++}`));
    const head = below(5) === 0 ? [block(HEAD)] : [];
    blocks = [...head, ...blocks.slice(0, at), ...made, ...moved, ...blocks.slice(at + removed)];
    if (blocks.length < 120) blocks.push(...Array.from({ length: 60 }, () => block(`1.${next++}`)));
    check(schema.node("doc", null, blocks));
  }
});
