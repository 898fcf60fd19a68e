/** Values as people write and read them. */
import type { JsonKind, JsonRow } from "@motet/client";

/** The types in the words of the interface, in the order of its lists. */
export const KINDS: readonly { kind: JsonKind; label: string; sign: string }[] = [
  { kind: "string", label: "Text", sign: "“ ”" },
  { kind: "number", label: "Number", sign: "12" },
  { kind: "boolean", label: "Yes or no", sign: "✓" },
  { kind: "null", label: "Nothing", sign: "∅" },
  { kind: "object", label: "Object", sign: "{ }" },
  { kind: "array", label: "List", sign: "[ ]" },
];

export const kindOf = (kind: JsonKind) => KINDS.find((known) => known.kind === kind) as (typeof KINDS)[number];

const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/** What was written, as JSON, or why it is none, in words. */
export type Written = { value: string } | { problem: string };

/** What somebody wrote for a value of a type. */
export function writtenAs(kind: JsonKind, draft: string): Written {
  const text = draft.trim();
  switch (kind) {
    case "string":
      return { value: JSON.stringify(draft) };
    case "number":
      return NUMBER.test(text) ? { value: text } : { problem: "A number looks like 12, -0.5 or 1e6. Change the type to write anything else." };
    case "boolean":
      return text === "true" || text === "false" ? { value: text } : { problem: "Write true or false." };
    case "null":
      return text === "null" ? { value: text } : { problem: "Change the type to write anything else than null." };
    default:
      return parsed(text);
  }
}

function parsed(text: string): Written {
  try {
    JSON.parse(text);
    return { value: text };
  } catch (error) {
    return { problem: `This is not JSON: ${(error as Error).message}.` };
  }
}

/** What a value is when it is edited: a string without its quotes. */
export const draftOf = (kind: JsonKind, value: string) => (kind === "string" ? (JSON.parse(value) as string) : value);

/** What is in an object or list, each as JSON. */
export type Parts = readonly { key: string | null; value: string }[];

/** A value turned into another type, with as much of it as fits. */
export function turnedInto(kind: JsonKind, value: string, parts: Parts): string {
  const isOpenable = /^\s*[{[]/.test(value);
  const was: unknown = isOpenable ? null : JSON.parse(value);
  const isNothing = value === "null" || value === '""';
  switch (kind) {
    case "string":
      return typeof was === "string" ? value : JSON.stringify(value);
    case "number":
      return asNumber(was, value);
    case "boolean":
      return String(was === true || was === "true" || (typeof was === "number" && was !== 0));
    case "array":
      return isOpenable ? `[${parts.map((part) => part.value).join(", ")}]` : isNothing ? "[]" : `[${value}]`;
    case "object":
      return isOpenable ? asObject(parts) : isNothing ? "{}" : `{"value": ${value}}`;
    case "null":
      return "null";
  }
}

/** Whether turning a value into another type leaves out something that it said. */
export function isLost(kind: JsonKind, value: string, turned: string): boolean {
  if (value === "null" || value === '""' || /^\s*(\{\s*\}|\[\s*\])\s*$/.test(value)) return false;
  const isOpenable = /^\s*[{[]/.test(value);
  const was: unknown = isOpenable ? null : JSON.parse(value);
  if (kind === "null") return true;
  if (kind === "number") return typeof was === "string" ? turned !== was.trim() : typeof was !== "boolean" && turned !== value.trim();
  if (kind === "boolean") return typeof was !== "boolean" && String(was) !== turned && !(was === 0 || was === 1);
  return kind === "array" && /^\s*\{/.test(value);
}

function asNumber(was: unknown, value: string): string {
  if (was === true) return "1";
  const text = typeof was === "string" ? was.trim() : value.trim();
  return NUMBER.test(text) ? text : "0";
}

function asObject(parts: Parts): string {
  return `{${parts.map(({ key, value }, at) => `${JSON.stringify(key ?? String(at + 1))}: ${value}`).join(", ")}}`;
}

/** A key like `wanted` that no other member has. */
export function freeKey(wanted: string, taken: readonly (string | null)[]): string {
  const is = new Set(taken);
  if (!is.has(wanted)) return wanted;
  let count = 2;
  while (is.has(`${wanted} ${count}`)) count += 1;
  return `${wanted} ${count}`;
}

/** Why a member cannot be called so; null where it can. */
export function keyProblem(key: string, others: readonly (string | null)[]): string | null {
  return others.includes(key) ? `There is another member “${key}” here. Members have different names.` : null;
}

/** A value on one line, as a row shows it. */
export function shown(row: Pick<JsonRow, "kind" | "value">): string {
  const value = row.value ?? "";
  if (row.kind !== "string") return value.replace(/\s+/g, " ");
  // A long one is cut, and then no JSON.
  const inside = value.endsWith('"') && value.length > 1 ? value : `${value}"`;
  try {
    return (JSON.parse(inside) as string).replace(/\s+/g, " ");
  } catch {
    return value.slice(1);
  }
}

/** "3 members", "1 item". */
export function counted(kind: JsonKind, count: number): string {
  const [one, many] = kind === "object" ? ["member", "members"] : ["item", "items"];
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}

/** What replaces what in a text that somebody edited: one change, as small as its ends show. */
export function changeOf(before: string, after: string): { from: number; to: number; insert: string } | null {
  if (before === after) return null;
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < most - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  return { from: start, to: before.length - end, insert: after.slice(start, after.length - end) };
}
