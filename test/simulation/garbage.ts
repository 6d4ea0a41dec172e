/** Something that wants to know when its target is collected. */
interface Registration {
  readonly target: WeakKey;
  readonly token: WeakKey | undefined;
  readonly finalize: () => void;
}

/** What of a simulated process was collected. Nothing is collected by itself: a program says what has become garbage. */
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

  /** Takes everything that belongs to these targets off the list, marks them, and says what has to run for it. */
  collect(targets: Iterable<WeakKey>): readonly (() => void)[] {
    const wanted = new Set(targets);
    for (const target of wanted) this.#collected.add(target);
    return this.#take((each) => wanted.has(each.target));
  }

  /** The same for everything that anybody watches, but for what is kept. */
  collectAll(kept: readonly WeakKey[] = []): readonly (() => void)[] {
    return this.collect([...this.#registrations].map(({ target }) => target).filter((each) => !kept.includes(each)));
  }

  /** Nothing is watched any more: the process is gone. */
  clear(): void {
    this.#registrations.clear();
  }

  /** How many targets are watched. */
  get size(): number {
    return this.#registrations.size;
  }

  #take(wanted: (registration: Registration) => boolean): readonly (() => void)[] {
    const taken = [...this.#registrations].filter(wanted);
    for (const each of taken) this.#registrations.delete(each);
    return taken.map(({ finalize }) => finalize);
  }
}

/** JavaScript's class of that name, over {@link Garbage}. */
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
