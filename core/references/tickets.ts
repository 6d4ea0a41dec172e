import { ProxyError } from '../seam/errors.ts';
import type { ObjectEntry, ObjectTable } from './object-table.ts';
import type { ProcessLimits } from '../seam/limits.ts';
import { clearTimeout, setTimeout } from '../seam/environment.ts';

interface Granted {
  readonly entry: ObjectEntry;
  readonly timer: NodeJS.Timeout;
  readonly holder: object;
}

interface Waiting {
  readonly resolve: (entry: ObjectEntry) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/**
 * References in flight to a third process. A process that holds one of this process's objects may leave a ticket here; a process
 * that presents the ticket gets its own reference. Each ticket is valid for one claim, and expires. There are at most
 * `limits.maxTickets`: when all are in use, a session that left more than its equal part gets no further one, and tickets of
 * other sessions replace the oldest.
 */
export class Tickets {
  readonly #objects: ObjectTable;
  readonly #limits: () => ProcessLimits;
  readonly #granted = new Map<string, Granted>();
  /** The number of tickets that each session left. */
  readonly #byHolder = new Map<object, number>();
  readonly #waiting = new Map<string, Waiting>();

  constructor(objects: ObjectTable, limits: () => ProcessLimits) {
    this.#objects = objects;
    this.#limits = limits;
  }

  /** The number of references in flight. */
  get size(): number {
    return this.#granted.size;
  }

  /** The number of claims that wait for their grant. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Returns the number of references in flight that `holder` left. */
  leftBy(holder: object): number {
    return this.#byHolder.get(holder) ?? 0;
  }

  /** Holds `entry` for the process that presents `ticket` within `lifeMs`. Has no effect if the ticket exists. */
  grant(ticket: string, entry: ObjectEntry, lifeMs: number, holder: object): void {
    if (this.#granted.has(ticket)) return;
    const waiting = this.#waiting.get(ticket);
    if (waiting) {
      this.#objects.hold(entry);
      this.#waiting.delete(ticket);
      clearTimeout(waiting.timer);
      waiting.resolve(entry);
      return;
    }
    if (!this.#makeRoom(holder)) return;
    this.#objects.hold(entry);
    const timer = setTimeout(() => this.#expire(ticket), lifeMs);
    timer.unref();
    this.#granted.set(ticket, { entry, timer, holder });
    this.#byHolder.set(holder, this.leftBy(holder) + 1);
  }

  /**
   * Takes over the reference of `ticket`; the caller must release it. A claim may overtake its grant, so it waits for an unknown
   * ticket.
   *
   * @param waitMs - How long to wait, in milliseconds.
   * @throws {@link ProxyError} `TICKET_INVALID` when it was never granted, has expired, or was already claimed.
   */
  claim(ticket: string, waitMs: number): Promise<ObjectEntry> {
    const granted = this.#take(ticket);
    if (granted) return Promise.resolve(granted.entry);
    return new Promise((resolve, reject) => {
      if (this.#waiting.has(ticket) || this.#waiting.size >= this.#limits().maxTickets) {
        reject(invalidTicket());
        return;
      }
      const timer = setTimeout(() => {
        this.#waiting.delete(ticket);
        reject(invalidTicket());
      }, waitMs);
      timer.unref();
      this.#waiting.set(ticket, { resolve, reject, timer });
    });
  }

  #makeRoom(holder: object): boolean {
    const { maxTickets } = this.#limits();
    if (this.#granted.size < maxTickets) return true;
    if (this.leftBy(holder) * this.#byHolder.size >= this.#granted.size) return false;
    for (const oldest of this.#granted.keys()) {
      this.#expire(oldest);
      break;
    }
    return true;
  }

  #expire(ticket: string): void {
    const granted = this.#take(ticket);
    if (granted) this.#objects.drop(granted.entry, 1);
  }

  #take(ticket: string): Granted | undefined {
    const granted = this.#granted.get(ticket);
    if (granted === undefined) return undefined;
    this.#granted.delete(ticket);
    clearTimeout(granted.timer);
    const left = this.leftBy(granted.holder) - 1;
    if (left === 0) this.#byHolder.delete(granted.holder);
    else this.#byHolder.set(granted.holder, left);
    return granted;
  }
}

function invalidTicket(): ProxyError {
  return new ProxyError(
    'the actor does not know the ticket of this proxy: it expired or was already used, the ' +
      'process that passed the proxy on died, or the actor has limits.maxTickets outstanding tickets; get the proxy again',
    { code: 'TICKET_INVALID' },
  );
}
