/** How much may be on the way to one process, over all connections to it: less than a broker keeps for a client that does not read. */
const PEER_WINDOW_BYTES = 8 * 1024 * 1024;

/** What is on the way to one process. */
export class PeerWindow {
  #onTheWay = 0;
  /** Connections that have something to send and found no room. */
  readonly #waiting = new Set<() => void>();

  /** Takes room for `bytes`, or calls `retry` when some is free again. The caller gives back what it took. */
  take(bytes: number, retry: () => void): boolean {
    if (this.#onTheWay > 0 && this.#onTheWay + bytes > PEER_WINDOW_BYTES) {
      this.#waiting.add(retry);
      return false;
    }
    this.#onTheWay += bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.#onTheWay -= bytes;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const retry of waiting) retry();
  }

  /** Forgets who waits. */
  leave(retry: () => void): void {
    this.#waiting.delete(retry);
  }
}

/** The windows of all processes that this one has connections with. */
export class PeerWindows {
  readonly #windows = new Map<string, { readonly window: PeerWindow; users: number }>();

  /** The window of a process, until {@link PeerWindows.release} was called as often. */
  acquire(peer: string): PeerWindow {
    const entry = this.#windows.get(peer) ?? { window: new PeerWindow(), users: 0 };
    entry.users++;
    this.#windows.set(peer, entry);
    return entry.window;
  }

  release(peer: string): void {
    const entry = this.#windows.get(peer);
    if (entry !== undefined && --entry.users === 0) this.#windows.delete(peer);
  }

  /** How many processes there are. */
  get size(): number {
    return this.#windows.size;
  }
}
