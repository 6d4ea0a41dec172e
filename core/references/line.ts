/** A place in a {@link Line}, which its item can leave at any time. */
export class Place<T> {
  readonly item: T;
  /** @internal The neighbours, and whether the place is still taken; for {@link Line} only. */
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

/** A queue that an item can leave from anywhere. Each step costs the same, however long the line is. */
export class Line<T> {
  #first: Place<T> | undefined;
  #last: Place<T> | undefined;
  /** How many items wait; the line alone changes it. A field, because every call asks for it. */
  length = 0;

  /** The item that came first of those that wait. */
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

  /** Takes out the first item; `undefined` when nothing waits. */
  shift(): T | undefined {
    const place = this.#first;
    if (place === undefined) return undefined;
    this.leave(place);
    return place.item;
  }

  /** Takes an item out. Returns `false` when it has left before. */
  leave(place: Place<T>): boolean {
    if (!place.taken) return false;
    place.taken = false;
    const { before, behind } = place;
    if (before === undefined) this.#first = behind;
    else before.behind = behind;
    if (behind === undefined) this.#last = before;
    else behind.before = before;
    // A reference to one node must not keep its neighbours alive.
    place.before = place.behind = undefined;
    this.length--;
    return true;
  }

  /** Takes out all items, in order. */
  clear(): T[] {
    const items: T[] = [];
    for (let item = this.shift(); item !== undefined; item = this.shift()) items.push(item);
    return items;
  }
}
