/** Listeners that are called once when a session's connection is gone. */
export class EndListeners {
  #listeners: Set<() => void> | undefined = new Set();

  /** Adds a listener, which is called at once if the connection is already gone. Returns a function that removes it. */
  add(listener: () => void): () => void {
    const listeners = this.#listeners;
    if (listeners === undefined) {
      listener();
      return () => undefined;
    }
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** Called when the connection is gone. */
  tell(): void {
    const listeners = this.#listeners;
    this.#listeners = undefined;
    for (const listener of listeners ?? []) listener();
  }
}
