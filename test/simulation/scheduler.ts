/** An event at a time. */
export interface Occurrence {
  readonly at: number;
  readonly order: number;
  /** The host to which it belongs: the event waits while the host is stopped, and is dropped when the host has ended. */
  readonly place: Place | undefined;
  readonly run: () => void;
  cancelled: boolean;
}

/** A host in which events occur. */
export interface Place {
  readonly state: 'running' | 'stopped' | 'gone';
  /** Keeps an event that cannot occur while the place is stopped. */
  defer(occurrence: Occurrence): void;
}

/**
 * Virtual time, and the order of all events. Each event runs in its own turn: all ticks and microtasks that it causes run before the
 * next one.
 */
export class Scheduler {
  #now = 0;
  #order = 0;
  #steps = 0;
  readonly #heap: Occurrence[] = [];

  get now(): number {
    return this.#now;
  }

  /** The number of events that have run. */
  get steps(): number {
    return this.#steps;
  }

  at(time: number, place: Place | undefined, run: () => void): Occurrence {
    const occurrence = { at: Math.max(time, this.#now), order: this.#order++, place, run, cancelled: false };
    this.#push(occurrence);
    return occurrence;
  }

  after(ms: number, place: Place | undefined, run: () => void): Occurrence {
    return this.at(this.#now + ms, place, run);
  }

  /**
   * Runs the next event.
   *
   * @returns `false` when there is none, or none before `latest`.
   */
  async step(latest: number): Promise<boolean> {
    for (;;) {
      const next = this.#heap[0];
      if (next === undefined || next.at > latest) return false;
      this.#pop();
      if (next.cancelled || next.place?.state === 'gone') continue;
      this.#now = next.at;
      if (next.place?.state === 'stopped') {
        next.place.defer(next);
        continue;
      }
      this.#steps++;
      next.run();
      await drained();
      return true;
    }
  }

  /** The time of the next event; `undefined` when there is none. */
  get next(): number | undefined {
    while (this.#heap[0]?.cancelled === true || this.#heap[0]?.place?.state === 'gone') this.#pop();
    return this.#heap[0]?.at;
  }

  /** Advances time without events. */
  advanceTo(time: number): void {
    this.#now = Math.max(this.#now, time);
  }

  #push(occurrence: Occurrence): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(occurrence);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !before(occurrence, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = occurrence;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      const left = heap[2 * index + 1];
      const right = heap[2 * index + 2];
      if (left === undefined) break;
      const [child, at] = right !== undefined && before(right, left) ? [right, 2 * index + 2] : [left, 2 * index + 1];
      if (!before(child, last)) break;
      heap[index] = child;
      index = at;
    }
    heap[index] = last;
  }
}

function before(left: Occurrence, right: Occurrence): boolean {
  return left.at < right.at || (left.at === right.at && left.order < right.order);
}

/** Node runs `setImmediate` when no tick and no microtask is left. */
function drained(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
