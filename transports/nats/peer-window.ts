/**
 * The maximum number of bytes in transit to one process, over all connections: less than a broker keeps for a client that does
 * not read.
 */
const PEER_WINDOW_BYTES = 8 * 1024 * 1024;

/** The bytes in transit to one process. */
export class PeerWindow {
  #onTheWay = 0;
  /** Connections that wait for room to send. */
  readonly #waiting = new Set<() => void>();

  /**
   * Takes room for `bytes`; without room, returns `false` and calls `retry` when some is free. The caller must return the room.
   */
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

  /** Removes a waiting connection. */
  leave(retry: () => void): void {
    this.#waiting.delete(retry);
  }
}

/** The windows of all processes to which this one has connections. */
export class PeerWindows {
  readonly #windows = new Map<string, { readonly window: PeerWindow; users: number }>();

  /** Returns the window of a process, until {@link PeerWindows.release} was called as often. */
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

  /** The number of processes. */
  get size(): number {
    return this.#windows.size;
  }
}
