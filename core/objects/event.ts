import { checkedTimeoutMs } from '../seam/call-options.ts';
import { BaseProxy } from '../proxy/base-proxy.ts';
import type { Typeid } from '../declaration/typeid-table.ts';
import { currentCaller } from './caller.ts';
import { makes, type Shared, sharedTypeid } from './shared-typeid.ts';
import { WaitingList } from './waiting-list.ts';

/**
 * A flag that any number of callers can wait for; corresponds to `threading.Event`.
 *
 * @example
 * const ready = await manager.Event();
 * setTimeout(() => void ready.set(), 100);
 * await ready.wait();
 */
export class Event {
  #isSet = false;
  readonly #waiting = new WaitingList<undefined, void>();

  /** Whether the flag is set. */
  isSet(): boolean {
    return this.#isSet;
  }

  /** Sets the flag and wakes all waiters. */
  set(): void {
    this.#isSet = true;
    this.#waiting.serveAll(() => undefined);
  }

  /** Clears the flag. */
  clear(): void {
    this.#isSet = false;
  }

  /**
   * Waits until the flag is set.
   *
   * @param timeout - The time limit in milliseconds; 0 or less does not wait, `undefined` waits without limit.
   * @returns whether it was set in time.
   */
  async wait(timeout?: number): Promise<boolean> {
    const timeoutMs = checkedTimeoutMs(timeout, 'wait: timeout');
    if (this.#isSet) return true;
    const { late } = await this.#waiting.wait(undefined, { timeoutMs, onGone: currentCaller().onGone });
    return !late;
  }
}

/** A proxy of an event. */
export class EventProxy extends BaseProxy {}
export interface EventProxy extends Shared<Event> {}

/** The typeid `Event`. */
export const EVENT: Typeid = sharedTypeid({
  name: 'Event',
  cls: Event,
  proxyClass: EventProxy,
  create: makes(Event),
  copy: (event) => event.isSet(),
});
