/** What two people changed at once at one place, all of which is there: to look at, and to dismiss for oneself. */
import type { Overlap } from "@motet/client";
import { useState } from "react";
import { written } from "../app/keys";
import { toast } from "../app/toasts";
import type { OpenDocument } from "../editor/document";
import type { Touched } from "../editor/overlaps";
import { SideLine, stay } from "./Decisions";

/** The key that dismisses what the caret is in. */
export const DISMISS_KEYS = "Alt-q";

interface Props {
  document: OpenDocument;
  overlaps: Touched;
  onGoTo(overlap: Overlap): void;
  /** Does what is pressed, so that whoever pressed it stays here. */
  act(what: () => void): void;
}

/** What happened, in a sentence. */
export function sentenceOf({ theirs, grade }: Overlap): string {
  const name = theirs.run?.name ?? "Somebody";
  return grade === "order" ? `${name} and you wrote the same at once; the later one shows` : `${name} and you changed the same at once; both changes are here`;
}

export function Overlaps({ document, overlaps, onGoTo, act }: Props) {
  const [showsDismissed, showDismissed] = useState(false);
  const { open, dismissed } = overlaps;
  if (open.length === 0 && dismissed.length === 0) return null;
  return (
    <>
      <h3>Changed at once, nothing lost</h3>
      {open.length > 0 && (
        <ol aria-label="Changed at once">
          {open.map((overlap) => (
            <li key={overlap.id} className="conflict">
              <Sides document={document} overlap={overlap} />
              <div className="conflict-tools">
                <button type="button" className="text-button" onMouseDown={stay} onClick={() => onGoTo(overlap)}>Go there</button>
                <button type="button" className="text-button" onMouseDown={stay} title={`For you only (${written(DISMISS_KEYS)} in the text)`} onClick={() => act(() => overlaps.dismiss(overlap))}>
                  Dismiss
                </button>
              </div>
            </li>
          ))}
        </ol>
      )}
      {dismissed.length > 0 && (
        <p className="overlaps-dismissed">
          <button type="button" className="text-button" aria-expanded={showsDismissed} onMouseDown={stay} onClick={() => showDismissed(!showsDismissed)}>
            {showsDismissed ? "Hide what you dismissed" : `Show ${dismissed.length} more that you dismissed`}
          </button>
        </p>
      )}
      {showsDismissed && dismissed.length > 0 && (
        <ol aria-label="Dismissed">
          {dismissed.map((overlap) => (
            <li key={overlap.id} className="conflict">
              <Sides document={document} overlap={overlap} />
              <div className="conflict-tools">
                <button type="button" className="text-button" onMouseDown={stay} onClick={() => act(() => overlaps.bringBack(overlap))}>Mark it again</button>
              </div>
            </li>
          ))}
        </ol>
      )}
    </>
  );
}

/** Who did what. */
export function Sides({ document, overlap }: { document: OpenDocument; overlap: Overlap }) {
  return (
    <>
      <p className="conflict-why">{sentenceOf(overlap)}</p>
      <SideLine document={document} side={overlap.theirs} isOut={false} />
      <SideLine document={document} side={overlap.mine} isOut={false} />
    </>
  );
}

/** Dismisses what the caret is in, or says that there is nothing. */
export function dismissHere(overlaps: Touched): void {
  const overlap = overlaps.here();
  if (overlap) overlaps.dismiss(overlap);
  else toast(overlaps.open.length > 0 ? "Nothing that two changed at once is at the caret" : "Nothing here was changed by two at once");
}
