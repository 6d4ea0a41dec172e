import { faults } from './faults.ts';
import { MARKED_TYPE } from './extension-pair.ts';
import { MAX_RECORD_KEYS } from './record-keys.ts';
import { MAX_RECORDS, type Records } from './records.ts';
import { MAX_BIGINT_BYTES } from './scalar.ts';

/** Tokens below this one are numbers, and from it to 0x7f records. */
export const FIRST_RECORD = 0x40;
/** What stands for a byte behind the end: the one token that is never used. */
export const NEVER = 0xc1;

/** The one key that is never written as it is. */
const PROTO = '__proto__';

/** Answers of {@link TokenHeaders.members} besides a number: nothing to open, or one value more on the same level. */
export const LEAF: number = -1;
export const PREFIX: number = -2;

/**
 * A definition in place of another one costs the reader about as much as so many values: it compiles a function for a shape that
 * is used a few times.
 */
const REDEFINITION_NODES = 32;

/** The types of extensions. Every other one is refused: msgpackr's own reader knows more than is wanted. */
const TYPE = {
  undefined: 0x00,
  bigint: 0x42,
  id: 0x69,
  pointer: 0x70,
  record: 0x72,
  set: 0x73,
  typed: 0x74,
  date: 0xff,
};

/** Reads the headers of everything whose token alone does not say how many bytes and values follow. */
export class TokenHeaders {
  /** Behind the header read last, and behind its data. */
  at = 0;
  readonly #records: Records;
  #bytes: Buffer = Buffer.alloc(0);
  #marked = false;
  /** Where the keys of the last definition of each record lie, 0 for none. A message may hold millions of definitions. */
  readonly #keysAt = new Float64Array(MAX_RECORDS);
  #definitions = 0;

  constructor(records: Records) {
    this.#records = records;
  }

  /** Begins with a message, in which marked values may be or not. */
  begin(bytes: Buffer, marked: boolean): void {
    this.#bytes = bytes;
    this.#marked = marked;
    if (this.#definitions > 0) this.#keysAt.fill(0);
    this.#definitions = 0;
  }

  /** How many values the definitions in the message count as, beside those that they begin. */
  get nodes(): number {
    return Math.max(0, this.#definitions - MAX_RECORDS) * REDEFINITION_NODES;
  }

  /** Teaches msgpackr's reader the definitions in the message, which it is not going to read. */
  install(): void {
    for (const [index, at] of this.#keysAt.entries()) {
      if (at === 0) continue;
      this.at = at;
      const keys = Array.from({ length: this.#arrayLength() }, () => {
        const length = this.#keyLength();
        this.#skip(length);
        return this.#bytes.toString('utf8', this.at - length, this.at);
      });
      this.#records.install(FIRST_RECORD + index, keys);
    }
  }

  /**
   * How many values the one that begins with `token` contains, or {@link LEAF}, or {@link PREFIX}. `at` is behind the token.
   *
   * @throws {@link SerializerError} `INVALID_PAYLOAD` for what a codec never writes.
   */
  members(token: number, at: number): number {
    this.at = at;
    switch (token) {
      case 0xc4: // bin 8
      case 0xd9: // str 8
        return this.#skip(this.#unsigned(1));
      case 0xc5:
      case 0xda:
        return this.#skip(this.#unsigned(2));
      case 0xc6:
      case 0xdb:
        return this.#skip(this.#unsigned(4));
      case 0xc7: // ext 8
        return this.#data(this.#unsigned(1));
      case 0xc8:
        return this.#data(this.#unsigned(2));
      case 0xc9:
        return this.#data(this.#unsigned(4));
      case 0xd4: // fixext 1
        return this.#small();
      case 0xd6: // fixext 4
        return this.#reference();
      case 0xd7:
        return this.#data(8);
      case 0xd8:
        return this.#data(16);
      case 0xdc: // array 16
        return this.#unsigned(2);
      case 0xdd:
        return this.#unsigned(4);
      case 0xde: // map 16
        return this.#unsigned(2) * 2;
      case 0xdf:
        return this.#unsigned(4) * 2;
      default:
        throw faults.invalidPayload(
          at > this.#bytes.length ? 'it ends too early' : 'it holds a token that is never written',
        );
    }
  }

  /** An extension with its data in place. */
  #data(length: number): number {
    const type = this.#bytes[this.at];
    const known =
      type === TYPE.date
        ? length === 8 || length === 12
        : type === TYPE.bigint
          ? length > 0 && length <= MAX_BIGINT_BYTES
          : type === TYPE.typed && length > 0;
    if (!known) throw strangeExtension();
    return this.#skip(length + 1);
  }

  /** An extension with one byte of data, behind which more may follow. */
  #small(): number {
    const type = this.#unsigned(1);
    const data = this.#unsigned(1);
    switch (type) {
      case TYPE.undefined:
      case TYPE.date:
        return LEAF;
      case TYPE.record:
        return this.#definition(data);
      case TYPE.set:
        if (this.#isArray(this.at)) return PREFIX;
        throw strangeExtension();
      case MARKED_TYPE:
        if (this.#marked && this.#isPair()) return PREFIX;
        throw strangeExtension();
      default:
        throw strangeExtension();
    }
  }

  /** An extension with four bytes of data: a number for the value that follows, a reference to such a number, a date. */
  #reference(): number {
    const type = this.#bytes[this.at];
    this.#skip(5);
    if (type === TYPE.pointer || type === TYPE.date) return LEAF;
    // A number for a number would be a level that is not counted.
    if (type !== TYPE.id || this.#isReference(TYPE.id) || this.#isReference(TYPE.pointer)) throw strangeExtension();
    return PREFIX;
  }

  #definition(token: number): number {
    if (token < FIRST_RECORD || token >= 0x80 || !this.#isArray(this.at)) throw strangeDefinition();
    const keysAt = this.at;
    const count = this.#arrayLength();
    if (count > MAX_RECORD_KEYS) throw strangeDefinition();
    for (let index = 0; index < count; index++) this.#checkKey();
    this.#records.define(token, count);
    this.#keysAt[token - FIRST_RECORD] = keysAt;
    this.#definitions++;
    return count;
  }

  #checkKey(): void {
    const length = this.#keyLength();
    const start = this.at;
    this.#skip(length);
    const isProto = length === PROTO.length && this.#bytes.toString('latin1', start, this.at) === PROTO;
    if (isProto || this.at > this.#bytes.length) throw strangeDefinition();
  }

  #arrayLength(): number {
    const header = this.#unsigned(1);
    return header < 0xa0 ? header & 0x0f : this.#unsigned(header === 0xdc ? 2 : 4);
  }

  #keyLength(): number {
    const header = this.#unsigned(1);
    if (header >= 0xa0 && header < 0xc0) return header & 0x1f;
    if (header < 0xd9 || header > 0xdb) throw strangeDefinition();
    return this.#unsigned(2 ** (header - 0xd9));
  }

  /** Whether an array follows at once, or behind the number that a pair has when it travels empty. */
  #isPair(): boolean {
    return this.#isArray(this.#isReference(TYPE.id) ? this.at + 6 : this.at);
  }

  #isReference(type: number): boolean {
    return this.#bytes[this.at] === 0xd6 && this.#bytes[this.at + 1] === type;
  }

  #isArray(at: number): boolean {
    const token = this.#bytes[at] ?? NEVER;
    return (token >= 0x90 && token < 0xa0) || token === 0xdc || token === 0xdd;
  }

  #unsigned(bytes: number): number {
    let value = 0;
    for (let index = 0; index < bytes; index++) value = value * 256 + (this.#bytes[this.at++] ?? 0);
    return value;
  }

  #skip(bytes: number): number {
    this.at += bytes;
    return LEAF;
  }
}

function strangeExtension(): Error {
  return faults.invalidPayload('it holds an extension that is never written');
}

function strangeDefinition(): Error {
  return faults.invalidPayload('it defines a record that is never written');
}
