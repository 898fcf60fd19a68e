/** What gave way to what: all sides, with who wrote them, and deciding between them for everybody. */
import type { Conflict, Overlap, Side, Spans } from "@motet/client";
import { type MouseEvent, useRef, useSyncExternalStore } from "react";
import { Avatar } from "../app/parts";
import { ago, exactly } from "../app/time";
import { toast } from "../app/toasts";
import type { OpenDocument } from "../editor/document";
import { isOpen } from "../editor/highlights";
import type { Touched } from "../editor/overlaps";
import { ForGood } from "./ForGood";
import { Overlaps } from "./Overlaps";

/** How many wait for a decision. */
export const undecided = (conflicts: readonly Conflict[]): number => conflicts.filter(isOpen).length;

export function Decisions({ document, overlaps, onGoTo }: { document: OpenDocument; overlaps: Touched; onGoTo(overlap: Overlap): void }) {
  const { client } = document;
  const conflicts = useSyncExternalStore(client.subscribe, client.conflicts);
  const list = useRef<HTMLDivElement>(null);
  const open = conflicts.filter(isOpen);
  const aside = conflicts.filter(({ mine }) => mine);
  // Where none was kept, all sides gave way by the one answer.
  const decided = conflicts.filter(({ answer, decided: by }, at) => answer !== null && by === null && conflicts.findIndex((other) => other.answer?.action === answer.action) === at);
  const final = conflicts.filter(({ decided }) => decided !== null);
  const act = (what: () => void) => {
    // What was pressed is about to go: whoever is here by keyboard stays here, and a caret elsewhere stays there.
    if (list.current?.contains(window.document.activeElement)) list.current.focus({ preventScroll: true });
    try {
      what();
    } catch (error) {
      toast(`This could not be decided: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const show = (action: Spans) => {
    client.prefer(action);
    toast("It shows now, for you.", { label: "Keep it aside", run: () => client.prefer(action, false) });
  };
  return (
    <div ref={list} className="decisions" tabIndex={-1}>
      {conflicts.length === 0 && overlaps.all.length === 0 && (
        <p className="faint pad">Nothing gave way. Where changes exclude each other, what gives way is kept and listed here until somebody decides.</p>
      )}
      {open.length > 0 && (
        <ol aria-label="Waiting for a decision">
          {open.map((conflict) => (
            <Open key={conflict.id} document={document} conflict={conflict} onDecide={(keep) => act(() => client.resolve(actionsOf(conflict), keep))} />
          ))}
        </ol>
      )}
      {aside.length > 0 && (
        <>
          <h3>Kept aside for you</h3>
          <ol aria-label="Kept aside for you">
            {aside.map((conflict) => (
              <Aside key={conflict.id} document={document} conflict={conflict} onShow={() => act(() => show(conflict.id))} />
            ))}
          </ol>
        </>
      )}
      {final.length > 0 && (
        <>
          <h3>Decided for good</h3>
          <ol aria-label="Decided for good">
            {final.map((conflict) => (
              <li key={conflict.id} className="conflict">
                <p className="conflict-why">{conflict.decided?.run?.name ?? "Somebody"} who may made this final</p>
                {conflict.sides.map((side, at) => <SideLine key={side.action} document={document} side={side} isOut={at === 0} />)}
              </li>
            ))}
          </ol>
        </>
      )}
      {decided.length > 0 && (
        <>
          <h3>Decided</h3>
          <ol aria-label="Decided">
            {decided.map((conflict) => (
              <Decided key={conflict.id} document={document} conflict={conflict} onBack={() => act(() => client.undoRange(conflict.answer?.action ?? ""))} />
            ))}
          </ol>
        </>
      )}
      <Overlaps document={document} overlaps={overlaps} onGoTo={onGoTo} act={act} />
      <ForGood document={document} />
    </div>
  );
}

const actionsOf = ({ sides }: Conflict): Spans[] => sides.map(({ action }) => action);

/** Pressing a button here leaves caret and selection where they are. */
export const stay = (event: MouseEvent) => event.preventDefault();

interface OpenProps {
  document: OpenDocument;
  conflict: Conflict;
  onDecide(keep: readonly Spans[]): void;
}

function Open({ document, conflict, onDecide }: OpenProps) {
  const { sides } = conflict;
  const isPair = sides.length === 2;
  return (
    <li className="conflict">
      <p className="conflict-why">{whyOf(conflict)}</p>
      {sides.map((side, at) => (
        <SideLine key={side.action} document={document} side={side} isOut={at === 0}>
          <button type="button" className="text-button" onMouseDown={stay} onClick={() => onDecide([side.action])} aria-label={`Keep ${wordsOf(side)}`}>
            Keep
          </button>
        </SideLine>
      ))}
      <div className="conflict-tools">
        <button type="button" className="text-button" onMouseDown={stay} onClick={() => onDecide(actionsOf(conflict))}>{isPair ? "Keep both" : "Keep all"}</button>
        <button type="button" className="text-button" onMouseDown={stay} onClick={() => onDecide([])}>{isPair ? "Keep neither" : "Keep none"}</button>
      </div>
    </li>
  );
}

/** What gave way to one's own, which comes first: one looks at it, and lets it in or not. */
function Aside({ document, conflict, onShow }: { document: OpenDocument; conflict: Conflict; onShow: () => void }) {
  return (
    <li className="conflict">
      <p className="conflict-why">Your changes come first, and this touches the same</p>
      {conflict.sides.map((side, at) => (
        <SideLine key={side.action} document={document} side={side} isOut={at === 0}>
          {at === 0 && (
            <button type="button" className="text-button" onMouseDown={stay} onClick={onShow} aria-label={`Show ${wordsOf(side)}`}>
              Show it
            </button>
          )}
        </SideLine>
      ))}
    </li>
  );
}

function Decided({ document, conflict, onBack }: { document: OpenDocument; conflict: Conflict; onBack: () => void }) {
  const { answer, sides } = conflict;
  if (answer === null) return null;
  const isKept = ({ action }: Side) => answer.keep.includes(action);
  return (
    <li className="conflict">
      <p className="conflict-why">
        {answer.run?.name ?? "Somebody"} decided{answer.keep.length === 0 && (sides.length === 2 ? " for neither" : " for none")}
      </p>
      {sides.map((side) => <SideLine key={side.action} document={document} side={side} isOut={!isKept(side)} />)}
      <div className="conflict-tools">
        <button type="button" className="text-button" onMouseDown={stay} onClick={onBack}>Take the decision back</button>
      </div>
    </li>
  );
}

export interface SideProps {
  document: OpenDocument;
  side: Side;
  isOut: boolean;
  children?: React.ReactNode;
}

export function SideLine({ document, side, isOut, children }: SideProps) {
  const { run } = side;
  const name = run?.name ?? "Somebody";
  return (
    <div className={isOut ? "conflict-side is-out" : "conflict-side"}>
      <Avatar name={name} colour={document.colourOf(run?.author ?? "")} isDim={isOut} />
      <span className="conflict-words">
        <span className="run-head">
          <strong>{name}</strong>
          <span className="tag">{isOut ? "gave way" : "shown"}</span>
          {run && <time title={exactly(run.time)}>{ago(run.time)}</time>}
        </span>
        <span className="run-summary">{run?.summary}</span>
      </span>
      {children}
    </div>
  );
}

export const wordsOf = ({ run }: Side): string => `what ${run?.name ?? "somebody"} did: ${run?.summary ?? ""}`;

/** Why not all sides can be shown. */
function whyOf({ rule, said, claim, sides }: Conflict): string {
  if (claim !== null) return `There are no more places of “${claim}”`;
  if (rule === null) return "Each would come before the other";
  const all = sides.length === 2 ? "both of these" : "all of these";
  return `${said?.run?.name ?? "Somebody"} said that not ${all} go`;
}
