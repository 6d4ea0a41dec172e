/** The number of empty places at the front from which on the rest moves up. */
const MAX_EMPTY = 1_024;

/** A queue of objects: adding at the end and taking from the front have the same small cost at any length. */
export class Fifo<T extends object> {
  #places: (T | undefined)[] = [];
  /** The position of the first object; the places before it are empty. */
  #front = 0;

  get length(): number {
    return this.#places.length - this.#front;
  }

  push(item: T): void {
    this.#places.push(item);
  }

  /** Takes the first object; `undefined` when there is none. */
  shift(): T | undefined {
    const item = this.#places[this.#front];
    if (item === undefined) return undefined;
    this.#places[this.#front] = undefined;
    this.#front++;
    if (this.#front > MAX_EMPTY && this.#front > this.length) this.#moveUp([]);
    return item;
  }

  /** Puts items back in front of all others, in their order. */
  putBack(items: readonly T[]): void {
    this.#moveUp(items);
  }

  /** Yields all objects, in order. */
  *[Symbol.iterator](): IterableIterator<T> {
    for (const item of this.#places.slice(this.#front)) if (item !== undefined) yield item;
  }

  #moveUp(before: readonly T[]): void {
    this.#places = [...before, ...this.#places.slice(this.#front)];
    this.#front = 0;
  }
}
