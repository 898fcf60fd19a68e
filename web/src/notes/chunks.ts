/**
 * On the page, blocks beside each other lie in one element, their chunk: what is out of sight is not laid out, and a browser has to look
 * after that for each element that it is said of, twice a frame. Which chunk a block is in says a mark on it, of which the engine knows
 * nothing and which leaves the editor nowhere.
 */
import { FROM_ENGINE, ManyStep, placesOfBlocks, schema, unchunked } from "@motet/client/prosemirror";
import { Fragment, type Mark, type Node, type ResolvedPos, Slice } from "prosemirror-model";
import { type EditorState, Plugin, type Transaction } from "prosemirror-state";
import type { EditorView, MarkViewConstructor } from "prosemirror-view";
import { countersBefore } from "./numbers";

/** How many blocks a chunk has when it is made, about. */
export const CHUNK = 64;

/** How many blocks it has at most. */
export const CHUNK_MAX = 2 * CHUNK;

/** How many it has at least where it is cut because of what is new. */
const CHUNK_MIN = CHUNK / 4;

/** The number of a block's chunk; null where it is in none yet. */
const chunkOf = (block: Node): number | null => (block.marks[0]?.attrs["n"] as number | undefined) ?? null;

const chunkMark = (n: number): Mark => schema.mark("chunk", { n });

/** Neighbouring blocks, by their places among all; without a number, a chunk to be made. */
interface Group {
  chunk: number | null;
  first: number;
  end: number;
  /** The first block that was in no chunk. */
  fresh: number | null;
}

const sizeOf = ({ first, end }: Group) => end - first;

/** Blocks side by side that are in one chunk, or in none. */
function runsOf(blocks: readonly Node[]): Group[] {
  const runs: Group[] = [];
  blocks.forEach((block, n) => {
    const [chunk, last] = [chunkOf(block), runs.at(-1)];
    if (last?.chunk === chunk) last.end = n + 1;
    else runs.push({ chunk, first: n, end: n + 1, fresh: chunk === null ? n : null });
  });
  return runs;
}

/** Whether what begins a body goes to the chunk behind it. */
const leads = (first: Group, next: Group) => first.chunk === null && first.first === 0 && sizeOf(first) <= CHUNK && next.chunk !== null;

/** What is in no chunk goes to what is before it; much of it is by itself. A chunk that was torn is two. */
function gathered(runs: readonly Group[]): Group[] {
  const groups: Group[] = [];
  const known = new Set<number | null>();
  for (const run of runs) {
    const last = groups.at(-1);
    const goesOn = last && (run.chunk === null ? sizeOf(run) <= CHUNK : last.chunk === run.chunk || leads(last, run));
    if (goesOn) Object.assign(last, { chunk: last.chunk ?? run.chunk, end: run.end, fresh: last.fresh ?? run.fresh });
    else groups.push({ ...run, chunk: known.has(run.chunk) ? null : run.chunk });
    known.add(run.chunk);
  }
  return groups;
}

/**
 * Cuts a group that is too long. Its first part stays what it is on the page: it goes up to what is new, so that nothing before that is drawn
 * again, which mostly is where one writes.
 */
function cut({ chunk, first, end, fresh }: Group): Group[] {
  if (end - first <= CHUNK_MAX) return [{ chunk, first, end, fresh }];
  const head = fresh !== null && fresh - first >= CHUNK_MIN ? fresh : first + CHUNK;
  const count = Math.max(1, Math.round((end - head) / CHUNK));
  const border = (n: number) => head + Math.round((n * (end - head)) / count);
  const rest = Array.from({ length: count }, (_, n): Group => ({ chunk: null, first: border(n), end: border(n + 1), fresh }));
  return [{ chunk, first, end: head, fresh }, ...rest];
}

/** The chunks that blocks are to be in other than those they are in. */
function* changes(blocks: readonly Node[]): Generator<[place: number, chunk: number]> {
  let free = 1 + blocks.reduce((most, block) => Math.max(most, chunkOf(block) ?? 0), 0);
  for (const { chunk, first, end } of gathered(runsOf(blocks)).flatMap(cut)) {
    const wanted = chunk ?? free++;
    for (let n = first; n < end; n++) if (chunkOf(blocks[n]!) !== wanted) yield [n, wanted];
  }
}

/** A document with all its blocks in chunks. */
export function inChunks(doc: Node): Node {
  const blocks = [...doc.children];
  for (const [place, chunk] of changes(doc.children)) blocks[place] = blocks[place]!.mark([chunkMark(chunk)]);
  return doc.copy(Fragment.fromArray(blocks));
}

/** Whether blocks came, went, or are others than before. */
function differs(before: Node, now: Node, isOther: (had: Node, has: Node) => boolean): boolean {
  const [had, has] = [before.children, now.children];
  if (had.length !== has.length) return true;
  for (let n = 0; n < has.length; n++) if (had[n] !== has[n] && isOther(had[n]!, has[n]!)) return true;
  return false;
}

const isElsewhere = (had: Node, has: Node) => chunkOf(had) !== chunkOf(has);
const countsOtherwise = (had: Node, has: Node) => isElsewhere(had, has) || had.attrs["levels"] !== has.attrs["levels"] || had.attrs["start"] !== has.attrs["start"];

function rechunk({ doc, storedMarks, tr }: EditorState): Transaction | null {
  const places = placesOfBlocks(doc);
  const looks = [...changes(doc.children)].map(([place, chunk]) => ({ at: places[place]!, marks: [chunkMark(chunk)] }));
  if (looks.length > 0) tr.step(new ManyStep(looks));
  return tr.docChanged ? tr.setStoredMarks(storedMarks).setMeta(FROM_ENGINE, true).setMeta("addToHistory", false) : null;
}

/** A chunk on the page: around its blocks an element that carries on the numbers of lists, which laying out by parts would begin anew. */
const chunkView: MarkViewConstructor = () => {
  const dom = document.createElement("div");
  const contentDOM = document.createElement("div");
  dom.className = "note-chunk";
  dom.append(contentDOM);
  return { dom, contentDOM, ignoreMutation: ({ type, target }) => type === "attributes" && (target === dom || target === contentDOM) };
};

/** The element of the chunk that a place is in. */
function elementAt(view: EditorView, $place: ResolvedPos): HTMLElement | null {
  const block = $place.depth > 0 ? view.nodeDOM($place.before(1)) : null;
  return block?.parentElement?.parentElement ?? null;
}

/** Sees to it that chunks know the numbers of lists before them, and that the one with the caret is always laid out. */
class Shown {
  /** The chunk that the caret is in, and its element. */
  private chunk: number | null = null;
  private caret: Element | null = null;

  constructor(private readonly view: EditorView) {
    this.update(view);
  }

  update(view: EditorView, before?: EditorState): void {
    if (!before || differs(before.doc, view.state.doc, countsOtherwise)) this.count();
    const { $head } = view.state.selection;
    const chunk = chunkOf($head.node(Math.min(1, $head.depth)));
    if (chunk === this.chunk && this.caret?.isConnected) return;
    this.chunk = chunk;
    this.mark(elementAt(view, $head));
  }

  /**
   * A chunk that is new is out of sight until it was drawn once, and a browser knows no place in it: what is typed there would be put
   * beside the line.
   */
  private mark(caret: Element | null): void {
    if (this.caret === caret) return;
    this.caret?.classList.remove("has-caret");
    caret?.classList.add("has-caret");
    this.caret = caret;
  }

  private count(): void {
    const begins = (block: Node, n: number, blocks: readonly Node[]) => n === 0 || chunkOf(block) !== chunkOf(blocks[n - 1]!);
    const counts = countersBefore(this.view.state.doc.children, begins);
    [...this.view.dom.children].forEach((chunk, n) => {
      const blocks = chunk.firstElementChild as HTMLElement | null;
      if (blocks && blocks.dataset["counts"] !== counts[n]) {
        blocks.dataset["counts"] = counts[n] ?? "";
        blocks.style.counterReset = counts[n] ?? "";
      }
    });
  }
}

/** Keeps blocks in chunks, and those out of what is copied. */
export function chunksPlugin(): Plugin {
  return new Plugin({
    appendTransaction: (transactions, before, now) => (transactions.some(({ docChanged }) => docChanged) && differs(before.doc, now.doc, isElsewhere) ? rechunk(now) : null),
    view: (view) => new Shown(view),
    props: {
      markViews: { chunk: chunkView },
      transformCopied: ({ content, openStart, openEnd }) => new Slice(unchunked(content), openStart, openEnd),
    },
  });
}
