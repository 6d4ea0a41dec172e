/** What is told when a signal aborts. There is one listener per signal, however many calls use it. */
const listenersOf = new WeakMap<AbortSignal, Listeners>();

class Listeners {
  readonly #signal: AbortSignal;
  readonly #told = new Set<() => void>();
  readonly #tell = (): void => {
    listenersOf.delete(this.#signal);
    for (const told of this.#told) told();
    this.#told.clear();
  };

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', this.#tell, { once: true });
  }

  add(listener: () => void): void {
    this.#told.add(listener);
  }

  delete(listener: () => void): void {
    if (!this.#told.delete(listener) || this.#told.size > 0) return;
    this.#signal.removeEventListener('abort', this.#tell);
    listenersOf.delete(this.#signal);
  }
}

/**
 * Calls `listener` when `signal` aborts; the caller has looked whether it has already. Node warns at eleven listeners of one
 * signal, and takes out each at a cost that grows with their number.
 *
 * @returns what takes the listener back
 */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  let listeners = listenersOf.get(signal);
  if (listeners === undefined) {
    listeners = new Listeners(signal);
    listenersOf.set(signal, listeners);
  }
  listeners.add(listener);
  const added = listeners;
  return () => added.delete(listener);
}
