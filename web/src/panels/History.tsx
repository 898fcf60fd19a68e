/** The document's past: a slider through time, and every edit run with what can be done about it. */
import type { EditRun, Spans } from "@motet/client";
import { useEffect, useRef, useState } from "react";
import { IconButton } from "../app/parts";
import { ago, clockOf, dayOf, exactly } from "../app/time";
import { toast } from "../app/toasts";
import type { Content } from "../editor/content";
import type { OpenDocument } from "../editor/document";
import { taken } from "../editor/highlights";
import { type Asked, runsOf, UndoAlong } from "./UndoAlong";

/** Lines shown before "Show earlier". */
const LINES_FIRST = 200;

interface Props {
  document: OpenDocument;
  runs: readonly EditRun[];
  /** The index of the run after which the text is shown; null is now. */
  at: number | null;
  onTravel(at: number | null): void;
  content: Content;
  /** Says why a change is here or not. */
  onWhy(spans: Spans): void;
}

const NOBODY: ReadonlySet<string> = new Set();

/** What is to be undone once somebody says what becomes of others' work; shown in what is written, too. */
function useAsking(document: OpenDocument, content: Content, runs: readonly EditRun[]) {
  const [asked, ask] = useState<Asked | null>(null);
  const { client } = document;
  // What would go is asked for again with whatever happens meanwhile.
  useEffect(() => {
    if (asked) ask({ ...asked, preview: client.undoPreview(asked.run.spans) });
  }, [runs]);
  useEffect(() => {
    if (!asked) return;
    content.highlight?.("taken", taken(document, asked.preview));
    return () => content.highlight?.("taken", []);
  }, [document, content, asked]);
  const undo = (run: EditRun) => {
    const preview = client.undoPreview(run.spans);
    if (preview.taken.length > 0) ask({ run, preview });
    else if (client.undoRange(run.spans)) {
      if (preview.trimmed.length > 0) toast("A part of it is final and stays: history was trimmed");
    } else if (preview.trimmed.length > 0) toast("This is final: history was trimmed, and nobody can undo it any more");
  };
  const answer = (dependants: "cascade" | "keep" | null) => {
    if (asked && dependants !== null && !client.undoRange(asked.run.spans, { dependants })) {
      toast("Theirs cannot be kept without it: nothing was undone");
    }
    ask(null);
  };
  return { asked, undo, answer };
}

export function History({ document, content, runs, at, onTravel, onWhy }: Props) {
  const [lines, setLines] = useState(LINES_FIRST);
  const { asked, undo, answer } = useAsking(document, content, runs);
  const going = asked ? runsOf(asked.preview.parts) : NOBODY;
  const list = useRef<HTMLOListElement>(null);
  const answered = (dependants: "cascade" | "keep" | null) => {
    const line = asked?.run.id;
    answer(dependants);
    // Whoever answers by keys stays where they were.
    queueMicrotask(() => list.current?.querySelector<HTMLElement>(`[data-run="${line}"] .run-main`)?.focus({ preventScroll: true }));
  };
  if (runs.length === 0) {
    return <p className="faint pad">Nothing has happened here yet. Every change will be listed, whoever makes it.</p>;
  }
  const newestFirst = runs.map((run, index) => ({ run, index })).reverse();
  const shown = newestFirst.slice(0, Math.max(lines, at === null ? 0 : runs.length - at + 1));
  return (
    <>
      <Slider runs={runs} at={at} onTravel={onTravel} />
      <ol ref={list} className="runs" aria-label="Changes, newest first">
        {shown.map(({ run, index }, row) => {
          const day = dayOf(run.time);
          const isNewDay = row === 0 || day !== dayOf((shown[row - 1] as { run: EditRun }).run.time);
          return (
            <RunLine
              key={run.id}
              run={run}
              day={isNewDay ? day : null}
              isShown={at === index}
              document={document}
              onShow={() => onTravel(at === index ? null : index)}
              isGoing={going.has(run.id)}
              onUndo={() => undo(run)}
              onWhy={() => onWhy(run.spans)}
            >
              {asked?.run.id === run.id && <UndoAlong asked={asked} onUndo={answered} onCancel={() => answered(null)} />}
            </RunLine>
          );
        })}
      </ol>
      {shown.length < newestFirst.length && (
        <button type="button" className="text-button quiet" onClick={() => setLines(lines + LINES_FIRST)}>Show earlier</button>
      )}
    </>
  );
}

function Slider({ runs, at, onTravel }: Pick<Props, "runs" | "at" | "onTravel">) {
  const place = at === null ? runs.length : at;
  const run = at === null ? null : runs[at];
  const words = run ? `${dayOf(run.time)}, ${clockOf(run.time)}` : "Now";
  return (
    <div className="slider">
      <input
        type="range"
        min={0}
        max={runs.length}
        value={place}
        aria-label="Time"
        aria-valuetext={run ? `${words}, after a change by ${run.name}` : words}
        style={{ "--share": `${(place / runs.length) * 100}%` } as React.CSSProperties}
        onChange={(event) => {
          const next = Number(event.target.value);
          onTravel(next >= runs.length ? null : next);
        }}
      />
      <div className="slider-words"><span>{dayOf((runs[0] as EditRun).time)}</span><strong>{words}</strong></div>
    </div>
  );
}

/** What became of a change, with a word more on hover. */
export function statesOf(run: EditRun, isGoing: boolean): [state: string, title?: string][] {
  const states: ([string, string?] | false)[] = [
    run.undone && ["undone"],
    run.lost && ["gave way"],
    run.hidden && ["hidden"],
    run.final && ["final", "Nobody can undo this any more, nor bring it back"],
    run.forgotten && ["forgotten", "What nobody will see again of this is not kept any more"],
    isGoing && ["would go"],
  ];
  return states.filter((state) => state !== false);
}

/** What a change did, in a few words; of what is forgotten there are none. */
export function summaryOf({ summary, forgotten }: EditRun): string {
  if (!forgotten) return summary;
  const left = summary.replace(/\uFFFD+/g, "…");
  return /[^…\s]/.test(left) ? left : "What was written here is forgotten";
}

interface RunLineProps {
  run: EditRun;
  day: string | null;
  isShown: boolean;
  document: OpenDocument;
  onShow(): void;
  /** Whether it would go with what is about to be undone. */
  isGoing: boolean;
  onUndo(): void;
  onWhy(): void;
  children: React.ReactNode;
}

function RunLine({ run, day, isShown, document, onShow, isGoing, onUndo, onWhy, children }: RunLineProps) {
  const line = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (isShown) line.current?.scrollIntoView({ block: "nearest" });
  }, [isShown]);
  const classes = ["run", isShown && "is-shown", isGoing && "is-going", (run.undone || run.lost || run.hidden) && "is-out"].filter(Boolean).join(" ");
  const states = statesOf(run, isGoing);
  return (
    <>
      {day && <li className="day" role="presentation">{day}</li>}
      <li ref={line} data-run={run.id} className={classes} style={{ "--peer": document.colourOf(run.author) } as React.CSSProperties}>
        <button
          type="button"
          className="run-main"
          aria-pressed={isShown}
          title={`Show the text right after this change\n${exactly(run.time)}`}
          onClick={onShow}
        >
          <span className="run-head">
            <strong>{run.name}</strong>
            {states.map(([state, title]) => <span className="tag" key={state} title={title}>{state}</span>)}
            <time>{ago(run.time)}</time>
          </span>
          <span className="run-summary">{summaryOf(run)}</span>
          <span className="run-size">
            {run.inserted > 0 && <span className="plus">+{run.inserted}</span>}
            {run.deleted > 0 && <span className="minus">−{run.deleted}</span>}
          </span>
        </button>
        <span className="run-tools">
          <IconButton icon="why" label={run.undone || run.lost || run.hidden ? "Why is this not here?" : "Why is this here?"} onClick={onWhy} />
          {run.final ? null : run.undone ? (
            <IconButton icon="redo" label="Redo this change, for everyone" onClick={() => document.client.redoRange(run.spans)} />
          ) : (
            <IconButton icon="undo" label="Undo this change, for everyone" onClick={onUndo} />
          )}
          <IconButton
            icon={run.hidden ? "eye" : "eyeOff"}
            label={run.hidden ? "Show this change again" : "Hide this change, for me only"}
            onClick={() => document.client.hideRange(run.spans, !run.hidden)}
          />
        </span>
        {children}
      </li>
    </>
  );
}
