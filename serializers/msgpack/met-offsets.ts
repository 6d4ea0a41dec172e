import type { ByteWriter } from './byte-writer.ts';
import { TYPE } from './tokens.ts';

/** A number for an object, before it. */
const ID_BYTES = 6;
/** Room for so many objects is kept between values. */
const MAX_KEPT_OFFSETS = 1_024;

/** Where the objects of a message lie, by number: those that are met again get their numbers in the end, when it is known which. */
export class MetOffsets {
  /** What lies behind those of this message is of messages before. */
  #offsets: number[] = [];
  #again: Set<number> | undefined = undefined;

  /** The object with this number lies at `offset`. */
  note(number: number, offset: number): void {
    this.#offsets[number] = offset;
  }

  /** The object with this number was met again. */
  again(number: number): void {
    (this.#again ??= new Set()).add(number);
  }

  /** The objects from `first` to before `end` lie so many bytes further on. */
  move(first: number, end: number, bytes: number): void {
    for (let number = first; number < end; number++) this.#offsets[number] = (this.#offsets[number] ?? 0) + bytes;
  }

  /** Gives the objects that were met again the numbers by which they were referred to, and says how many they are. */
  number(bytes: ByteWriter): number {
    if (this.#again === undefined) return 0;
    const numbers = [...this.#again].toSorted((a, b) => a - b);
    // Objects are met in the order in which they lie.
    const offsets = numbers.map((number) => this.#offsets[number] ?? 0);
    bytes.insertAll(offsets, ID_BYTES, (index, place) => {
      place[0] = 0xd6;
      place[1] = TYPE.id;
      place.writeUInt32BE(numbers[index] ?? 0, 2);
    });
    return numbers.length;
  }

  forget(): void {
    if (this.#offsets.length > MAX_KEPT_OFFSETS) this.#offsets = [];
    this.#again = undefined;
  }
}
