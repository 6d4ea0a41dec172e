/** A callback for the collection of a target. */
interface Registration {
  readonly target: WeakKey;
  readonly token: WeakKey | undefined;
  readonly finalize: () => void;
}

/** The collected objects of a simulated process. Nothing is collected automatically: a program declares objects garbage. */
export class Garbage {
  readonly #collected = new WeakSet();
  readonly #registrations = new Set<Registration>();

  isCollected(target: WeakKey): boolean {
    return this.#collected.has(target);
  }

  register(registration: Registration): void {
    this.#registrations.add(registration);
  }

  unregister(token: WeakKey): boolean {
    let found = false;
    for (const each of this.#registrations) {
      if (each.token !== token) continue;
      this.#registrations.delete(each);
      found = true;
    }
    return found;
  }

  /** Unregisters everything that belongs to these targets, marks them, and returns the callbacks to run. */
  collect(targets: Iterable<WeakKey>): readonly (() => void)[] {
    const wanted = new Set(targets);
    for (const target of wanted) this.#collected.add(target);
    return this.#take((each) => wanted.has(each.target));
  }

  /** Collects all registered targets, except those in `kept`. */
  collectAll(kept: readonly WeakKey[] = []): readonly (() => void)[] {
    return this.collect([...this.#registrations].map(({ target }) => target).filter((each) => !kept.includes(each)));
  }

  /** Forgets all targets, because the process has ended. */
  clear(): void {
    this.#registrations.clear();
  }

  /** The number of registered targets. */
  get size(): number {
    return this.#registrations.size;
  }

  #take(wanted: (registration: Registration) => boolean): readonly (() => void)[] {
    const taken = [...this.#registrations].filter(wanted);
    for (const each of taken) this.#registrations.delete(each);
    return taken.map(({ finalize }) => finalize);
  }
}

/** JavaScript's class of that name, based on {@link Garbage}. */
export class SimFinalizationRegistry<T> {
  readonly #garbage: Garbage;
  readonly #callback: (held: T) => void;

  constructor(garbage: Garbage, callback: (held: T) => void) {
    this.#garbage = garbage;
    this.#callback = callback;
  }

  register(target: WeakKey, held: T, token?: WeakKey): void {
    this.#garbage.register({ target, token, finalize: () => this.#callback(held) });
  }

  unregister(token: WeakKey): boolean {
    return this.#garbage.unregister(token);
  }
}
