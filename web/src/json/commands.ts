/** What one can do to a JSON document by keys, menus and dragging: each is one change, undone as one. */
import type { JsonDocument, JsonId, JsonKind } from "@motet/client";
import { isOpenable, type Line, type TreeModel } from "./model";
import { freeKey, isLost, type Parts, turnedInto } from "./values";

/** Where something is put: so many values of an object or list come before it. */
export interface Spot {
  parent: JsonId;
  at: number;
}

export type Step = "up" | "down" | "in" | "out";

export class Commands {
  constructor(
    private readonly json: JsonDocument,
    private readonly model: TreeModel,
  ) {}

  set(id: JsonId, value: string): JsonId {
    return this.json.set(id, value);
  }

  rename(id: JsonId, key: string): void {
    this.json.rename(id, key);
  }

  /** Puts a new value into an open object or list, or behind anything else. Returns how it is called. */
  add(line: Line, value = '""', key = "new"): JsonId | null {
    const spot = isOpenable(line.row) ? { parent: line.row.id, at: this.model.inside(line.row.id).length } : this.behind(line);
    return spot && this.insert(spot, value, key);
  }

  insert({ parent, at }: Spot, value: string, key: string): JsonId {
    const keys = this.keysIn(parent);
    this.model.setOpen(parent, true);
    return this.json.insert(parent, at, value, keys ? freeKey(key, keys) : undefined);
  }

  duplicate(line: Line): JsonId | null {
    const [spot, value] = [this.behind(line), this.json.print(line.row.id)];
    return spot && value !== null ? this.insert(spot, value, line.row.key ?? "item") : null;
  }

  /** Takes a value out. Returns which one to go to. */
  remove(line: Line): JsonId | null {
    if (line.parent === null) return null;
    const rows = this.model.inside(line.parent);
    const next = rows[line.at + 1] ?? rows[line.at - 1];
    this.json.remove(line.row.id);
    return next?.id ?? line.parent;
  }

  /** Turns a value into another type; calls `lost` where something that it said is gone. */
  turn(line: Line, kind: JsonKind, lost: () => void = () => {}): JsonId | null {
    const value = this.json.print(line.row.id);
    if (value === null) return null;
    const turned = turnedInto(kind, value, this.partsOf(line, value));
    const id = this.json.set(line.row.id, turned);
    if (isLost(kind, value, turned)) lost();
    return id;
  }

  /** One step among the siblings, out behind the parent, or into the sibling before. Null where that does not go. */
  step(line: Line, step: Step): JsonId | null {
    const spot = this.spotOf(line, step);
    return spot && this.move(line, spot);
  }

  /** Moves a value, with its key where that is free. Null where it is there already, or cannot be. */
  move(line: Line, { parent, at }: Spot): JsonId | null {
    if (line.parent === null || this.isWithin(parent, line.row.id)) return null;
    const isHere = parent === line.parent;
    // Places are counted without what is moved.
    const place = isHere && at > line.at ? at - 1 : at;
    if (isHere && place === line.at) return null;
    const keys = this.keysIn(parent);
    const key = keys && (isHere ? (line.row.key ?? "") : freeKey(line.row.key ?? "item", keys));
    this.model.setOpen(parent, true);
    return this.json.move(line.row.id, parent, place, key ?? undefined);
  }

  /** Puts what was copied where `add` would. */
  paste(line: Line, text: string): JsonId | null {
    JSON.parse(text);
    return this.add(line, text.trim(), "pasted");
  }

  private behind({ parent, at }: Line): Spot | null {
    return parent === null ? null : { parent, at: at + 1 };
  }

  private spotOf(line: Line, step: Step): Spot | null {
    const { parent, at, of } = line;
    if (parent === null) return null;
    if (step === "up") return at > 0 ? { parent, at: at - 1 } : null;
    if (step === "down") return at + 1 < of ? { parent, at: at + 2 } : null;
    if (step === "out") {
      const above = this.model.line(parent);
      return above ? this.behind(above) : null;
    }
    const before = this.model.inside(parent)[at - 1];
    return before && isOpenable(before) ? { parent: before.id, at: this.model.inside(before.id).length } : null;
  }

  /** The keys in an object; null in a list. */
  private keysIn(parent: JsonId): (string | null)[] | null {
    const line = this.model.line(parent);
    const kind = line?.row.kind ?? this.json.row(parent)?.kind;
    return kind === "object" ? this.model.inside(parent).map((row) => row.key) : null;
  }

  private isWithin(id: JsonId, above: JsonId): boolean {
    return this.json.path(id).includes(above);
  }

  private partsOf(line: Line, value: string): Parts {
    if (!isOpenable(line.row)) return /^\s*\[/.test(value) ? (JSON.parse(value) as unknown[]).map((part) => ({ key: null, value: JSON.stringify(part) })) : [];
    return this.model.inside(line.row.id).map((row) => ({ key: row.key, value: this.json.print(row.id) ?? "null" }));
  }
}
