/** Up to so many objects a list is searched quicker than a Map is filled. */
const LISTED = 16;

/** The numbers of the objects of one message, in the order in which they were met. */
export class Meetings {
  readonly #listed: object[] = [];
  #numbers: Map<object, number> | undefined = undefined;

  /** The number of `value` if it was met before, otherwise -1. */
  find(value: object): number {
    return this.#numbers === undefined ? this.#listed.indexOf(value) : (this.#numbers.get(value) ?? -1);
  }

  /** The number of `value` if it was met before; otherwise it gets the next one, and the answer is -1. */
  note(value: object): number {
    const numbers = this.#numbers;
    if (numbers !== undefined) {
      const known = numbers.get(value);
      if (known !== undefined) return known;
      numbers.set(value, numbers.size);
      return -1;
    }
    const listed = this.#listed;
    for (let number = 0; number < listed.length; number++) if (listed[number] === value) return number;
    if (listed.push(value) > LISTED) this.#numbers = new Map(listed.map((object, number) => [object, number]));
    return -1;
  }
}
