import { checkedTimeoutMs } from '../seam/call-options.ts';
import { BaseProxy } from '../proxy/base-proxy.ts';
import type { Typeid } from '../declaration/typeid-table.ts';
import { currentCaller } from './caller.ts';
import { sharedExposure } from './shared-exposure.ts';
import { WaitingList } from './waiting-list.ts';

/** A flag that many wait for; after `threading.Event`. */
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
export class EventProxy extends BaseProxy {
  /** Whether the flag is set. */
  isSet(): Promise<boolean> {
    return this.callMethod('isSet');
  }

  /** Sets the flag; all who wait for it go on. */
  set(): Promise<void> {
    return this.callMethod('set');
  }

  /** Takes the flag down. */
  clear(): Promise<void> {
    return this.callMethod('clear');
  }

  /**
   * Waits until the flag is set.
   *
   * @param timeout - At most so many milliseconds; 0 or less does not wait, `undefined` waits without limit.
   * @returns whether it was set in that time.
   */
  wait(timeout?: number): Promise<boolean> {
    return this.callMethod('wait', [timeout]);
  }
}

/** The typeid `Event`. */
export const EVENT: Typeid = {
  name: 'Event',
  proxyClass: EventProxy,
  create: () => new Event(),
  expose: sharedExposure({
    typeid: 'Event',
    cls: Event,
    methods: ['isSet', 'set', 'clear', 'wait'],
    copy: (event) => event.isSet(),
  }),
};
