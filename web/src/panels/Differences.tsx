/** What one sees and others do not, or the other way round, with the way back for each. */
import type { Author, Spans } from "@motet/client";
import { Avatar } from "../app/parts";
import { ago, exactly } from "../app/time";
import type { Line } from "../editor/divergence";
import type { OpenDocument, Snapshot } from "../editor/document";
import { sentenceOf } from "./reasons";

interface Props {
  document: OpenDocument;
  snapshot: Snapshot;
  lines: readonly Line[];
  onWhy(spans: Spans): void;
}

interface Way {
  label: string;
  go(): void;
}

const partsOf = (spans: Spans) => spans.split(",").map((span) => span.split(/[.-]/)) as [replica: string, start: string, end: string][];

/** Whether a view names something that begins in one of these parts behind a word: `prefer` what it prefers, `spans` what it hides. */
function isNamed(view: string, word: "prefer" | "spans", spans: Spans): boolean {
  const named = view.split("\n").flatMap((line) => (line.startsWith(`${word} `) ? partsOf(line.slice(word.length + 1)) : []));
  return named.some(([replica, start]) => partsOf(spans).some(([of, from, end]) => of === replica && Number(from) <= Number(start) && Number(start) < Number(end)));
}

/** How a line comes to be as everybody sees it; null where it is no choice about it alone. */
function wayBack({ client }: OpenDocument, snapshot: Snapshot, authors: readonly Author[], line: Line): Way | null {
  const { reason, run, isShown, all } = line;
  const author = authors.find(({ id }) => id === run?.author);
  if (isShown) {
    // It shows since one prefers it, or since what stands against it is left out.
    return isNamed(client.view(), "prefer", all) ? { label: "Keep it aside", go: () => client.prefer(all, false) } : null;
  }
  if (reason.mine) return { label: "Show it", go: () => client.prefer(all) };
  if (reason.standing !== "hidden") return null;
  const { heldParts } = snapshot;
  if (author?.hidden) return { label: `Show ${author.name}’s work`, go: () => client.hideAuthor(author.id, false) };
  if (author?.held) return { label: `Let ${author.name}’s work in`, go: () => client.hold(author.id, false) };
  if (snapshot.holdsAll) return { label: "Let others’ work in", go: () => client.hold(null, false) };
  if (snapshot.isPinned) return { label: "Show what came since", go: () => client.pin(null) };
  if (heldParts.length === 0 || isNamed(client.view(), "spans", all)) return { label: "Show it", go: () => client.hideRange(all, false) };
  const label = heldParts.length === 1 ? `Let changes to “${heldParts[0]}” in` : "Let what waits in";
  return { label, go: () => heldParts.forEach(() => client.releasePart(0)) };
}

export function Differences({ document, snapshot, lines, onWhy }: Props) {
  const { client } = document;
  if (lines.length === 0) return <p className="faint pad">You see what everybody sees.</p>;
  const authors = client.authors();
  const item = (line: Line) => {
    const { run, reason } = line;
    const name = run?.name ?? "Somebody";
    const back = wayBack(document, snapshot, authors, line);
    return (
      <li key={`${line.isShown} ${line.all}`} className="conflict">
        <div className={line.isShown ? "conflict-side" : "conflict-side is-out"}>
          <Avatar name={name} colour={document.colourOf(run?.author ?? "")} isDim={!line.isShown} />
          <span className="conflict-words">
            <span className="run-head">
              <strong>{name}</strong>
              {run && <time title={exactly(run.time)}>{ago(run.time)}</time>}
            </span>
            <span className="run-summary">{run?.summary}</span>
            <span className="why-reason">{line.isShown ? `Others do not: ${sentenceOf(reason)}` : sentenceOf(reason)}</span>
          </span>
        </div>
        <div className="conflict-tools">
          {back && <button type="button" className="text-button" onClick={back.go}>{back.label}</button>}
          <button type="button" className="text-button" onClick={() => onWhy(line.all)}>Why?</button>
        </div>
      </li>
    );
  };
  const [shown, hidden] = [lines.filter(({ isShown }) => isShown), lines.filter(({ isShown }) => !isShown)];
  return (
    <>
      {hidden.length > 0 && <><h3>Others see it, you do not</h3><ol aria-label="Others see it, you do not">{hidden.map(item)}</ol></>}
      {shown.length > 0 && <><h3>You see it, others do not</h3><ol aria-label="You see it, others do not">{shown.map(item)}</ol></>}
      <p className="pad"><button type="button" className="text-button" onClick={() => client.setView("")}>Show the shared view</button></p>
    </>
  );
}
