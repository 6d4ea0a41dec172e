/** Up to so many objects a list is searched quicker than a Set is filled. */
const LISTED = 16;

/** Tells objects that were met before from new ones. */
export class FirstMeetings {
  /** As many places as are in use hold an object. They are kept between values: filling them anew would cost more. */
  readonly #listed: (object | undefined)[] = Array.from({ length: LISTED });
  #count = 0;
  #set: Set<object> | undefined = undefined;

  /** Notes `value`; whether it was not noted before. */
  note(value: object): boolean {
    if (this.#set !== undefined) {
      const { size } = this.#set;
      return this.#set.add(value).size !== size;
    }
    const count = this.#count;
    for (let index = 0; index < count; index++) {
      if (this.#listed[index] === value) return false;
    }
    if (count < LISTED) this.#listed[count] = value;
    else this.#set = new Set<object>([...this.#objects(), value]);
    this.#count = count + 1;
    return true;
  }

  /** Forgets all of them. */
  forget(): void {
    const count = Math.min(this.#count, LISTED);
    for (let index = 0; index < count; index++) this.#listed[index] = undefined;
    this.#count = 0;
    this.#set = undefined;
  }

  *#objects(): Generator<object> {
    for (const value of this.#listed) if (value !== undefined) yield value;
  }
}
