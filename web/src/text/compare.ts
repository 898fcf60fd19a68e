/** What differs between two texts, closely enough to show one edit run: by words between the common ends. */

export interface Difference {
  /** Where in the new text it stands. */
  from: number;
  to: number;
  /** What the old text had there. */
  removed: string;
}

/** Beyond so many words on both sides together the middle is shown as one change. */
const WORD_PAIRS_MAX = 1_000_000;

function wordsOf(text: string): string[] {
  return text.match(/\w+|\s+|[^\w\s]/gu) ?? [];
}

/** For each pair of ends, how long the longest common list of words behind them is. */
function commonLengths(a: readonly string[], b: readonly string[]): Uint32Array[] {
  const rows = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i -= 1) {
    const [row, below] = [rows[i] as Uint32Array, rows[i + 1] as Uint32Array];
    for (let j = b.length - 1; j >= 0; j -= 1) {
      row[j] = a[i] === b[j] ? (below[j + 1] as number) + 1 : Math.max(below[j] as number, row[j + 1] as number);
    }
  }
  return rows;
}

export function differences(before: string, after: string): Difference[] {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  const [removed, added] = [before.slice(start, before.length - end), after.slice(start, after.length - end)];
  if (!removed && !added) return [];
  const [a, b] = [wordsOf(removed), wordsOf(added)];
  if (a.length * b.length > WORD_PAIRS_MAX || !removed || !added) return [{ from: start, to: start + added.length, removed }];
  return walk(a, b, start);
}

function walk(a: readonly string[], b: readonly string[], start: number): Difference[] {
  const lengths = commonLengths(a, b);
  const found: Difference[] = [];
  let [i, j, position] = [0, 0, start];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      position += (b[j] as string).length;
      i += 1;
      j += 1;
      continue;
    }
    const last = found.at(-1);
    const difference = last && last.to === position ? last : { from: position, to: position, removed: "" };
    if (difference !== last) found.push(difference);
    const skipsOld = j >= b.length || (i < a.length && (lengths[i + 1]?.[j] ?? 0) >= (lengths[i]?.[j + 1] ?? 0));
    if (skipsOld) {
      difference.removed += a[i] as string;
      i += 1;
    } else {
      position += (b[j] as string).length;
      difference.to = position;
      j += 1;
    }
  }
  return found;
}
