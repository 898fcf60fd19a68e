/** What is decided about as one, how it is drawn, and what of it one sees. */
import type { ProposedChange, ProposedRun } from "@motet/client";
import { expect, test } from "vitest";
import { spotOf, touches } from "../../src/suggest/review";
import { common, spansIn, written } from "../../src/suggest/spans";
import { drawingsOf, isShown, partsOf, said, type Unit, unitsOf } from "../../src/suggest/units";

type Given = Partial<ProposedChange> & Pick<ProposedChange, "spans" | "kind">;

const change = (given: Given): ProposedChange => ({
  action: given.spans, state: "open", text: "", unsets: false, value: null, container: "text:text", in: "text:text", at: 0, order: 0, shown: [], ...given,
});

const run = (spans: string, changes: Given[], more: Partial<ProposedRun> = {}): ProposedRun => ({
  id: spans, spans, author: "ben", name: "Ben", time: 0, draft: null, label: "", state: "open", open: spans, decided: [], changes: changes.map(change), ...more,
});

const words = (units: readonly Unit[]) => units.map(said);

test("a word that takes the place of another is one, however many runs it took", () => {
  const units = unitsOf([
    run("7.0-5", [
      { spans: "7.0-4", action: "7.0-5", kind: "delete", text: "noon", at: 14 },
      { spans: "7.4-5", action: "7.0-5", kind: "insert", text: "t", at: 11, shown: [11, 12] },
    ]),
    run("7.5-7", [{ spans: "7.5-7", kind: "insert", text: "en", at: 12, shown: [12, 14] }]),
    run("7.7-8", [{ spans: "7.7-8", kind: "insert", text: "!", at: 20, shown: [20, 21] }]),
  ]);
  expect(words(units)).toEqual(["delete “noon”, insert “ten”", "insert “!”"]);
  expect(units.map(({ id, spans }) => [id, spans])).toEqual([["7.0", ["7.0-5", "7.5-7"]], ["7.7", ["7.7-8"]]]);
  expect(units[0]!.changes.map(({ kind, at }) => [kind, at])).toEqual([["delete", 11], ["insert", 11], ["insert", 12]]);
});

test("what two people do side by side is two, and so are a suggestion and a draft", () => {
  const insert = (spans: string, at: number): Given => ({ spans, kind: "insert", text: "x", at, shown: [at, at + 1] });
  const units = unitsOf([
    run("7.0-1", [insert("7.0-1", 0)]),
    run("8.0-1", [insert("8.0-1", 1)], { author: "eve", name: "Eve" }),
    run("7.1-2", [insert("7.1-2", 2)]),
    run("7.2-3", [insert("7.2-3", 3)], { draft: "7.9" }),
    run("7.3-4", [insert("7.3-4", 3)], { changes: [change({ ...insert("7.3-4", 3), in: "text@1.1" })] }),
  ]);
  expect(units.map(({ author, draft }) => [author, draft])).toEqual([["ben", null], ["eve", null], ["ben", null], ["ben", "7.9"], ["ben", null]]);
});

test("what one action did is one, wherever, with what it says besides; deletions of one run in two places are two", () => {
  const apart = run("7.0-2", [{ spans: "7.0-1", kind: "delete", text: "a", at: 3 }, { spans: "7.1-2", kind: "delete", text: "b", at: 9 }]);
  expect(words(unitsOf([apart]))).toEqual(["delete “a”", "delete “b”"]);
  const together = run("7.0-9", [
    { spans: "7.0-1", action: "7.0-9", kind: "insert", text: "\n", at: 3, shown: [3, 4] },
    { spans: "7.1-2", action: "7.0-9", kind: "set", text: "kind", value: "heading", container: "map@7.0", at: 3, shown: [3, 4] },
  ]);
  const [unit] = unitsOf([together]);
  expect([said(unit!), unit!.spans]).toEqual(["insert “¶”", ["7.0-9"]]);
  // Half of it is decided about.
  const [rest] = unitsOf([{ ...together, open: "7.1-5,7.7-9", changes: together.changes.slice(1) }]);
  expect([rest!.spans, partsOf(rest!)]).toEqual([["7.1-5", "7.7-9"], [{ kind: "other", text: "Changes the kind of paragraph" }]]);
  expect(unitsOf([{ ...together, open: "" }])).toEqual([]);
});

test("deletions at one place are drawn in the order of the text, and what is not shown has its place", () => {
  const backwards = run("7.0-2", [
    { spans: "7.0-1", kind: "delete", text: "b", at: 3, order: 1 },
    { spans: "7.1-2", kind: "delete", text: "a", at: 3, order: 0 },
  ]);
  const units = unitsOf([backwards]);
  const drawing = drawingsOf(units).get("text:text")!;
  expect(drawing.removed.map(({ at, text }) => [at, text])).toEqual([[3, "ab"]]);
  expect([spotOf(units[0]!), touches(units[0]!, { in: "text:text", from: 3, to: 3 }), touches(units[0]!, { in: "text:text", from: 4, to: 9 })]).toEqual([{ in: "text:text", from: 3, to: 3 }, true, false]);
  const format = run("7.2-3", [{ spans: "7.2-3", kind: "mark", text: "strong", value: true, shown: [1, 4, 6, 9], at: 1 }]);
  expect(drawingsOf(unitsOf([format])).get("text:text")!.restyled.map(({ from, to }) => [from, to])).toEqual([[1, 4], [6, 9]]);
});

test("one sees what one chose to", () => {
  const [mine, other, draft] = [{ author: "me", draft: null }, { author: "ben", draft: null }, { author: "ben", draft: "7.9" }];
  const seen = (suggestions: "none" | "own" | "all", drafts: string[] = []) => [mine, other, draft].map((unit) => isShown(unit, { suggestions, drafts }, "me"));
  expect(seen("none")).toEqual([false, false, false]);
  expect(seen("own")).toEqual([true, false, false]);
  expect(seen("all")).toEqual([true, true, false]);
  expect(seen("none", ["7.9"])).toEqual([false, false, true]);
});

test("spans are cut by spans", () => {
  const cut = (a: string, b: string) => common(spansIn(a), spansIn(b)).map(written).join();
  expect([cut("7.0-9", "7.2-4,7.6-20,8.0-3"), cut("7.0-2", "7.2-3"), cut("", "7.0-1")]).toEqual(["7.2-4,7.6-9", "", ""]);
});
