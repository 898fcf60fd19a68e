/** What is only proposed: by whom, what it would change, accepted or rejected one by one, in part, or all at once; and drafts. */
import type { Draft, ProposalDecision, ProposedRun } from "@motet/client";
import { type FormEvent, type MouseEvent, type ReactNode, useEffect, useReducer, useRef, useState, useSyncExternalStore } from "react";
import { Icon } from "../app/icons";
import { Avatar } from "../app/parts";
import { ago, exactly, plural } from "../app/time";
import type { OpenDocument, Snapshot } from "../editor/document";
import { beginDraft, setMode } from "../suggest/mode";
import { type Review, spotOf } from "../suggest/review";
import { isShown, type Part, partsOf, said, signed, type Unit, unitsOf } from "../suggest/units";

/** How many decided ones are listed; the history has all. */
const DECIDED_MAX = 50;
/** Of how many suggestions that were decided about at once it is said what they do. */
const WORDS_MAX = 5;

/** Pressing a button here leaves caret and selection where they are. */
const stay = (event: MouseEvent) => event.preventDefault();

interface Props {
  document: OpenDocument;
  snapshot: Snapshot;
  /** Whether a draft is about to be named. */
  isNaming: boolean;
  onNamed(): void;
}

/** How many suggestions are open, and how many of them one does not see. */
export function openSuggestions(document: OpenDocument): { open: number; hidden: number } {
  const open = document.review.units().filter(({ draft }) => draft === null).length;
  return { open, hidden: open - document.review.shown().filter(({ draft }) => draft === null).length };
}

export function Suggestions({ document, snapshot, isNaming, onNamed }: Props) {
  const { review } = document;
  const list = useRef<HTMLDivElement>(null);
  // At once, not as calmly as the frame: what was decided about is gone when one looks.
  const proposals = useSyncExternalStore(document.client.subscribe, () => document.client.current().proposals);
  const open = review.units().filter(({ draft }) => draft === null);
  const decided = decisionsOf(proposals);
  const act = (what: () => void) => {
    // What was pressed is about to go: whoever is here by keyboard stays here, and a caret elsewhere stays there.
    if (list.current?.contains(window.document.activeElement)) list.current.focus({ preventScroll: true });
    what();
  };
  const tools: Tools = {
    accept: (units) => act(() => review.accept(units)),
    reject: (units) => act(() => review.reject(units)),
    reopen: (decision) => act(() => review.reopen(decision.spans)),
  };
  return (
    <div ref={list} className="suggestions" tabIndex={-1}>
      <Seen document={document} snapshot={snapshot} hasAny={open.length > 0} />
      <Selected review={review} act={act} />
      {open.length === 0 && (
        <p className="faint pad">No suggestion is open. Switch from “Editing” to “Suggesting” above, and what you write is proposed: it counts once somebody accepts it.</p>
      )}
      {byAuthor(open).length > 1 && (
        <div className="suggestion-all">
          <Verdict tools={tools} units={open} words={["Accept all", "Reject all"]} about={`all ${plural(open.length, "suggestion")}`} />
        </div>
      )}
      {byAuthor(open).map((units) => (
        <Group key={units[0]!.author} units={units} tools={tools} document={document} snapshot={snapshot} head={<Author document={document} units={units} />} about={`all suggestions by ${units[0]!.name}`} />
      ))}
      <h3>Drafts</h3>
      <Drafts document={document} snapshot={snapshot} tools={tools} isNaming={isNaming} onNamed={onNamed} />
      {decided.length > 0 && (
        <>
          <h3>Decided</h3>
          <ol aria-label="Decided suggestions">
            {decided.map((verdicts) => <Decided key={verdicts.decision.spans} {...verdicts} document={document} tools={tools} />)}
          </ol>
        </>
      )}
    </div>
  );
}

interface Tools {
  accept(units: readonly Unit[]): void;
  reject(units: readonly Unit[]): void;
  reopen(decision: ProposalDecision): void;
}

const SEEN = [["none", "Nobody’s"], ["own", "Mine"], ["all", "Everyone’s"]] as const;

/** Which suggestions one sees in the document. */
function Seen({ document, snapshot, hasAny }: { document: OpenDocument; snapshot: Snapshot; hasAny: boolean }) {
  const { showing } = snapshot;
  const { hidden } = openSuggestions(document);
  return (
    <>
      <div className="segments" role="radiogroup" aria-label="Suggestions that you see">
        {SEEN.map(([value, label]) => (
          <label key={value} className="segment">
            <input type="radio" name="suggestions" checked={showing.suggestions === value} onChange={() => document.client.show({ suggestions: value })} />
            <span>{label}</span>
          </label>
        ))}
      </div>
      {hasAny && hidden > 0 && <p className="pad held">{hidden === 1 ? "1 suggestion is" : `${hidden} suggestions are`} not shown in the document.</p>}
    </>
  );
}

/** What is selected of what is proposed, apart from the rest of it. */
function Selected({ review, act }: { review: Review; act: (what: () => void) => void }) {
  const [, look] = useReducer((n: number) => n + 1, 0);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null;
    // After the editor has heard of it.
    const hear = () => {
      if (timer !== null) clearTimeout(timer);
      timer = setTimeout(look, 0);
    };
    window.document.addEventListener("selectionchange", hear);
    return () => {
      window.document.removeEventListener("selectionchange", hear);
      if (timer !== null) clearTimeout(timer);
    };
  }, []);
  const spans = review.selected();
  if (spans === null) return null;
  return (
    <div className="suggestion-selected" role="group" aria-label="The part that is selected">
      <span>The part that is selected</span>
      <button type="button" className="text-button" onMouseDown={stay} onClick={() => act(() => review.decide(spans, true))}>Accept part</button>
      <button type="button" className="text-button" onMouseDown={stay} onClick={() => act(() => review.decide(spans, false))}>Reject part</button>
    </div>
  );
}

function byAuthor(units: readonly Unit[]): Unit[][] {
  const groups = new Map<string, Unit[]>();
  for (const unit of units) groups.set(unit.author, [...(groups.get(unit.author) ?? []), unit]);
  return [...groups.values()];
}

function Author({ document, units }: { document: OpenDocument; units: readonly Unit[] }) {
  const { author, name } = units[0]!;
  return (
    <>
      <Avatar name={name} colour={document.colourOf(author)} />
      <span className="person-name">{name} <span className="faint">{author === document.client.author ? "you, " : ""}{units.length}</span></span>
    </>
  );
}

interface GroupProps {
  units: readonly Unit[];
  tools: Tools;
  document: OpenDocument;
  snapshot: Snapshot;
  head: ReactNode;
  about: string;
}

function Group({ units, tools, document, snapshot, head, about }: GroupProps) {
  return (
    <section className="suggestion-group" aria-label={about}>
      <div className="person">
        {head}
        {units.length > 1 && <Verdict tools={tools} units={units} words={["Accept all", "Reject all"]} about={about} />}
      </div>
      <ol>
        {units.map((unit) => (
          <Entry key={unit.id} unit={unit} document={document} tools={tools} isSeen={isShown(unit, snapshot.showing, document.client.author)} />
        ))}
      </ol>
    </section>
  );
}

function Verdict({ tools, units, words: [yes, no], about }: { tools: Tools; units: readonly Unit[]; words: readonly [string, string]; about: string }) {
  return (
    <span className="suggestion-tools">
      <button type="button" className="text-button" aria-label={`${yes}: ${about}`} disabled={units.length === 0} onMouseDown={stay} onClick={() => tools.accept(units)}>{yes}</button>
      <button type="button" className="text-button" aria-label={`${no}: ${about}`} disabled={units.length === 0} onMouseDown={stay} onClick={() => tools.reject(units)}>{no}</button>
    </span>
  );
}

function Entry({ unit, document, tools, isSeen }: { unit: Unit; document: OpenDocument; tools: Tools; isSeen: boolean }) {
  const spot = spotOf(unit);
  const { editor } = document.review;
  return (
    <li className="suggestion">
      <button
        type="button"
        className="suggestion-words"
        title={isSeen && spot ? "Go there" : undefined}
        disabled={!isSeen || spot === null || editor === null}
        onClick={() => spot && editor?.goTo(spot)}
      >
        <Words parts={partsOf(unit)} />
      </button>
      <div className="suggestion-foot">
        <time title={exactly(unit.time)}>{ago(unit.time)}</time>
        <Verdict tools={tools} units={[unit]} words={["Accept", "Reject"]} about={said(unit)} />
      </div>
    </li>
  );
}

function Words({ parts }: { parts: readonly Part[] }) {
  return parts.map(({ kind, text }, n) => {
    if (kind === "other") return <span key={n} className="suggestion-other">{text}</span>;
    return kind === "insert" ? <ins key={n}>{signed(text)}</ins> : <del key={n}>{signed(text)}</del>;
  });
}

/** What somebody accepted or rejected at once. */
interface Verdicts {
  decision: ProposalDecision;
  units: Unit[];
}

/** Decisions, the latest first, with what each was about. */
function decisionsOf(runs: readonly ProposedRun[]): Verdicts[] {
  const all = new Map<string, { decision: ProposalDecision; runs: ProposedRun[] }>();
  for (const run of runs) {
    for (const decision of run.decided) all.set(decision.spans, { decision, runs: [...(all.get(decision.spans)?.runs ?? []), run] });
  }
  const latest = [...all.values()].sort((a, b) => b.decision.time - a.decision.time).slice(0, DECIDED_MAX);
  return latest.map(({ decision, runs }) => ({ decision, units: unitsOf(runs.map((run) => reopened(run, decision))) }));
}

/** A run as if what was decided so were open, to say what it does. */
function reopened(run: ProposedRun, { accepts }: ProposalDecision): ProposedRun {
  const changes = run.changes.filter(({ state }) => state === (accepts ? "accepted" : "rejected"));
  return { ...run, open: run.spans, changes: changes.map((change) => ({ ...change, state: "open" })) };
}

function Decided({ decision, units, document, tools }: Verdicts & { document: OpenDocument; tools: Tools }) {
  const { name, author, accepts, time } = decision;
  const verb = accepts ? "accepted" : "rejected";
  const authors = [...new Set(units.map((unit) => unit.name))].join(", ");
  return (
    <li className="suggestion is-decided">
      {units.slice(0, WORDS_MAX).map((unit) => <div key={unit.id} className="suggestion-words"><Words parts={partsOf(unit)} /></div>)}
      {units.length > WORDS_MAX && <p className="suggestion-by">and {units.length - WORDS_MAX} more</p>}
      <p className="suggestion-by">Suggested by {authors}</p>
      <div className="suggestion-foot">
        <Avatar name={name} colour={document.colourOf(author)} />
        <span>{name} {verb} {units.length === 1 ? "it" : "them"}, <time title={exactly(time)}>{ago(time)}</time></span>
        <button type="button" className="text-button" onMouseDown={stay} onClick={() => tools.reopen(decision)} aria-label={`Take back: ${name} ${verb} ${units.map(said).join("; ")}`}>
          Take back
        </button>
      </div>
    </li>
  );
}

function Drafts({ document, snapshot, tools, isNaming, onNamed }: Props & { tools: Tools }) {
  const { drafts, showing, suggesting } = snapshot;
  const { client, review } = document;
  const show = (id: string, on: boolean) => client.show({ drafts: on ? [...showing.drafts, id] : showing.drafts.filter((other) => other !== id) });
  return (
    <>
      {drafts.length === 0 && <p className="faint pad">None yet. A draft is a version of your own making: write in it as long as you like, show or hide all of it, and accept it as a whole.</p>}
      <ul className="drafts" aria-label="Drafts">
        {drafts.map((draft) => (
          <DraftItem
            key={draft.id}
            draft={draft}
            units={review.units().filter((unit) => unit.draft === draft.id)}
            isSeen={showing.drafts.includes(draft.id)}
            isWritten={suggesting === draft.id}
            onSee={(on) => show(draft.id, on)}
            onWrite={(on) => setMode(client, on ? draft.id : null)}
            {...{ document, snapshot, tools }}
          />
        ))}
      </ul>
      <NewDraft document={document} isNaming={isNaming} onNamed={onNamed} />
    </>
  );
}

interface DraftProps {
  document: OpenDocument;
  snapshot: Snapshot;
  draft: Draft;
  units: readonly Unit[];
  tools: Tools;
  isSeen: boolean;
  isWritten: boolean;
  onSee(on: boolean): void;
  onWrite(on: boolean): void;
}

function DraftItem({ document, snapshot, draft, units, tools, isSeen, isWritten, onSee, onWrite }: DraftProps) {
  const [isOpen, setOpen] = useState(false);
  const { name, by, time } = draft;
  return (
    <li className="draft">
      <div className="draft-head">
        <span className="draft-name">
          <strong>{name}</strong>
          <span className="faint">{by}, <time title={exactly(time)}>{ago(time)}</time></span>
        </span>
        <button type="button" className="text-button" disabled={units.length === 0} aria-expanded={isOpen && units.length > 0} onClick={() => setOpen(!isOpen)}>{plural(units.length, "change")}</button>
      </div>
      <div className="draft-tools">
        <label className="draft-switch">
          <input type="checkbox" role="switch" aria-label={`Show the draft ${name}`} checked={isSeen} disabled={isWritten} title={isWritten ? "You write in it" : undefined} onChange={(event) => onSee(event.target.checked)} />
          Show
        </label>
        <button type="button" className="text-button" onMouseDown={stay} aria-label={isWritten ? `Leave the draft ${name}` : `Write in the draft ${name}`} onClick={() => onWrite(!isWritten)}>{isWritten ? "Leave it" : "Write in it"}</button>
        <Verdict tools={tools} units={units} words={["Accept all", "Reject all"]} about={`the draft ${name}`} />
      </div>
      {isOpen && (
        <ol>
          {units.map((unit) => <Entry key={unit.id} unit={unit} document={document} tools={tools} isSeen={isShown(unit, snapshot.showing, document.client.author)} />)}
        </ol>
      )}
    </li>
  );
}

function NewDraft({ document, isNaming, onNamed }: { document: OpenDocument; isNaming: boolean; onNamed: () => void }) {
  const [isAsked, setAsked] = useState(isNaming);
  const [name, setName] = useState("");
  useEffect(() => {
    if (isNaming) setAsked(true);
  }, [isNaming]);
  const close = () => {
    setAsked(false);
    setName("");
    onNamed();
  };
  const make = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() !== "" && beginDraft(document.client, name) !== null) close();
  };
  if (!isAsked) {
    return <button type="button" className="text-button quiet" onClick={() => setAsked(true)}><Icon name="plus" /> New draft</button>;
  }
  return (
    <form
      className="draft-new"
      onSubmit={make}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        close();
      }}
    >
      <input aria-label="Name of the draft" placeholder="Name of the draft" autoFocus maxLength={120} value={name} onChange={(event) => setName(event.target.value)} />
      <button type="submit" className="button is-small is-primary" disabled={name.trim() === ""}>Make it</button>
      <button type="button" className="text-button" onClick={close}>Cancel</button>
    </form>
  );
}
