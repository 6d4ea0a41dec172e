import { isUtf8 } from 'node:buffer';
import type { BufferReader } from 'protobufjs/minimal.js';
import { type Budget, KEPT } from '../../core/seam/codec/budget.ts';
import { asBuffer, fromBytes } from '../../core/seam/codec/carried-classes.ts';
import { bigintFrom, patternFrom, urlFrom } from '../../core/seam/codec/leaf-values.ts';
import type { SerializerError } from '../../core/seam/errors.ts';
import { BINARY, BINARY_CLASSES, CONSTANT, faults, ITEMS, PATTERN, VALUE } from './format.ts';

/** The replacement character that UTF-8 decoders insert for invalid bytes. */
const REPLACEMENT = '\ufffd';

/** Returns the error for the bytes being read. */
export function malformed(what: string): SerializerError {
  return faults.invalidPayload(what);
}

/** Reads values that are not containers, and arrays of only numbers or only text. */
export class LeafReader {
  #reader: BufferReader;
  /** Bytes from this length on are returned as views of the message. */
  #leastViewBytes = Infinity;
  readonly #budget: Budget;

  constructor(reader: BufferReader, budget: Budget) {
    this.#reader = reader;
    this.#budget = budget;
  }

  /** Begins another message; see {@link fromBytes}. */
  begin(reader: BufferReader, leastBytes: number): void {
    this.#reader = reader;
    this.#leastViewBytes = leastBytes;
  }

  /** Reads the content of this field of a `Value` that ends at `end`. */
  read(field: number, end: number): unknown {
    const reader = this.#reader;
    switch (field) {
      case VALUE.text:
        return this.text();
      case VALUE.integer:
        return this.#integer();
      case VALUE.number:
        return reader.double();
      case VALUE.constant:
        return constant(reader.uint32());
      case VALUE.date:
        return new Date(reader.double());
      case VALUE.buffer:
        return fromBytes('Buffer', reader.bytes(), this.#leastViewBytes);
      case VALUE.binary:
        return this.#binary(end);
      case VALUE.bigint:
        return this.#bigint();
      case VALUE.negativeBigint:
        return -this.#bigint();
      case VALUE.utf16:
        return utf16(reader.bytes());
      case VALUE.pattern:
        return this.#pattern(end);
      case VALUE.url:
        return this.#url();
      default:
        throw malformed('a value has a field that is never written');
    }
  }

  /** Reads text with its length. */
  text(): string {
    const reader = this.#reader;
    const start = reader.pos;
    const text = reader.string();
    if (text.includes(REPLACEMENT)) {
      const end = reader.pos;
      reader.pos = start;
      if (!isUtf8(reader.bytes())) throw malformed('it holds text that is not UTF-8');
      reader.pos = end;
    }
    return text;
  }

  /** Reads the content of one of the fields `integers`, `numbers` and `texts`. */
  packed(field: typeof VALUE.integers | typeof VALUE.numbers | typeof VALUE.texts, end: number): unknown[] {
    const reader = this.#reader;
    if (field === VALUE.texts) {
      const texts = arrayFor<string>(countItems(reader, end));
      for (let index = 0; reader.pos < end; index++) {
        this.#budget.spend(1, KEPT.slot + KEPT.text);
        this.#enter(ITEMS);
        texts[index] = this.text();
      }
      return texts;
    }
    this.#enter(ITEMS);
    const start = reader.pos;
    const size = reader.size();
    const count = field === VALUE.integers ? this.#countVarints(size) : Math.floor(size / 8);
    this.#budget.spend(count, count * KEPT.slot);
    const numbers = arrayFor<number>(count);
    if (numbers.length === count) {
      for (let index = 0; index < count; index++) {
        numbers[index] = field === VALUE.integers ? reader.sint32() : reader.double();
      }
      return numbers;
    }
    reader.pos = start;
    return field === VALUE.integers ? reader.sint32s() : reader.doubles();
  }

  /** Reads the content of the field `indices` of `SparseList`. */
  indices(): readonly number[] {
    const reader = this.#reader;
    const start = reader.pos;
    const count = this.#countVarints(reader.size());
    reader.pos = start;
    this.#budget.spend(count, count * KEPT.slot);
    return reader.uint32s();
  }

  /** Returns how many varints the next `size` bytes contain. */
  #countVarints(size: number): number {
    const { buf, pos, len } = this.#reader;
    const end = Math.min(pos + size, len);
    let count = 0;
    for (let at = pos; at < end; at++) if ((buf[at] ?? 0) < 128) count++;
    return count;
  }

  /** Reads a number of up to 54 bits with the sign in the lowest, for which a 64-bit reader would return an object. */
  #integer(): number {
    const reader = this.#reader;
    const { buf } = reader;
    let byte = buf[reader.pos++] ?? 0xff;
    const isNegative = (byte & 1) === 1;
    let magnitude = (byte & 0x7f) >> 1;
    for (let scale = 2 ** 6; byte > 127; scale *= 128) {
      if (scale > 2 ** 48 || reader.pos >= reader.len) throw malformed('an integer is too large');
      byte = buf[reader.pos++] ?? 0xff;
      magnitude += (byte & 0x7f) * scale;
    }
    const value = isNegative ? -magnitude - 1 : magnitude;
    if (!Number.isSafeInteger(value)) throw malformed('an integer is too large');
    return value;
  }

  #enter(field: number): void {
    if (this.#reader.tag() !== field) throw malformed('a part of a value is missing');
  }

  /** Whether this field comes next before `end`; if so, its content follows. */
  #has(field: number, end: number): boolean {
    const reader = this.#reader;
    const start = reader.pos;
    if (start < end && reader.tag() === field) return true;
    reader.pos = start;
    return false;
  }

  #content(end: number): void {
    const size = this.#reader.size();
    if (this.#reader.pos + size !== end) throw malformed('a part of a value does not end where the value does');
  }

  #bigint(): bigint {
    const value = bigintFrom(this.#reader.bytes());
    if (value === undefined) throw malformed('a bigint is too large');
    return value;
  }

  #url(): URL {
    const value = urlFrom(this.text());
    if (value === undefined) throw malformed('it holds an invalid URL');
    return value;
  }

  #binary(end: number): object {
    const reader = this.#reader;
    this.#content(end);
    const name = BINARY_CLASSES[this.#has(BINARY.class, end) ? reader.uint32() : 0];
    const bytes = this.#has(BINARY.data, end) ? reader.bytes() : new Uint8Array();
    const value = name === undefined ? undefined : fromBytes(name, bytes, this.#leastViewBytes);
    if (value === undefined) throw malformed('it holds binary data of an unknown class or an invalid size');
    return value;
  }

  #pattern(end: number): RegExp {
    const reader = this.#reader;
    this.#content(end);
    const flags = this.#has(PATTERN.flags, end) ? this.text() : '';
    const source = this.#has(PATTERN.source, end) ? utf16(reader.bytes()) : '';
    const pattern = patternFrom(source, flags);
    if (pattern === undefined) throw malformed('it holds an invalid regular expression, or one that is too long');
    return pattern;
  }
}

function constant(number: number): undefined | null | boolean {
  switch (number) {
    case CONSTANT.undefined:
      return undefined;
    case CONSTANT.null:
      return null;
    case CONSTANT.false:
      return false;
    case CONSTANT.true:
      return true;
    default:
      throw malformed('it holds an unknown constant');
  }
}

function utf16(bytes: Uint8Array): string {
  if (bytes.length % 2 !== 0) throw malformed('text ends with half a character');
  return asBuffer(bytes).toString('utf16le');
}

/** Copies bytes to a separate Buffer, because the reader's memory is reused. */
export function copyOf(bytes: Uint8Array): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  copy.set(bytes);
  return copy;
}

/** An array that grows item by item has room for 17 from the first item on. */
const MAX_SHORT_LENGTH = 16;

/** Creates an array for this many items: a small one with memory for exactly these, a larger one that grows. */
export function arrayFor<T>(length: number): T[] {
  // oxlint-disable-next-line unicorn/no-new-array -- a length is what is meant, and `Array.from` takes far longer
  return length > MAX_SHORT_LENGTH ? [] : new Array<T>(length);
}

/** Returns the number of items from the reader's position to `end`; stops counting when they exceed a short array. */
export function countItems({ buf, pos }: BufferReader, end: number): number {
  let count = 0;
  for (let at = pos; at < end && count <= MAX_SHORT_LENGTH && buf[at] === ITEMS; count++) {
    let size = 0;
    let scale = 1;
    let byte = 0x80;
    while (byte > 127 && ++at < end) {
      byte = buf[at] ?? 0;
      size += (byte & 0x7f) * scale;
      scale *= 128;
    }
    at += 1 + size;
  }
  return count;
}
