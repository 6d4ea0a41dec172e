/** Who wants to be told, once, that a session's connection is gone. */
export class EndListeners {
  #listeners: Set<() => void> | undefined = new Set();

  /** Adds a listener, which is called at once when it is too late; returns how to take it back. */
  add(listener: () => void): () => void {
    const listeners = this.#listeners;
    if (listeners === undefined) {
      listener();
      return () => undefined;
    }
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** The connection is gone. */
  tell(): void {
    const listeners = this.#listeners;
    this.#listeners = undefined;
    for (const listener of listeners ?? []) listener();
  }
}
