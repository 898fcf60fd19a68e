/** Reviewing what is only proposed in one open document: what there is, what of it the caret is at, and deciding. */
import type { ContainerId, ProposedRun, Showing, Spans } from "@motet/client";
import { toast } from "../app/toasts";
import { plural } from "../app/time";
import type { OpenDocument } from "../editor/document";
import { isShown, type Unit, unitsOf } from "./units";

/** Of so many parts at most one is told why they do not show: asking takes as long as the history is. */
const EXPLAINED_MAX = 8;

/** A stretch of a text, in UTF-16 units; a place, where it is empty. */
export interface Spot {
  in: ContainerId;
  from: number;
  to: number;
}

/** What shows a document, as far as reviewing needs it. */
export interface ReviewEditor {
  /** Where the selection is. */
  selection(): Spot | null;
  /** How far a place is from the beginning of what is shown, in numbers of the editor's own; null for what it does not show. */
  order(spot: Spot): number | null;
  /** Puts the caret there and shows it. */
  goTo(spot: Spot): void;
}

/** The first place where a unit shows. */
export function spotOf({ changes }: Unit): Spot | null {
  const change = changes.find((one) => one.in !== null);
  if (!change || change.in === null) return null;
  const from = change.shown[0] ?? change.at;
  return { in: change.in, from, to: from };
}

/** Whether a unit reaches a stretch, or a place beside it. */
export const touches = ({ changes }: Unit, { in: text, from, to }: Spot): boolean =>
  changes.some((change) => {
    if (change.in !== text) return false;
    const stretches = change.shown.length > 0 ? change.shown : [change.at, change.at];
    return stretches.some((start, n) => n % 2 === 0 && start <= to && from <= stretches[n + 1]!);
  });

export class Review {
  /** What is on the page; null for types that show nothing of it within. */
  editor: ReviewEditor | null = null;
  private known: { runs: readonly ProposedRun[]; units: Unit[] } = { runs: [], units: [] };
  private seen: { units: Unit[]; showing: Showing; shown: Unit[] } | null = null;

  constructor(private readonly document: OpenDocument) {}

  /** All that is open. */
  units(): Unit[] {
    const runs = this.document.client.current().proposals;
    if (runs !== this.known.runs) this.known = { runs, units: unitsOf(runs) };
    return this.known.units;
  }

  /** What of it one sees. */
  shown(): Unit[] {
    const [units, { showing }] = [this.units(), this.document.client.current()];
    if (this.seen?.units !== units || this.seen.showing !== showing) {
      this.seen = { units, showing, shown: units.filter((unit) => isShown(unit, showing, this.document.client.author)) };
    }
    return this.seen.shown;
  }

  /** What the caret is in or beside. */
  atCaret(): Unit | null {
    const spot = this.editor?.selection();
    return spot ? (this.shown().find((unit) => touches(unit, spot)) ?? null) : null;
  }

  /** What is selected of what is only proposed: to be decided about apart from the rest; null where nothing is. */
  selected(): Spans[] | null {
    const spot = this.editor?.selection();
    if (!spot || spot.from === spot.to) return null;
    const within = this.shown().filter((unit) => touches(unit, spot));
    if (within.length === 0) return null;
    const deleted = within.flatMap(({ changes }) => changes.filter(({ in: text, kind, at, shown }) => kind === "delete" && text === spot.in && shown.length === 0 && spot.from <= at && at <= spot.to));
    const spans = [this.document.client.text(spot.in.slice("text:".length)).elements(spot.from, spot.to), ...deleted.map((change) => change.spans)];
    return spans.filter((some) => some !== "");
  }

  readonly accept = (units: readonly Unit[]): void => this.decide(units.flatMap(({ spans }) => spans), true);
  readonly reject = (units: readonly Unit[]): void => this.decide(units.flatMap(({ spans }) => spans), false);

  decide(spans: readonly Spans[], accepts: boolean): void {
    const { client } = this.document;
    this.attempt(() => (accepts ? client.accept(spans) : client.reject(spans)));
    if (accepts && spans.length <= EXPLAINED_MAX && spans.some((some) => client.why(some).some(({ standing }) => standing === "dependent"))) {
      toast("It builds on something that is only proposed too, and shows once that is accepted");
    }
  }

  reopen(decision: Spans): void {
    this.attempt(() => this.document.client.reopen(decision));
  }

  /** Decides about what the caret is at. */
  decideHere(accepts: boolean): void {
    const unit = this.atCaret();
    if (unit) this.decide(unit.spans, accepts);
    else toast("There is no suggestion at the caret", this.hint());
  }

  /** Goes to the next suggestion, or to the one before; from the last on to the first. */
  step(by: 1 | -1): void {
    const { editor } = this;
    const here = editor?.selection();
    if (!editor || !here) return;
    const current = this.atCaret();
    const places = this.shown().flatMap((unit) => {
      const spot = spotOf(unit);
      const order = spot && editor.order(spot);
      return spot === null || order === null ? [] : [{ unit, spot, order }];
    });
    places.sort((a, b) => by * (a.order - b.order));
    const from = (current && places.find(({ unit }) => unit === current)?.order) ?? editor.order(here) ?? 0;
    const next = places.find(({ order, unit }) => unit !== current && by * (order - from) > 0) ?? places.find(({ unit }) => unit !== current);
    if (next) editor.goTo(next.spot);
    else if (current === null) toast("There is no suggestion to see here", this.hint());
  }

  /** How to see what is hidden, where something is. */
  private hint(): { label: string; run: () => void } | null {
    const hidden = this.units().filter(({ draft }) => draft === null).length - this.shown().filter(({ draft }) => draft === null).length;
    return hidden === 0 ? null : { label: `Show ${plural(hidden, "suggestion")}`, run: () => this.document.client.show({ suggestions: "all" }) };
  }

  private attempt(act: () => boolean): void {
    try {
      if (!act()) toast("There was nothing to decide any more");
    } catch (error) {
      toast(`This could not be decided: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
