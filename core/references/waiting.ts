/** How calls wait: in a {@link Line} for their turn, and until one of many {@link Deadlines}. */
import type { CallOptions } from '../seam/call-options.ts';
import { clearTimeout, performance, setTimeout, type Timer } from '../seam/environment.ts';

/** A place in a {@link Line}, which its item can leave at any time. */
export class Place<T> {
  readonly item: T;
  /** @internal The neighbours, and whether the place is taken; for {@link Line} only. */
  before: Place<T> | undefined;
  /** @internal */
  behind: Place<T> | undefined;
  /** @internal */
  taken = true;

  constructor(item: T, before: Place<T> | undefined) {
    this.item = item;
    this.before = before;
  }
}

/** A queue whose items can leave from any position. Each operation has constant cost. */
export class Line<T> {
  #first: Place<T> | undefined;
  #last: Place<T> | undefined;
  /** The number of waiting items; only the line changes it. A field, because every call reads it. */
  length = 0;

  /** The oldest waiting item. */
  get first(): T | undefined {
    return this.#first?.item;
  }

  /** Adds an item at the end. */
  add(item: T): Place<T> {
    const place = new Place(item, this.#last);
    if (this.#last === undefined) this.#first = place;
    else this.#last.behind = place;
    this.#last = place;
    this.length++;
    return place;
  }

  /** Removes the first item; `undefined` when nothing waits. */
  shift(): T | undefined {
    const place = this.#first;
    if (place === undefined) return undefined;
    this.leave(place);
    return place.item;
  }

  /** Removes an item. Returns `false` if it has already left. */
  leave(place: Place<T>): boolean {
    if (!place.taken) return false;
    place.taken = false;
    const { before, behind } = place;
    if (before === undefined) this.#first = behind;
    else before.behind = behind;
    if (behind === undefined) this.#last = before;
    else behind.before = before;
    // A removed place must not keep its neighbours alive.
    place.before = place.behind = undefined;
    this.length--;
    return true;
  }

  /** Removes all items, and returns them in order. */
  clear(): T[] {
    const items: T[] = [];
    for (let item = this.shift(); item !== undefined; item = this.shift()) items.push(item);
    return items;
  }
}

/** One deadline among {@link Deadlines}. */
export interface Deadline {
  /** The time at which it passes, by `performance.now()`. */
  readonly atMs: number;
  readonly passed: () => void;
  /** Its index in the heap; -1 when it was removed. */
  index: number;
}

/**
 * Deadlines that share one timer. They are in a heap ordered by time, so each costs about the same even if a hundred thousand
 * pass or are removed together. The timer keeps no process alive; the waiting call does.
 */
export class Deadlines {
  readonly #heap: Deadline[] = [];
  #timer: Timer | undefined;
  /** When the timer fires. */
  #timerAtMs = Infinity;

  /** The number of pending deadlines. */
  get size(): number {
    return this.#heap.length;
  }

  /** Calls `passed` in `ms` milliseconds, at most 2³¹−1. */
  add(ms: number, passed: () => void): Deadline {
    const deadline = { atMs: performance.now() + ms, passed, index: this.#heap.length };
    this.#heap.push(deadline);
    this.#rise(deadline);
    if (deadline.atMs < this.#timerAtMs) this.#arm(deadline.atMs, ms);
    return deadline;
  }

  /** Removes a deadline; does nothing after it has passed. */
  delete(deadline: Deadline): void {
    const { index } = deadline;
    if (index < 0) return;
    deadline.index = -1;
    const last = this.#heap.pop();
    if (last !== undefined && last !== deadline) {
      last.index = index;
      this.#heap[index] = last;
      this.#rise(last);
      this.#sink(last);
    }
    // A timer that fires too early costs one check. Without deadlines, though, it would be a leftover handle.
    if (this.#heap.length === 0) this.#disarm();
  }

  #arm(atMs: number, ms: number): void {
    clearTimeout(this.#timer);
    this.#timerAtMs = atMs;
    this.#timer = setTimeout(() => this.#look(), Math.ceil(ms));
    this.#timer.unref();
  }

  #disarm(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#timerAtMs = Infinity;
  }

  #look(): void {
    this.#timerAtMs = Infinity;
    const nowMs = performance.now();
    for (let first = this.#heap[0]; first !== undefined && first.atMs <= nowMs; first = this.#heap[0]) {
      this.delete(first);
      first.passed();
    }
    const next = this.#heap[0];
    if (next !== undefined && next.atMs < this.#timerAtMs) this.#arm(next.atMs, next.atMs - nowMs);
  }

  /** Moves a deadline towards the front, as far as it is earlier than those before it. */
  #rise(deadline: Deadline): void {
    while (deadline.index > 0) {
      const above = this.#heap[(deadline.index - 1) >> 1];
      if (above === undefined || above.atMs <= deadline.atMs) return;
      this.#swap(deadline, above);
    }
  }

  /** Moves a deadline towards the end, as far as it is later than those behind it. */
  #sink(deadline: Deadline): void {
    for (;;) {
      const left = this.#heap[2 * deadline.index + 1];
      const right = this.#heap[2 * deadline.index + 2];
      const earlier = right !== undefined && left !== undefined && right.atMs < left.atMs ? right : left;
      if (earlier === undefined || earlier.atMs >= deadline.atMs) return;
      this.#swap(deadline, earlier);
    }
  }

  #swap(one: Deadline, other: Deadline): void {
    [one.index, other.index] = [other.index, one.index];
    this.#heap[one.index] = one;
    this.#heap[other.index] = other;
  }
}

/** Resolves to the result of `promise`, or to `'late'` when that takes longer than `timeoutMs`; `undefined`: no limit. */
export async function withDeadline<T>(
  promise: Promise<T>,
  timeoutMs: number | undefined,
): Promise<{ value: T } | 'late'> {
  if (timeoutMs === undefined) return { value: await promise };
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), timeoutMs);
  });
  try {
    return await Promise.race([promise.then((value) => ({ value })), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Reduces the deadline of a call by the time that has passed, to whole milliseconds. */
export function withLess<Options extends CallOptions>(
  options: Options | undefined,
  passedMs: number,
): Options | undefined {
  return options?.timeout === undefined ? options : { ...options, timeout: Math.ceil(options.timeout - passedMs) };
}
