/** The faint red on what won against something, until somebody decides. */
import { useEffect, useMemo, useRef } from "react";
import { toast } from "../app/toasts";
import type { Content } from "./content";
import type { OpenDocument, Snapshot } from "./document";
import { type Highlight, won } from "./highlights";

/** Keeps it shown; what is returned goes to the next of them. */
export function useWon(document: OpenDocument, content: Content, { conflicts, revision, isReady }: Snapshot): () => void {
  const list = useMemo<readonly Highlight[]>(() => (conflicts.length === 0 ? [] : won(document, conflicts)), [document, conflicts, revision]);
  const at = useRef(-1);
  useEffect(() => content.highlight?.("won", list), [content, list, isReady]);
  return () => {
    if (list.length === 0 || !content.reveal) return toast("Nothing here won against something else");
    // What is gone from the page meanwhile is passed over.
    for (let tries = 0; tries < list.length; tries++) {
      at.current = (at.current + 1) % list.length;
      if (content.reveal(list[at.current]!)) return;
    }
  };
}
