/**
 * What a worker tells its page, gathered for a moment: a letter of somebody else's comes as several messages, and each that reaches the page
 * is a turn of its event loop. Nobody can tell the moment from at once.
 *
 * Invariant: whoever hears what is told in the order in which it is told knows what he would have known after hearing all of it.
 */
import type { DocumentNews, SessionEvent } from "./session.js";

/** Less than a page takes from one frame to the next. */
export const GATHER_MS = 10;

type DocumentEvent = Extract<SessionEvent, { document: string }>;

/** What is replaced by what is told later of the same: only the last of it counts. */
const isReplaced = ({ kind }: DocumentNews) => kind !== "frames" && kind !== "trouble";

export class Gather {
  private waiting: DocumentEvent[] = [];
  private cancel: (() => void) | null = null;

  constructor(
    private readonly tell: (events: SessionEvent[]) => void,
    private readonly after: (ms: number, run: () => void) => () => void,
  ) {}

  add(event: SessionEvent): void {
    if (event.document === null) {
      // The connection came or went: what was told of documents until then was told before.
      this.flush();
      return this.tell([event]);
    }
    this.put(event);
    this.cancel ??= this.after(GATHER_MS, () => this.flush());
  }

  /** Tells it now: before anything else is said. */
  flush(): void {
    this.cancel?.();
    this.cancel = null;
    const events = this.waiting.splice(0);
    if (events.length > 0) this.tell(events);
  }

  private put(event: DocumentEvent): void {
    const { document, news } = event;
    const frames = this.waiting.findIndex((one) => one.document === document && one.news.kind === "frames");
    if (news.kind === "frames" && frames >= 0) {
      const known = this.waiting[frames]!.news as typeof news;
      this.waiting[frames] = { document, news: { kind: "frames", frames: [...known.frames, ...news.frames] } };
      return;
    }
    if (isReplaced(news)) this.waiting = this.waiting.filter((one) => one.document !== document || one.news.kind !== news.kind);
    // Who moved on by writing is shown once, with what was written, where it is known first.
    const first = this.waiting.findIndex((one) => one.document === document && one.news.kind === "frames");
    if (news.kind === "presence" && first >= 0) this.waiting.splice(first, 0, event);
    else this.waiting.push(event);
  }
}
