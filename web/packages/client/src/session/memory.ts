/** A store that forgets: for scripts that keep nothing, and for tests. */
import type { DocumentNotes, Store } from "./store.js";

/** Keeps documents for as long as the program runs. */
export function memoryStore(secret: Uint8Array = crypto.getRandomValues(new Uint8Array(32))): Store {
  const frames = new Map<string, Uint8Array[]>();
  const notes = new Map<string, DocumentNotes>();
  const notesOf = (document: string) => notes.get(document) ?? { choices: null, waiting: 0 };
  return {
    secret: async () => secret,
    frames: async (document) => [...(frames.get(document) ?? [])],
    async add(document, more) {
      frames.set(document, [...(frames.get(document) ?? []), ...more]);
    },
    notes: async (document) => notesOf(document),
    async note(document, change) {
      notes.set(document, { ...notesOf(document), ...change });
    },
    async close() {},
  };
}
