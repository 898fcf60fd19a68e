/** An engine without a client around it, as a note's editor takes it: for tests, and for two editors side by side. */
import { type Engine, richReader } from "@motet/client/platform";
import type { ElementId, Name, RichChange, RichEngine } from "@motet/client/prosemirror";

export class LoneEngine implements RichEngine {
  /** Called after others' work came in. */
  heard = (): void => {};
  private incoming = (): void => {};
  private waiting: Uint8Array[] = [];
  private pauses = 0;
  private readonly reader = richReader((ask) => ask(this.engine));
  readonly richRuns = this.reader.richRuns;
  readonly richLength = this.reader.richLength;
  readonly properties = this.reader.properties;
  readonly items = this.reader.items;
  readonly itemPlace = this.reader.itemPlace;
  readonly home = this.reader.home;
  readonly richAnchor = this.reader.richAnchor;
  readonly richPlace = this.reader.richPlace;

  constructor(readonly engine: Engine) {}

  change(changes: readonly RichChange[], isShown: boolean): ElementId[] {
    const made = this.engine.change(changes, isShown);
    this.engine.commit();
    return made;
  }

  cut(name: Name, at: number, len: number, run: () => void): void {
    this.engine.cutting(name, at, len);
    run();
    this.engine.hasCut();
  }

  pasteCut(name: Name, at: number): boolean {
    const isMoved = this.engine.pasteCut(name, at) !== null;
    if (isMoved) this.heard();
    return isMoved;
  }

  changes = () => this.engine.changes();
  undo = () => this.engine.undo();
  redo = () => this.engine.redo();
  seal = () => this.engine.seal();
  stateHash = () => this.engine.stateHash();

  /** Takes in others' frames, unless they are to wait. */
  receive(frames: readonly Uint8Array[]): void {
    this.waiting.push(...frames);
    if (this.pauses > 0 || this.waiting.length === 0) return;
    this.incoming();
    try {
      this.engine.import(this.waiting.splice(0));
    } finally {
      // Also where some were refused: the others are in.
      this.heard();
    }
  }

  onIncoming(listener: () => void): () => void {
    this.incoming = listener;
    return () => void (this.incoming = () => {});
  }

  pause(): () => void {
    this.pauses += 1;
    return () => {
      this.pauses -= 1;
      this.receive([]);
    };
  }
}
