/** Small choices that outlive a visit, and are alike in all tabs. */
import { useCallback, useSyncExternalStore } from "react";

const changed = new EventTarget();
const cache = new Map<string, { raw: string | null; value: unknown }>();

/** Reads a kept value; what is missing or broken counts as not there. */
export function recall<T>(key: string): T | null {
  const raw = localStorage.getItem(key);
  const known = cache.get(key);
  if (known && known.raw === raw) return known.value as T | null;
  let value: T | null = null;
  try {
    value = raw === null ? null : (JSON.parse(raw) as T);
  } catch {
    value = null;
  }
  cache.set(key, { raw, value });
  return value;
}

export function keep(key: string, value: unknown): void {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // A full or forbidden store only costs the choice at the next visit.
  }
  changed.dispatchEvent(new Event("change"));
}

function subscribe(listener: () => void): () => void {
  changed.addEventListener("change", listener);
  window.addEventListener("storage", listener);
  return () => {
    changed.removeEventListener("change", listener);
    window.removeEventListener("storage", listener);
  };
}

/** A kept value, and how to change it. */
export function useKept<T>(key: string, initial: T): [T, (value: T) => void] {
  const value = useSyncExternalStore(subscribe, () => recall<T>(key)) ?? initial;
  return [value, useCallback((next: T) => keep(key, next), [key])];
}
