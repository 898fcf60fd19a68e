/** The numbers of ordered lists: how each block counts, worked out from it alone. Style sheets' counters know what came before. */
import type { Attrs, Node } from "prosemirror-model";

const DEPTHS = 32;

/** What a block does to the counters, one for each depth, in this order. */
interface Counting {
  /** The depth that counts on. */
  increment: number | null;
  set: [depth: number, value: number][];
}

function counting({ levels, start }: Attrs): Counting {
  const depth = levels.length - 1;
  const deeper = Array.from({ length: Math.max(0, Math.min(DEPTHS, depth + 4) - depth - 1) }, (_, n): [number, number] => [depth + 1 + n, 0]);
  const counts = levels.at(-1) === "o";
  // A level that is another one now ends the lists at its depth.
  const ended = [...levels].flatMap((letter, n): [number, number][] => (letter === "q" || letter === "b" ? [[n, 0]] : []));
  const begun: [number, number][] = counts && start !== null ? [[depth, start]] : [];
  return { increment: counts && start === null ? depth : null, set: [...ended, ...begun, ...deeper] };
}

const named = (pairs: Iterable<readonly [depth: number, value: number]>) => Array.from(pairs, ([depth, value]) => `note-${depth} ${value}`).join(" ");

/** The counters begin in every body. */
export const counters = named(Array.from({ length: DEPTHS }, (_, n) => [n, 0]));

/** How a block counts, for its style. */
export function countingStyle(attrs: Attrs): { increment: string; set: string } {
  const { increment, set } = counting(attrs);
  return { increment: increment === null ? "none" : `note-${increment} 1`, set: named(set) || "none" };
}

/** What the counters are before each block of which `begins` holds, for styles. */
export function countersBefore(blocks: readonly Node[], begins: (block: Node, place: number, blocks: readonly Node[]) => boolean): string[] {
  const now = new Array<number>(DEPTHS).fill(0);
  const found: string[] = [];
  blocks.forEach((block, place) => {
    if (begins(block, place, blocks)) found.push(named(now.entries()));
    const { increment, set } = counting(block.attrs);
    if (increment !== null) now[increment]! += 1;
    for (const [depth, value] of set) now[depth] = value;
  });
  return found;
}
