/** What the frame shows at once, and what can wait a little. */
import { expect, test } from "vitest";
import type { Snapshot } from "../../src/editor/document";
import { isUrgent } from "../../src/editor/hooks";

const shown = { status: "connected", saved: { level: "local", waiting: 1 }, revision: 4, peers: [], canUndo: true, canRedo: false, trouble: null } as unknown as Snapshot;
const then = (change: object) => isUrgent(shown, { ...shown, ...change });

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
