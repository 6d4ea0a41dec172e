import { FRAME_COST_BYTES, type Frame, WINDOW_BYTES } from './frame.ts';
import { advance, ahead } from './sequence.ts';

/** What an incoming DATA is. */
export type Arrival = 'next' | 'known' | 'early' | 'excess';

/**
 * The receiving half of a connection: takes DATA in their order only, and keeps those that the reader has not taken. Their number is bounded
 * by the credit, which the reader gives again by taking.
 */
export class ReceiveSide {
  #expected: number;
  /** The number of the next byte that arrives, and of the next that the reader takes. */
  #arrived: number;
  #taken: number;
  /** Where credit began that the other end knows of. */
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

  /** The number of the byte up to which the other end may send. */
  get credit(): number {
    return advance(this.#taken, WINDOW_BYTES);
  }

  /** Whether the reader has taken so much that the other end should be told. */
  get owesCredit(): boolean {
    return ahead(this.#taken, this.#told) >= WINDOW_BYTES / 2;
  }

  /** Whether everything has arrived, and the reader has taken it. */
  get isDone(): boolean {
    return this.#ended && this.#head === this.#kept.length;
  }

  /** Takes in a DATA. */
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

  /** The next bytes for the reader; `undefined` if none have arrived. */
  take(): Uint8Array | undefined {
    const chunk = this.#kept[this.#head];
    if (chunk === undefined) return undefined;
    this.#head++;
    // Moving the rest costs as much as it has entries, which are at most as many.
    if (this.#head * 2 >= this.#kept.length) {
      this.#kept.splice(0, this.#head);
      this.#head = 0;
    }
    this.#taken = advance(this.#taken, chunk.length + FRAME_COST_BYTES);
    return chunk;
  }

  /** The other end is told of the credit now. */
  tell(): void {
    this.#told = this.#taken;
  }

  discard(): void {
    this.#kept = [];
    this.#head = 0;
  }
}
