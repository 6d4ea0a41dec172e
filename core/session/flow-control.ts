import { MIN_HIGH_WATER_BYTES } from '../seam/limits.ts';

/** The largest credit that is announced, in bytes: a CREDIT's number must be able to hold it. */
const MAX_CREDIT_BYTES = 2 ** 40;

/** Returns the credit in bytes that an end with these limits announces. */
export function creditOf({ highWaterBytes }: { readonly highWaterBytes: number }): number {
  return Math.min(highWaterBytes, MAX_CREDIT_BYTES);
}

/**
 * Limits the bytes of calls that this end sends before the peer has started them. Calls have their own credit, so that an end
 * never has to stop reading, and replies always get through. Otherwise two ends that both send more than the other accepts would
 * wait for each other for ever.
 */
export class SenderCredit {
  /** Until the peer has greeted, the minimum that every end accepts. */
  #creditBytes = MIN_HIGH_WATER_BYTES;
  /** The bytes sent and not returned by a CREDIT. */
  #usedBytes = 0;

  /** Whether another call may be sent, of any size. */
  get open(): boolean {
    return this.#usedBytes < this.#creditBytes;
  }

  /** Sets the credit that the peer announced; a peer that announces none has no limit. */
  announced(creditBytes: number): void {
    this.#creditBytes = creditBytes;
  }

  /** Counts a sent call of this size. */
  use(bytes: number): void {
    this.#usedBytes += bytes;
  }

  /** Counts bytes of calls that the peer has started. Returns `false` when there are more than were sent. */
  giveBack(bytes: number): boolean {
    if (bytes > this.#usedBytes) return false;
    this.#usedBytes -= bytes;
    return true;
  }
}

/** The receiver's part: detects a peer that exceeds its credit, and returns credit for started calls. */
export class ReceiverCredit {
  readonly #creditBytes: number;
  readonly #giveBack: (bytes: number) => void;
  /** The bytes that arrived and were not returned; of these, the ones that have started. */
  #usedBytes = 0;
  #startedBytes = 0;

  /** @param giveBack - Sends a CREDIT. Called for half of the credit at a time, so that small calls cost nothing. */
  constructor(creditBytes: number, giveBack: (bytes: number) => void) {
    this.#creditBytes = creditBytes;
    this.#giveBack = giveBack;
  }

  /** Counts an arrived call. Returns `false` when it exceeds the credit, which breaks the protocol. */
  arrived(bytes: number): boolean {
    if (this.#usedBytes >= this.#creditBytes) return false;
    this.#usedBytes += bytes;
    return true;
  }

  /** Counts a call that was started or rejected. */
  started(bytes: number): void {
    this.#startedBytes += bytes;
    if (this.#startedBytes < this.#creditBytes / 2) return;
    const started = this.#startedBytes;
    this.#usedBytes -= started;
    this.#startedBytes = 0;
    this.#giveBack(started);
  }
}

/** Alternates between waiting calls and waiting replies, so that neither uses all the room. */
export class Turns {
  /** Whether replies are written first the next time there is room. */
  #inboundFirst = true;

  /** Called when there is room. Returns whether anything still waits. */
  useRoom(
    inbound: { readonly waits: boolean; drained(): void },
    outbound: { readonly waiting: number; sendWaiting(): void },
  ): boolean {
    const inboundFirst = this.#inboundFirst;
    this.#inboundFirst = !inboundFirst;
    if (inboundFirst) inbound.drained();
    outbound.sendWaiting();
    if (!inboundFirst) inbound.drained();
    return outbound.waiting > 0 || inbound.waits;
  }
}
