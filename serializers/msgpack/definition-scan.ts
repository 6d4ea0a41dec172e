import { FIRST_RECORD, type KnownShapes, MAX_RECORD_KEYS, MAX_RECORDS, TYPE } from './format.ts';

/** The number of data bytes behind each token from 0xca to 0xd3, all of which are numbers. */
const NUMBER_BYTES: readonly number[] = [4, 8, 1, 2, 4, 8, 1, 2, 4, 8];

/** No codec writes deeper messages. */
const HOPELESS_DEPTH = 3_200;

const LEAF = -1;

/**
 * Finds the definitions of records in a message that was refused halfway: because of a limit, which may differ between the two
 * ends, or of an extension. The peer relies on these definitions in later messages. Creates no values.
 */
export class DefinitionScan {
  readonly #shapes: KnownShapes;
  readonly #bytes: Buffer;
  readonly #end: number;
  #at: number;
  /** The positions of the keys in the last definition of each record, 0 for none, and their number. */
  readonly #keysAt = new Float64Array(MAX_RECORDS);
  readonly #counts = new Int16Array(MAX_RECORDS).fill(-1);
  #isMalformed = false;

  constructor(shapes: KnownShapes, bytes: Buffer, start: number, end: number) {
    this.#shapes = shapes;
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  /** Adds the message's definitions to the shapes, if its lengths are valid. */
  run(isPadded: boolean): void {
    this.#walk();
    if (isPadded && this.#byte() === 0xc6) this.#skip(this.#unsigned(4));
    if (this.#isMalformed || this.#at !== this.#end) return;
    for (const [index, at] of this.#keysAt.entries()) {
      if (at === 0) continue;
      this.#at = at;
      const keys = Array.from({ length: this.#counts[index] ?? 0 }, () => {
        const length = this.#keyLength();
        this.#skip(length);
        return this.#bytes.toString('utf8', this.#at - length, this.#at);
      });
      if (!keys.includes('__proto__')) this.#shapes.define(FIRST_RECORD + index, keys);
    }
  }

  #walk(): void {
    /** The number of pending values on each level above the present one. */
    const above: number[] = [];
    let due = 1;
    while (!this.#isMalformed) {
      if (due === 0) {
        const outer = above.pop();
        if (outer === undefined) return;
        due = outer;
        continue;
      }
      due--;
      const members = this.#members(this.#byte());
      if (members === LEAF) continue;
      if (members > this.#end - this.#at || above.length >= HOPELESS_DEPTH) this.#isMalformed = true;
      above.push(due);
      due = members;
    }
  }

  /** Returns the number of values in the one with this token; {@link LEAF} for one that has been skipped. */
  #members(token: number): number {
    if (token < FIRST_RECORD || token >= 0xe0) return LEAF;
    if (token < 0x80) return this.#count(token);
    if (token < 0x90) return (token & 0x0f) * 2;
    if (token < 0xa0) return token & 0x0f;
    if (token < 0xc0) return this.#skip(token & 0x1f);
    if (token >= 0xca && token <= 0xd3) return this.#skip(NUMBER_BYTES[token - 0xca] ?? 0);
    switch (token) {
      case 0xc0:
      case 0xc2:
      case 0xc3:
        return LEAF;
      case 0xc4:
      case 0xd9:
        return this.#skip(this.#unsigned(1));
      case 0xc5:
      case 0xda:
        return this.#skip(this.#unsigned(2));
      case 0xc6:
      case 0xdb:
        return this.#skip(this.#unsigned(4));
      case 0xc7:
        return this.#skip(this.#unsigned(1) + 1);
      case 0xc8:
        return this.#skip(this.#unsigned(2) + 1);
      case 0xc9:
        return this.#skip(this.#unsigned(4) + 1);
      case 0xd4:
        return this.#small();
      case 0xd6: {
        const type = this.#byte();
        this.#skip(4);
        // The object follows its number: one value, counted as a level of its own here.
        return type === TYPE.id ? 1 : LEAF;
      }
      case 0xd7:
        return this.#skip(9);
      case 0xd8:
        return this.#skip(17);
      case 0xdc:
        return this.#unsigned(2);
      case 0xdd:
        return this.#unsigned(4);
      case 0xde:
        return this.#unsigned(2) * 2;
      case 0xdf:
        return this.#unsigned(4) * 2;
      default:
        this.#isMalformed = true;
        return LEAF;
    }
  }

  #small(): number {
    const type = this.#byte();
    const data = this.#byte();
    if (type === TYPE.set || type === TYPE.marked) return 1;
    return type === TYPE.record ? this.#definition(data) : LEAF;
  }

  #definition(token: number): number {
    const header = this.#byte();
    const count = header < 0xa0 ? header & 0x0f : this.#unsigned(header === 0xdc ? 2 : 4);
    if (token < FIRST_RECORD || token >= 0x80 || count > MAX_RECORD_KEYS) {
      this.#isMalformed = true;
      return LEAF;
    }
    this.#keysAt[token - FIRST_RECORD] = this.#at;
    this.#counts[token - FIRST_RECORD] = count;
    for (let index = 0; index < count; index++) this.#skip(this.#keyLength());
    return count;
  }

  /** Returns the number of members of the record that begins with `token`. */
  #count(token: number): number {
    const told = this.#counts[token - FIRST_RECORD] ?? -1;
    if (told >= 0) return told;
    const shape = this.#shapes.get(token);
    if (shape === undefined) this.#isMalformed = true;
    return shape?.keys.length ?? LEAF;
  }

  #keyLength(): number {
    const header = this.#byte();
    if (header >= 0xa0 && header < 0xc0) return header & 0x1f;
    if (header < 0xd9 || header > 0xdb) this.#isMalformed = true;
    return this.#unsigned(2 ** Math.max(0, Math.min(2, header - 0xd9)));
  }

  #byte(): number {
    if (this.#at >= this.#end) this.#isMalformed = true;
    return this.#bytes[this.#at++] ?? 0xc1;
  }

  #unsigned(bytes: number): number {
    let value = 0;
    for (let index = 0; index < bytes; index++) value = value * 256 + this.#byte();
    return value;
  }

  #skip(bytes: number): number {
    this.#at += bytes;
    return LEAF;
  }
}
