/**
 * What somebody else and the person here did to the same at once: nothing of it was lost, and whoever asks is told.
 *
 * ```ts
 * doc.watchOverlaps();
 * doc.on("overlaps", (overlaps) => {
 *   for (const { theirs } of overlaps) console.log(`${theirs.run?.name} worked on the same as you`);
 * });
 * ```
 */
import type { Grade, Engine, Spans, Version } from "./engine/engine.js";
import { parts, type Side, sidesIn } from "./meaning.js";
import { Calm } from "./calm.js";

/** Two edit runs, of which neither author had seen the other's, that touch the same; both show. */
export interface Overlap {
  /** Names it for as long as it is there, also in a later visit. */
  id: string;
  /** What somebody else did: `action` is all of it that touches the same. */
  theirs: Side;
  /** What one did oneself: `action` is what of it touches the same, near what touches it most. */
  mine: Side;
  /** How much they have to do with each other. */
  grade: Grade;
}

/** What the engine noticed, as pairs of edit runs, the latest last. */
export function overlapsOf(engine: Engine, told: string): Overlap[] {
  if (told === "") return [];
  const side = sidesIn(engine.history());
  const pairs = new Map<string, { overlap: Overlap; theirs: Set<Spans>; mine: Set<Spans> }>();
  for (const line of told.trimEnd().split("\n")) {
    const [theirs = "", mine = "", grade] = line.split(" ");
    const [their, own] = [side(theirs), side(mine)];
    const id = `${their.run?.id ?? theirs} ${own.run?.id ?? mine}`;
    const known = pairs.get(id) ?? { overlap: { id, theirs: their, mine: own, grade: grade as Grade }, theirs: new Set(), mine: new Set() };
    pairs.set(id, known);
    known.theirs.add(theirs);
    known.mine.add(mine);
  }
  const joined = ({ overlap, theirs, mine }: { overlap: Overlap; theirs: Set<Spans>; mine: Set<Spans> }): Overlap => ({
    ...overlap,
    theirs: { ...overlap.theirs, action: together(theirs) },
    mine: { ...overlap.mine, action: together(mine) },
  });
  return [...pairs.values()].map(joined).sort((a, b) => (a.theirs.run?.time ?? 0) - (b.theirs.run?.time ?? 0));
}

/** All spans, those that touch or cross as one. */
function together(spans: Iterable<Spans>): Spans {
  const all = [...spans].flatMap((some) => some.split(",")).map(parts);
  all.sort((a, b) => (a.replica === b.replica ? a.start - b.start : a.replica < b.replica ? -1 : 1));
  const joined: typeof all = [];
  for (const span of all) {
    const last = joined.at(-1);
    if (last?.replica === span.replica && span.start <= last.end) last.end = Math.max(last.end, span.end);
    else joined.push(span);
  }
  return joined.map(({ replica, start, end }) => `${replica}.${start}-${end}`).join(",");
}

/** Looks for overlaps a little after something changed, where anybody asked for them, and says so where they are others than before. */
export class OverlapWatch {
  private readonly calm = new Calm(() => this.look());
  private isOn = false;
  private known = "";

  constructor(
    private readonly engine: () => Engine,
    private readonly tell: (now: readonly Overlap[]) => void,
  ) {}

  begin(since: Version): void {
    this.engine().watchOverlaps(since);
    this.isOn = true;
    this.calm.now();
  }

  soon(isOthers: boolean): void {
    if (this.isOn) this.calm.soon(isOthers);
  }

  end(): void {
    this.isOn = false;
    this.calm.end();
  }

  private look(): void {
    const engine = this.engine();
    const told = engine.overlaps();
    if (told === this.known) return;
    this.known = told;
    this.tell(overlapsOf(engine, told));
  }
}
