/** Deciding for good and making history final, on the real engine: what is counted before, what is final after, and who is refused. */
import type { MotetDocument } from "@motet/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { member, type Wire } from "./members";
import { statesOf, summaryOf } from "../../src/panels/History";

interface Person {
  document: MotetDocument;
  wire: Wire;
}

beforeEach(() => vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] }));
afterEach(() => vi.useRealTimers());

function exchange(...people: Person[]): void {
  for (const { document } of people) document.flush();
  for (const one of people) for (const other of people) if (one !== other) one.wire.hear({ kind: "frames", frames: other.wire.pushed });
}

const text = ({ document }: Person) => document.text("text");

/** Later than what was done before: another edit run. */
const rest = () => vi.advanceTimersByTime(60_000);

const codeOf = (ask: () => unknown): [code: string, message: string] => {
  try {
    ask();
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    return [code, message];
  }
  throw new Error("it was not refused");
};

/** Ann's text, out of which Ben took a word. */
async function couple(): Promise<[ann: Person, ben: Person]> {
  const [ann, ben] = [await member("ann"), await member("ben")];
  text(ann).insert(0, "one secret two");
  exchange(ann, ben);
  rest();
  text(ben).delete(3, 7);
  exchange(ann, ben);
  rest();
  return [ann, ben];
}

test("what would be final is counted, is final for both afterwards, and is undone by nobody", async () => {
  const [ann, ben] = await couple();
  expect(ann.document.deciding()).toMatchObject({ deciders: [], known: true, decisions: [], open: [] });
  ann.document.govern();
  ann.document.decideForGood();
  rest();
  text(ann).insert(0, "later ");
  rest();
  const trimming = ann.document.trimming()!;
  // One run of each of them, and what came since; of what was deleted "secret" and its blank.
  expect(trimming).toMatchObject({ runs: 2, open: 1, hidden: 7 });
  expect(ann.document.history().some((run) => run.final)).toBe(false);
  ann.document.trim();
  exchange(ann, ben);
  for (const { document } of [ann, ben]) {
    const { deciders, decisions } = document.deciding();
    expect(deciders).toEqual([{ author: ann.document.author, name: "ann" }]);
    expect(decisions.map(({ author, name, trims }) => [author, name, trims])).toEqual([false, true].map((trims) => [ann.document.author, "ann", trims]));
    const [first, second] = document.history().filter((run) => run.inserted + run.deleted > 0);
    for (const run of [first!, second!]) {
      expect([run.final, run.forgotten]).toEqual([true, false]);
      expect(document.undoRange(run.spans)).toBe(true);
      expect(document.undoPreview(run.spans).parts).toEqual([]);
    }
    const last = document.history().find((run) => run.summary.startsWith("later"))!;
    expect(last.final).toBe(false);
  }
  expect([text(ann).toString(), text(ben).toString()]).toEqual(["later one two", "later one two"]);
  expect(codeOf(() => ann.document.trimming())[0]).toBe("decide.nothing");
});

test("who may not, too early, and twice are refused with words and nothing is done", async () => {
  const [ann, ben] = await couple();
  expect(codeOf(() => ann.document.trimming())).toEqual(["decide.nobody", "you may not decide for good here"]);
  ann.document.govern();
  const [code, words] = codeOf(() => ann.document.trim());
  expect(code).toBe("decide.founding");
  expect(words).toContain("nothing was decided here before");
  exchange(ann, ben);
  for (const ask of [() => ben.document.trim(), () => ben.document.trimming(), () => ben.document.decideForGood()]) expect(codeOf(ask)[0]).toBe("decide.nobody");
  ann.document.decideForGood();
  expect(codeOf(() => ann.document.decideForGood())[0]).toBe("decide.nothing");
  expect(codeOf(() => ann.document.change(() => ann.document.trim()))[0]).toBe("order");
  expect(ann.document.deciding().decisions).toHaveLength(1);
});

test("what was typed a moment ago is sealed and sent, not lost, where history is made final right behind it", async () => {
  const [ann, ben] = await couple();
  ann.document.govern();
  text(ann).insert(0, "a");
  ann.document.decideForGood();
  text(ann).insert(0, "b");
  ann.document.trim();
  exchange(ann, ben);
  expect([text(ann).toString(), text(ben).toString()]).toEqual(["baone two", "baone two"]);
  expect(ben.document.deciding().decisions.map(({ trims }) => trims)).toEqual([false, true]);
});

test("the history says what is final and what is forgotten", () => {
  const run = { undone: false, lost: false, hidden: false, final: true, forgotten: true, summary: "one \uFFFD\uFFFD\uFFFD two" };
  const words = (more: object) => statesOf({ ...run, ...more } as never, false).map(([state]) => state);
  expect(words({})).toEqual(["final", "forgotten"]);
  expect(words({ undone: true, forgotten: false })).toEqual(["undone", "final"]);
  expect(summaryOf(run as never)).toBe("one … two");
  expect(summaryOf({ ...run, summary: "\uFFFD\uFFFD \uFFFD" } as never)).toBe("What was written here is forgotten");
  expect(summaryOf({ ...run, forgotten: false, summary: "\uFFFD" } as never)).toBe("\uFFFD");
});
