import type { Limits } from '../limits.ts';
import type { Outbox } from './outbox.ts';

/** Ends a session whose peer takes nothing of what is waiting for it. */
export class SlowConsumerTimer {
  readonly #outbox: Outbox;
  readonly #limits: Limits;
  readonly #expired: () => void;
  #timer: NodeJS.Timeout | undefined;
  #queuedBefore = 0;

  constructor(outbox: Outbox, limits: Limits, expired: () => void) {
    this.#outbox = outbox;
    this.#limits = limits;
    this.#expired = expired;
  }

  /** Looks whether the peer has become slow, or has caught up. */
  check(): void {
    if (this.#outbox.bytesQueued <= this.#limits.highWaterBytes) {
      this.stop();
    } else if (this.#timer === undefined) {
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
    if (this.#outbox.bytesQueued >= this.#queuedBefore) this.#expired();
    else this.check();
  }
}
