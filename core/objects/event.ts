import { checkedTimeoutMs } from '../seam/call-options.ts';
import { BaseProxy } from '../proxy/base-proxy.ts';
import type { Typeid } from '../declaration/typeid-table.ts';
import { currentCaller } from './caller.ts';
import { makes, type Shared, sharedTypeid } from './shared-typeid.ts';
import { WaitingList } from './waiting-list.ts';

/**
 * A flag that many wait for; after `threading.Event`.
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

  /** Sets the flag; all who wait for it go on. */
  set(): void {
    this.#isSet = true;
    this.#waiting.serveAll(() => undefined);
  }

  /** Takes the flag down. */
  clear(): void {
    this.#isSet = false;
  }

  /**
   * Waits until the flag is set.
   *
   * @param timeout - At most so many milliseconds; 0 or less does not wait, `undefined` waits without limit.
   * @returns whether it was set in that time.
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
