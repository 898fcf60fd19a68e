/** Why something is there or not, in words. */
import type { Reason, Side } from "@motet/client";

const nameOf = ({ run }: Side): string => run?.name ?? "somebody";
const whatOf = (side: Side): string => (side.run?.summary.trim() ? `${nameOf(side)}’s “${side.run.summary.trim()}”` : `a change by ${nameOf(side)}`);
const all = (sides: readonly Side[]): string => sides.map(whatOf).join(" and ") || "another change";

/** How a part stands, in a word or two. */
export const STANDINGS: Record<Reason["standing"], string> = {
  active: "here",
  hidden: "hidden by you",
  undone: "undone",
  proposed: "only proposed",
  failed: "could not be done",
  dependent: "waits for another",
  lost: "gave way",
};

/** Why a part stands as it does, as a sentence. */
export function sentenceOf({ standing, by, rule, said, claim, mine, answer, decided }: Reason): string {
  switch (standing) {
    case "active":
      return "Nothing is against it.";
    case "hidden":
      return "You chose not to see it. Others see it.";
    case "undone":
      return by[0]?.run ? `${nameOf(by[0])} undid it.` : "It was undone.";
    case "proposed":
      return by[0]?.run ? `${nameOf(by[0])} rejected it.` : "Nobody accepted it yet.";
    case "failed":
      return "The application that it is for could not do it.";
    case "dependent":
      return by.length > 0 ? `It needs ${all(by)}, which is not here.` : "It needs one of several changes, and none of them is here.";
    case "lost":
      if (decided) return `${nameOf(decided)} made it final that it gave way.`;
      if (answer) return `${nameOf(answer)} decided against it.`;
      if (mine) return `It touches the same as ${all(by)}, and yours comes first for you.`;
      if (claim !== null) return `There are no more places of “${claim}”: ${all(by)} has them.`;
      if (rule === null) return `It would come before itself, with ${all(by)} between.`;
      return `It gave way to ${all(by)}: ${said ? nameOf(said) : "somebody"} said that not all of these go.`;
  }
}
