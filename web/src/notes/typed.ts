/** Signs that mean something as they are typed: at the beginning of a paragraph what it is, around words what they are. */
import { isSafe, schema } from "@motet/client/prosemirror";
import { InputRule, inputRules } from "prosemirror-inputrules";
import type { Attrs } from "prosemirror-model";
import { TextSelection } from "prosemirror-state";

/** Signs at the beginning of a paragraph that say what it is. */
function blockRule(signs: RegExp, change: (match: RegExpMatchArray, attrs: Attrs) => Attrs | null): InputRule {
  return new InputRule(signs, (state, match, start, end) => {
    const $start = state.doc.resolve(start);
    const { parent } = $start;
    if (parent.type !== schema.nodes.block || $start.parentOffset > 0 || parent.attrs["kind"] === "code") return null;
    const attrs = change(match, parent.attrs);
    if (!attrs) return null;
    const [tr, at] = [state.tr.delete(start, end), $start.before()];
    for (const [key, value] of Object.entries(attrs)) tr.setNodeAttribute(at, key, value);
    // Nothing is written in a rule.
    if (attrs["kind"] === "rule") {
      const after = at + tr.doc.nodeAt(at)!.nodeSize;
      tr.insert(after, schema.node("block")).setSelection(TextSelection.create(tr.doc, after + 1));
    }
    return tr;
  });
}

const plain = ({ levels }: Attrs) => !/[bo]$/.test(levels);

/** Signs around words; what is before the first of them is in a group of its own, and what is between the last one. */
function markRule(signs: RegExp, name: string): InputRule {
  return new InputRule(signs, (state, match, start, end) => {
    const $start = state.doc.resolve(start);
    const [whole, before, words] = match as unknown as [string, string, string];
    const from = start + before.length;
    if ($start.parent.attrs["kind"] === "code" || state.doc.rangeHasMark(from, end, schema.marks.code!)) return null;
    // An object between them has more places than signs.
    if (state.doc.textBetween(start, end) !== whole.slice(0, end - start)) return null;
    // The last sign is mostly typed right now, and not in the document yet.
    const sign = whole.slice(before.length, whole.indexOf(words, before.length));
    const tr = state.tr.delete(from + sign.length + words.length, end).delete(from, from + sign.length);
    return tr.addMark(from, from + words.length, schema.mark(name)).removeStoredMark(schema.marks[name]!);
  });
}

/** An address that a blank ends. */
const addressRule = new InputRule(/(?:^|\s)(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)'\]])\s$/, (state, match, start, end) => {
  const address = match[1]!;
  const from = start + match[0].length - address.length - 1;
  const $from = state.doc.resolve(from);
  if (state.doc.textBetween(from, from + address.length) !== address) return null;
  if ($from.parent.attrs["kind"] === "code" || !isSafe(address) || state.doc.rangeHasMark(from, end, schema.marks.link!) || state.doc.rangeHasMark(from, end, schema.marks.code!)) return null;
  const isTyped = match[0].length > end - start;
  const tr = isTyped ? state.tr.insertText(" ", end) : state.tr;
  return tr.addMark(from, from + address.length, schema.mark("link", { address }));
});

const rules = [
  blockRule(/^(#{1,6})\s$/, ([, signs]) => ({ kind: "heading", rank: signs!.length })),
  blockRule(/^[-*+]\s$/, (_, attrs) => (plain(attrs) ? { levels: `${attrs["levels"]}b` } : null)),
  blockRule(/^(\d{1,9})[.)]\s$/, ([, number], attrs) => (plain(attrs) ? { levels: `${attrs["levels"]}o`, ...(number === "1" ? {} : { start: Number(number) }) } : null)),
  blockRule(/^>\s$/, (_, { levels, task }) => (task === null ? { levels: `${levels}q` } : null)),
  blockRule(/^\[( |x|)\]\s$/, ([, sign], { levels }) => ({ task: sign === "x", levels: /[bowv]$/.test(levels) ? levels : `${levels}b` })),
  blockRule(/^```\s$/, () => ({ kind: "code" })),
  blockRule(/^---$/, () => ({ kind: "rule" })),
  markRule(/(^|[\s(["'“‘—–-])\*\*([^\s*](?:[^*]*[^\s*])?)\*\*$/u, "strong"),
  markRule(/(^|[\s(["'“‘—–-])__([^\s_](?:[^_]*[^\s_])?)__$/u, "strong"),
  markRule(/(^|[\s(["'“‘—–-])\*([^\s*](?:[^*]*[^\s*])?)\*$/u, "emphasis"),
  markRule(/(^|[\s(["'“‘—–-])_([^\s_](?:[^_]*[^\s_])?)_$/u, "emphasis"),
  markRule(/(^|[\s(["'“‘—–-])~~([^\s~](?:[^~]*[^\s~])?)~~$/u, "strike"),
  markRule(/(^|[\s(["'“‘—–-])`([^`]+)`$/u, "code"),
  addressRule,
];

export const typedPlugin = inputRules({ rules });
