/** The small functions that decide what people read. */
import { expect, test } from "vitest";
import { colourOf, initialsOf } from "../../src/app/colours";
import { ago, dayOf, plural } from "../../src/app/time";
import { matches } from "../../src/documents/Documents";
import { type Difference, differences } from "../../src/text/compare";
import type { Link, Safety } from "@motet/client";
import { rowsOf } from "../../src/panels/People";
import { savedWords } from "../../src/panels/Saved";
import { pick, seeded } from "./random";

test("a search finds by the beginnings and insides of names, whatever the accents", () => {
  expect(matches("Étude for four hands", "etude hands")).toBe(true);
  expect(matches("Étude", "")).toBe(true);
  expect(matches("Étude", "sonata")).toBe(false);
});

test("times are said as people say them", () => {
  const now = new Date(2026, 10, 21, 14, 0).getTime();
  expect(ago(now - 5_000, now)).toBe("just now");
  expect(ago(now - 60_000, now)).toBe("1 minute ago");
  expect(ago(now - 45 * 60_000, now)).toBe("45 minutes ago");
  expect(dayOf(now - 24 * 3_600_000, now)).toBe("Yesterday");
  expect(plural(1, "change")).toBe("1 change");
  expect(plural(2, "change")).toBe("2 changes");
});

test("initials and colours", () => {
  expect(initialsOf("Chloé van Dubois")).toBe("CD");
  expect(initialsOf("ann")).toBe("A");
  expect(initialsOf("  ")).toBe("?");
  expect(colourOf("x", "red; background: url(//evil)")).toMatch(/^#[0-9a-f]{6}$/);
  expect(colourOf("x", "#123456")).toBe("#123456");
});

test("nothing but durable work is called saved", () => {
  for (const level of ["unsaved", "local", "received", "durable"] as Safety[]) {
    for (const link of ["connecting", "connected", "offline", "refused"] as Link[]) {
      const words = savedWords({ status: link, saved: { level, waiting: 3, files: 0 }, trouble: null });
      expect(/\bsaved\b/i.test(words.short), `${level}, ${link}: ${words.short}`).toBe(level === "durable" && link !== "connecting");
    }
  }
});

test("pictures that wait are counted beside changes", () => {
  const words = (waiting: number, files: number) => savedWords({ status: "offline", saved: { level: "local", waiting, files }, trouble: null }).short;
  expect(words(2, 0)).toBe("Offline, 2 changes here");
  expect(words(0, 1)).toBe("Offline, 1 file here");
  expect(words(2, 3)).toBe("Offline, 2 changes and 3 files here");
});

test("people are listed once, those here first, without oneself", () => {
  const author = (id: string) => ({ id, name: id, hidden: false, held: false });
  const peer = (id: string, window: string) => ({ peer: window, author: id, name: id, colour: "", text: null, json: null, anchor: null, head: null });
  const rows = rowsOf("me", [peer("zoe", "1"), peer("zoe", "2"), peer("me", "3")], [author("ann"), author("zoe"), author("me")]);
  expect(rows.map((row) => row.id)).toEqual(["zoe", "ann"]);
});

test("people who proved no author are listed one by one", () => {
  const peer = (name: string, window: string) => ({ peer: window, author: "", name, colour: "", text: null, json: null, anchor: null, head: null });
  const rows = rowsOf("me", [peer("Zoe", "1"), peer("Ben", "2")], []);
  expect(rows.map((row) => row.name)).toEqual(["Ben", "Zoe"]);
});

/** The old text, from the new one and its differences. */
function takenBack(text: string, found: readonly Difference[]): string {
  return found.reduceRight((now, { from, to, removed }) => now.slice(0, from) + removed + now.slice(to), text);
}

test("differences lead back to the old text", () => {
  const random = seeded(5);
  const words = ["so ", "it ", "holds ", "together", "\n", ". ", "🎼"];
  const text = () => Array.from({ length: Math.floor(random() * 12) }, () => pick(random, words)).join("");
  for (let round = 0; round < 500; round += 1) {
    const [before, after] = [text(), text()];
    expect(takenBack(after, differences(before, after))).toBe(before);
  }
  expect(differences("same", "same")).toEqual([]);
  expect(differences("a big cat sat", "a small cat lay")).toEqual([
    { from: 2, to: 7, removed: "big" },
    { from: 12, to: 15, removed: "sat" },
  ]);
});
