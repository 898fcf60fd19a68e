/** The headings of a note: to go there, and to move whole sections by pointer or keyboard. */
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import type { ContentPanel } from "../editor/content";
import type { OpenNote } from "./note";
import { type Heading, headingAt, outline, stepOf } from "./outline";

export const OUTLINE = { id: "outline", title: "Outline", icon: "outline", keys: "Alt-o" } as const satisfies Omit<ContentPanel, "body">;

/** A heading by which a drop is told; null is behind the last one. */
type Target = Heading | null;

export function Outline({ note }: { note: OpenNote }) {
  const state = useSyncExternalStore(note.subscribe, note.state);
  const [dragged, setDragged] = useState<string | null>(null);
  const [target, setTarget] = useState<Target | undefined>();
  const [said, say] = useState("");
  const list = useRef<HTMLOListElement>(null);
  const moved = useRef<string | null>(null);
  const headings = state ? outline(state.doc) : [];
  const current = state ? headingAt(headings, state.selection.head) : null;

  // An item that changed its place loses the keyboard on the way.
  useEffect(() => {
    if (moved.current === null) return;
    list.current?.querySelector<HTMLElement>(`[data-heading="${moved.current}"]`)?.focus();
    moved.current = null;
  });

  if (headings.length === 0) return <p className="faint pad">No headings yet. Type “# ” at the beginning of a line to make one.</p>;

  const move = (heading: Heading, before: Target) => {
    if (note.moveSection(heading, before)) say(before ? `${heading.text} is now before ${before.text}` : `${heading.text} is now at the end`);
  };
  const step = (heading: Heading, way: "up" | "down") => {
    const before = stepOf(headings, heading, way);
    moved.current = heading.id;
    if (before !== undefined) move(heading, before);
  };
  const walk = (event: React.KeyboardEvent, heading: Heading, index: number) => {
    const way = ({ ArrowUp: "up", ArrowDown: "down" } as const)[event.key as "ArrowUp"];
    if (!way) return;
    event.preventDefault();
    if (event.altKey) return step(heading, way);
    const next = headings[index + (way === "up" ? -1 : 1)];
    if (next) list.current?.querySelector<HTMLElement>(`[data-heading="${next.id}"]`)?.focus();
  };
  const over = (event: React.DragEvent, index: number) => {
    event.preventDefault();
    const { top, height } = event.currentTarget.getBoundingClientRect();
    setTarget(event.clientY < top + height / 2 ? headings[index]! : (headings[index + 1] ?? null));
  };
  const drop = (event: React.DragEvent) => {
    event.preventDefault();
    const heading = headings.find(({ id }) => id === dragged);
    if (heading && target !== undefined) move(heading, target);
    end();
  };
  const end = () => {
    setDragged(null);
    setTarget(undefined);
  };
  const highest = Math.min(...headings.map(({ rank }) => rank));
  const tabStop = current?.id ?? headings[0]!.id;

  return (
    <>
      <ol className="outline" ref={list} aria-label="Headings" onDrop={drop} onDragOver={(event) => event.preventDefault()}>
        {headings.map((heading, index) => (
          <li
            key={heading.id}
            className={["outline-item", dragged === heading.id && "is-dragged", target === heading && "is-target"].filter(Boolean).join(" ")}
            style={{ "--depth": heading.rank - highest } as React.CSSProperties}
            draggable
            onDragStart={(event) => {
              event.dataTransfer.effectAllowed = "move";
              event.dataTransfer.setData("text/plain", heading.text);
              setDragged(heading.id);
            }}
            onDragOver={(event) => over(event, index)}
            onDragEnd={end}
          >
            <button
              type="button"
              data-heading={heading.id}
              className="outline-link"
              aria-current={current === heading ? "true" : undefined}
              tabIndex={heading.id === tabStop ? 0 : -1}
              title="Go there; drag to move the section"
              onClick={() => note.goToPlace(heading.at + 1)}
              onKeyDown={(event) => walk(event, heading, index)}
            >
              {heading.text.trim() || <span className="faint">Without words</span>}
            </button>
          </li>
        ))}
        {target === null && <li className="outline-end is-target" role="presentation" />}
      </ol>
      <p className="faint pad hint">Drag a heading to move its section, or press Alt with ↑ or ↓.</p>
      <span className="unseen" role="status">{said}</span>
    </>
  );
}
