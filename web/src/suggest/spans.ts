/** Counter ranges as the engine writes them: `replica.start-end`, apart by commas. */
import type { Spans } from "@motet/client";

export interface Span {
  replica: string;
  start: number;
  end: number;
}

export function spansIn(spans: Spans | ""): Span[] {
  return spans.split(",").flatMap((part) => {
    const [replica, range] = part.split(".");
    const [start, end] = (range ?? "").split("-").map(Number);
    return replica === undefined || start === undefined || end === undefined ? [] : [{ replica, start, end }];
  });
}

export const written = ({ replica, start, end }: Span): Spans => `${replica}.${start}-${end}`;

export const overlaps = (a: Span, b: Span): boolean => a.replica === b.replica && a.start < b.end && b.start < a.end;

/** What is in some of both. */
export function common(some: readonly Span[], others: readonly Span[]): Span[] {
  return some.flatMap((a) => others.filter((b) => overlaps(a, b)).map((b) => ({ replica: a.replica, start: Math.max(a.start, b.start), end: Math.min(a.end, b.end) })));
}
