/** Lines of a tree, of which only those on the screen are made: it scrolls alike with a hundred lines and a hundred thousand. */
import type { JsonConflict, JsonId } from "@motet/client";
import { type ReactNode, type Ref, useEffect, useImperativeHandle, useMemo, useRef, useState } from "react";
import type { Spot } from "./commands";
import { isOpenable, type Line, type TreeModel } from "./model";
import { Row } from "./Row";

/** Pixels of a line; the styles have the same. */
const LINE = 30;
/** Lines that are made beyond the edges of the screen. */
const BEYOND = 12;

/** What is being written. */
export interface Editing {
  id: JsonId;
  part: "key" | "value";
}

/** Somebody else who is at a line. */
export interface Here {
  id: string;
  name: string;
  colour: string;
}

export interface TreeHandle {
  focus(): void;
  /** Scrolls a value's line into sight. */
  show(id: JsonId): void;
}

interface Props {
  ref?: Ref<TreeHandle>;
  model: TreeModel;
  label: string;
  active?: JsonId | null;
  onActive?(id: JsonId): void;
  /** What the tree itself does not bind; whether it was for anything. */
  onKeyDown?(event: React.KeyboardEvent): boolean;
  editing?: Editing | null;
  onEdit?(editing: Editing): void;
  found?: readonly JsonId[];
  peers?: ReadonlyMap<JsonId, readonly Here[]>;
  conflicts?: readonly JsonConflict[];
  onCopy?(event: ClipboardEvent): boolean;
  onCut?(event: ClipboardEvent): void;
  onPaste?(text: string): void;
  onDrop?(dragged: JsonId | null, spot: Spot, text: string): void;
  dragText?(id: JsonId): string;
  field?(line: Line, part: Editing["part"]): ReactNode;
  choices?(conflict: JsonConflict): ReactNode;
}

/** Where a dragged line would be put. */
interface Dropping {
  id: JsonId;
  zone: "before" | "into" | "after";
}

/** How far it is scrolled, and how much is in sight. */
function useSight() {
  const scroller = useRef<HTMLDivElement>(null);
  const [sight, setSight] = useState({ top: 0, height: 800 });
  useEffect(() => {
    const box = scroller.current;
    if (!box) return;
    const look = () => setSight({ top: box.scrollTop, height: box.clientHeight });
    const observer = new ResizeObserver(look);
    observer.observe(box);
    box.addEventListener("scroll", look, { passive: true });
    return () => {
      observer.disconnect();
      box.removeEventListener("scroll", look);
    };
  }, []);
  return { scroller, sight };
}

/** Where the keys of a tree lead, by line. */
function led(key: string, place: number, model: TreeModel, page: number): number | "open" | "close" | null {
  const lines = model.lines();
  const line = lines[place];
  const isOpen = line !== undefined && isOpenable(line.row) && model.isOpen(line.row.id);
  switch (key) {
    case "ArrowDown":
      return place + 1;
    case "ArrowUp":
      return place - 1;
    case "PageDown":
      return Math.min(lines.length - 1, place + page);
    case "PageUp":
      return Math.max(0, place - page);
    case "Home":
      return 0;
    case "End":
      return lines.length - 1;
    case "ArrowRight":
      return !line || !isOpenable(line.row) ? null : isOpen ? place + 1 : "open";
    case "ArrowLeft":
      return isOpen ? "close" : line ? model.placeOf(line.parent) : null;
    default:
      return null;
  }
}

/** The clipboard's events go to the page where nothing is selected: they are this tree's while it has the keyboard. */
function useClipboard(scroller: React.RefObject<HTMLDivElement | null>, { onCopy, onCut, onPaste }: Pick<Props, "onCopy" | "onCut" | "onPaste">): void {
  const current = useRef({ onCopy, onCut, onPaste });
  current.current = { onCopy, onCut, onPaste };
  useEffect(() => {
    const listen = (event: ClipboardEvent) => {
      if (document.activeElement !== scroller.current) return;
      const { onCopy, onCut, onPaste } = current.current;
      if (event.type === "paste") onPaste?.(event.clipboardData?.getData("text/plain") ?? "");
      else if (event.type === "cut") onCut?.(event);
      else if (!onCopy?.(event)) return;
      event.preventDefault();
    };
    const kinds = ["copy", "cut", "paste"] as const;
    for (const kind of kinds) document.addEventListener(kind, listen);
    return () => kinds.forEach((kind) => document.removeEventListener(kind, listen));
  }, [scroller]);
}

export function Tree(props: Props) {
  const { ref, model, label, onActive, editing = null, peers, conflicts = [], field, choices, onDrop } = props;
  const { scroller, sight } = useSight();
  const [own, setOwn] = useState<JsonId | null>(null);
  const active = props.active === undefined ? own : props.active;
  const [dragged, setDragged] = useState<JsonId | null>(null);
  const [dropping, setDropping] = useState<Dropping | null>(null);
  useClipboard(scroller, props);
  const found = useMemo(() => new Set(props.found), [props.found]);
  const disputed = useMemo(() => new Map(conflicts.map((conflict) => [conflict.id, conflict])), [conflicts]);

  const lines = model.lines();
  const first = Math.max(0, Math.floor(sight.top / LINE) - BEYOND);
  const end = Math.min(lines.length, Math.ceil((sight.top + sight.height) / LINE) + BEYOND);
  const places = Array.from({ length: Math.max(0, end - first) }, (_, at) => first + at);
  const activePlace = model.placeOf(active);
  // What is being written stays, however far one scrolls.
  const kept = editing ? model.placeOf(editing.id) : -1;
  if (kept >= 0 && !places.includes(kept)) places.push(kept);

  const show = (place: number) => {
    const box = scroller.current;
    if (!box || place < 0) return;
    const top = place * LINE;
    const [above, below] = [box.scrollTop - top, top + 2 * LINE - box.scrollTop - box.clientHeight];
    // A step brings the line just into sight; what is far away comes into the middle.
    if (Math.max(above, below) > 3 * LINE) box.scrollTop = top - box.clientHeight / 2;
    else if (above > 0) box.scrollTop = top;
    else if (below > 0) box.scrollTop += below;
  };
  useImperativeHandle(ref, () => ({ focus: () => scroller.current?.focus({ preventScroll: true }), show: (id) => show(model.placeOf(id)) }));

  const go = (place: number) => {
    const line = model.lines()[place];
    if (!line) return;
    setOwn(line.row.id);
    onActive?.(line.row.id);
    show(place);
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.target !== scroller.current || props.onKeyDown?.(event)) return;
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const to = led(event.key, activePlace, model, Math.max(1, Math.floor(sight.height / LINE) - 1));
    if (to === null) return;
    event.preventDefault();
    if (typeof to === "number") go(Math.max(0, to));
    else if (active !== null) model.setOpen(active, to === "open");
  };
  const spotOf = (line: Line, zone: Dropping["zone"]): Spot | null => {
    if (zone === "into") return { parent: line.row.id, at: model.inside(line.row.id).length };
    if (line.parent === null) return null;
    return { parent: line.parent, at: zone === "before" ? line.at : line.at + 1 };
  };

  return (
    <div
      ref={scroller}
      className="json-tree"
      role="tree"
      aria-label={label}
      aria-activedescendant={activePlace >= 0 ? lineName(active as JsonId) : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <div className="json-lines" style={{ height: lines.length * LINE }}>
        {places.map((place) => {
          const line = lines[place] as Line;
          const { row } = line;
          const conflict = disputed.get(row.id);
          const isActive = row.id === active;
          return (
            <Row
              key={row.id}
              name={lineName(row.id)}
              line={line}
              top={place * LINE}
              isOpen={isOpenable(row) ? model.isOpen(row.id) : null}
              count={isOpenable(row) ? model.inside(row.id).length : 0}
              isActive={isActive}
              isFound={found.has(row.id)}
              here={peers?.get(row.id) ?? []}
              conflict={conflict}
              dropping={dropping?.id === row.id ? dropping.zone : null}
              field={editing?.id === row.id && field ? { part: editing.part, shown: field(line, editing.part) } : null}
              below={isActive && conflict && choices ? choices(conflict) : null}
              onSelect={() => {
                go(place);
                scroller.current?.focus({ preventScroll: true });
              }}
              onToggle={() => model.setOpen(row.id, !model.isOpen(row.id))}
              onEdit={props.onEdit && ((part) => props.onEdit?.({ id: row.id, part }))}
              drag={
                onDrop && {
                  start(data) {
                    setDragged(row.id);
                    data.effectAllowed = "copyMove";
                    data.setData("text/plain", props.dragText?.(row.id) ?? "");
                  },
                  over: (zone) => setDropping({ id: row.id, zone }),
                  leave: () => setDropping(null),
                  drop(zone, text) {
                    const spot = spotOf(line, zone);
                    if (spot) onDrop(dragged, spot, text);
                    setDropping(null);
                    setDragged(null);
                  },
                  end() {
                    setDropping(null);
                    setDragged(null);
                  },
                }
              }
            />
          );
        })}
      </div>
    </div>
  );
}

const lineName = (id: JsonId) => `json-${id}`;
