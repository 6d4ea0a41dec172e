import type { Limits } from '../seam/limits.ts';
import { clearTimeout, setTimeout } from '../seam/environment.ts';

/** What waits to leave, and what has left. */
export interface Queued {
  readonly bytesQueued: number;
  readonly bytesTaken: number;
  /** How much may wait without anybody being slow. */
  readonly highWaterBytes: number;
}

/** Ends a session whose peer takes too little of what is waiting for it. */
export class SlowConsumerTimer {
  readonly #outbox: Queued;
  readonly #limits: Limits;
  readonly #expired: () => void;
  #timer: NodeJS.Timeout | undefined;
  #takenBefore = 0;
  #queuedBefore = 0;

  constructor(outbox: Queued, limits: Limits, expired: () => void) {
    this.#outbox = outbox;
    this.#limits = limits;
    this.#expired = expired;
  }

  /** Looks whether the peer has become slow, or has caught up. */
  check(): void {
    if (this.#outbox.bytesQueued <= this.#outbox.highWaterBytes) {
      this.stop();
    } else if (this.#timer === undefined) {
      this.#takenBefore = this.#outbox.bytesTaken;
      this.#queuedBefore = this.#outbox.bytesQueued;
      this.#timer = setTimeout(() => this.#expire(), this.#limits.slowConsumerMs);
      this.#timer.unref();
    }
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #expire(): void {
    this.#timer = undefined;
    const { slowConsumerMs, minBytesPerSecond } = this.#limits;
    const leastBytes = Math.min((slowConsumerMs / 1000) * minBytesPerSecond, this.#queuedBefore);
    if (this.#outbox.bytesTaken - this.#takenBefore < leastBytes) this.#expired();
    else this.check();
  }
}
