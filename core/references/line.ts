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
