/** One document: bar, text, panels. */
import type { EditRun } from "@motet/client";
import { goTo } from "@motet/client/codemirror";
import type { EditorView } from "@codemirror/view";
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import type { Screens } from "../app/App";
import { AppMenu } from "../app/AppMenu";
import { Icon } from "../app/icons";
import { useKeys, written } from "../app/keys";
import { EditableName, IconButton, Notice, Opening } from "../app/parts";
import { type Profile, profile as ownProfile, useProfile } from "../app/profile";
import { go } from "../app/route";
import { useServices } from "../app/services";
import { ago } from "../app/time";
import { toast } from "../app/toasts";
import { Faces, HeldNotice, People } from "../panels/People";
import { History } from "../panels/History";
import { SavedState } from "../panels/Saved";
import type { OpenDocument, Snapshot } from "./document";
import { LiveText } from "./LiveText";
import { OldText } from "./OldText";

type Opened = { document: OpenDocument } | { problem: string } | null;

function useOpening(id: string): Opened {
  const { open } = useServices();
  const [opening, setOpening] = useState<Opened>(null);
  useEffect(() => {
    let isWanted = true;
    let opened: OpenDocument | null = null;
    open(id, ownProfile()).then(
      (document) => {
        if (!isWanted) return document.close();
        opened = document;
        setOpening({ document });
      },
      (error: unknown) => setOpening({ problem: error instanceof Error ? error.message : String(error) }),
    );
    return () => {
      isWanted = false;
      opened?.close();
    };
  }, [id, open]);
  return opening;
}

export function EditorScreen({ id, screens }: { id: string; screens: Screens }) {
  const opening = useOpening(id);
  if (opening === null) return <Opening />;
  if ("document" in opening) return <Workspace document={opening.document} screens={screens} />;
  return (
    <main className="centre">
      <Notice icon="warning" title="This document does not open" tone="bad">
        <p>{opening.problem}</p>
        <p>Nothing is lost: what was saved stays saved. Close other tabs of Motet, then try again.</p>
        <span className="actions">
          <button type="button" className="button is-primary" onClick={() => location.reload()}>Try again</button>
          <button type="button" className="button" onClick={() => go(null)}>All documents</button>
        </span>
      </Notice>
    </main>
  );
}

function useName(id: string): [string, (name: string) => void] {
  const { documents } = useServices();
  const [name, setName] = useState(() => documents.known().find((info) => info.id === id)?.name ?? "Untitled");
  useEffect(() => {
    documents.list().then(
      (all) => setName((known) => all.find((info) => info.id === id)?.name ?? known),
      () => {},
    );
  }, [documents, id]);
  useEffect(() => {
    document.title = `${name} – Motet`;
    return () => void (document.title = "Motet");
  }, [name]);
  const rename = useCallback(
    (next: string) => {
      setName(next);
      documents.change(id, { name: next }).catch((error: unknown) => {
        setName(name);
        toast(`The name could not be changed: ${error instanceof Error ? error.message : String(error)}`);
      });
    },
    [documents, id, name],
  );
  return [name, rename];
}

/** Saves what is open before the page goes, and asks where that would lose something. */
function useGoodbye(document: OpenDocument): void {
  useEffect(() => {
    const flush = () => document.client.flush();
    const ask = (event: BeforeUnloadEvent) => {
      document.client.flush();
      if (document.client.current().saved.level === "unsaved") event.preventDefault();
    };
    window.addEventListener("pagehide", flush);
    window.addEventListener("beforeunload", ask);
    return () => {
      window.removeEventListener("pagehide", flush);
      window.removeEventListener("beforeunload", ask);
    };
  }, [document]);
}

function useRuns(document: OpenDocument, revision: number, isWanted: boolean): readonly EditRun[] {
  const [runs, setRuns] = useState<readonly EditRun[]>([]);
  useEffect(() => {
    if (!isWanted) return;
    // The first list at once; while others type, a few times a second is enough.
    const timer = setTimeout(() => setRuns(document.client.history()), runs.length === 0 ? 0 : 200);
    return () => clearTimeout(timer);
  }, [document, revision, isWanted, runs.length]);
  return runs;
}

function download(name: string, text: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/markdown" }));
  link.download = /\.\w+$/.test(name) ? name : `${name}.md`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1_000);
}

type Panel = "people" | "history" | null;

function Workspace({ document, screens }: { document: OpenDocument; screens: Screens }) {
  const snapshot = useSyncExternalStore(document.client.subscribe, document.client.current);
  const [profile] = useProfile();
  const [name, rename] = useName(document.id);
  const [panel, setPanel] = useState<Panel>(null);
  const [at, setAt] = useState<string | null>(null);
  const [wantsOnline, setWantsOnline] = useState(true);
  const editor = useRef<EditorView | null>(null);
  const runs = useRuns(document, snapshot.revision, panel === "history");
  useGoodbye(document);
  useEffect(() => document.rename(profile), [document, profile]);

  const found = at === null ? -1 : runs.findIndex((run) => run.id === at);
  const place = found < 0 ? null : found;
  const travel = useCallback((index: number | null) => setAt(index === null ? null : (runs[index]?.id ?? null)), [runs]);
  const toggle = (wanted: Panel) => {
    setAt(null);
    setPanel(panel === wanted ? null : wanted);
  };
  const step = (by: number) => {
    if (panel !== "history") return;
    const next = (place ?? runs.length) + by;
    travel(next >= runs.length ? null : Math.max(0, next));
  };
  const back = () => {
    if (place !== null) setAt(null);
    else if (panel !== null) setPanel(null);
    editor.current?.focus();
  };
  useKeys({
    "Alt-h": () => toggle("history"),
    "Alt-p": () => toggle("people"),
    "Alt-ArrowLeft": () => step(-1),
    "Alt-ArrowRight": () => step(1),
    "Mod-z": () => document.client.undo(),
    "Mod-Shift-z": () => document.client.redo(),
    Escape: back,
  });
  const setOnline = (online: boolean) => {
    setWantsOnline(online);
    document.setOnline(online);
  };

  return (
    <div className={panel ? "screen has-panel" : "screen"}>
      <header className="bar">
        <IconButton icon="back" label="All documents" keys={written("Alt-d")} onClick={() => go(null)} />
        <EditableName value={name} label="Rename the document" onChange={rename} />
        <SavedState snapshot={snapshot} />
        <span className="spring" />
        <Faces snapshot={snapshot} self={document.client.author} onOpen={() => toggle("people")} />
        <span className="bar-group">
          <IconButton icon="undo" label="Undo my last change" keys={written("Mod-z")} disabled={!snapshot.canUndo || place !== null} onClick={document.client.undo} />
          <IconButton icon="redo" label="Redo my last change" keys={written("Mod-Shift-z")} disabled={!snapshot.canRedo || place !== null} onClick={document.client.redo} />
        </span>
        <span className="bar-group">
          <IconButton icon="people" label="People" keys={written("Alt-p")} aria-pressed={panel === "people"} onClick={() => toggle("people")} />
          <IconButton icon="clock" label="History" keys={written("Alt-h")} aria-pressed={panel === "history"} onClick={() => toggle("history")} />
        </span>
        <AppMenu
          screens={screens}
          items={[
            { label: "Download the text", icon: "download", run: () => download(name, document.text.toString()) },
            { label: wantsOnline ? "Work offline" : "Go online again", icon: "cloudOff", run: () => setOnline(!wantsOnline) },
          ]}
        />
      </header>
      {snapshot.progress && <progress className="catch-up" aria-label="Catching up" value={snapshot.progress.done} max={snapshot.progress.total} />}
      <Banners document={document} snapshot={snapshot} wantsOnline={wantsOnline} onOnline={() => setOnline(true)} />
      <div className="workspace">
        <main className="page">
          {place !== null && <PastBanner document={document} runs={runs} place={place} onNow={() => setAt(null)} />}
          {place !== null && <Past document={document} runs={runs} place={place} />}
          {snapshot.isReady ? (
            <LiveText document={document} showsBlame={panel === "history"} isHidden={place !== null} editor={editor} />
          ) : (
            <div className="skeleton" aria-label="Loading" role="progressbar" />
          )}
        </main>
        {panel && (
          <aside className="panel" aria-label={panel === "people" ? "People" : "History"}>
            <header className="panel-head">
              <h2>{panel === "people" ? "People" : "History"}</h2>
              <IconButton icon="close" label="Close the panel" keys="Esc" onClick={() => toggle(panel)} />
            </header>
            <div className="panel-body">
              {panel === "people" ? (
                <People
                  document={document}
                  snapshot={snapshot}
                  profile={profile as Profile}
                  onProfile={screens.showProfile}
                  onGoTo={(peer) => {
                    const position = peer.head === null ? null : document.text.resolve(peer.head);
                    if (position !== null && editor.current) goTo(editor.current, position);
                  }}
                />
              ) : (
                <History document={document} runs={runs} at={place} onTravel={travel} />
              )}
            </div>
          </aside>
        )}
      </div>
    </div>
  );
}

function Banners({ document, snapshot, wantsOnline, onOnline }: { document: OpenDocument; snapshot: Snapshot; wantsOnline: boolean; onOnline: () => void }) {
  return (
    <>
      {snapshot.trouble && (
        <div className="banner is-bad" role="alert">
          <Icon name="warning" />
          <span>{snapshot.trouble.message}</span>
          <button type="button" className="text-button" onClick={document.client.dismissTrouble}>Dismiss</button>
        </div>
      )}
      {!wantsOnline && (
        <div className="banner is-warning">
          <Icon name="cloudOff" />
          <span>You work offline. Your changes stay on this device until you go online again.</span>
          <button type="button" className="text-button" onClick={onOnline}>Go online</button>
        </div>
      )}
      <HeldNotice document={document} snapshot={snapshot} />
    </>
  );
}

function PastBanner({ document, runs, place, onNow }: { document: OpenDocument; runs: readonly EditRun[]; place: number; onNow: () => void }) {
  const run = runs[place] as EditRun;
  const restore = () => {
    document.text.restore(run.version);
    onNow();
    toast("The earlier text is back, as a new change", { label: "Undo", run: document.client.undo });
  };
  return (
    <div className="banner is-past">
      <Icon name="clock" />
      <span>The text after a change by <strong>{run.name}</strong>, {ago(run.time)}.</span>
      <button type="button" className="button is-small" onClick={restore}>Restore this</button>
      <button type="button" className="text-button" onClick={onNow}>Back to now</button>
    </div>
  );
}

function Past({ document, runs, place }: { document: OpenDocument; runs: readonly EditRun[]; place: number }) {
  const run = runs[place] as EditRun;
  const earlier = runs[place - 1];
  const [text, before] = useMemo(
    () => [document.text.readAt(run.version), earlier ? document.text.readAt(earlier.version) : ""],
    [document, run, earlier],
  );
  return <OldText text={text} before={before} colour={document.colourOf(run.author)} />;
}
