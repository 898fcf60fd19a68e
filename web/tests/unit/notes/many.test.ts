/** One step for what many nodes are is what a step for each would be. */
import { type Look, ManyStep, schema } from "@motet/client/prosemirror";
import type { Node } from "prosemirror-model";
import { EditorState } from "prosemirror-state";
import { Mapping, StepMap } from "prosemirror-transform";
import { expect, it } from "vitest";

const block = (...words: (string | Node)[]) => schema.node("block", null, words.map((one) => (typeof one === "string" ? schema.text(one) : one)));
const cell = (text: string) => schema.node("cell", null, [block(text)]);

const doc = schema.node("doc", null, [
  block("one"),
  block("two", schema.node("footnote", { id: null }, [block("small"), block("print")]), "on"),
  schema.node("block", { kind: "table" }, [schema.node("table", { id: null }, [schema.node("row", null, [cell("a"), cell("b")])])]),
  block("end"),
]);

/** The places of all nodes that are no text. */
const places: number[] = [];
doc.descendants((node, at) => void (node.isText || places.push(at)));

function looksAt(chosen: readonly number[]): Look[] {
  return chosen.map((at, n) => {
    const key = "id" in doc.nodeAt(at)!.attrs ? "id" : "column";
    return { at, attrs: { [key]: `x${n}` } };
  });
}

it("sets attributes wherever nodes are, and its inverse takes that back", () => {
  for (let bits = 1; bits < 1 << places.length; bits += 7) {
    const looks = looksAt(places.filter((_, n) => bits & (1 << n)));
    if (looks.length === 0) continue;
    const each = EditorState.create({ doc }).tr;
    for (const { at, attrs } of looks) for (const [key, value] of Object.entries(attrs!)) each.setNodeAttribute(at, key, value);
    const step = new ManyStep(looks);
    const now = step.apply(doc).doc!;
    expect(now.eq(each.doc)).toBe(true);
    expect(step.invert(doc).apply(now).doc!.eq(doc)).toBe(true);
  }
});

it("leaves what it says nothing of as the same nodes, and sets marks", () => {
  const now = new ManyStep([{ at: places[1]!, marks: [schema.mark("chunk", { n: 1 })] }]).apply(doc).doc!;
  expect(now.child(1).marks).toHaveLength(1);
  for (const n of [0, 2, 3]) expect(now.child(n)).toBe(doc.child(n));
});

it("goes along with what is put before it, and fails where no node is", () => {
  const step = new ManyStep(looksAt([0, places.at(-1)!]));
  expect(step.map(new Mapping([new StepMap([0, 0, 4])]))!.looks.map(({ at }) => at)).toEqual([4, places.at(-1)! + 4]);
  expect(step.map(new Mapping([new StepMap([0, doc.content.size, 0])]))).toBeNull();
  for (const at of [doc.content.size, 2]) expect(new ManyStep([{ at, attrs: {} }]).apply(doc).failed).not.toBeNull();
});
