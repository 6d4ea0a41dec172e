import { misuse } from '../seam/errors.ts';
import type { CallerSession } from '../references/current-call.ts';

/** Unacknowledged items sent over one session, by the numbers of their takings, in order. */
interface Sent<T> {
  readonly items: Map<number, T>;
  readonly callOff: () => void;
}

/**
 * Items in transit to clients. Each is kept until its receiver acknowledges it. Unacknowledged items return when the receiver is
 * gone or reports that it did not receive them.
 */
export class Deliveries<T> {
  readonly #sent = new Map<CallerSession, Sent<T>>();
  readonly #comeBack: (items: readonly T[]) => void;

  /** @param comeBack - Takes back unreceived items, in the order in which they were sent. */
  constructor(comeBack: (items: readonly T[]) => void) {
    this.#comeBack = comeBack;
  }

  /** The number of receivers with unacknowledged items. */
  get size(): number {
    return this.#sent.size;
  }

  /**
   * Checks that no item in transit uses this number.
   *
   * @throws `TypeError` when one does.
   */
  demandNew(session: CallerSession, number: number): void {
    if (this.#sent.get(session)?.items.has(number)) throw misuse('get: the number of this call is in use');
  }

  /** Adds an item that is being sent. If the session has already ended, the item returns at once. */
  add(session: CallerSession, number: number, item: T): void {
    let sent = this.#sent.get(session);
    if (sent === undefined) {
      const items = new Map<number, T>();
      let ended = false;
      const callOff = session.onEnd(() => {
        ended = true;
        this.#sent.delete(session);
        this.#comeBack([...items.values()]);
      });
      if (ended) {
        this.#comeBack([item]);
        return;
      }
      sent = { items, callOff };
      this.#sent.set(session, sent);
    }
    sent.items.set(number, item);
  }

  /** Called when items have arrived. Unknown numbers are ignored. */
  acknowledge(session: CallerSession, numbers: readonly unknown[]): void {
    for (const number of numbers) this.remove(session, number);
  }

  /** Called when an item did not arrive, if it was sent at all. */
  giveBack(session: CallerSession, number: number): void {
    const item = this.remove(session, number);
    if (item !== undefined) this.#comeBack([item]);
  }

  /** Removes an item in transit and returns it; `undefined` if there is none. */
  remove(session: CallerSession, number: unknown): T | undefined {
    const sent = this.#sent.get(session);
    const item = typeof number === 'number' ? sent?.items.get(number) : undefined;
    if (sent === undefined || typeof number !== 'number' || !sent.items.delete(number)) return undefined;
    if (sent.items.size === 0) {
      this.#sent.delete(session);
      sent.callOff();
    }
    return item;
  }
}
