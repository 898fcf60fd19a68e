/** Where people wanted different things: looked for a little after each change, and said in words. */
import type { JsonAlternative, JsonConflict, JsonDocument } from "@motet/client";

/** All of a document is read for it; so it waits for a pause, longer where reading took long. */
const WAIT_MS = 150;
const WAIT_FACTOR = 5;

/** The conflicts of a document, as React's `useSyncExternalStore` takes them. */
export class Conflicts {
  private found: readonly JsonConflict[] = [];
  private readonly listeners = new Set<() => void>();
  private timer: ReturnType<typeof setTimeout> | null = null;
  private forget: () => void = () => {};
  private waitMs = WAIT_MS;

  constructor(private readonly json: JsonDocument) {}

  readonly subscribe = (listener: () => void) => {
    if (this.listeners.size === 0) {
      this.forget = this.json.subscribe(() => this.soon());
      this.soon(0);
    }
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size === 0) this.stop();
    };
  };

  readonly current = () => this.found;

  private soon(waitMs = this.waitMs): void {
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.look();
    }, waitMs);
  }

  private look(): void {
    const start = performance.now();
    const found = read(this.json);
    this.waitMs = Math.max(WAIT_MS, WAIT_FACTOR * (performance.now() - start));
    if (found.length === 0 && this.found.length === 0) return;
    this.found = found;
    for (const listener of [...this.listeners]) listener();
  }

  private stop(): void {
    this.forget();
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }
}

/** A document that is none, or closed by now, has none. */
function read(json: JsonDocument): readonly JsonConflict[] {
  try {
    return json.exists ? json.conflicts() : [];
  } catch {
    return [];
  }
}

/** What happened, in a few words. */
export function saidOf({ kind }: JsonConflict): string {
  switch (kind) {
    case "both-set":
      return "Two people wrote this at once";
    case "both-added":
      return "Two people added this at once";
    case "both-renamed":
      return "Two people gave this another name at once";
    case "both-moved":
      return "Two people moved this at once";
    case "delete-edit":
      return "One took this out while another worked on it";
    case "delete-move":
      return "One took this out while another moved it";
  }
}

/** What an alternative is, in a few words, and what of it is shown as it stands. */
export function wantedBy({ key, value }: JsonAlternative, { kind }: JsonConflict): { words: string; value: string | null } {
  if (key !== null) return { words: "the name", value: key };
  if (value === null) return { words: "took it out", value: null };
  if (kind === "both-moved") return { words: "moved it to", value: (JSON.parse(value) as string) || "the top" };
  return { words: "", value };
}
