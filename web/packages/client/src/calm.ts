/** Looks at something a little after it may have changed, and as seldom as looking takes long. */

/** One looks again after this long at the earliest: nobody decides between two keys. */
const LOOK_AFTER_MS = 60;
/** And looking takes at most this part of the time. */
const SHARE = 1 / 12;

export class Calm {
  private timer: ReturnType<typeof setTimeout> | null = null;
  private took = 0;

  constructor(private readonly look: () => void) {}

  /** Something may have changed. */
  soon(): void {
    this.timer ??= setTimeout(() => this.now(), Math.max(LOOK_AFTER_MS, this.took / SHARE));
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
