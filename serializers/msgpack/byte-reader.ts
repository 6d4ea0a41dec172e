import { type Budget, KEPT } from '../../core/seam/codec/budget.ts';
import { fromBytes, leastViewBytes } from '../../core/seam/codec/carried-classes.ts';
import { MAX_BIGINT_BYTES } from '../../core/seam/codec/leaf-values.ts';
import { shortText } from '../../core/seam/codec/short-text.ts';
import { FIRST_RECORD, faults, SHORT_TEXT, TYPE, TYPED, textBytes } from './format.ts';

/** Memory of a message up to this size is kept until the next one arrives. */
const MAX_HELD_BYTES = 64 * 1024;

const NOTHING = Buffer.alloc(0);

/** Reads values other than containers from the bytes of one message, never beyond their end. */
export class ByteReader {
  readonly #budget: Budget;
  #buffer: Buffer = NOTHING;
  #view: DataView = new DataView(NOTHING.buffer);
  #at = 0;
  #end = 0;
  #messageBytes = 0;
  #leastViewBytes = Infinity;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /** Begins a message between `start` and `end`. If `owned`, its memory may be passed on. */
  begin(buffer: Buffer, start: number, end: number, owned: boolean): void {
    if (buffer !== this.#buffer) {
      this.#buffer = buffer;
      this.#view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
    }
    this.#at = start;
    this.#end = end;
    this.#messageBytes = end - start;
    this.#leastViewBytes = owned ? leastViewBytes(end - start) : Infinity;
  }

  /** Releases the message's memory if it is large: small messages are mostly in memory that the next ones reuse. */
  release(): void {
    if (this.#messageBytes > MAX_HELD_BYTES) {
      this.#buffer = NOTHING;
      this.#view = new DataView(NOTHING.buffer);
    }
  }

  /** The number of remaining bytes. */
  get left(): number {
    return this.#end - this.#at;
  }

  expectEnd(): void {
    if (this.#at !== this.#end) throw malformed('more bytes follow the value');
  }

  /** Skips padding, which ends with the message. */
  skipPadding(): void {
    if (this.uint8() !== 0xc6) throw malformed('more bytes follow the value');
    this.#take(this.uint32());
  }

  token(): number {
    if (this.#at >= this.#end) throw early();
    return this.#buffer[this.#at++] ?? 0xc1;
  }

  uint8(): number {
    return this.token();
  }

  uint16(): number {
    return this.#view.getUint16(this.#take(2));
  }

  uint32(): number {
    return this.#view.getUint32(this.#take(4));
  }

  /** Reads the header of an array. */
  arrayHeader(): number {
    const token = this.token();
    if (token >= 0x90 && token < 0xa0) return token & 0x0f;
    if (token === 0xdc) return this.uint16();
    if (token === 0xdd) return this.uint32();
    throw strangeValue();
  }

  /** Reads the header of a map. */
  mapHeader(): number {
    const token = this.token();
    if (token >= 0x80 && token < 0x90) return token & 0x0f;
    if (token === 0xde) return this.uint16();
    if (token === 0xdf) return this.uint32();
    throw strangeValue();
  }

  /** Reads a string with its header; `undefined` if something else follows. */
  string(): string | undefined {
    const token = this.token();
    if (token >= 0xa0 && token < 0xc0) return this.text(token & 0x1f);
    if (token === 0xd9) return this.text(this.uint8());
    if (token === 0xda) return this.text(this.uint16());
    if (token === 0xdb) return this.text(this.uint32());
    return undefined;
  }

  /** Whether the number of an object, or a reference to one, follows. */
  isReference(): boolean {
    const type = this.#buffer[this.#at + 1];
    return this.left >= 2 && this.#buffer[this.#at] === 0xd6 && (type === TYPE.id || type === TYPE.pointer);
  }

  /**
   * Fills `items` from the first on with the numbers that follow, up to the first other value, and returns their count. Lists
   * mostly contain one kind of values, and a single loop reads a list of numbers in a third of the time.
   */
  numbers(items: unknown[], count: number): number {
    const buffer = this.#buffer;
    const view = this.#view;
    const end = this.#end;
    let at = this.#at;
    let index = 0;
    for (; index < count && at < end; index++) {
      const token = buffer[at] ?? 0xc1;
      if (token < FIRST_RECORD) {
        items[index] = token;
        at++;
      } else if (token === 0xcb && at + 9 <= end) {
        items[index] = view.getFloat64(at + 1);
        at += 9;
      } else if (token === 0xcd && at + 3 <= end) {
        items[index] = view.getUint16(at + 1);
        at += 3;
      } else if (token === 0xcc && at + 2 <= end) {
        items[index] = buffer[at + 1];
        at += 2;
      } else if (token === 0xce && at + 5 <= end) {
        items[index] = view.getUint32(at + 1);
        at += 5;
      } else if (token >= 0xe0) {
        items[index] = token - 0x100;
        at++;
      } else if (token === 0xd1 && at + 3 <= end) {
        items[index] = view.getInt16(at + 1);
        at += 3;
      } else if (token === 0xd2 && at + 5 <= end) {
        items[index] = view.getInt32(at + 1);
        at += 5;
      } else {
        break;
      }
    }
    this.#at = at;
    return index;
  }

  /** Reads text of this many bytes. */
  text(length: number): string {
    const at = this.#take(length);
    const short = length <= SHORT_TEXT ? shortText(this.#buffer, at, length) : undefined;
    const text = short ?? this.#buffer.toString('utf8', at, at + length);
    this.#budget.spend(0, textBytes(text));
    return text;
  }

  /** Reads the leaf whose token was read. A single switch over tokens without gaps compiles to one jump. */
  leaf(token: number): unknown {
    const view = this.#view;
    switch (token) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4:
        return this.#binary(this.uint8());
      case 0xc5:
        return this.#binary(this.uint16());
      case 0xc6:
        return this.#binary(this.uint32());
      case 0xc7:
        return this.#extension(this.uint8());
      case 0xc8:
        return this.#extension(this.uint16());
      case 0xc9:
        return this.#extension(this.uint32());
      case 0xca:
        return view.getFloat32(this.#take(4));
      case 0xcb:
        return view.getFloat64(this.#take(8));
      case 0xcc:
        return this.uint8();
      case 0xcd:
        return this.uint16();
      case 0xce:
        return this.uint32();
      case 0xcf:
        this.#budget.spend(0, KEPT.bigint);
        return view.getBigUint64(this.#take(8));
      case 0xd0:
        return view.getInt8(this.#take(1));
      case 0xd1:
        return view.getInt16(this.#take(2));
      case 0xd2:
        return view.getInt32(this.#take(4));
      case 0xd3:
        this.#budget.spend(0, KEPT.bigint);
        return view.getBigInt64(this.#take(8));
      case 0xd7:
        return this.#extension(8);
      case 0xd8:
        return this.#extension(16);
      case 0xd9:
        return this.text(this.uint8());
      case 0xda:
        return this.text(this.uint16());
      case 0xdb:
        return this.text(this.uint32());
      default:
        throw malformed('it holds a token that is never written');
    }
  }

  /** Creates the date that is this many seconds, and quarters of a nanosecond, after the epoch. */
  date(seconds: number, nanoseconds: number): Date {
    this.#budget.spend(0, KEPT.date);
    return new Date(seconds * 1000 + nanoseconds / 1_000_000);
  }

  #take(bytes: number): number {
    const at = this.#at;
    if (bytes > this.#end - at) throw early();
    this.#at = at + bytes;
    return at;
  }

  #binary(length: number): Buffer {
    this.#budget.spend(0, KEPT.binary);
    const at = this.#take(length);
    if (length >= this.#leastViewBytes) return Buffer.from(this.#buffer.buffer, this.#buffer.byteOffset + at, length);
    const copy = Buffer.allocUnsafeSlow(length);
    copy.set(this.#buffer.subarray(at, at + length));
    return copy;
  }

  /** Reads an extension with `length` bytes of data. */
  #extension(length: number): unknown {
    const type = this.uint8();
    const at = this.#take(length);
    switch (type) {
      case TYPE.date:
        return this.#longDate(at, length);
      case TYPE.bigint:
        return this.#bigint(at, length);
      case TYPE.typed:
        if (length > 0) return this.#typed(at, length);
        break;
    }
    throw strangeExtension();
  }

  #longDate(at: number, length: number): Date {
    const view = this.#view;
    if (length === 8) {
      const nanoseconds = view.getUint32(at);
      return this.date((nanoseconds % 4) * 2 ** 32 + view.getUint32(at + 4), nanoseconds >>> 2);
    }
    if (length === 12) return this.date(Number(view.getBigInt64(at + 4)), view.getUint32(at));
    throw strangeExtension();
  }

  #bigint(at: number, length: number): bigint {
    if (length === 0 || length > MAX_BIGINT_BYTES) throw strangeExtension();
    this.#budget.spend(0, KEPT.bigint);
    return rareBigintFrom(this.#buffer.subarray(at, at + length));
  }

  #typed(at: number, length: number): object {
    this.#budget.spend(0, KEPT.binary);
    const name = TYPED.get(this.#buffer[at] ?? 0xff);
    const bytes = this.#buffer.subarray(at + 1, at + length);
    const value = name === undefined ? undefined : fromBytes(name, bytes, this.#leastViewBytes);
    if (value === undefined) throw malformed('it holds binary data of a class or size that is never written');
    return value;
  }
}

/** Returns the error for bytes that no codec wrote. */
export function malformed(what: string): Error {
  return faults.invalidPayload(what);
}

export function early(): Error {
  return malformed('it ends too early');
}

export function strangeExtension(): Error {
  return malformed('it holds an extension that is never written');
}

export function strangeValue(): Error {
  return malformed('it holds a marked value that is never written');
}

/** Creates the bigint from an extension's data; other writers may use any number of bytes, at least one. */
function rareBigintFrom(bytes: Buffer): bigint {
  return BigInt.asIntN(8 * bytes.length, BigInt(`0x${bytes.toString('hex')}`));
}
