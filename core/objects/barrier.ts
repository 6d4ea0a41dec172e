import { checkedTimeoutMs, demandKnownNames } from '../seam/call-options.ts';
import { BrokenBarrierError } from '../seam/errors.ts';
import { BaseProxy } from '../proxy/base-proxy.ts';
import type { Typeid } from '../declaration/typeid-table.ts';
import { checkedCount } from './arguments.ts';
import { currentCaller } from './caller.ts';
import { makes, type Shared, sharedTypeid } from './shared-typeid.ts';
import { WaitingList } from './waiting-list.ts';

/** The options of a barrier. */
export interface BarrierOptions {
  /** The default time limit of `wait`, in milliseconds. Default: no limit. */
  readonly timeout?: number | undefined;
}

/** A point at which a number of parties wait for each other, repeatedly; corresponds to `threading.Barrier`. */
export class Barrier {
  readonly #parties: number;
  readonly #timeout: number | undefined;
  readonly #waiting = new WaitingList<undefined, number>();
  #broken = false;

  constructor(parties: number, options: BarrierOptions = {}) {
    this.#parties = checkedCount(parties, 'Barrier: parties', 1);
    demandKnownNames(options, ['timeout'], 'Barrier');
    this.#timeout = checkedTimeoutMs(options.timeout, 'Barrier: timeout');
  }

  /** The number of parties. */
  get parties(): number {
    return this.#parties;
  }

  /** The number of parties that wait at present. */
  get nWaiting(): number {
    return this.#waiting.size;
  }

  /** Whether the barrier is broken. */
  get broken(): boolean {
    return this.#broken;
  }

  /**
   * Waits until all parties have arrived. A call that is given up, or whose process is gone, frees its place.
   *
   * @param timeout - The time limit in milliseconds, after which the barrier breaks for all parties. Default: the barrier's own.
   * @returns a number from 0 to `parties` - 1, different for each party.
   * @throws {@link BrokenBarrierError}
   */
  async wait(timeout?: number): Promise<number> {
    const timeoutMs = timeout === undefined ? this.#timeout : checkedTimeoutMs(timeout, 'wait: timeout');
    if (this.#broken) throw brokenError('it was broken before');
    if (this.#waiting.size === this.#parties - 1) {
      let place = 0;
      this.#waiting.serveAll(() => place++);
      return place;
    }
    if (timeoutMs !== undefined && timeoutMs <= 0) throw this.#breakFor('not all parties had arrived');
    const waited = await this.#waiting.wait(undefined, { timeoutMs, onGone: currentCaller().onGone });
    if (!waited.late) return waited.value;
    throw this.#breakFor('not all parties arrived in time');
  }

  /** Breaks the barrier: waiting and arriving parties reject. */
  abort(): void {
    this.#breakFor('it was aborted');
  }

  /** Restores the barrier; waiting parties reject. */
  reset(): void {
    this.#waiting.failAll(() => brokenError('it was reset'));
    this.#broken = false;
  }

  #breakFor(why: string): BrokenBarrierError {
    this.#broken = true;
    this.#waiting.failAll(() => brokenError(why));
    return brokenError(why);
  }
}

function brokenError(why: string): BrokenBarrierError {
  return new BrokenBarrierError(`the barrier is broken: ${why}; reset() restores it`);
}

/** A proxy of a barrier. */
export class BarrierProxy extends BaseProxy {}
export interface BarrierProxy extends Shared<Barrier> {}

/** The typeid `Barrier`. */
export const BARRIER: Typeid = sharedTypeid({
  name: 'Barrier',
  cls: Barrier,
  proxyClass: BarrierProxy,
  create: makes(Barrier),
  copy: ({ parties, nWaiting, broken }) => ({ parties, nWaiting, broken }),
});
