import { ProxyError } from '../seam/errors.ts';
import type { ObjectEntry, ObjectTable } from './object-table.ts';
import { clearTimeout, setTimeout } from '../seam/environment.ts';

interface Granted {
  readonly entry: ObjectEntry;
  readonly timer: NodeJS.Timeout;
  readonly gone: () => void;
}

interface Waiting {
  readonly resolve: (entry: ObjectEntry) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/**
 * References on their way to a third process. Whoever holds one of our objects may leave a ticket here; whoever brings
 * the ticket gets a reference of its own. Each ticket is good for one claim, and expires.
 */
export class Tickets {
  readonly #objects: ObjectTable;
  readonly #granted = new Map<string, Granted>();
  readonly #waiting = new Map<string, Waiting>();

  constructor(objects: ObjectTable) {
    this.#objects = objects;
  }

  /** How many references are on their way. */
  get size(): number {
    return this.#granted.size;
  }

  /**
   * Holds `entry` for whoever brings `ticket` within `lifeMs`. A ticket that exists already is left as it is.
   *
   * @param gone - Called once the ticket is no more: claimed, expired, or there before.
   */
  grant(ticket: string, entry: ObjectEntry, lifeMs: number, gone: () => void): void {
    if (this.#granted.has(ticket)) {
      gone();
      return;
    }
    this.#objects.hold(entry);
    const waiting = this.#waiting.get(ticket);
    if (waiting) {
      this.#waiting.delete(ticket);
      clearTimeout(waiting.timer);
      waiting.resolve(entry);
      gone();
      return;
    }
    const timer = setTimeout(() => {
      this.#granted.delete(ticket);
      this.#objects.drop(entry, 1);
      gone();
    }, lifeMs);
    timer.unref();
    this.#granted.set(ticket, { entry, timer, gone });
  }

  /**
   * Takes over the reference that `ticket` holds: the caller gives it back to the object table. A claim may overtake its
   * grant, so an unknown ticket is waited for.
   *
   * @param waitMs - For how long.
   * @throws {@link ProxyError} `TICKET_INVALID` when nobody granted it, it expired, or it was claimed already.
   */
  claim(ticket: string, waitMs: number): Promise<ObjectEntry> {
    const granted = this.#granted.get(ticket);
    if (granted) {
      this.#granted.delete(ticket);
      clearTimeout(granted.timer);
      granted.gone();
      return Promise.resolve(granted.entry);
    }
    return new Promise((resolve, reject) => {
      if (this.#waiting.has(ticket)) {
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
}

function invalidTicket(): ProxyError {
  return new ProxyError(
    'the proxy was handed over with a ticket that its actor does not know: it expired, was used already, or the ' +
      'process that handed it over died on the way; ask for the proxy again',
    { code: 'TICKET_INVALID' },
  );
}
