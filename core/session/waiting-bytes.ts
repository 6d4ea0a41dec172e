import { MIN_HIGH_WATER_BYTES } from '../seam/limits.ts';
import type { BufferedShare } from './buffered-bytes.ts';

/** The bytes of a peer's calls that wait to be started, for their turn or for the peer to take replies. */
export class WaitingBytes {
  readonly #share: BufferedShare;
  bytes = 0;

  constructor(share: BufferedShare) {
    this.#share = share;
  }

  /**
   * Counts a call that is going to wait.
   *
   * @returns why it cannot: while the process has little room left it waits at its caller
   */
  add(bytes: number): Error | undefined {
    // It has arrived whole.
    this.#share.keep('receiving', 0);
    const waiting = this.bytes + bytes;
    if (this.#share.pressed && waiting > MIN_HIGH_WATER_BYTES) return this.#share.refusal(waiting);
    this.#set(waiting);
    return undefined;
  }

  /** A call that waited has begun, or was given up. */
  remove(bytes: number): void {
    this.#set(this.bytes - bytes);
  }

  #set(bytes: number): void {
    this.bytes = bytes;
    this.#share.keep('waiting', bytes);
  }
}
