import { misuse } from '../seam/errors.ts';
import type { CallerSession } from '../references/current-call.ts';

/** What was sent over one session and not acknowledged, by the numbers of the calls that took it, in order. */
interface Sent<T> {
  readonly items: Map<number, T>;
  readonly callOff: () => void;
}

/**
 * Items on their way to clients. Each is kept until its receiver says that he has it; what was not acknowledged when the
 * receiver is gone, or when he says that he did not get it, is lost to nobody.
 */
export class Deliveries<T> {
  readonly #sent = new Map<CallerSession, Sent<T>>();
  readonly #comeBack: (items: readonly T[]) => void;

  /** @param comeBack - Takes what was not received, in the order in which it was sent. */
  constructor(comeBack: (items: readonly T[]) => void) {
    this.#comeBack = comeBack;
  }

  /** How many receivers have not acknowledged everything. */
  get size(): number {
    return this.#sent.size;
  }

  /**
   * Has `number` not been used by an item on its way?
   *
   * @throws `TypeError` when it has.
   */
  demandNew(session: CallerSession, number: number): void {
    if (this.#sent.get(session)?.items.has(number)) throw misuse('get: the number of this call is in use');
  }

  /** An item is being sent. When the session has ended already it comes back at once. */
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

  /** Items arrived. Numbers that are unknown mean nothing. */
  acknowledge(session: CallerSession, numbers: readonly unknown[]): void {
    for (const number of numbers) this.remove(session, number);
  }

  /** An item did not arrive, if it was sent at all. */
  giveBack(session: CallerSession, number: number): void {
    const item = this.remove(session, number);
    if (item !== undefined) this.#comeBack([item]);
  }

  /** An item is not on its way any more; returns it, if it was. */
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
