/** The semantic graph of a place: its actions beneath each other, and an arc for what ties two of them. */
import type { Bond, Side, Ties } from "@motet/client";
import { useId } from "react";
import type { OpenDocument } from "../editor/document";
import { STANDINGS } from "./reasons";

const ROW = 44;
const WIDTH = 64;
const DOT = WIDTH - 12;

/** What a rule is called between two. */
const WORDS: Record<string, string> = {
  "not-after": "is never after", enables: "is needed by", causes: "is needed by, and comes before,", "non-commuting": "in an agreed order with",
  "soft-order": "had better come before", atomic: "all or none with", contiguous: "all or none, together, with", "at-most": "excludes", "any-of": "needs one of",
  "exactly-one": "needs exactly one of", claim: "wants the same places as", related: "excludes", answer: "was decided about with",
};

const wordsOf = ({ run }: Side): string => `${run?.name ?? "Somebody"}: ${run?.summary.trim() || "a change"}`;

/** The pairs that a tie draws: of several each with the one before. */
function pairs(bond: Bond): [string, string][] {
  const isOneAndOthers = bond.rule === "any-of" || bond.rule === "exactly-one";
  return bond.actions.slice(1).map((action, n) => [isOneAndOthers ? bond.actions[0]! : bond.actions[n]!, action]);
}

function Arc({ from, to, bond, arrow }: { from: number; to: number; bond: Bond; arrow: string }) {
  const [top, bottom] = [from * ROW + ROW / 2, to * ROW + ROW / 2];
  const reach = Math.max(4, DOT - 14 - Math.min(5, Math.abs(to - from)) * 8);
  const isDirected = ["not-after", "enables", "causes", "soft-order", "any-of", "exactly-one"].includes(bond.rule);
  const kind = ["at-most", "claim", "related"].includes(bond.rule) ? "is-against" : bond.rule === "answer" ? "is-answer" : "";
  return (
    <path
      className={`tie ${kind} ${bond.counts ? "" : "is-off"}`}
      d={`M ${DOT - 6} ${top} C ${reach} ${top}, ${reach} ${bottom}, ${DOT - 7} ${bottom}`}
      markerEnd={isDirected ? `url(#${arrow})` : undefined}
    />
  );
}

export function TieGraph({ document, ties }: { document: OpenDocument; ties: Ties }) {
  const arrow = useId();
  const tied = new Set(ties.bonds.flatMap(({ actions }) => actions));
  const actions = ties.actions.filter(({ action }) => tied.has(action)).sort((a, b) => (a.run?.time ?? 0) - (b.run?.time ?? 0));
  if (actions.length === 0) return null;
  const row = new Map(actions.map(({ action }, n) => [action, n]));
  const at = (action: string) => actions[row.get(action) ?? 0] as Side;
  return (
    <div className="ties">
      <div className="ties-drawn">
        <svg width={WIDTH} height={actions.length * ROW} aria-hidden="true">
          <defs>
            <marker id={arrow} viewBox="0 0 6 6" refX="5" refY="3" markerWidth="6" markerHeight="6" orient="auto">
              <path className="tie-head" d="M0 0 6 3 0 6z" />
            </marker>
          </defs>
          {ties.bonds.flatMap((bond, n) => pairs(bond).map(([a, b]) => <Arc key={`${n} ${a} ${b}`} from={row.get(a) ?? 0} to={row.get(b) ?? 0} bond={bond} arrow={arrow} />))}
          {actions.map(({ action, run, reason }, n) => (
            <circle
              key={action}
              className={reason.standing === "active" ? "tie-action" : "tie-action is-out"}
              cx={DOT}
              cy={n * ROW + ROW / 2}
              r="5"
              style={{ "--peer": document.colourOf(run?.author ?? "") } as React.CSSProperties}
            />
          ))}
        </svg>
        <ol aria-label="Changes that are tied to each other">
          {actions.map((one) => (
            <li key={one.action} className={one.reason.standing === "active" ? "" : "is-out"}>
              <span className="run-summary">{one.run?.summary.trim() || "A change"}</span>
              <span className="faint">{one.run?.name ?? "Somebody"}: {STANDINGS[one.reason.standing]}</span>
            </li>
          ))}
        </ol>
      </div>
      <ul className="ties-said" aria-label="What ties them">
        {ties.bonds.map((bond, n) => (
          <li key={n} className={bond.counts ? "" : "faint"}>
            “{wordsOf(at(bond.actions[0] ?? ""))}” {WORDS[bond.rule] ?? bond.rule} {bond.actions.slice(1).map((action) => `“${wordsOf(at(action))}”`).join(", ")}
            {bond.said?.run && `, says ${bond.said.run.name}`}
            {!bond.counts && " (does not count)"}
          </li>
        ))}
      </ul>
    </div>
  );
}
