/** The tree that is worked on, with its tools and what is selected. */
import type { JsonConflict, JsonDocument, JsonId, JsonKind, MotetDocument } from "@motet/client";
import { type ReactNode, type RefObject, useCallback, useEffect, useImperativeHandle, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { nameOf, written } from "../app/keys";
import { IconButton, Notice } from "../app/parts";
import { toast } from "../app/toasts";
import type { Part } from "../editor/content";
import type { OpenDocument } from "../editor/document";
import { Commands, type Spot, type Step } from "./commands";
import type { Conflicts } from "./conflicts";
import { Choices } from "./ConflictsPanel";
import { Field, TextField, type Way } from "./Field";
import { isOpenable, type Line } from "./model";
import { type Editing, type Here, Tree, type TreeHandle } from "./Tree";
import { Toolbar } from "./Toolbar";
import { useSearch } from "./useSearch";
import { useTree } from "./useTree";
import { keyProblem, KINDS } from "./values";

/** Lines that "Open all" may make. */
const LINES_MAX = 200_000;

/** How the frame steers it. */
export interface Steering {
  focus(): void;
  goTo(id: JsonId): void;
  /** The value that is selected. */
  part(): Part | null;
}

interface Props {
  document: OpenDocument;
  json: JsonDocument;
  conflicts: Conflicts;
  isHidden: boolean;
  steering: RefObject<Steering | null>;
}

/** Does something, and says why where it cannot be done. */
function attempt<T>(run: () => T): T | null {
  try {
    return run();
  } catch (error) {
    toast(error instanceof Error ? `${error.message.charAt(0).toUpperCase()}${error.message.slice(1)}` : String(error));
    return null;
  }
}

const STEPS: Record<string, Step> = { "Alt-ArrowUp": "up", "Alt-ArrowDown": "down", "Alt-ArrowRight": "in", "Alt-ArrowLeft": "out" };

/** Who else is at which line. */
function usePeers(document: OpenDocument, model: ReturnType<typeof useTree>) {
  const { peers } = useSyncExternalStore(document.client.subscribe, document.client.current);
  const here = new Map<JsonId, Here[]>();
  for (const peer of peers) {
    const at = peer.json && model.nearest(peer.json);
    if (at) here.set(at, [...(here.get(at) ?? []), { id: peer.peer, name: peer.name, colour: document.colourOfPeer(peer) }]);
  }
  return here;
}

export function LiveJson({ document, json, conflicts, isHidden, steering }: Props) {
  const { client } = document;
  const model = useTree(json);
  const commands = useMemo(() => new Commands(json, model), [json, model]);
  const found = useSyncExternalStore(conflicts.subscribe, conflicts.current);
  const peers = usePeers(document, model);
  const tree = useRef<TreeHandle>(null);
  const searchField = useRef<HTMLInputElement>(null);
  const [active, setActive] = useState<JsonId | null>(() => model.lines()[0]?.row.id ?? null);
  const [editing, setEditing] = useState<Editing | null>(null);
  const line = model.line(active);
  const lastPlace = useRef(0);
  if (line) lastPlace.current = model.placeOf(active);

  // What one was at may go: then one is at what took its place.
  useEffect(() => {
    if (!line && !model.isEmpty) setActive(model.lines()[Math.min(lastPlace.current, model.lines().length - 1)]?.row.id ?? null);
  });
  useEffect(() => {
    if (!model.isEmpty) tree.current?.focus();
  }, [model, model.isEmpty]);
  useEffect(() => client.present(active === null ? null : { json: active }), [client, active]);

  const goTo = useCallback(
    (id: JsonId | null) => {
      if (id === null || !attempt(() => model.reveal(id))) return;
      setActive(id);
      tree.current?.show(id);
    },
    [model],
  );
  useImperativeHandle(steering, () => {
    const focus = () => tree.current?.focus();
    const part = () => (active === null ? null : { name: json.pointer(active) || "all of it", elements: json.elements(active) });
    return { focus, goTo: (id) => (goTo(id), focus()), part };
  }, [goTo, active, json]);
  const { search, look, next } = useSearch(json, goTo);

  /** Does something to the selected line, and goes where it says. */
  const act = (run: (line: Line) => JsonId | null, edit: Editing["part"] | null = null) => {
    if (!line) return;
    const id = attempt(() => run(line));
    if (id === null) return;
    goTo(id);
    const row = model.line(id)?.row;
    const part = edit === "key" && row?.key === null ? "value" : edit;
    if (part) setEditing({ id, part });
  };
  const add = () => act((at) => commands.add(at), "key");
  const remove = () => act((at) => commands.remove(at));
  const edit = (part: Editing["part"]) => {
    if (!line) return;
    if (part === "key" && line.row.key === null) part = "value";
    if (part === "value" && isOpenable(line.row)) model.setOpen(line.row.id, !model.isOpen(line.row.id));
    else setEditing({ id: line.row.id, part });
  };
  const copy = (event: ClipboardEvent | null): boolean => {
    const text = line && attempt(() => json.print(line.row.id));
    if (typeof text !== "string") return false;
    if (event) event.clipboardData?.setData("text/plain", text);
    else void navigator.clipboard?.writeText(text).then(() => toast("Copied as JSON"), () => toast("The browser does not allow copying here."));
    return true;
  };
  const copyPath = () => {
    if (!line) return;
    const pointer = model.pointer(line);
    void navigator.clipboard?.writeText(pointer).then(() => toast(`Copied the path ${pointer || "of the whole document"}`), () => toast("The browser does not allow copying here."));
  };
  const paste = (text: string) => {
    try {
      JSON.parse(text);
    } catch (error) {
      return toast(`What was copied is not JSON: ${(error as Error).message}.`, { label: "Paste as text", run: () => act((at) => commands.paste(at, JSON.stringify(text))) });
    }
    act((at) => commands.paste(at, text));
  };
  const drop = (id: JsonId | null, spot: Spot, text: string) => {
    const dragged = model.line(id);
    const moved = attempt(() => (dragged ? commands.move(dragged, spot) : (JSON.parse(text), commands.insert(spot, text.trim(), "dropped"))));
    if (moved !== null) goTo(moved);
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    const keys = nameOf(event.nativeEvent);
    const step = STEPS[keys];
    const bound: Record<string, () => void> = {
      Enter: () => edit("value"),
      F2: () => edit("key"),
      Delete: remove,
      Backspace: remove,
      Insert: add,
      "Mod-Enter": add,
      "Mod-d": () => act((at) => commands.duplicate(at)),
      "Mod-Shift-c": copyPath,
    };
    const run = step ? () => act((at) => commands.step(at, step)) : bound[keys];
    if (!run) return false;
    event.preventDefault();
    run();
    return true;
  };
  const findKeys = (event: React.KeyboardEvent) => {
    if (nameOf(event.nativeEvent) !== "Mod-f") return;
    event.preventDefault();
    searchField.current?.focus();
    searchField.current?.select();
  };
  const commit = (at: Line, part: Editing["part"], value: string | null, way: Way) => {
    let id: JsonId = at.row.id;
    if (value !== null) {
      const done = attempt(() => (part === "key" ? (commands.rename(id, value), id) : commands.set(id, value)));
      id = done ?? id;
    }
    const goesOn = way === "next" && part === "key" && !isOpenable(at.row);
    // Another field may be open by now, by the click that left this one.
    setEditing((now) => (goesOn ? { id, part: "value" } : now?.id === at.row.id && now.part === part ? null : now));
    if (way === "gone") return;
    goTo(id);
    if (!goesOn) tree.current?.focus();
  };

  if (model.isEmpty) return <div hidden={isHidden}><Blank json={json} /></div>;
  return (
    <div className="json" hidden={isHidden} onKeyDown={findKeys}>
      <Toolbar
        line={line}
        count={line && isOpenable(line.row) ? model.inside(line.row.id).length : null}
        search={search}
        searchField={searchField}
        onSearch={look}
        onNext={(by) => next(by)}
        onLeaveSearch={() => tree.current?.focus()}
        conflicts={found.length}
        onConflict={() => goTo(nextConflict(found, active))}
        actions={{
          add,
          duplicate: () => act((at) => commands.duplicate(at)),
          remove,
          up: () => act((at) => commands.step(at, "up")),
          down: () => act((at) => commands.step(at, "down")),
          rename: () => edit("key"),
          copy: () => void copy(null),
          copyPath,
          paste: () => void navigator.clipboard?.readText().then(paste, () => toast("The browser does not allow pasting here: select a line and press the keys for pasting.")),
          openAll: () => attempt(() => model.openAll(LINES_MAX)) === false && toast("Not everything was opened: there is too much of it."),
          closeAll: () => model.closeAll(),
        }}
        onKind={(kind: JsonKind) => act((at) => commands.turn(at, kind, () => toast("What did not fit into the other type is gone", { label: "Undo", run: client.undo })))}
      />
      <Tree
        ref={tree}
        model={model}
        label="JSON"
        active={active}
        onActive={setActive}
        onKeyDown={onKeyDown}
        editing={editing}
        onEdit={setEditing}
        found={search.found}
        peers={peers}
        conflicts={found}
        onCopy={copy}
        onCut={(event) => copy(event) && remove()}
        onPaste={paste}
        onDrop={drop}
        dragText={(id) => json.print(id) ?? ""}
        field={(at, part) => fieldOf(client, at, part, (id) => model.inside(id), commit)}
        choices={(conflict) => <Choices document={document} json={json} conflict={conflict} onChosen={() => tree.current?.focus()} />}
      />
      <Status pointer={line ? model.pointer(line) : null} onCopyPath={copyPath} />
    </div>
  );
}

type Commit = (line: Line, part: Editing["part"], value: string | null, way: Way) => void;

function fieldOf(document: MotetDocument, line: Line, part: Editing["part"], inside: (id: JsonId) => readonly { id: JsonId; key: string | null }[], commit: Commit): ReactNode {
  const { row, parent } = line;
  if (part === "key") {
    const others = parent === null ? [] : inside(parent).filter((other) => other.id !== row.id).map((other) => other.key);
    const check = (draft: string) => keyProblem(draft, others);
    return <Field key="key" label="Name" draft={row.key ?? ""} check={check} onDone={(draft, way) => commit(line, part, draft === row.key ? null : draft, way)} />;
  }
  if (row.text) return <TextField key="text" document={document} text={row.text} onDone={(way) => commit(line, part, null, way)} />;
  return <Field key="value" label="Value" row={row} onDone={(value, way) => commit(line, part, value === row.value ? null : value, way)} />;
}

/** The conflict after the selected line, around the end. */
function nextConflict(found: readonly JsonConflict[], active: JsonId | null): JsonId | null {
  const at = found.findIndex(({ id }) => id === active);
  return found[(at + 1) % found.length]?.id ?? null;
}

/** Where one is. */
function Status({ pointer, onCopyPath }: { pointer: string | null; onCopyPath: () => void }) {
  return (
    <footer className="json-status">
      <code title="The path of the selected value, as a JSON pointer">{pointer === null ? "" : pointer || "The whole document"}</code>
      <IconButton icon="copy" label="Copy the path" keys={written("Mod-Shift-c")} disabled={pointer === null} onClick={onCopyPath} />
    </footer>
  );
}

/** A document that says nothing: what was written was taken back, or nothing was. */
function Blank({ json }: { json: JsonDocument }) {
  const start = (text: string) => attempt(() => (json.exists ? json.save(text) : json.create(text)));
  const [object, list] = [KINDS.find(({ kind }) => kind === "object"), KINDS.find(({ kind }) => kind === "array")];
  return (
    <Notice icon="braces" title="This document is empty">
      <p>Begin with what is outermost: an object has members with names, a list has items in order. All of it can be changed later.</p>
      <span className="actions">
        <button type="button" className="button is-primary" onClick={() => start("{}\n")}>{object?.sign} Object</button>
        <button type="button" className="button" onClick={() => start("[]\n")}>{list?.sign} List</button>
      </span>
    </Notice>
  );
}

