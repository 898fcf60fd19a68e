/** Looking for words while the document changes. */
import type { JsonDocument, JsonId } from "@motet/client";
import { useCallback, useEffect, useRef, useState } from "react";
import { NO_SEARCH, type Search, searched, stepped } from "./search";

/** A large document is read whole for it: so it waits for a pause in typing, and in others' changes. */
const TYPING_MS = 120;
const CHANGES_MS = 1_000;

export function useSearch(json: JsonDocument, goTo: (id: JsonId) => void) {
  const [search, setSearch] = useState<Search>(NO_SEARCH);
  const current = useRef(search);
  current.current = search;
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const isDue = useRef(false);

  const find = useCallback(() => {
    const { words } = current.current;
    isDue.current = false;
    const found = words === "" || !json.exists ? [] : json.find(words);
    const next = searched(current.current, words, found);
    current.current = next;
    setSearch(next);
  }, [json]);
  const findIn = useCallback(
    (waitMs: number) => {
      isDue.current = true;
      clearTimeout(timer.current);
      timer.current = setTimeout(find, waitMs);
    },
    [find],
  );
  const look = (words: string) => {
    current.current = { ...current.current, words };
    setSearch(current.current);
    findIn(TYPING_MS);
  };
  const next = (by: 1 | -1) => {
    clearTimeout(timer.current);
    if (isDue.current) find();
    const stepTo = stepped(current.current, by);
    current.current = stepTo;
    setSearch(stepTo);
    const id = stepTo.at === null ? undefined : stepTo.found[stepTo.at];
    if (id !== undefined) goTo(id);
  };
  useEffect(() => {
    const forget = json.subscribe(() => {
      if (current.current.words !== "") findIn(CHANGES_MS);
    });
    return () => {
      forget();
      clearTimeout(timer.current);
    };
  }, [json, findIn]);
  return { search, look, next };
}
