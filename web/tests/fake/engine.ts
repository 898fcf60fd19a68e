/**
 * A small, honest stand-in for the engine, for tests of the interface only: real replicas that merge, undo by range,
 * hide, hold and travel in time, in plain JavaScript over one array. It is slow, keeps no format, and never ships.
 */
import type { Author, Blame, EditRun, Engine, Patch } from "../../src/engine/engine";

interface Action {
  replica: string;
  /** Counts the replica's actions from zero. */
  index: number;
  lamport: number;
  author: string;
  name: string;
  time: number;
  inserts: { after: string | null; text: string }[];
  deletes: string[];
  /** Turns earlier actions off or on, by key. */
  control: { targets: string[]; off: boolean } | null;
}

interface Element {
  id: string;
  unit: string;
  action: Action;
  shown: boolean;
}

const RUN_GAP_MS = 4_000;
const keyOf = (action: Action) => `${action.replica}.${action.index}`;
const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const decode = <T>(bytes: Uint8Array): T => JSON.parse(new TextDecoder().decode(bytes)) as T;

function inOrder(a: Action, b: Action): number {
  return a.lamport - b.lamport || (a.replica < b.replica ? -1 : a.replica > b.replica ? 1 : a.index - b.index);
}

function keysOf(spans: string): string[] {
  return spans.split(",").filter(Boolean);
}

export interface FakeOptions {
  author: string;
  name: string;
  replica: string;
  now?: () => number;
}

export class FakeEngine implements Engine {
  readonly author: string;
  private actions = new Map<string, Action>();
  private counts: Record<string, number> = {};
  private pending: Action[] = [];
  private elements: Element[] = [];
  private deletions = new Map<string, Action[]>();
  private unsealed: Action[] = [];
  private lamport = 0;
  private hiddenAuthors = new Set<string>();
  private hiddenKeys = new Set<string>();
  /** Author, or "" for everyone else, to the counts from which on actions wait. */
  private holds = new Map<string, Record<string, number>>();
  private undoStack: string[][] = [];
  private redoStack: string[][] = [];

  constructor(private readonly options: FakeOptions) {
    this.author = options.author;
  }

  text(): string {
    return this.elements.filter((element) => element.shown).map((element) => element.unit).join("");
  }

  version(): Uint8Array {
    return encode(this.counts);
  }

  stateHash(): string {
    return this.text();
  }

  edit(changes: readonly Patch[]): void {
    const shown = this.elements.filter((element) => element.shown);
    const inserts = changes.filter((change) => change.insert !== "");
    const deletes = changes.flatMap((change) => shown.slice(change.from, change.to).map((element) => element.id));
    const action = this.commit({
      inserts: inserts.map((change) => ({ after: shown[change.from - 1]?.id ?? null, text: change.insert })),
      deletes,
      control: null,
    });
    const last = this.undoStack.at(-1);
    const previous = last && this.actions.get(last.at(-1) as string);
    const continues = previous && action.time - previous.time < RUN_GAP_MS / 4 && this.redoStack.length === 0;
    if (last && continues) last.push(keyOf(action));
    else this.undoStack.push([keyOf(action)]);
    this.redoStack = [];
  }

  seal(): Uint8Array[] {
    const frames = this.unsealed.map(encode);
    this.unsealed = [];
    return frames;
  }

  import(frames: readonly Uint8Array[]): Patch[] {
    this.pending.push(...frames.map((frame) => decode<Action>(frame)));
    for (let progress = true; progress; ) {
      progress = false;
      this.pending = this.pending.filter((action) => {
        const count = this.counts[action.replica] ?? 0;
        if (action.index < count) return false;
        const known = action.inserts.every(({ after }) => after === null || this.elements.some(({ id }) => id === after));
        if (action.index > count || !known) return true;
        this.integrate(action);
        progress = true;
        return false;
      });
    }
    return this.project();
  }

  undo(): Patch[] | null {
    const targets = this.undoStack.pop();
    if (!targets) return null;
    this.redoStack.push(targets);
    return this.control(targets, true);
  }

  redo(): Patch[] | null {
    const targets = this.redoStack.pop();
    if (!targets) return null;
    this.undoStack.push(targets);
    return this.control(targets, false);
  }

  canUndo = () => this.undoStack.length > 0;
  canRedo = () => this.redoStack.length > 0;
  undoRange = (spans: string) => this.control(keysOf(spans), true);
  redoRange = (spans: string) => this.control(keysOf(spans), false);

  history(): EditRun[] {
    const runs: Action[][] = [];
    for (const action of this.ordered().filter((action) => !action.control)) {
      const last = runs.at(-1)?.at(-1);
      if (last && last.author === action.author && action.time - last.time < RUN_GAP_MS) runs.at(-1)?.push(action);
      else runs.push([action]);
    }
    return runs.map((actions) => this.describe(actions));
  }

  textAt(version: Uint8Array): string {
    const counts = decode<Record<string, number>>(version);
    const within = (action: Action) => action.index < (counts[action.replica] ?? 0);
    const undone = this.undone(within);
    const active = (action: Action) => within(action) && !undone.has(keyOf(action));
    return this.elements.filter((element) => this.isShown(element, active)).map((element) => element.unit).join("");
  }

  restore(version: Uint8Array): Patch[] {
    const [now, then] = [this.text(), this.textAt(version)];
    let start = 0;
    while (start < Math.min(now.length, then.length) && now[start] === then[start]) start += 1;
    let end = 0;
    while (end < Math.min(now.length, then.length) - start && now.at(-1 - end) === then.at(-1 - end)) end += 1;
    const patch = { from: start, to: now.length - end, insert: then.slice(start, then.length - end) };
    if (patch.from < patch.to || patch.insert) this.edit([patch]);
    return patch.from < patch.to || patch.insert ? [patch] : [];
  }

  blame(from: number, to: number): Blame[] {
    const stretches: Blame[] = [];
    this.elements.filter((element) => element.shown).slice(from, to).forEach(({ action }, offset) => {
      const last = stretches.at(-1);
      if (last && last.spans === keyOf(action)) last.to += 1;
      else stretches.push({ ...action, from: from + offset, to: from + offset + 1, spans: keyOf(action) });
    });
    return stretches;
  }

  authors(): Author[] {
    const names = new Map(this.ordered().map((action) => [action.author, action.name]));
    return [...names].map(([id, name]) => ({ id, name, hidden: this.hiddenAuthors.has(id), held: this.holds.has(id) }));
  }

  hideAuthor(author: string, on: boolean): Patch[] {
    if (on) this.hiddenAuthors.add(author);
    else this.hiddenAuthors.delete(author);
    return this.project();
  }

  hideRange(spans: string, on: boolean): Patch[] {
    for (const key of keysOf(spans)) {
      if (on) this.hiddenKeys.add(key);
      else this.hiddenKeys.delete(key);
    }
    return this.project();
  }

  hold(author: string | null, on: boolean): Patch[] {
    if (on) this.holds.set(author ?? "", { ...this.counts });
    else this.holds.delete(author ?? "");
    return this.project();
  }

  holdsAll(): boolean {
    return this.holds.has("");
  }

  held(): number {
    return [...this.actions.values()].filter((action) => this.isHeld(action)).length;
  }

  choices(): Uint8Array {
    return encode([...this.hiddenAuthors]);
  }

  anchor(position: number, bias: "left" | "right"): string {
    const shown = this.elements.filter((element) => element.shown);
    const neighbour = bias === "left" ? shown[position - 1] : shown[position];
    return `${bias[0]}${neighbour?.id ?? ""}`;
  }

  resolve(anchor: string): number | null {
    const id = anchor.slice(1);
    const isLeft = anchor.startsWith("l");
    if (!id) return isLeft ? 0 : this.text().length;
    const place = this.elements.findIndex((element) => element.id === id);
    if (place < 0) return null;
    const before = this.elements.slice(0, place).filter((element) => element.shown).length;
    return before + (isLeft && this.elements[place]?.shown ? 1 : 0);
  }

  free(): void {
    this.elements = [];
  }

  private commit(what: Pick<Action, "inserts" | "deletes" | "control">): Action {
    const { author, name, replica, now = Date.now } = this.options;
    const index = this.counts[replica] ?? 0;
    const action: Action = { replica, index, lamport: this.lamport + 1, author, name, time: now(), ...what };
    this.integrate(action);
    this.unsealed.push(action);
    this.project();
    return action;
  }

  private control(targets: string[], off: boolean): Patch[] {
    const before = this.elements.map((element) => element.shown);
    this.commit({ inserts: [], deletes: [], control: { targets, off } });
    return patchesBetween(this.elements, before);
  }

  private integrate(action: Action): void {
    this.actions.set(keyOf(action), action);
    this.counts[action.replica] = action.index + 1;
    this.lamport = Math.max(this.lamport, action.lamport);
    let nth = 0;
    for (const { after, text } of action.inserts) {
      let left = after;
      for (const unit of text.split("")) {
        const id = `${keyOf(action)}.${nth}`;
        this.place({ id, unit, action, shown: false }, left);
        left = id;
        nth += 1;
      }
    }
    for (const id of action.deletes) this.deletions.set(id, [...(this.deletions.get(id) ?? []), action]);
  }

  /** After its left neighbour, and after what younger actions put there. */
  private place(element: Element, left: string | null): void {
    let at = left === null ? 0 : this.elements.findIndex(({ id }) => id === left) + 1;
    while (at < this.elements.length && inOrder((this.elements[at] as Element).action, element.action) > 0) at += 1;
    this.elements.splice(at, 0, element);
  }

  private ordered(): Action[] {
    return [...this.actions.values()].sort(inOrder);
  }

  private undone(within: (action: Action) => boolean): Set<string> {
    const undone = new Set<string>();
    for (const { control } of this.ordered().filter((action) => action.control && within(action))) {
      for (const target of control?.targets ?? []) {
        if (control?.off) undone.add(target);
        else undone.delete(target);
      }
    }
    return undone;
  }

  private isHeld(action: Action): boolean {
    const since = this.holds.get(action.author) ?? (action.author === this.author ? undefined : this.holds.get(""));
    return since !== undefined && action.index >= (since[action.replica] ?? 0);
  }

  private isShown({ id, action }: Element, active: (action: Action) => boolean): boolean {
    return active(action) && !(this.deletions.get(id) ?? []).some(active);
  }

  private project(): Patch[] {
    const before = this.elements.map((element) => element.shown);
    const undone = this.undone((action) => !this.isHeld(action));
    const active = (action: Action) =>
      !undone.has(keyOf(action)) &&
      !this.hiddenAuthors.has(action.author) &&
      !this.hiddenKeys.has(keyOf(action)) &&
      !this.isHeld(action);
    for (const element of this.elements) element.shown = this.isShown(element, active);
    return patchesBetween(this.elements, before);
  }

  private describe(actions: Action[]): EditRun {
    const last = actions.at(-1) as Action;
    const keys = actions.map(keyOf);
    const undone = this.undone(() => true);
    const counts: Record<string, number> = {};
    for (const action of this.ordered().filter((action) => inOrder(action, last) <= 0)) counts[action.replica] = action.index + 1;
    const text = actions.flatMap((action) => action.inserts.map((insert) => insert.text)).join("");
    const deleted = actions.reduce((sum, action) => sum + action.deletes.length, 0);
    return {
      id: keys[0] as string,
      spans: keys.join(","),
      author: last.author,
      name: last.name,
      time: last.time,
      summary: text.slice(0, 80) || `deleted ${deleted} characters`,
      inserted: text.length,
      deleted,
      undone: keys.every((key) => undone.has(key)),
      hidden: keys.every((key) => this.hiddenKeys.has(key)) || this.hiddenAuthors.has(last.author),
      version: encode(counts),
    };
  }
}

/** Patches from one choice of shown elements to another, ascending, in the old text's positions. */
function patchesBetween(elements: readonly Element[], before: readonly boolean[]): Patch[] {
  const patches: Patch[] = [];
  let position = 0;
  elements.forEach((element, place) => {
    const was = before[place] === true;
    if (was !== element.shown) {
      const last = patches.at(-1);
      const patch = last && last.to === position ? last : { from: position, to: position, insert: "" };
      if (patch !== last) patches.push(patch);
      if (was) patch.to += 1;
      else patch.insert += element.unit;
    }
    if (was) position += 1;
  });
  return patches;
}
