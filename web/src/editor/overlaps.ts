/** What others changed at once at the same place as oneself: marked faintly, until one has seen enough of it. */
import type { Overlap } from "@motet/client";
import { useEffect, useMemo, useRef } from "react";
import { useKept } from "../app/stored";
import { toast } from "../app/toasts";
import type { Content } from "./content";
import type { OpenDocument, Snapshot } from "./document";
import { ABOUT, type Highlight, touched } from "./highlights";

/** Of so many, the latest, is told; and so many are remembered as seen. */
const SHOWN_MAX = 100;
const DISMISSED_MAX = 500;

/** What this browser keeps for a document. */
interface Kept {
  /** From which version on anybody was told, in hexadecimal. */
  since: string;
  /** What one does not want to see any more, by name. */
  dismissed: readonly string[];
}

const toText = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const toBytes = (text: string): Uint8Array => Uint8Array.from(text.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));

const FRESH: Kept = { since: "-", dismissed: [] };

export interface Touched {
  /** All of it. */
  all: readonly Overlap[];
  /** What is marked. */
  open: readonly Overlap[];
  dismissed: readonly Overlap[];
  dismiss(overlap: Overlap): void;
  bringBack(overlap: Overlap): void;
  /** What the caret is in, or else what the pointer is on. */
  here(): Overlap | null;
  /** Goes to the next, or to that one; false where nothing of it is to be seen in what is written. */
  goTo(overlap?: Overlap): boolean;
}

/** The name of what an element of the page, or one that it is in, is about. */
export const aboutOf = (node: Node | null): string | null => {
  const element = node instanceof Element ? node : node?.parentElement;
  return element?.closest(`[${ABOUT}]`)?.getAttribute(ABOUT) ?? null;
};

/** What the caret is in or right beside, where it stands in the page. */
export function aboutAtCaret(): string | null {
  const { focusNode, focusOffset = 0 } = window.getSelection() ?? {};
  if (!focusNode) return null;
  const isBeside = (mark: Element) => {
    // No further than the same line is looked.
    if (!mark.parentElement?.contains(focusNode)) return false;
    const between = window.document.createRange();
    between.selectNode(mark);
    const isBefore = between.comparePoint(focusNode, focusOffset) < 0;
    between.collapse(isBefore);
    if (isBefore) between.setStart(focusNode, focusOffset);
    else between.setEnd(focusNode, focusOffset);
    return between.toString() === "";
  };
  return aboutOf(focusNode) ?? aboutOf([...window.document.querySelectorAll(`[${ABOUT}]`)].find(isBeside) ?? null);
}

/** Keeps it marked. */
export function useOverlaps(document: OpenDocument, content: Content, { overlaps, revision, isReady }: Snapshot): Touched {
  const { client, id } = document;
  const [kept, keep] = useKept<Kept>(`motet.overlaps.${id}`, FRESH);
  const at = useRef(-1);
  useEffect(() => {
    // The first visit begins with what is there; a later one goes on from where that began.
    const isKnown = /^([0-9a-f]{24})*$/.test(kept.since);
    const since = isKnown ? toBytes(kept.since) : client.version();
    if (!isKnown) keep({ since: toText(since), dismissed: [] });
    client.watchOverlaps(since);
    // Only once: what is dismissed later changes nothing in it.
  }, [client]);
  const all = useMemo(() => overlaps.slice(-SHOWN_MAX).reverse(), [overlaps]);
  const [open, dismissed] = useMemo(() => {
    const gone = new Set(kept.dismissed);
    return [all.filter((one) => !gone.has(one.id)), all.filter((one) => gone.has(one.id))];
  }, [all, kept]);
  const marks = useMemo<readonly Highlight[]>(() => (open.length === 0 ? [] : touched(document, open)), [document, open, revision]);
  useEffect(() => content.highlight?.("overlap", marks), [content, marks, isReady]);

  const bringBack = (overlap: Overlap) => keep({ ...kept, dismissed: kept.dismissed.filter((one) => one !== overlap.id) });
  const dismiss = (overlap: Overlap) => {
    keep({ ...kept, dismissed: [...kept.dismissed.filter((one) => one !== overlap.id), overlap.id].slice(-DISMISSED_MAX) });
    toast("Dismissed, for you; Decisions still lists it", { label: "Undo", run: () => keep(kept) });
  };
  const find = (about: string | null | undefined) => open.find((one) => one.id === about) ?? null;
  const here = () => find(aboutAtCaret()) ?? find(aboutOf(window.document.querySelector(`[${ABOUT}]:hover`)));
  const goTo = (overlap?: Overlap): boolean => {
    const list = overlap === undefined ? firstOfEach(marks) : marks.filter(({ about }) => about === overlap.id);
    for (let tries = 0; tries < list.length; tries++) {
      at.current = overlap === undefined ? (at.current + 1) % list.length : tries;
      if (content.reveal?.(list[at.current]!)) return true;
    }
    return false;
  };
  return { all, open, dismissed, dismiss, bringBack, here, goTo };
}

/** One stretch for each of what they are about. */
function firstOfEach(marks: readonly Highlight[]): Highlight[] {
  return marks.filter(({ about }, index) => marks.findIndex((other) => other.about === about) === index);
}
