/** The frame around any document: bar, banners, panels, and the way through the history. */
import type { EditRun, Overlap, Spans } from "@motet/client";
import { type ReactNode, useCallback, useEffect, useRef, useState } from "react";
import type { Screens } from "../app/App";
import { AppMenu } from "../app/AppMenu";
import { useKeys, written } from "../app/keys";
import { EditableName, IconButton, Menu } from "../app/parts";
import { useProfile } from "../app/profile";
import { go } from "../app/route";
import { clockOf, dayOf, plural } from "../app/time";
import { toast } from "../app/toasts";
import { Decisions, undecided } from "../panels/Decisions";
import { Differences } from "../panels/Differences";
import { Faces, HOLD_KEYS, People } from "../panels/People";
import { History } from "../panels/History";
import { DISMISS_KEYS, dismissHere } from "../panels/Overlaps";
import { sentenceOf } from "../panels/reasons";
import { SavedState } from "../panels/Saved";
import { Sharing } from "../panels/Sharing";
import { Snapshots, TAKE_KEYS } from "../panels/Snapshots";
import { openSuggestions, Suggestions } from "../panels/Suggestions";
import { Mode, MODE_KEYS } from "../suggest/Mode";
import { useMode } from "../suggest/mode";
import { WhyCard } from "../panels/WhyCard";
import { Banners, PastBanner } from "./Banners";
import type { Content } from "./content";
import type { OpenDocument } from "./document";
import { take } from "./download";
import { linesOf, useDivergence } from "./divergence";
import { LookedAt, useLooking } from "./looking";
import { after } from "./moment";
import { OverlapCard } from "./OverlapCard";
import { useOverlaps } from "./overlaps";
import { useCalmState, useGoodbye, useName, useRuns } from "./hooks";
import { useViews } from "./views";
import { useWon } from "./won";

/** The panels that every document has; a type adds its own before them. */
const PEOPLE = { id: "people", title: "People", icon: "people", keys: "Alt-p" } as const;
const DECISIONS = { id: "decisions", title: "Decisions", icon: "decide", keys: "Alt-k" } as const;
const SUGGESTIONS = { id: "suggestions", title: "Suggestions", icon: "suggest", keys: "Alt-Shift-s" } as const;
const DIFFERENCES = { id: "differences", title: "What you see differently", icon: "view", keys: "Alt-i" } as const;
const SNAPSHOTS = { id: "snapshots", title: "Snapshots", icon: "snapshot", keys: "Alt-t" } as const;
const HISTORY = { id: "history", title: "History", icon: "clock", keys: "Alt-h" } as const;

/** The keys that show how the document is shared. */
const SHARE_KEYS = "Alt-Shift-p";

/** What waits in a panel, as its button says it. */
type Badge = { words: string; className: string; count?: number } | null;

interface Props {
  document: OpenDocument;
  content: Content;
  screens: Screens;
}

/** Where in the history one is: the index of a run, or null for now. */
function useTravel(document: OpenDocument, revision: number, isOpen: boolean) {
  const runs = useRuns(document, revision, isOpen);
  const [at, setAt] = useState<string | null>(null);
  const found = at === null ? -1 : runs.findIndex((run) => run.id === at);
  const place = found < 0 ? null : found;
  const travel = useCallback((index: number | null) => setAt(index === null ? null : (runs[index]?.id ?? null)), [runs]);
  const step = (by: number) => {
    const next = (place ?? runs.length) + by;
    travel(next >= runs.length ? null : Math.max(0, next));
  };
  return { runs, place, travel, step };
}

export function Workspace({ document, content, screens }: Props) {
  const { client } = document;
  const [panel, setPanel] = useState<string | null>(null);
  const [asksWhy, askWhy] = useState<Spans | null>(null);
  const snapshot = useCalmState(document, panel !== null || asksWhy !== null);
  const [profile] = useProfile();
  const [name, rename] = useName(document.id);
  const [wantsOnline, setWantsOnline] = useState(true);
  const isHistoryOpen = panel === HISTORY.id;
  const { runs, place, travel, step } = useTravel(document, snapshot.revision, isHistoryOpen);
  useGoodbye(document);
  const toggleMode = useMode(document);
  const [isNamingDraft, setNamingDraft] = useState(false);
  useEffect(() => document.rename(profile), [document, profile]);

  const [isSharing, setSharing] = useState(false);
  const share = () => setSharing(true);
  const lines = linesOf(useDivergence(document, snapshot), ({ reason }) => sentenceOf(reason));
  const nextWon = useWon(document, content, snapshot);
  const overlaps = useOverlaps(document, content, snapshot);
  const page = useRef<HTMLElement>(null);
  const looking = useLooking(document, content, snapshot.revision, panel === SNAPSHOTS.id);
  const [asksSnapshot, askSnapshot] = useState(0);
  const seen = place === null ? null : (runs[place] ?? null);
  const views = useViews(document, snapshot, seen && {
    words: `at ${clockOf(seen.time)}, ${dayOf(seen.time)}`,
    show() {
      travel(null);
      client.pin(seen.version);
    },
  });
  const why = () => {
    const chosen = content.chosen?.() ?? null;
    if (chosen === null) toast("Select what you want to know about");
    askWhy(chosen);
  };
  const holdPart = () => {
    const part = content.part?.() ?? null;
    if (part === null) return toast("Select what others are not to change under your hands");
    const at = client.current().heldParts.length;
    client.holdPart(part.name, part.elements);
    toast(`Others’ changes to “${part.name}” wait from now on`, { label: "Undo", run: () => client.releasePart(at) });
  };
  const closeWhy = () => {
    askWhy(null);
    content.focus();
  };

  const bar = [...(content.panels ?? []), PEOPLE, SUGGESTIONS, DECISIONS, SNAPSHOTS, HISTORY];
  const panels = [...bar, DIFFERENCES];
  const isPast = place !== null || looking.at !== null;
  const toNow = () => {
    travel(null);
    looking.look(null, null);
  };
  const takeSnapshot = () => {
    toNow();
    setPanel(SNAPSHOTS.id);
    askSnapshot((count) => count + 1);
  };
  const nextOverlap = () => {
    if (!overlaps.goTo()) toast("Nothing here was changed by two at once");
  };
  const goToOverlap = (overlap: Overlap) => {
    if (!overlaps.goTo(overlap)) toast("What both did is not to be seen in the text: it is gone, or is no text");
  };
  const toggle = (wanted: string) => {
    toNow();
    setPanel(panel === wanted ? null : wanted);
  };
  const back = () => {
    if (isPast) toNow();
    else if (asksWhy !== null) askWhy(null);
    else if (panel !== null) setPanel(null);
    content.focus();
  };
  useKeys({
    ...Object.fromEntries(panels.map(({ id, keys }) => [keys, () => toggle(id)])),
    "Alt-ArrowLeft": () => isHistoryOpen && step(-1),
    "Alt-ArrowRight": () => isHistoryOpen && step(1),
    [MODE_KEYS]: toggleMode,
    // While the past is shown there is no caret to go by.
    "Alt-j": () => !isPast && document.review.step(1),
    "Alt-Shift-j": () => !isPast && document.review.step(-1),
    "Alt-a": () => !isPast && document.review.decideHere(true),
    "Alt-x": () => !isPast && document.review.decideHere(false),
    "Alt-w": why,
    [HOLD_KEYS]: () => !isPast && holdPart(),
    "Alt-g": nextWon,
    "Alt-m": () => !isPast && nextOverlap(),
    [DISMISS_KEYS]: () => !isPast && dismissHere(overlaps),
    [TAKE_KEYS]: takeSnapshot,
    [SHARE_KEYS]: share,
    "Mod-z": () => !isPast && client.undo(),
    "Mod-Shift-z": () => !isPast && client.redo(),
    Escape: back,
  });
  const setOnline = (online: boolean) => {
    setWantsOnline(online);
    document.setOnline(online);
  };
  const bodies: Record<string, () => ReactNode> = {
    [PEOPLE.id]: () => <People document={document} snapshot={snapshot} profile={profile} onProfile={screens.showProfile} onShare={share} onGoTo={content.goTo} />,
    [SUGGESTIONS.id]: () => <Suggestions document={document} snapshot={snapshot} isNaming={isNamingDraft} onNamed={() => setNamingDraft(false)} />,
    [DECISIONS.id]: () => <Decisions document={document} overlaps={overlaps} onGoTo={goToOverlap} />,
    [SNAPSHOTS.id]: () => <Snapshots document={document} looking={looking} isEmpty={!snapshot.isReady || client.version().length === 0} asked={asksSnapshot} />,
    [HISTORY.id]: () => <History document={document} content={content} runs={runs} at={place} onTravel={travel} onWhy={askWhy} />,
    [DIFFERENCES.id]: () => <Differences document={document} snapshot={snapshot} lines={lines} onWhy={askWhy} />,
    ...Object.fromEntries((content.panels ?? []).map(({ id, body }) => [id, () => body(snapshot)])),
  };
  const waiting = undecided(snapshot.conflicts);
  const suggestions = openSuggestions(document);
  const newDraft = () => {
    setNamingDraft(true);
    setPanel(SUGGESTIONS.id);
  };
  const badgeOf = (id: string): Badge => {
    if (id === DECISIONS.id && waiting > 0) return { words: `${waiting} to make`, className: "is-waiting" };
    if (id !== SUGGESTIONS.id || suggestions.open === 0) return null;
    const { open, hidden } = suggestions;
    return { words: `${open} open${hidden > 0 ? `, ${hidden} not shown` : ""}`, className: hidden > 0 ? "has-count has-hidden" : "has-count", count: open };
  };
  const shown = panels.find(({ id }) => id === panel);

  return (
    <div className={shown ? "screen has-panel" : "screen"}>
      <header className="bar">
        <IconButton icon="back" label="All documents" keys={written("Alt-d")} onClick={() => go(null)} />
        <EditableName value={name} label="Rename the document" onChange={rename} />
        <SavedState snapshot={snapshot} />
        <span className="spring" />
        <Mode document={document} snapshot={snapshot} onNewDraft={newDraft} />
        <Faces snapshot={snapshot} self={client.author} onOpen={() => toggle(PEOPLE.id)} />
        <span className="bar-group">
          <IconButton icon="undo" label="Undo my last change" keys={written("Mod-z")} disabled={!snapshot.canUndo || isPast} onClick={client.undo} />
          <IconButton icon="redo" label="Redo my last change" keys={written("Mod-Shift-z")} disabled={!snapshot.canRedo || isPast} onClick={client.redo} />
        </span>
        <span className="bar-group">
          {bar.map(({ id, title, icon, keys }) => {
            const badge = badgeOf(id);
            return (
              <IconButton
                key={id}
                icon={icon}
                label={badge ? `${title}: ${badge.words}` : title}
                className={badge?.className ?? ""}
                data-count={badge?.count}
                keys={written(keys)}
                aria-pressed={panel === id}
                onClick={() => toggle(id)}
              />
            );
          })}
        </span>
        <span className="bar-group">
          {lines.length > 0 && (
            <button
              type="button"
              className="meter"
              title={`What you see differently (${written(DIFFERENCES.keys)})`}
              aria-label={`You see ${plural(lines.length, "change")} differently from others`}
              aria-pressed={panel === DIFFERENCES.id}
              onClick={() => toggle(DIFFERENCES.id)}
            >
              ≠ {lines.length}
            </button>
          )}
          <Menu label={`View: ${views.name}`} icon="view" items={views.items} keys="Alt-v" isOn={snapshot.isPersonal} />
        </span>
        <AppMenu
          screens={screens}
          items={[
            ...(content.chosen ? [{ label: "Why is this here?", icon: "why" as const, keys: written("Alt-w"), run: why }] : []),
            ...(content.part && !isPast ? [{ label: "Hold others’ changes here", icon: "pause" as const, keys: written(HOLD_KEYS), run: holdPart }] : []),
            { label: "Take a snapshot", icon: "snapshot" as const, keys: written(TAKE_KEYS), run: takeSnapshot },
            ...(content.actions?.() ?? []),
            ...content.downloads.map((download) => ({ label: download.label, icon: "download" as const, run: () => void take(name, download) })),
            { label: "Share without a server…", icon: "send" as const, keys: written(SHARE_KEYS), run: share },
            { label: wantsOnline ? "Work offline" : "Go online again", icon: "cloudOff", run: () => setOnline(!wantsOnline) },
          ]}
        />
      </header>
      {snapshot.progress && <progress className="catch-up" aria-label="Catching up" value={snapshot.progress.done} max={snapshot.progress.total} />}
      <Banners document={document} snapshot={snapshot} wantsOnline={wantsOnline} onOnline={() => setOnline(true)} />
      <div className="workspace">
        <main className="page" ref={page}>
          {looking.at !== null && <LookedAt document={document} content={content} looking={looking} at={looking.at} revision={snapshot.revision} />}
          {place !== null && <Past document={document} content={content} runs={runs} place={place} onNow={() => travel(null)} />}
          {snapshot.isReady ? (
            content.live({ isHidden: isPast, isHistoryOpen, showPanel: setPanel })
          ) : (
            <div className="skeleton" aria-label="Loading" role="progressbar" />
          )}
        </main>
        <OverlapCard document={document} overlaps={overlaps} page={page} />
        {asksWhy !== null && <WhyCard document={document} spans={asksWhy} revision={snapshot.revision} onClose={closeWhy} />}
        {isSharing && <Sharing document={document.id} name={name} onClose={() => setSharing(false)} />}
        {shown && <Panel title={shown.title} onClose={() => toggle(shown.id)}>{bodies[shown.id]?.()}</Panel>}
      </div>
    </div>
  );
}

function Past({ document, content, runs, place, onNow }: { document: OpenDocument; content: Content; runs: readonly EditRun[]; place: number; onNow: () => void }) {
  const [run, last] = [runs[place] as EditRun, runs[place - 1]];
  const moment = after(document, run);
  return (
    <>
      <PastBanner content={content} run={run} moment={moment} onNow={onNow} />
      {content.past(moment, last && after(document, last))}
    </>
  );
}

function Panel({ title, onClose, children }: { title: string; onClose: () => void; children: ReactNode }) {
  return (
    <aside className="panel" aria-label={title}>
      <header className="panel-head">
        <h2>{title}</h2>
        <IconButton icon="close" label="Close the panel" keys="Esc" onClick={onClose} />
      </header>
      <div className="panel-body">{children}</div>
    </aside>
  );
}
