/** A card beside what two people changed at once: who did what. It takes neither keyboard nor caret. */
import type { Overlap } from "@motet/client";
import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";
import { written } from "../app/keys";
import { DISMISS_KEYS, sentenceOf, Sides } from "../panels/Overlaps";
import type { OpenDocument } from "./document";
import { ABOUT } from "./highlights";
import { aboutAtCaret, aboutOf, type Touched } from "./overlaps";

/** What the pointer has to stay on for so long, and how long the card waits for it. */
const HOVER_MS = 250;
const LEAVE_MS = 350;

/** How far it is from what it is about, and from the window's edges. */
const GAP = 6;

/** What it is about; where it is on the page is asked for when it is drawn. */
interface Shown {
  about: string;
  by: "caret" | "pointer";
}

/** What of the page the card is about: follows the pointer and the caret. */
function useAbout(page: RefObject<HTMLElement | null>): [Shown | null, (shown: Shown | null) => void] {
  const [shown, show] = useState<Shown | null>(null);
  const current = useRef(shown);
  current.current = shown;
  useEffect(() => {
    const host = page.current;
    if (!host) return;
    let timer: ReturnType<typeof setTimeout> | null = null;
    const wait = (run: (() => void) | null, ms = 0) => {
      if (timer !== null) clearTimeout(timer);
      timer = run && setTimeout(run, ms);
    };
    const point = (event: Event) => {
      const target = event.type === "mouseleave" ? null : (event.target as Element);
      const about = aboutOf(target);
      if (target?.closest(".overlap-card") || (about !== null && about === current.current?.about)) wait(null);
      else if (about !== null) wait(() => show({ about, by: "pointer" }), HOVER_MS);
      else if (current.current?.by === "pointer") wait(() => show(null), LEAVE_MS);
      else wait(null);
    };
    // Who writes there is left alone until the caret comes back.
    let written: string | null = null;
    const write = () => {
      written = aboutAtCaret();
      hide();
    };
    const caret = () => {
      const about = host.contains(window.document.activeElement) ? aboutAtCaret() : null;
      if (about !== written) written = null;
      if (about !== null && about === written) return;
      if (about !== null) show({ about, by: "caret" });
      else if (current.current?.by === "caret") show(null);
    };
    const hide = () => {
      wait(null);
      if (current.current !== null) show(null);
    };
    const escape = (event: Event) => (event as KeyboardEvent).key === "Escape" && hide();
    const inside = [["mouseover", point], ["mouseleave", point], ["scroll", hide], ["keydown", escape], ["beforeinput", write]] as const;
    for (const [name, run] of inside) host.addEventListener(name, run, { capture: name === "scroll" });
    window.document.addEventListener("selectionchange", caret);
    window.addEventListener("resize", hide);
    return () => {
      wait(null);
      for (const [name, run] of inside) host.removeEventListener(name, run, { capture: name === "scroll" });
      window.document.removeEventListener("selectionchange", caret);
      window.removeEventListener("resize", hide);
    };
  }, [page]);
  return [shown, show];
}

export function OverlapCard({ document, overlaps, page }: { document: OpenDocument; overlaps: Touched; page: RefObject<HTMLElement | null> }) {
  const [shown, show] = useAbout(page);
  const overlap = overlaps.open.find(({ id }) => id === shown?.about);
  if (!overlap || !shown) return null;
  const dismiss = () => {
    show(null);
    overlaps.dismiss(overlap);
  };
  return <Card document={document} overlap={overlap} page={page} onDismiss={dismiss} />;
}

function Card({ document, overlap, page, onDismiss }: { document: OpenDocument; overlap: Overlap; page: RefObject<HTMLElement | null>; onDismiss: () => void }) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const [card, host] = [box.current, page.current];
    const mark = host && [...host.querySelectorAll(`[${ABOUT}]`)].find((element) => element.getAttribute(ABOUT) === overlap.id);
    if (!card || !mark) return;
    const [rect, edge] = [mark.getClientRects()[0] ?? mark.getBoundingClientRect(), host.getBoundingClientRect()];
    const { offsetWidth: width, offsetHeight: height } = card;
    const isBelow = rect.bottom + GAP + height <= edge.bottom;
    card.style.top = `${isBelow ? rect.bottom + GAP : Math.max(edge.top, rect.top - height - GAP)}px`;
    card.style.left = `${Math.max(edge.left + GAP, Math.min(rect.left, edge.right - width - 3 * GAP))}px`;
  }, [overlap.id, page]);
  return (
    // Pressing a button leaves caret and selection where they are.
    <div ref={box} className="overlap-card" role="group" aria-label={sentenceOf(overlap)} aria-live="polite" onMouseDown={(event) => event.preventDefault()}>
      <Sides document={document} overlap={overlap} />
      <div className="conflict-tools">
        <button type="button" className="text-button" title={`For you only (${written(DISMISS_KEYS)})`} onClick={onDismiss}>Dismiss</button>
      </div>
    </div>
  );
}
