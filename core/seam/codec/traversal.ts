/** Up to this many objects, searching a list is faster than filling a Set. */
const LISTED = 16;

/** Numbers the objects of one value in the order in which they are met, and recognises repeated ones. */
export class Meetings {
  /** The first objects. The array is reused between values, because refilling it would cost more. */
  readonly #listed: (object | undefined)[] = Array.from({ length: LISTED });
  #count = 0;
  /** All objects, when there are more than fit into the list. A Set needs a single lookup for an object that is new. */
  #set: Set<object> | undefined = undefined;
  /** Replaces the Set after an object was met again: only then are numbers needed. */
  #numbers: Map<object, number> | undefined = undefined;

  /** The number of objects met. */
  get count(): number {
    return this.#count;
  }

  /** Returns the number of `value` if it was met before, otherwise -1. */
  find(value: object): number {
    if (this.#numbers !== undefined) return this.#numbers.get(value) ?? -1;
    if (this.#set !== undefined) return this.#set.has(value) ? this.#numberOf(value, this.#set) : -1;
    const count = this.#count;
    for (let number = 0; number < count; number++) if (this.#listed[number] === value) return number;
    return -1;
  }

  /** Returns the number of `value` if it was met before; otherwise assigns the next one and returns -1. */
  note(value: object): number {
    const count = this.#count;
    if (this.#numbers !== undefined) {
      const known = this.#numbers.get(value);
      if (known !== undefined) return known;
      this.#numbers.set(value, count);
      this.#count = count + 1;
      return -1;
    }
    if (this.#set !== undefined) {
      const known = this.#set.size;
      if (this.#set.add(value).size === known) return this.#numberOf(value, this.#set);
      this.#count = count + 1;
      return -1;
    }
    for (let number = 0; number < count; number++) if (this.#listed[number] === value) return number;
    if (count < LISTED) this.#listed[count] = value;
    else this.#set = new Set<object>([...this.#objects(), value]);
    this.#count = count + 1;
    return -1;
  }

  /** Forgets all objects. */
  forget(): void {
    const count = Math.min(this.#count, LISTED);
    for (let index = 0; index < count; index++) this.#listed[index] = undefined;
    this.#count = 0;
    this.#set = undefined;
    this.#numbers = undefined;
  }

  /** Replaces the Set by a Map with the numbers, once per value: a Set keeps its members in the order in which they were added. */
  #numberOf(value: object, set: ReadonlySet<object>): number {
    const numbers = new Map<object, number>();
    for (const object of set) numbers.set(object, numbers.size);
    this.#numbers = numbers;
    this.#set = undefined;
    return numbers.get(value) ?? -1;
  }

  *#objects(): Generator<object> {
    for (const value of this.#listed) if (value !== undefined) yield value;
  }
}

/**
 * The containers around the present position of a traversal. An extension must not contain any of them: its value is created when
 * its data is complete, and data that contains a container around the extension never is.
 */
export class Nesting {
  /** Outermost first, by depth; entries beyond the present depth are stale. */
  readonly #around: unknown[] = [];
  /** The number of entries in use, current or stale. */
  #used = 0;
  /** The number of entries up to the innermost extension, including it. */
  #beyond = 0;

  /** Called when the traversal enters `container` at `depth`. */
  enter(container: unknown, depth: number): void {
    this.#around[depth] = container;
    if (depth >= this.#used) this.#used = depth + 1;
  }

  /** Called when the traversal enters the data of an extension. The result is for {@link Nesting.leaveExtension}. */
  enterExtension(depth: number): number {
    const before = this.#beyond;
    this.enter(undefined, depth);
    this.#beyond = depth + 1;
    return before;
  }

  /** Called when the data is complete. */
  leaveExtension(before: number): void {
    this.#beyond = before;
  }

  /** Whether `container`, met again, is around the present extension. */
  closesCircle(container: unknown): boolean {
    return this.#beyond > 0 && this.#around.lastIndexOf(container, this.#beyond - 1) >= 0;
  }

  /** Called when a traversal begins. */
  forget(): void {
    // The array keeps its length: for a small value, refilling it or setting its length would cost more than the traversal.
    for (let depth = 0; depth < this.#used; depth++) this.#around[depth] = undefined;
    this.#used = 0;
    this.#beyond = 0;
  }
}
