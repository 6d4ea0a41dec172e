/** The objects of this process that others may use, each with its counts, and the tickets for references in flight to third processes. */
import { clearTimeout, setTimeout } from '../seam/environment.ts';
import { ProxyError } from '../seam/errors.ts';
import type { ProcessLimits } from '../seam/limits.ts';
import type { LocalExposure } from './exposure.ts';

/** An object of this process that other processes may name. */
export interface ObjectEntry {
  /** Unique in this process at all times; 48 bits. */
  readonly id: number;
  readonly object: object;
  /** The object that executes the calls: the object itself, unless its exposure adapts it. */
  readonly target: object;
  readonly exposure: LocalExposure;
  /** The references of sessions and of tickets in flight. */
  held: number;
  /** The number of proxies in this process that were never sent. */
  home: number;
  /**
   * The number of proxies in this process that were sent: perhaps only their receivers still hold them, until they are collected
   * here.
   */
  sent: number;
  /** Whether a session or a ticket has ever held it. */
  lent: boolean;
}

/**
 * The objects of this process that have proxies, each as long as a process holds it. An object has one id and one typeid at a
 * time; an id is never reused.
 */
export class ObjectTable {
  readonly #byId = new Map<number, ObjectEntry>();
  readonly #byObject = new Map<object, ObjectEntry>();
  readonly #dropped: () => void;
  readonly #limits: () => ProcessLimits;
  #nextId = 1;
  #held = 0;
  #holdings = 0;

  /** @param dropped - Called when references were released, after the counts changed. */
  constructor(dropped: () => void, limits: () => ProcessLimits) {
    this.#dropped = dropped;
    this.#limits = limits;
  }

  /** The number of objects with at least one proxy. */
  get size(): number {
    return this.#byId.size;
  }

  /** The number of references that other processes hold, including tickets in flight. */
  get held(): number {
    return this.#held;
  }

  /** The number of objects that sessions hold, counted once for each session. */
  get holdings(): number {
    return this.#holdings;
  }

  /** Adds to the number of objects that sessions hold; `change` may be negative. */
  countHoldings(change: number): void {
    this.#holdings += change;
  }

  /**
   * Checks that a session may hold this many further objects.
   *
   * @throws {@link ProxyError} `TOO_MANY_REFERENCES` at `limits.maxObjects`.
   */
  demandRoom(more: number): void {
    this.#demand(this.#holdings + more);
  }

  #demand(count: number): void {
    const { maxObjects } = this.#limits();
    if (count <= maxObjects) return;
    throw new ProxyError(
      `this process may hand out ${maxObjects} objects (limits.maxObjects), each counted once for every session that ` +
        `holds it, and this would be number ${count}: release some, or raise the limit`,
      { code: 'TOO_MANY_REFERENCES' },
    );
  }

  entries(): IterableIterator<ObjectEntry> {
    return this.#byId.values();
  }

  /** Returns the entry of `object`, if it is handed out at present. */
  find(object: object): ObjectEntry | undefined {
    return this.#byObject.get(object);
  }

  /**
   * Returns the entry of `object`, created if necessary; the caller must add a reference at once.
   *
   * @throws {@link ProxyError} `TYPEID_CONFLICT` when the object is handed out under another typeid at present,
   * `TOO_MANY_REFERENCES` at `limits.maxObjects`.
   */
  enter(object: object, exposure: LocalExposure): ObjectEntry {
    const known = this.#byObject.get(object);
    if (known && known.exposure.typeid !== exposure.typeid && known.held === 0 && known.home === 0) {
      // After the receivers released an object, a proxy that is not collected yet does not prevent another typeid.
      this.#byId.delete(known.id);
      this.#byObject.delete(object);
      return this.enter(object, exposure);
    }
    if (known === undefined) {
      this.#demand(this.#byId.size + 1);
      const target = exposure.adapt?.(object) ?? object;
      const entry = { id: this.#nextId++, object, target, exposure, held: 0, home: 0, sent: 0, lent: false };
      this.#byId.set(entry.id, entry);
      this.#byObject.set(object, entry);
      return entry;
    }
    if (known.exposure.typeid === exposure.typeid) return known;
    throw new ProxyError(
      `this object already has a proxy of typeid '${known.exposure.typeid}', so it cannot have one of typeid ` +
        `'${exposure.typeid}': release the first proxy, or hand out a copy`,
      { code: 'TYPEID_CONFLICT' },
    );
  }

  /** Adds a reference of a session or a ticket. */
  hold(entry: ObjectEntry): void {
    entry.held++;
    entry.lent = true;
    this.#held++;
  }

  /** Releases `count` references of a session or a ticket. */
  drop(entry: ObjectEntry, count: number): void {
    entry.held -= count;
    this.#held -= count;
    this.#forgetUnheld(entry);
    this.#dropped();
  }

  /** Adds a proxy in this process, which may share a reference that was sent. */
  holdAtHome(entry: ObjectEntry, sent = false): void {
    if (sent) entry.sent++;
    else entry.home++;
  }

  /** Counts `count` proxies of this process as sent. */
  sendFromHome(entry: ObjectEntry, count: number): void {
    entry.home -= count;
    entry.sent += count;
  }

  /** Removes a proxy in this process, which may have been sent. */
  dropAtHome(entry: ObjectEntry, sent = false): void {
    if (sent) entry.sent--;
    else entry.home--;
    this.#forgetUnheld(entry);
  }

  /**
   * Removes a proxy of a message that does not leave. An object that no other process has ever held stays as it is, because the message
   * may be written again, and because a caller may use it after its call has failed.
   *
   * @returns whether it is such an object.
   */
  takeBack(entry: ObjectEntry): boolean {
    entry.home--;
    if (!entry.lent) return this.#forget(entry);
    this.#forgetUnheld(entry);
    return false;
  }

  #forgetUnheld(entry: ObjectEntry): void {
    if (this.#forget(entry)) entry.exposure.dropped?.(entry.target);
  }

  #forget(entry: ObjectEntry): boolean {
    if (entry.held > 0 || entry.home > 0 || entry.sent > 0 || this.#byId.get(entry.id) !== entry) return false;
    this.#byId.delete(entry.id);
    this.#byObject.delete(entry.object);
    return true;
  }
}

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
