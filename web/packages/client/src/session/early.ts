/** Keeps what happens until somebody listens. */

/** A listener that comes later: what it is told before is kept for it, in order. */
export class Early<Event> {
  private waiting: Event[] | null = [];
  private listener: (event: Event) => void = () => {};

  readonly tell = (event: Event): void => {
    if (this.waiting !== null) this.waiting.push(event);
    else this.listener(event);
  };

  /** Tells `listener` from the next turn on, beginning with what was kept. */
  listen(listener: (event: Event) => void): void {
    this.listener = listener;
    queueMicrotask(() => {
      const kept = this.waiting ?? [];
      this.waiting = null;
      for (const event of kept) this.listener(event);
    });
  }

  /** Tells nobody any more. */
  end(): void {
    this.waiting = null;
    this.listener = () => {};
  }
}
