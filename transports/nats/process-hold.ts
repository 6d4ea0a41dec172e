import { MAX_TIMER_MS } from '../../core/seam/call-options.ts';
import { clearInterval, setInterval, type Timer } from '../../core/seam/environment.ts';
import type { Hold } from './broker.ts';

/**
 * A timer that keeps the process alive while it is held. The connection to the broker never does: nats.js would keep it alive for
 * good.
 */
export class ProcessHold implements Hold {
  #holders = 0;
  #timer: Timer | undefined;

  acquire(): void {
    if (++this.#holders === 1) this.#timer = setInterval(() => undefined, MAX_TIMER_MS);
  }

  release(): void {
    if (--this.#holders > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
