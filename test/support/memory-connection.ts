import type { Connection, ConnectionInfo, Receiver } from '../../core/seam/transport.ts';

/** Options of a pair of connections. */
export interface MemoryConnectionOptions {
  /** The maximum size of a chunk that arrives in one piece, in bytes. Default: as written. */
  readonly chunkBytes?: number;
  /** The properties of both ends. */
  readonly info?: Partial<ConnectionInfo>;
  /** The number of bytes in transit above which `write` returns `false`. Default 64 KiB. */
  readonly highWaterBytes?: number;
}

/** One end of a byte stream within this process. Written bytes arrive in a later turn. */
export class MemoryConnection implements Connection {
  readonly info: ConnectionInfo;
  /** Everything that was written at this end, in order, for tests of the wire. */
  readonly written: Uint8Array[] = [];
  readonly #options: MemoryConnectionOptions;
  readonly #outbox: Uint8Array[] = [];
  #peer: MemoryConnection = this;
  #receiver: Receiver | undefined;
  #state: 'open' | 'ending' | 'closed' = 'open';
  #paused = false;
  #scheduled = false;
  #choked = false;
  bytesQueued = 0;

  private constructor(options: MemoryConnectionOptions) {
    this.#options = options;
    this.info = { peer: 'memory', local: true, encrypted: true, authenticated: false, ...options.info };
  }

  /** Creates two connected ends. */
  static pair(options: MemoryConnectionOptions = {}): readonly [MemoryConnection, MemoryConnection] {
    const left = new MemoryConnection(options);
    const right = new MemoryConnection(options);
    left.#peer = right;
    right.#peer = left;
    return [left, right];
  }

  /** Whether this end is closed and has reported it. */
  get isClosed(): boolean {
    return this.#state === 'closed';
  }

  /** Whether this end was paused. */
  get isPaused(): boolean {
    return this.#paused;
  }

  open(receiver: Receiver): void {
    if (this.#receiver !== undefined) throw new Error('opened twice');
    this.#receiver = receiver;
    this.#peer.#schedule();
  }

  write(chunks: readonly Uint8Array[]): boolean {
    if (this.#state !== 'open') return true;
    for (const chunk of chunks) {
      this.written.push(new Uint8Array(chunk));
      this.#outbox.push(...cut(chunk, this.#options.chunkBytes ?? chunk.length));
      this.bytesQueued += chunk.length;
    }
    this.#schedule();
    this.#choked = this.bytesQueued > (this.#options.highWaterBytes ?? 64 * 1024);
    return !this.#choked;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#peer.#schedule();
  }

  hold(): void {}

  end(): void {
    if (this.#state !== 'open') return;
    this.#state = 'ending';
    this.#schedule();
  }

  destroy(): void {
    this.#close();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#deliver();
    });
  }

  #deliver(): void {
    const peer = this.#peer;
    if (this.#state === 'closed' || peer.#receiver === undefined || peer.#paused) return;
    const chunk = this.#outbox.shift();
    if (chunk !== undefined) {
      this.bytesQueued -= chunk.length;
      const memory = new Uint8Array(chunk);
      if (peer.#state !== 'closed') peer.#receiver.data(memory);
      // The memory may be reused after the call, so a receiver that kept it finds garbage.
      memory.fill(0xee);
      this.#schedule();
    } else if (this.#choked) {
      this.#choked = false;
      this.#receiver?.drained();
      this.#schedule();
    } else if (this.#state === 'ending') {
      this.#close();
    }
  }

  #close(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#outbox.length = 0;
    this.bytesQueued = 0;
    setImmediate(() => {
      this.#receiver?.closed();
      this.#peer.#close();
    });
  }
}

function cut(bytes: Uint8Array, pieceBytes: number): Uint8Array[] {
  const copy = new Uint8Array(bytes);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < copy.length; at += pieceBytes) pieces.push(copy.subarray(at, at + pieceBytes));
  return pieces;
}
