/** What the frame shows at once, what can wait a little, and what it does not show at all. */
import type { Presence } from "@motet/client";
import { act, createElement } from "react";
import { createRoot } from "react-dom/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { OpenDocument, Snapshot } from "../../src/editor/document";
import { isUrgent, looksOther, useCalmState } from "../../src/editor/hooks";
import { member } from "./members";

const ben = { peer: "b", author: "", name: "Ben", colour: "#ff0000", head: "l1" } as unknown as Presence;

const shown = { status: "connected", saved: { level: "local", waiting: 1, files: 0 }, revision: 4, peers: [ben], canUndo: true, canRedo: false, trouble: null, conflicts: [], overlaps: [] } as unknown as Snapshot;
const then = (change: object) => isUrgent(shown, { ...shown, ...change });
const draws = (change: object, looksClosely = false) => looksOther(shown, { ...shown, ...change }, looksClosely);

test("work that is less safe than it says is urgent, and work that is safer can wait", () => {
  expect(then({ saved: { level: "unsaved", waiting: 2 } })).toBe(true);
  expect(then({ saved: { level: "durable", waiting: 0 } })).toBe(false);
});

test("another key, and where others are, can wait; what one may do cannot", () => {
  expect(then({ revision: 5, peers: [{}] })).toBe(false);
  expect(then({ canRedo: true })).toBe(true);
  expect(then({ status: "offline" })).toBe(true);
  expect(then({ trouble: { code: "store", message: "full" } })).toBe(true);
});

test("another's letter, and where they are, draw nothing in the frame unless it looks closely", () => {
  const letter = { revision: 5, peers: [{ ...ben, head: "l2" }], saved: { ...shown.saved } };
  expect(draws(letter)).toBe(false);
  expect(draws(letter, true)).toBe(true);
  expect(draws({ revision: 5, conflicts: [{}] })).toBe(true);
  expect(draws({ revision: 5, isPersonal: true })).toBe(true);
});

test("who is here, what they are called, and how safe the work is draw it", () => {
  expect(draws({ peers: [] })).toBe(true);
  expect(draws({ peers: [{ ...ben, name: "Benedict" }] })).toBe(true);
  expect(draws({ saved: { ...shown.saved, waiting: 0 } })).toBe(true);
  expect(draws({ held: 1 })).toBe(true);
});

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
});
afterEach(() => vi.useRealTimers());

test("a letter of somebody else's is told once to whoever follows the state, and draws nothing", async () => {
  const [ann, other] = [await member("ann"), await member("ben")];
  let drawn = 0;
  const Frame = ({ looksClosely }: { looksClosely: boolean }) => {
    useCalmState({ client: ann.document } as OpenDocument, looksClosely);
    drawn += 1;
    return null;
  };
  const root = createRoot(document.createElement("div"));
  await act(async () => root.render(createElement(Frame, { looksClosely: false })));
  let told = 0;
  ann.document.subscribe(() => void (told += 1));
  const text = other.document.text("text");
  let heard = 0;
  const letter = async () => {
    text.insert(text.length, "x");
    other.document.flush();
    await act(async () => {
      ann.wire.hear({ kind: "presence", peers: [{ peer: "b", author: "", name: "Ben", colour: "#ff0000", place: "text:text", anchor: text.anchor(text.length), head: text.anchor(text.length) }] });
      ann.wire.hear({ kind: "frames", frames: other.wire.pushed.slice(heard) });
    });
    heard = other.wire.pushed.length;
    await act(async () => void vi.advanceTimersByTime(1_000));
  };
  // The first one brings somebody along.
  await letter();
  expect(drawn).toBeGreaterThan(1);
  [drawn, told] = [0, 0];
  for (let n = 0; n < 10; n++) await letter();
  expect(ann.document.text("text").toString()).toBe("x".repeat(11));
  expect([told, drawn]).toEqual([10, 0]);
  await act(async () => root.render(createElement(Frame, { looksClosely: true })));
  drawn = 0;
  await letter();
  expect(drawn).toBe(1);
  await act(async () => root.unmount());
});

test("where somebody is is said before what they wrote, and at once with it", async () => {
  const { document: ann, wire } = await member("ann");
  const said: string[] = [];
  vi.spyOn(wire, "present").mockImplementation(() => void said.push("presence"));
  vi.spyOn(wire, "push").mockImplementation(() => void said.push("frames"));
  const text = ann.text("text");
  text.insert(0, "x");
  ann.present({ text, anchor: 1, head: 1 });
  vi.advanceTimersByTime(1_000);
  expect(said).toEqual(["presence", "frames"]);
});
