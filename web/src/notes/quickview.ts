/**
 * ProseMirror looks at every block of a document at every change, and where the page tells of a change reads all of a chunk. In a long note
 * that takes longer than all else. Here its view looks first at what is other than before, and leaves to it what is not that
 * simple. It reaches into the view's tree, which has no interface: what it uses is named below, and the editor's version is fixed.
 */
import { countBelow, placesOfBlocks } from "@motet/client/prosemirror";
import { Mark, type Node } from "prosemirror-model";
import { Plugin } from "prosemirror-state";
import type { Decoration, DecorationSource, EditorView } from "prosemirror-view";

interface ParseRange {
  node: globalThis.Node;
}

/** A part of ProseMirror's tree of what is on the page. */
interface ViewDesc {
  /** What marks are drawn as has none. */
  node?: Node;
  children: ViewDesc[];
  contentDOM: HTMLElement | null;
  /** How much of it the page may show otherwise. */
  dirty: number;
  size: number;
  matchesNode(node: Node, outer: readonly Decoration[], inner: DecorationSource): boolean;
  update(node: Node, outer: readonly Decoration[], inner: DecorationSource, view: EditorView): boolean;
  parseRange(from: number, to: number, base?: number): ParseRange;
}

interface DocViewDesc extends ViewDesc {
  node: Node;
  innerDeco: DecorationSource & { locals(node: Node): readonly Decoration[] };
  updateChildren(view: EditorView, place: number): void;
}

/** From which value of `dirty` on the children themselves may be others. */
const CONTENT_DIRTY = 2;

/** What the page shows. */
interface Shown {
  doc: Node;
  blocks: ViewDesc[];
  /** Which blocks have decorations. */
  decorated: ReadonlySet<number>;
}

/** The views of the blocks; null where there is anything else between them. */
function blocksOf(desc: DocViewDesc): ViewDesc[] | null {
  const blocks = desc.children.flatMap((child) => (child.node ? [child] : child.children));
  return blocks.length === desc.node.childCount && blocks.every(({ node }, n) => node === desc.node.child(n)) ? blocks : null;
}

function decoratedIn(decorations: DecorationSource, places: Int32Array): Set<number> {
  const found = new Set<number>();
  decorations.forEachSet((set) => {
    for (const { from, to } of set.find()) {
      for (let n = Math.max(0, countBelow(places, from + 1) - 1); n < places.length - 1 && places[n]! <= to; n++) found.add(n);
    }
  });
  return found;
}

/** The blocks to look at; null where blocks came, went or moved. */
function touched({ doc, blocks, decorated }: Shown, { node: { children }, dirty }: DocViewDesc, drawn: ReadonlySet<number>): Set<number> | null {
  const before = doc.children;
  if (before.length !== children.length) return null;
  const found = new Set([...decorated, ...drawn]);
  for (let n = 0; n < children.length; n++) {
    const isOther = before[n] !== children[n];
    if (isOther && !Mark.sameSet(before[n]!.marks, children[n]!.marks)) return null;
    if (isOther || (dirty > 0 && blocks[n]!.dirty > 0)) found.add(n);
  }
  return found;
}

/** Shows what changed, block by block; null where that cannot be said. */
function showChanges(desc: DocViewDesc, shown: Shown, view: EditorView): Shown | null {
  const { node: doc, innerDeco } = desc;
  if (view.composing || desc.dirty >= CONTENT_DIRTY || innerDeco.locals(doc).length > 0) return null;
  const places = placesOfBlocks(doc);
  const decorated = decoratedIn(innerDeco, places);
  for (const n of touched(shown, desc, decorated) ?? [-1]) {
    const block = shown.blocks[n];
    if (!block) return null;
    const inner = innerDeco.forChild(places[n]!, doc.child(n));
    if (!block.matchesNode(doc.child(n), [], inner) && !block.update(doc.child(n), [], inner, view)) return null;
  }
  return { doc, blocks: shown.blocks, decorated };
}

/**
 * Lets chunks say how long they are by where their blocks are in the document, instead of asking each of them; until what is returned is
 * called, before which no block may come, go or move.
 */
function measureChunks(desc: DocViewDesc): () => void {
  const chunks = desc.children.filter(({ node }) => !node);
  let first = 0;
  for (const child of desc.children) {
    const [from, to] = [first, (first += child.node ? 1 : child.children.length)];
    const get = () => {
      const places = placesOfBlocks(desc.node);
      return places[to]! - places[from]!;
    };
    if (!child.node) Object.defineProperty(child, "size", { configurable: true, get });
  }
  return () => {
    for (const chunk of chunks) delete (chunk as { size?: number }).size;
  };
}

/** Makes a document's view look only at what changed, and read only the block where the page did. */
function quicken(desc: DocViewDesc): void {
  const { updateChildren, parseRange } = desc;
  let release = () => {};
  const showing = (): Shown | null => {
    const blocks = blocksOf(desc);
    if (!blocks) return null;
    release = measureChunks(desc);
    return { doc: desc.node, blocks, decorated: decoratedIn(desc.innerDeco, placesOfBlocks(desc.node)) };
  };
  let shown = showing();
  desc.updateChildren = (view, place) => {
    shown = shown && showChanges(desc, shown, view);
    if (shown) return;
    release();
    updateChildren.call(desc, view, place);
    shown = showing();
  };
  desc.parseRange = (from, to, base = 0) => {
    let start = base;
    for (const chunk of desc.children) {
      const end = start + chunk.size;
      const range = start < from && to < end ? chunk.parseRange(from, to, start) : null;
      if (range && range.node !== chunk.contentDOM) return range;
      start = end;
    }
    return parseRange.call(desc, from, to, base);
  };
}

/** Keeps the view of the document quick, also where ProseMirror makes it anew. */
export function quickPlugin(): Plugin {
  let known: DocViewDesc | null = null;
  const update = (view: EditorView) => {
    const { docView } = view as unknown as { docView: DocViewDesc };
    if (known === docView) return;
    known = docView;
    quicken(docView);
  };
  return new Plugin({
    view(view) {
      update(view);
      return { update };
    },
  });
}
