/** Looks at something a little after it may have changed, and as seldom as looking takes long. */

/** One looks again after this long at the earliest: nobody decides between two keys. */
const LOOK_AFTER_MS = 60;
/** What others do is looked at together: many type at once, and nobody waits for it. */
const LOOK_AFTER_OTHERS_MS = 250;
/** And looking takes at most this part of the time. */
const SHARE = 1 / 12;

export class Calm {
  private timer: ReturnType<typeof setTimeout> | null = null;
  private due = 0;
  private took = 0;

  constructor(private readonly look: () => void) {}

  /** Something may have changed, by others or not. */
  soon(isOthers: boolean): void {
    const after = Math.max(isOthers ? LOOK_AFTER_OTHERS_MS : LOOK_AFTER_MS, this.took / SHARE);
    const due = Date.now() + after;
    if (this.timer !== null && this.due <= due) return;
    this.end();
    this.due = due;
    this.timer = setTimeout(() => this.now(), after);
  }

  /** Looks at once. */
  now(): void {
    this.end();
    const began = Date.now();
    this.look();
    this.took = Date.now() - began;
  }

  /** Forgets what may have changed. */
  end(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }
}
