/** The listeners of each signal. The signal itself has one listener, however many calls use it. */
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
 * Calls `listener` when `signal` aborts; the caller has checked that it has not yet. Node warns at eleven listeners of one
 * signal, and the cost of removing one grows with their number.
 *
 * @returns a function that removes the listener
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
