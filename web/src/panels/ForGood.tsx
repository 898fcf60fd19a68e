/** What is decided for good: who may, what was, and making it final, which nobody can take back. */
import type { Ballot, Deciding } from "@motet/client";
import { useState } from "react";
import { Avatar } from "../app/parts";
import { ago, exactly } from "../app/time";
import { toast } from "../app/toasts";
import type { OpenDocument } from "../editor/document";
import { Govern, MakeFinal } from "./MakeFinal";

/** So many decisions are listed, the latest: the history has them all. */
const SHOWN_MAX = 5;

/** Names as one says them. */
export const namesOf = (people: readonly { name: string }[]): string => people.map(({ name }) => name).join(", ").replace(/, ([^,]*)$/, " and $1");

/** Whether somebody may decide, and has no ballot in the turn that is open. */
const mayAgree = (deciding: Deciding, author: string) => !deciding.open.some(({ agreed }) => agreed.some((one) => one.author === author));

/** Which dialog is open. */
type Asks = "govern" | "final" | null;

export function ForGood({ document }: { document: OpenDocument }) {
  const [asks, ask] = useState<Asks>(null);
  const { client } = document;
  const deciding = client.deciding();
  const { deciders, decisions, open, known } = deciding;
  const may = known && deciders.some(({ author }) => author === client.author);
  const others = deciders.filter(({ author }) => author !== client.author);
  const decide = () => {
    try {
      client.decideForGood();
      toast(others.length === 0 ? "What gave way stays so from now on. Undo goes on to work." : "Your ballot is cast: it holds once most of those who may decide agree");
    } catch (error) {
      toast(`Nothing was decided: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  return (
    <section className="panel-foot for-good" aria-label="For good">
      <h3>For good</h3>
      <p className="faint pad">{wordsOf(deciding, client.author)}</p>
      {open.length > 0 && (
        <ol aria-label="Waiting for others to agree">
          {open.map((ballot) => (
            <Line key={ballot.spans} document={document} ballot={ballot} words={`${ballot.agreed.length} of ${deciders.length} agree${ballot.trims ? ", and history becomes final" : ""}`} />
          ))}
        </ol>
      )}
      {decisions.length > 0 && (
        <ol aria-label="Decisions for good, newest first">
          {[...decisions].reverse().slice(0, SHOWN_MAX).map((ballot, at) => (
            <Line key={ballot.spans} document={document} ballot={ballot} words={finalWords(decisions, decisions.length - 1 - at)} />
          ))}
        </ol>
      )}
      <div className="conflict-tools">
        {deciders.length === 0 && <button type="button" className="text-button" onClick={() => ask("govern")}>Let me decide…</button>}
        {may && mayAgree(deciding, client.author) && (
          <>
            {open.length === 0 && <button type="button" className="text-button" onClick={decide}>Decide now</button>}
            <button type="button" className="text-button" onClick={() => ask("final")}>{open.length > 0 ? "Agree…" : "Make final and forget…"}</button>
          </>
        )}
      </div>
      {asks === "govern" && <Govern document={document} onClose={() => ask(null)} />}
      {asks === "final" && <MakeFinal document={document} onClose={() => ask(null)} />}
    </section>
  );
}

/** Who may decide, in a sentence. */
function wordsOf({ deciders, known }: Deciding, self: string): string {
  if (!known) return "This document goes by rules that a newer version of Motet knows: others may see other choices.";
  if (deciders.length === 0) return "Nobody may decide for good here: choices stay open, and everything can be undone.";
  const others = deciders.filter(({ author }) => author !== self);
  const isOne = others.length < deciders.length;
  if (others.length === 0) return "You may decide for good here.";
  const names = isOne ? [{ name: "You" }, ...others] : others;
  return `${namesOf(names)} may decide for good here${deciders.length > 1 ? ", once most of them agree" : ""}.`;
}

/** What came of a decision. */
function finalWords(decisions: readonly Ballot[], at: number): string {
  const isFinal = decisions.slice(at + 1).some(({ trims }) => trims);
  return isFinal ? "everything until then is final" : "decided about everything until then";
}

function Line({ document, ballot, words }: { document: OpenDocument; ballot: Ballot; words: string }) {
  const { author, name, time } = ballot;
  return (
    <li className="conflict-side for-good-line">
      <Avatar name={name} colour={document.colourOf(author)} />
      <span className="conflict-words">
        <span className="run-head">
          <strong>{name}</strong>
          <time title={exactly(time)}>{ago(time)}</time>
        </span>
        <span className="why-reason">{words}</span>
      </span>
    </li>
  );
}
