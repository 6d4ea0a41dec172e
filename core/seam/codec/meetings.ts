/** Up to so many objects a list is searched quicker than a Set is filled. */
const LISTED = 16;

/** Numbers the objects of one value in the order in which they are met, and recognises those that are met again. */
export class Meetings {
  /** The first ones. The places are kept between values: filling them again would cost more. */
  readonly #listed: (object | undefined)[] = Array.from({ length: LISTED });
  #count = 0;
  /** All of them once there are more than are listed. */
  #set: Set<object> | undefined = undefined;
  /** Their numbers, once one of them was met again: until then a Set, which asks once and not twice, is enough. */
  #numbers: Map<object, number> | undefined = undefined;

  /** How many objects were met. */
  get count(): number {
    return this.#count;
  }

  /** The number of `value` if it was met before, otherwise -1. */
  find(value: object): number {
    if (this.#set !== undefined) return this.#set.has(value) ? this.#numberOf(value, this.#set) : -1;
    const count = this.#count;
    for (let number = 0; number < count; number++) if (this.#listed[number] === value) return number;
    return -1;
  }

  /** The number of `value` if it was met before; otherwise it gets the next one, and the answer is -1. */
  note(value: object): number {
    const count = this.#count;
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

  /** Forgets all of them. */
  forget(): void {
    const count = Math.min(this.#count, LISTED);
    for (let index = 0; index < count; index++) this.#listed[index] = undefined;
    this.#count = 0;
    this.#set = undefined;
    this.#numbers = undefined;
  }

  #numberOf(value: object, set: ReadonlySet<object>): number {
    const numbers = this.#numbers ?? new Map<object, number>();
    this.#numbers = numbers;
    if (numbers.size < set.size) {
      // A Set keeps its members in the order in which they were added.
      let number = 0;
      for (const object of set) numbers.set(object, number++);
    }
    return numbers.get(value) ?? -1;
  }

  *#objects(): Generator<object> {
    for (const value of this.#listed) if (value !== undefined) yield value;
  }
}
