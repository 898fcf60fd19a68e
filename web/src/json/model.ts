/**
 * What of a JSON document is open on the screen: rows are read when somebody opens what they are in, and again when they
 * are told to have changed.
 */
import type { JsonId, JsonRow, JsonTouched } from "@motet/client";

/** What it needs of a document. */
export interface Source {
  readonly exists: boolean;
  root(): JsonRow | null;
  children(id: JsonId): JsonRow[];
  path(id: JsonId): JsonId[];
}

/** One line of the list. */
export interface Line {
  row: JsonRow;
  /** How deep; the outermost value is at 1. */
  level: number;
  parent: JsonId | null;
  /** Which of how many siblings it is, from 0 on. */
  at: number;
  of: number;
}

/** Whether a value has rows of its own. */
export const isOpenable = (row: JsonRow) => row.value === null && (row.kind === "object" || row.kind === "array");

export class TreeModel {
  private root: JsonRow | null = null;
  private readonly children = new Map<JsonId, JsonRow[]>();
  private readonly parents = new Map<JsonId, JsonId>();
  private readonly opened = new Set<JsonId>();
  private listed: { lines: readonly Line[]; places: Map<JsonId, number> } | null = null;
  private readonly listeners = new Set<() => void>();
  private revision = 0;

  constructor(private readonly source: Source) {
    this.readRoot();
    if (this.root) this.opened.add(this.root.id);
  }

  readonly subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  /** Grows with every change of what is shown. */
  readonly current = () => this.revision;

  get isEmpty(): boolean {
    return this.root === null;
  }

  /** All lines that are open, from top to bottom. */
  lines(): readonly Line[] {
    return this.list().lines;
  }

  /** Which line a value is on; -1 where it is on none. */
  placeOf(id: JsonId | null): number {
    return id === null ? -1 : (this.list().places.get(id) ?? -1);
  }

  line(id: JsonId | null): Line | undefined {
    return this.lines()[this.placeOf(id)];
  }

  isOpen(id: JsonId): boolean {
    return this.opened.has(id);
  }

  /** What is in an object or array, whether or not it is open. */
  inside(id: JsonId): readonly JsonRow[] {
    return this.children.get(id) ?? this.read(id);
  }

  setOpen(id: JsonId, isOpen: boolean): void {
    if (isOpen) this.opened.add(id);
    else this.opened.delete(id);
    this.changed();
  }

  /** Opens everything within a value, as far as so many lines allow; whether that was all. */
  openAll(linesMax: number, from: JsonId | null = this.root?.id ?? null): boolean {
    const open = from === null ? [] : [from];
    let lines = this.lines().length;
    for (let id = open.shift(); id !== undefined && lines <= linesMax; id = open.shift()) {
      const rows = this.inside(id);
      if (!this.opened.has(id)) lines += rows.length;
      this.opened.add(id);
      open.push(...rows.filter(isOpenable).map((row) => row.id));
    }
    this.changed();
    return lines <= linesMax;
  }

  closeAll(): void {
    this.opened.clear();
    if (this.root) this.opened.add(this.root.id);
    this.changed();
  }

  /** The JSON pointer (RFC 6901) of a line. */
  pointer(line: Line): string {
    const steps: string[] = [];
    for (let at: Line | undefined = line; at && at.parent !== null; at = this.line(at.parent)) {
      steps.push(at.row.key?.replaceAll("~", "~0").replaceAll("/", "~1") ?? String(at.at));
    }
    return steps.reverse().map((step) => `/${step}`).join("");
  }

  /** Opens whatever a value is in; whether it is there. */
  reveal(id: JsonId): boolean {
    const path = this.source.path(id);
    for (const above of path.slice(0, -1)) this.opened.add(above);
    this.changed();
    return this.placeOf(id) >= 0;
  }

  /** The deepest value on the way to another that is on a line. */
  nearest(id: JsonId): JsonId | null {
    if (this.placeOf(id) >= 0) return id;
    const path = this.source.exists ? this.source.path(id) : [];
    return path.findLast((above) => this.placeOf(above) >= 0) ?? null;
  }

  /** Reads again what is said to be otherwise. */
  take(touched: JsonTouched): void {
    if (touched.isAll) {
      this.children.clear();
      this.parents.clear();
    }
    if (touched.isAll || touched.root) this.readRoot();
    for (const id of touched.ids) if (this.children.has(id)) this.read(id);
    if (touched.texts.length > 0) this.rewrite(touched);
    this.forgetHidden();
    this.changed();
  }

  private readRoot(): void {
    const before = this.root;
    this.root = this.source.exists ? this.source.root() : null;
    if (this.root && this.root.id !== before?.id) this.opened.add(this.root.id);
  }

  private read(id: JsonId): JsonRow[] {
    const rows = this.source.children(id);
    this.children.set(id, rows);
    for (const row of rows.filter(isOpenable)) {
      const before = this.parents.get(row.id);
      this.parents.set(row.id, id);
      // It was elsewhere: there it is no more.
      if (before !== undefined && before !== id && this.children.has(before)) this.read(before);
    }
    return rows;
  }

  private rewrite({ texts }: JsonTouched): void {
    const changed = new Set(texts);
    const again = (row: JsonRow) => (row.text && changed.has(row.text) ? { ...row, value: JSON.stringify(row.text.toString()), isCut: false } : row);
    if (this.root) this.root = again(this.root);
    for (const [id, rows] of this.children) {
      if (rows.some((row) => row.text && changed.has(row.text))) this.children.set(id, rows.map(again));
    }
  }

  /** What does not show any more may come again without being told of. */
  private forgetHidden(): void {
    const shown = new Set<JsonId>();
    const open = this.root ? [this.root.id] : [];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      const rows = this.children.get(id);
      if (!rows || shown.has(id)) continue;
      shown.add(id);
      for (const row of rows) if (isOpenable(row)) open.push(row.id);
    }
    for (const id of [...this.children.keys()]) if (!shown.has(id)) this.children.delete(id);
  }

  private list() {
    this.listed ??= this.makeList();
    return this.listed;
  }

  private makeList() {
    const lines: Line[] = [];
    const open: Line[] = this.root ? [{ row: this.root, level: 1, parent: null, at: 0, of: 1 }] : [];
    for (let line = open.pop(); line !== undefined; line = open.pop()) {
      lines.push(line);
      const { row, level } = line;
      if (!isOpenable(row) || !this.opened.has(row.id)) continue;
      const rows = this.inside(row.id);
      for (let at = rows.length - 1; at >= 0; at -= 1) {
        open.push({ row: rows[at] as JsonRow, level: level + 1, parent: row.id, at, of: rows.length });
      }
    }
    return { lines, places: new Map(lines.map((line, place) => [line.row.id, place])) };
  }

  private changed(): void {
    this.listed = null;
    this.revision += 1;
    for (const listener of [...this.listeners]) listener();
  }
}
