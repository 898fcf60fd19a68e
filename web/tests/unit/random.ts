/** Chance that can be repeated, and the plainest way to apply patches. */
import type { TextChange } from "@motet/client";

/** Numbers below 1 that depend on the seed alone. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export const pick = <T>(random: () => number, from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)];

/** What the patches make of a text, from its end backwards. */
export function applied(text: string, patches: readonly TextChange[]): string {
  return patches.reduceRight((now, { from, to, insert }) => now.slice(0, from) + insert + now.slice(to), text);
}

const WORDS = ["so", " it ", "holds\n", "é", "🎼", "\r\n", "**", "# "];

export function randomEdit(random: () => number, text: string): TextChange {
  const from = Math.floor(random() * (text.length + 1));
  const to = random() < 0.3 ? Math.min(text.length, from + Math.floor(random() * 5)) : from;
  return { from, to, insert: from < to && random() < 0.5 ? "" : (pick(random, WORDS) as string) };
}
