/** Selections by what they hold to in the engine, so that they are where they were whatever others do. */
import type { Node } from "prosemirror-model";
import { type EditorState, NodeSelection, Selection, TextSelection } from "prosemirror-state";
import type { Anchor, Bias } from "../engine/engine.js";
import { bodyDepth, bodyName, Finder, locate, unitsBefore } from "./places.js";
import type { ElementId, Name, RichEngine } from "./rich.js";

/** What a selection holds to. */
export type Held = { kind: "text"; anchor: Anchor; head: Anchor } | { kind: "node"; id: ElementId; anchor: Anchor } | { kind: "other" };

/** A range of one body, in units. */
export interface Range {
  in: Name;
  at: number;
  len: number;
}

/** Where a place in a line is; null for a place elsewhere. */
export function unitAt(root: Name, doc: Node, place: number): { in: Name; at: number } | null {
  const $place = doc.resolve(place);
  if (!$place.parent.inlineContent) return null;
  const depth = bodyDepth($place);
  return { in: bodyName($place, depth, root), at: unitsBefore({ node: $place.node(depth), start: $place.start(depth) }, place) };
}

/** What lies between two places in lines of one body, paragraph marks included; null where they are of two, or nothing does. */
export function rangeOf(root: Name, doc: Node, from: number, to: number): Range | null {
  const [begin, end] = [unitAt(root, doc, from), unitAt(root, doc, to)];
  return begin && end && begin.in === end.in && begin.at < end.at ? { ...begin, len: end.at - begin.at } : null;
}

export class Selections {
  private readonly finder: Finder;

  constructor(
    private readonly engine: RichEngine,
    private readonly root: Name,
  ) {
    this.finder = new Finder(engine, root);
  }

  /** The anchor of a place in a line. */
  anchorAt(doc: Node, place: number, bias: Bias): Anchor {
    const $place = doc.resolve(place);
    const depth = bodyDepth($place);
    const body = { node: $place.node(depth), start: $place.start(depth) };
    return this.engine.richAnchor(bodyName($place, depth, this.root), unitsBefore(body, place), bias);
  }

  /** What the selection of a state holds to, as long as engine and document are equal. */
  hold({ selection, doc }: EditorState): Held {
    if (selection instanceof NodeSelection) {
      const id = selection.node.attrs["id"];
      return id ? { kind: "node", id, anchor: this.anchorAt(doc, selection.from, "left") } : { kind: "other" };
    }
    if (!(selection instanceof TextSelection)) return { kind: "other" };
    const { anchor, head, empty } = selection;
    // A caret stays behind what it was put behind; the ends of a selection stay with what is selected.
    const bias = (place: number): Bias => (!empty && place === selection.from ? "right" : "left");
    const held = this.anchorAt(doc, head, bias(head));
    return { kind: "text", anchor: empty ? held : this.anchorAt(doc, anchor, bias(anchor)), head: held };
  }

  /** The selection that holds to the same; null where it cannot be said. */
  find(doc: Node, held: Held): Selection | null {
    if (held.kind === "other") return null;
    if (held.kind === "node") {
      const at = this.finder.object(doc, held.id) ?? this.finder.block(doc, held.id);
      if (at !== null) return NodeSelection.create(doc, at);
      const place = this.placeOf(doc, held.anchor);
      return place === null ? null : Selection.near(doc.resolve(place));
    }
    const anchor = this.placeOf(doc, held.anchor);
    const head = held.head === held.anchor ? anchor : this.placeOf(doc, held.head);
    return anchor === null || head === null ? null : TextSelection.between(doc.resolve(anchor), doc.resolve(head));
  }

  /** The place of an anchor in a line; null where its element is not here yet. */
  placeOf(doc: Node, anchor: Anchor): number | null {
    const place = this.engine.richPlace(anchor, this.root);
    return place === null ? null : this.placeIn(doc, place.in, place.at);
  }

  /** The place at a position of a body, or where the body was. */
  placeIn(doc: Node, name: Name, at: number): number | null {
    const body = this.finder.body(doc, name);
    if (!body) return this.placeBeside(doc, name);
    const place = locate(body, Math.min(at, unitsBefore(body, body.start + body.node.content.size)));
    // Before the first mark of a body there is no line: its first one is the nearest.
    return doc.resolve(place).parent.inlineContent ? place : place + 1;
  }

  /** For a body that does not show: the cell that took its place, or the place of its object. */
  private placeBeside(doc: Node, name: Name): number | null {
    const [row, column] = name.split("*") as [ElementId, ElementId | undefined];
    if (name.startsWith("/")) return null;
    if (column === undefined) return this.placeOf(doc, `l${row}`);
    const table = this.finder.tableOf(row);
    const at = table === null ? null : this.finder.object(doc, table);
    if (table === null || at === null) return table === null ? null : this.placeOf(doc, `l${table}`);
    return this.neighbour(doc, at, row, column) ?? at;
  }

  /** The same cell of the next row, or of the one before; so for columns. */
  private neighbour(doc: Node, table: number, row: ElementId, column: ElementId): number | null {
    const rows = doc.nodeAt(table)!.children.map((node) => node.attrs["id"] as ElementId);
    const nearest = (names: readonly ElementId[], gone: ElementId) => {
      if (names.includes(gone)) return gone;
      const at = this.engine.itemPlace(gone) ?? 0;
      return names[at] ?? names[at - 1];
    };
    const otherRow = nearest(rows, row);
    const columns = doc.nodeAt(table)!.firstChild?.children.map((cell) => cell.attrs["column"] as ElementId) ?? [];
    const otherColumn = nearest(columns, column);
    if (otherRow === undefined || otherColumn === undefined) return null;
    const body = this.finder.body(doc, `${otherRow}*${otherColumn}`);
    return body && body.start + 1;
  }
}

