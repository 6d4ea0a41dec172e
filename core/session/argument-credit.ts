import { MIN_HIGH_WATER_BYTES } from '../seam/limits.ts';

/** The largest credit that is announced, in bytes: any number of a message's has to hold what is given back. */
const MAX_CREDIT_BYTES = 2 ** 40;

/** The credit that an end with these limits announces, in bytes. */
export function creditOf({ highWaterBytes }: { readonly highWaterBytes: number }): number {
  return Math.min(highWaterBytes, MAX_CREDIT_BYTES);
}

/**
 * How many bytes of calls this end may send before the other one has started them. Calls have a credit of their own, so that an
 * end need never stop reading, and replies always get through: two ends that both have more to say than the other takes
 * would otherwise wait for each other for ever.
 */
export class SenderCredit {
  /** Until the other end has greeted: what each of them bears at least. */
  #creditBytes = MIN_HIGH_WATER_BYTES;
  /** What was sent and not given back. */
  #usedBytes = 0;

  /** Whether one more call may be sent, of whatever size. */
  get open(): boolean {
    return this.#usedBytes < this.#creditBytes;
  }

  /** The other end announced its credit; one that announces none takes everything. */
  announced(creditBytes: number): void {
    this.#creditBytes = creditBytes;
  }

  /** A call of that size was sent. */
  use(bytes: number): void {
    this.#usedBytes += bytes;
  }

  /** The other end has started so many bytes of calls. Returns `false` when that is more than was sent. */
  giveBack(bytes: number): boolean {
    if (bytes > this.#usedBytes) return false;
    this.#usedBytes -= bytes;
    return true;
  }
}

/** The same at the end that takes the calls: notices a peer that sends more, and says what was started. */
export class ReceiverCredit {
  readonly #creditBytes: number;
  readonly #giveBack: (bytes: number) => void;
  /** What arrived and was not given back; of that, what was started. */
  #usedBytes = 0;
  #startedBytes = 0;

  /** @param giveBack - Tells the other end; called for half of the credit at a time, so that small calls cost nothing. */
  constructor(creditBytes: number, giveBack: (bytes: number) => void) {
    this.#creditBytes = creditBytes;
    this.#giveBack = giveBack;
  }

  /** A call arrived. Returns `false` when it could not have been sent: the other end breaks the protocol. */
  arrived(bytes: number): boolean {
    if (this.#usedBytes >= this.#creditBytes) return false;
    this.#usedBytes += bytes;
    return true;
  }

  /** A call that arrived was started, or turned away. */
  started(bytes: number): void {
    this.#startedBytes += bytes;
    if (this.#startedBytes < this.#creditBytes / 2) return;
    const started = this.#startedBytes;
    this.#usedBytes -= started;
    this.#startedBytes = 0;
    this.#giveBack(started);
  }
}
