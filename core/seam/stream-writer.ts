import type { Socket } from 'node:net';

/**
 * How much is handed to the socket at a time. Node counts a write as waiting until its last byte has left, so that a
 * reader of one huge write would look as if it took nothing.
 */
const PORTION_BYTES = 1024 * 1024;

/**
 * The sending half of a {@link StreamConnection}: hands chunks to a socket in order, many at once where it can, and keeps
 * what is too much for one portion until the socket has sent the portion before.
 */
export class StreamWriter {
  readonly #socket: Socket;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #full = false;
  #phase: 'writing' | 'ending' | 'ended' = 'writing';

  /**
   * @param socket - what to write to; nobody else writes to it or ends it
   * @param drained - called after {@link StreamWriter.write} answered `false`, once what was waiting has left
   */
  constructor(socket: Socket, drained: () => void) {
    this.#socket = socket;
    socket.on('drain', () => {
      this.#advance();
      if (!this.#full || this.#isFull()) return;
      this.#full = false;
      drained();
    });
  }

  /** How many bytes were written and not yet taken by the system. */
  get bytesQueued(): number {
    return this.#waitingBytes + this.#socket.writableLength;
  }

  /**
   * Sends the chunks in order; does nothing after {@link StreamWriter.end}.
   *
   * @returns `false` when the socket's high water mark is reached
   */
  write(chunks: readonly Uint8Array[]): boolean {
    const socket = this.#socket;
    if (this.#phase !== 'writing' || socket.destroyed) return true;
    const only = chunks.length === 1 ? chunks[0] : undefined;
    const fits = only !== undefined && only.length > 0 && socket.writableLength + only.length <= PORTION_BYTES;
    if (fits && this.#waitingBytes === 0) {
      socket.write(only);
    } else {
      for (const chunk of chunks) {
        if (chunk.length === 0) continue;
        this.#waiting.push(chunk);
        this.#waitingBytes += chunk.length;
      }
      this.#advance();
    }
    this.#full ||= this.#isFull();
    return !this.#full;
  }

  /** Ends the socket's writable side after everything that was written. Idempotent. */
  end(): void {
    if (this.#phase !== 'writing') return;
    this.#phase = 'ending';
    this.#advance();
  }

  /** Forgets what has not been handed to the socket. */
  discard(): void {
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#phase = 'ended';
  }

  #isFull(): boolean {
    return this.bytesQueued >= this.#socket.writableHighWaterMark;
  }

  #advance(): void {
    const socket = this.#socket;
    // Once a portion is full Node owes a 'drain', which brings us back here for the rest.
    let room = PORTION_BYTES - socket.writableLength;
    if (this.#waitingBytes > 0 && room > 0) {
      let taken = 0;
      socket.cork();
      for (const chunk of this.#waiting) {
        if (room <= 0) break;
        if (chunk.length > room) {
          this.#waiting[taken] = chunk.subarray(room);
          socket.write(chunk.subarray(0, room));
          this.#waitingBytes -= room;
          break;
        }
        socket.write(chunk);
        room -= chunk.length;
        this.#waitingBytes -= chunk.length;
        taken++;
      }
      this.#waiting.splice(0, taken);
      socket.uncork();
    }
    if (this.#phase === 'ending' && this.#waitingBytes === 0) {
      this.#phase = 'ended';
      socket.end();
    }
  }
}
