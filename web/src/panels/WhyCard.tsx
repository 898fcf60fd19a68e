/** Why something is here or not: who, when, how it stands and for what reason, beside the page and in nobody's way. */
import type { Reason, Spans } from "@motet/client";
import { useEffect, useMemo, useRef } from "react";
import { Avatar, IconButton } from "../app/parts";
import { ago, exactly } from "../app/time";
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
      <TieGraph document={document} ties={ties} />
    </aside>
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
