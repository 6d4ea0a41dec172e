import { advance, ahead, FRAME_COST_BYTES, type Frame, WINDOW_BYTES } from './frame.ts';

/** The kind of a received DATA. */
export type Arrival = 'next' | 'known' | 'early' | 'excess';

/**
 * The receiving half of a connection: accepts DATA only in order, and keeps unread ones. Credit limits their number; reading them
 * gives new credit.
 */
export class ReceiveSide {
  #expected: number;
  /** The number of the next byte to arrive, and of the next to be read. */
  #arrived: number;
  #taken: number;
  /** The start of the credit that the peer knows. */
  #told: number;
  #kept: Uint8Array[] = [];
  #head = 0;
  #ended = false;

  constructor(firstNumber: number) {
    this.#expected = firstNumber;
    this.#arrived = firstNumber;
    this.#taken = firstNumber;
    this.#told = firstNumber;
  }

  get expected(): number {
    return this.#expected;
  }

  /** The number of the byte up to which the peer may send. */
  get credit(): number {
    return advance(this.#taken, WINDOW_BYTES);
  }

  /** Whether enough was read to tell the peer. */
  get owesCredit(): boolean {
    return ahead(this.#taken, this.#told) >= WINDOW_BYTES / 2;
  }

  /** Whether everything has arrived and was read. */
  get isDone(): boolean {
    return this.#ended && this.#head === this.#kept.length;
  }

  /** Handles a DATA. */
  arrive(frame: Frame): Arrival {
    const gap = ahead(frame.number, this.#expected);
    if (gap < 0 || (gap === 0 && this.#ended)) return 'known';
    if (gap > 0) return 'early';
    const cost = frame.payload.length + FRAME_COST_BYTES;
    if (ahead(this.credit, this.#arrived) < cost) return 'excess';
    this.#expected = advance(this.#expected, 1);
    this.#arrived = advance(this.#arrived, cost);
    if (frame.payload.length > 0) this.#kept.push(frame.payload);
    else this.#taken = advance(this.#taken, cost);
    if (frame.last) this.#ended = true;
    return 'next';
  }

  /** Returns the next bytes for the reader; `undefined` if none have arrived. */
  take(): Uint8Array | undefined {
    const chunk = this.#kept[this.#head];
    if (chunk === undefined) return undefined;
    this.#head++;
    // Moving the rest costs as much as it has entries: at most as many as were removed.
    if (this.#head * 2 >= this.#kept.length) {
      this.#kept.splice(0, this.#head);
      this.#head = 0;
    }
    this.#taken = advance(this.#taken, chunk.length + FRAME_COST_BYTES);
    return chunk;
  }

  /** Called when the peer is told of the credit. */
  tell(): void {
    this.#told = this.#taken;
  }

  discard(): void {
    this.#kept = [];
    this.#head = 0;
  }
}
