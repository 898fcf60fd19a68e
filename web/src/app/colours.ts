/** One colour per voice. All carry white text with a contrast of at least 4.5. */
export const COLOURS = [
  "#b5384a", "#a8501b", "#7d6508", "#3f7327", "#0f766e", "#0b6fa4", "#3f5bd1", "#6f48c9", "#9a3fa6", "#b0336f",
] as const;

/** A stable colour for somebody who did not choose one; what others claim is taken only in its plainest form. */
export function colourOf(author: string, chosen?: string): string {
  if (chosen !== undefined && /^#[0-9a-f]{6}$/i.test(chosen)) return chosen;
  let mix = 0x811c9dc5;
  for (const letter of author) mix = Math.imul(mix ^ letter.charCodeAt(0), 0x01000193);
  mix ^= mix >>> 15;
  return COLOURS[(mix >>> 0) % COLOURS.length] as string;
}

/** One or two letters that stand for a name. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return letters.map((word) => [...(word ?? "")][0] ?? "").join("").toUpperCase() || "?";
}
