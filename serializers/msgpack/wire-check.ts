import { invalidPayload } from './faults.ts';
import { LEVELS_IN_PLACE } from './levels.ts';
import { MARKED_TYPE } from './marked.ts';
import { MAX_RECORD_KEYS } from './record-keys.ts';
import type { Records } from './records.ts';
import { MAX_BIGINT_BYTES } from './scalar.ts';

/** What stands in {@link FOLLOWING} where more than the token decides. */
const OTHER = -1;
/** How many bytes follow each token from 0xc0 to 0xd3, all of which are leaves. */
const FOLLOWING: readonly number[] = [
  0,
  OTHER,
  0,
  0,
  OTHER,
  OTHER,
  OTHER,
  OTHER,
  OTHER,
  OTHER,
  4,
  8,
  1,
  2,
  4,
  8,
  1,
  2,
  4,
  8,
];

/** Tokens below this one are numbers. */
const FIRST_RECORD = 0x40;
/** What stands for a byte behind the end: the one token that is never used. */
const NEVER = 0xc1;

/** Answers of {@link WireCheck.#other} besides a number of members: nothing to open, or one value more at this level. */
const LEAF = -1;
const PREFIX = -2;

/** The types of extensions. Every other one is refused. */
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

/** A message that is deeper than this was not written by a codec, and is not read on for its definitions. */
const HOPELESS_DEPTH = LEVELS_IN_PLACE * 2;

/**
 * Walks the bytes of a message before msgpackr reads them, without making anything of them: levels, values, lengths, the
 * types of extensions, definitions of records. Whatever passes costs msgpackr no more than its size promises.
 */
export class WireCheck {
  readonly #records: Records;
  readonly #maxDepth: number;
  readonly #maxNodes: number;
  /** How many values are due on each level above the present one. */
  readonly #due: number[] = [];
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #marked = false;
  /** The definitions in this message, for the case that msgpackr never gets to read them. */
  #defined: [token: number, keys: string[]][] = [];

  constructor(records: Records, maxDepth: number, maxNodes: number) {
    this.#records = records;
    this.#maxDepth = Math.min(maxDepth, LEVELS_IN_PLACE);
    this.#maxNodes = maxNodes;
  }

  /**
   * Checks one value from `start` to the end of `bytes`. `marked` says that marked values may be among it, `levels` how
   * many more levels they bring.
   *
   * @throws {@link SerializerError} `INVALID_PAYLOAD`
   */
  check(bytes: Buffer, start: number, marked: boolean, levels: number): void {
    this.#bytes = bytes;
    this.#at = start;
    this.#marked = marked;
    const fault = this.#walk(bytes, this.#maxDepth + levels);
    if (fault === undefined) {
      if (this.#defined.length > 0) this.#defined = [];
      return;
    }
    // The limits of the two ends may differ: what the message teaches is needed for the next ones all the same.
    for (const [token, keys] of this.#defined) this.#records.install(token, keys);
    this.#defined = [];
    throw invalidPayload(fault);
  }

  #walk(bytes: Buffer, maxDepth: number): string | undefined {
    const { length } = bytes;
    let at = this.#at;
    let due = 1;
    let level = 0;
    let deepest = 0;
    let nodes = 1;
    for (;;) {
      if (due === 0) {
        if (level === 0) break;
        due = this.#due[--level] ?? 0;
        continue;
      }
      due--;
      const token = bytes[at++] ?? NEVER;
      let members: number;
      if (token < FIRST_RECORD || token >= 0xe0) continue;
      if (token >= 0xa0 && token < 0xc0) {
        at += token & 0x1f;
        continue;
      }
      if (token < 0x80) members = this.#records.size(token);
      else if (token < 0x90) members = (token & 0x0f) * 2;
      else if (token < 0xa0) members = token & 0x0f;
      else {
        const following = FOLLOWING[token - 0xc0] ?? OTHER;
        if (following !== OTHER) {
          at += following;
          continue;
        }
        this.#at = at;
        members = this.#other(token);
        at = this.#at;
        if (members === LEAF) continue;
        if (members === PREFIX) {
          due++;
          nodes++;
          continue;
        }
      }
      if (members < 0) throw invalidPayload('a record has no definition');
      if (members > length - at) throw cut();
      nodes += members;
      this.#due[level++] = due;
      due = members;
      if (level > deepest) {
        deepest = level;
        if (level > HOPELESS_DEPTH) break;
      }
    }
    if (deepest > maxDepth) return 'it is nested too deep (limits.maxDepth)';
    if (at !== length) throw at > length ? cut() : invalidPayload('something follows the value');
    return nodes > this.#maxNodes ? `it holds more than ${this.#maxNodes} values (limits.maxNodes)` : undefined;
  }

  /** What the rarer tokens announce. Moves on to what follows their header (and their data). */
  #other(token: number): number {
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
        throw this.#at > this.#bytes.length ? cut() : invalidPayload('it holds a token that is never written');
    }
  }

  /** An extension with its data in place. */
  #data(length: number): number {
    const type = this.#bytes[this.#at];
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
    const type = this.#bytes[this.#at++] ?? NEVER;
    const data = this.#bytes[this.#at++] ?? NEVER;
    switch (type) {
      case TYPE.undefined:
      case TYPE.date:
        return LEAF;
      case TYPE.record:
        return this.#definition(data);
      case TYPE.set:
        if (this.#isArray()) return PREFIX;
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
    const type = this.#bytes[this.#at];
    this.#skip(5);
    if (type === TYPE.pointer || type === TYPE.date) return LEAF;
    if (type !== TYPE.id) throw strangeExtension();
    const next = this.#bytes[this.#at + 1];
    // A number for a number would be a level that is not counted.
    if (this.#bytes[this.#at] === 0xd6 && (next === TYPE.id || next === TYPE.pointer)) throw strangeExtension();
    return PREFIX;
  }

  #definition(token: number): number {
    if (token < FIRST_RECORD || token >= 0x80 || !this.#isArray()) throw strangeDefinition();
    const header = this.#unsigned(1);
    const count = header < 0xa0 ? header & 0x0f : this.#unsigned(header === 0xdc ? 2 : 4);
    if (count > MAX_RECORD_KEYS) throw strangeDefinition();
    const keys: string[] = [];
    for (let index = 0; index < count; index++) keys.push(this.#key());
    this.#records.define(token, count);
    this.#defined.push([token, keys]);
    return count;
  }

  #key(): string {
    const header = this.#unsigned(1);
    const length =
      header >= 0xa0 && header < 0xc0
        ? header & 0x1f
        : header >= 0xd9 && header <= 0xdb
          ? this.#unsigned(2 ** (header - 0xd9))
          : undefined;
    if (length === undefined) throw strangeDefinition();
    const start = this.#at;
    this.#skip(length);
    const key = this.#bytes.toString('utf8', start, this.#at);
    if (key === '__proto__' || this.#at > this.#bytes.length) throw strangeDefinition();
    return key;
  }

  /** Whether an array follows at once, or behind the number that a pair has when it travels empty. */
  #isPair(): boolean {
    const isNumbered = this.#bytes[this.#at] === 0xd6 && this.#bytes[this.#at + 1] === TYPE.id;
    return this.#isArray(isNumbered ? this.#at + 6 : this.#at);
  }

  #isArray(at = this.#at): boolean {
    const token = this.#bytes[at] ?? NEVER;
    return (token >= 0x90 && token < 0xa0) || token === 0xdc || token === 0xdd;
  }

  #unsigned(bytes: number): number {
    let value = 0;
    for (let index = 0; index < bytes; index++) value = value * 256 + (this.#bytes[this.#at++] ?? 0);
    return value;
  }

  #skip(bytes: number): number {
    this.#at += bytes;
    return LEAF;
  }
}

function cut(): Error {
  return invalidPayload('it ends too early');
}

function strangeExtension(): Error {
  return invalidPayload('it holds an extension that is never written');
}

function strangeDefinition(): Error {
  return invalidPayload('it defines a record that is never written');
}
