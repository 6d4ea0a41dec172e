import { clearInterval, setInterval, type Timer } from '../../core/seam/environment.ts';
import type { Hold } from './broker.ts';

/** The longest time that Node's timers know. */
const FOREVER_MS = 2 ** 31 - 1;

/** A timer that keeps the process alive while somebody holds it. Its connection to the broker never does: nats.js would keep it alive for good. */
export class ProcessHold implements Hold {
  #holders = 0;
  #timer: Timer | undefined;

  acquire(): void {
    if (++this.#holders === 1) this.#timer = setInterval(() => undefined, FOREVER_MS);
  }

  release(): void {
    if (--this.#holders > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
