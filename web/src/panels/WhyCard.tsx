/** Why something is here or not: who, when, how it stands and for what reason, beside the page and in nobody's way. */
import type { Reason, Spans } from "@motet/client";
import { useEffect, useMemo, useRef } from "react";
import { Avatar, IconButton } from "../app/parts";
import { ago, exactly } from "../app/time";
import { toast } from "../app/toasts";
import type { OpenDocument } from "../editor/document";
import { sentenceOf, STANDINGS } from "./reasons";
import { TieGraph } from "./TieGraph";

/** How many parts it says at once. */
const PARTS_MAX = 12;

interface Props {
  document: OpenDocument;
  spans: Spans;
  /** Asked for again whenever it is another. */
  revision: number;
  onClose(): void;
}

export function WhyCard({ document, spans, revision, onClose }: Props) {
  const { client } = document;
  const card = useRef<HTMLElement>(null);
  useEffect(() => card.current?.focus({ preventScroll: true }), [spans]);
  const [parts, ties] = useMemo(() => [partsOf(client.why(spans)), client.ties(spans)] as const, [client, spans, revision]);
  const isHere = parts.every(({ standing }) => standing === "active");
  return (
    <aside
      ref={card}
      className="why-card"
      aria-label={isHere ? "Why here" : "Why not here"}
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        event.stopPropagation();
        onClose();
      }}
    >
      <header className="panel-head">
        <h2>{isHere ? "Why here" : "Why not here"}</h2>
        <IconButton icon="close" label="Close" keys="Esc" onClick={onClose} />
      </header>
      <ul className="why-parts">
        {parts.slice(0, PARTS_MAX).map((reason) => (
          <li key={reason.spans} className={reason.standing === "active" ? "conflict-side" : "conflict-side is-out"}>
            <Avatar name={reason.run?.name ?? "Somebody"} colour={document.colourOf(reason.run?.author ?? "")} isDim={reason.standing !== "active"} />
            <span className="conflict-words">
              <span className="run-head">
                <strong>{reason.run?.name ?? "Somebody"}</strong>
                <span className="tag">{STANDINGS[reason.standing]}</span>
                {reason.run && <time title={exactly(reason.run.time)}>{ago(reason.run.time)}</time>}
              </span>
              <span className="run-summary">{reason.run?.summary}</span>
              <span className="why-reason">{sentenceOf(reason)}</span>
            </span>
          </li>
        ))}
      </ul>
      {parts.length > PARTS_MAX && <p className="faint pad">And {parts.length - PARTS_MAX} more.</p>}
      <Weight document={document} spans={spans} />
      <TieGraph document={document} ties={ties} />
    </aside>
  );
}

/** What one says who says that something matters; 16 where nobody says anything. */
const MATTERS = 256;
const PLAIN = 16;

function attempt(what: () => void): void {
  try {
    what();
  } catch (error) {
    toast(`This could not be said: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Where changes exclude each other, those stay that matter most together. */
function Weight({ document: { client }, spans }: { document: OpenDocument; spans: Spans }) {
  const { shared, mine } = client.weightOf(spans);
  const line = (words: string, more: string, isOn: boolean, change: (isOn: boolean) => void) => (
    <label className="switch">
      <input type="checkbox" role="switch" checked={isOn} onChange={(event) => attempt(() => change(event.target.checked))} />
      <span>
        {words}
        <span className="faint">{more}</span>
      </span>
    </label>
  );
  return (
    <div className="why-weight">
      {line("This matters", "Where changes exclude each other, those stay that matter most; for everybody, until it is undone.", shared > PLAIN, (isOn) => client.weigh([spans], isOn ? MATTERS : PLAIN))}
      {line("This matters to me", "The same, for what you see only.", mine !== null && mine > PLAIN, (isOn) => client.weighForMe(spans, isOn ? MATTERS : null))}
    </div>
  );
}

/** Each run once for each reason. */
function partsOf(reasons: readonly Reason[]): Reason[] {
  const parts = new Map<string, Reason>();
  for (const reason of reasons) {
    const key = `${reason.run?.id} ${sentenceOf(reason)}`;
    if (!parts.has(key)) parts.set(key, reason);
  }
  return [...parts.values()];
}
