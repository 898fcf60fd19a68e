/** Listeners by the name of what they listen to. */

/** Ends a subscription. */
export type Unsubscribe = () => void;

/** Something that tells what happens: `Events` names each event and what its listeners are given. */
export class Emitter<Events extends object> {
  private readonly listeners = new Map<keyof Events, Set<(event: never) => void>>();

  /** Calls `listener` whenever this happens, until what is returned is called. */
  on<Name extends keyof Events>(name: Name, listener: (event: Events[Name]) => void): Unsubscribe {
    const all = this.listeners.get(name) ?? new Set();
    this.listeners.set(name, all.add(listener));
    return () => void all.delete(listener);
  }

  /** @internal */
  protected emit<Name extends keyof Events>(name: Name, event: Events[Name]): void {
    for (const listener of [...(this.listeners.get(name) ?? [])]) {
      try {
        (listener as (event: Events[Name]) => void)(event);
      } catch (error) {
        // A listener that fails is its author's to see, and keeps nothing from the others.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  /** @internal */
  protected forget(): void {
    this.listeners.clear();
  }
}
