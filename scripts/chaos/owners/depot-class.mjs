/** The actor that all owners of the chaos run share: a queue, a lock and a directory of workers. */
import { Actor, Lock, Queue, release } from 'uactor';

/** The size of the queue. */
const ROOM = 50;

export class Depot extends Actor {
  static module = import.meta.url;
  static options = { dial: () => true, inspectable: true, keepAlive: 2_000, limits: { ticketMs: 8_000 } };
  static methodToTypeid = { queue: 'Queue', lock: 'Lock' };
  /** @readonly */
  #incarnation;
  /** @readonly */
  #queue = new Queue(ROOM);
  /** @readonly */
  #lock = new Lock();
  /** @readonly */
  #workers = new Map();

  constructor(incarnation) {
    super();
    this.#incarnation = incarnation;
  }

  queue() {
    return this.#queue;
  }

  lock() {
    return this.#lock;
  }

  /** Returns the incarnation: a queue dies with its process. */
  incarnation() {
    return this.#incarnation;
  }

  enrol(name, worker) {
    this.withdraw(name);
    this.#workers.set(name, worker);
  }

  find(name) {
    return this.#workers.get(name);
  }

  withdraw(name) {
    const before = this.#workers.get(name);
    if (before !== undefined) release(before.worker);
    this.#workers.delete(name);
  }

  /** Takes the remaining items, when there are no takers any more. */
  async rest() {
    const items = [];
    while (!this.#queue.empty()) items.push(await this.#queue.getNowait());
    return items;
  }
}
