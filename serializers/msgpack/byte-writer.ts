import type { Output } from '../../core/seam/output.ts';
import { TYPE } from './format.ts';

/** Text up to this length is written by a loop, because a call into Node takes longer. */
const LOOPED_LENGTH = 40;
/** Text up to this length gets the maximum room that it can need; longer text is measured first. */
const MEASURED_LENGTH = 4_096;

/** The size of an object's number, which precedes the object. */
const ID_BYTES = 6;
/** The number of objects for which room is kept between values. */
const MAX_KEPT_OFFSETS = 1_024;

const NOTHING = Buffer.alloc(0);

/**
 * Writes one message as a whole into the memory of an {@link Output}, which no other code uses meanwhile. The output's position
 * does not move before {@link ByteWriter.end}, so a failed message leaves no trace.
 */
export class ByteWriter {
  #output: Output | undefined = undefined;
  #buffer: Buffer = NOTHING;
  #view: DataView = new DataView(NOTHING.buffer);
  #start = 0;
  #at = 0;
  /** The length of the previous message, to which large messages grow at once. */
  #lastBytes = 0;

  begin(output: Output): void {
    this.#output = output;
    this.#use(output.buffer);
    this.#start = output.position;
    this.#at = output.position;
  }

  end(): void {
    this.#lastBytes = this.offset;
    if (this.#output !== undefined) this.#output.position = this.#at;
  }

  /** The number of bytes of the message so far. */
  get offset(): number {
    return this.#at - this.#start;
  }

  byte(value: number): void {
    if (this.#at >= this.#buffer.length) this.#grow(1);
    this.#buffer[this.#at++] = value;
  }

  bytes(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#buffer.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  /** Writes zeros behind a header, at least `least` bytes in total. */
  padding(least: number): void {
    const count = Math.max(0, least - 5);
    this.token32(0xc6, count);
    this.#room(count);
    this.#buffer.fill(0, this.#at, this.#at + count);
    this.#at += count;
  }

  /** Writes a token and two bytes. */
  token16(token: number, value: number): void {
    this.#room(3);
    this.#buffer[this.#at] = token;
    this.#view.setUint16(this.#at + 1, value);
    this.#at += 3;
  }

  token32(token: number, value: number): void {
    this.#room(5);
    this.#buffer[this.#at] = token;
    this.#view.setUint32(this.#at + 1, value);
    this.#at += 5;
  }

  uint32(value: number): void {
    this.#room(4);
    this.#view.setUint32(this.#at, value);
    this.#at += 4;
  }

  bigint64(token: number, value: bigint): void {
    this.#room(9);
    this.#buffer[this.#at] = token;
    this.#view.setBigUint64(this.#at + 1, BigInt.asUintN(64, value));
    this.#at += 9;
  }

  number(value: number): void {
    this.#room(9);
    const buffer = this.#buffer;
    if (value >>> 0 === value && (value !== 0 || 1 / value > 0)) {
      if (value < 0x40) buffer[this.#at++] = value;
      else if (value < 0x100) {
        buffer[this.#at] = 0xcc;
        buffer[this.#at + 1] = value;
        this.#at += 2;
      } else if (value < 0x10000) this.token16(0xcd, value);
      else this.token32(0xce, value);
    } else if ((value | 0) === value && value < 0) {
      if (value >= -0x20) buffer[this.#at++] = value + 0x100;
      else if (value >= -0x80) {
        buffer[this.#at] = 0xd0;
        buffer[this.#at + 1] = value + 0x100;
        this.#at += 2;
      } else if (value >= -0x8000) this.token16(0xd1, value + 0x10000);
      else this.token32(0xd2, value + 2 ** 32);
    } else {
      buffer[this.#at] = 0xcb;
      this.#view.setFloat64(this.#at + 1, value);
      this.#at += 9;
    }
  }

  /** Writes a token that contains the number of members, or one of two tokens followed by two or four bytes. */
  header(short: number, mostShort: number, long: number, count: number): void {
    if (count <= mostShort) this.byte(short + count);
    else if (count < 0x10000) this.token16(long, count);
    else this.token32(long + 1, count);
  }

  /** Writes a token and a length of one, two or four bytes; the three tokens are consecutive. */
  sized(token: number, length: number): void {
    if (length < 0x100) {
      this.byte(token);
      this.byte(length);
    } else if (length < 0x10000) this.token16(token + 1, length);
    else this.token32(token + 2, length);
  }

  /** Replaces the number in a header written at `offset`, with the same size. */
  restate(offset: number, mostShort: number, count: number, stated: number): void {
    const at = this.#start + offset;
    if (stated <= mostShort) this.#buffer[at] = (this.#buffer[at] ?? 0) - stated + count;
    else if (stated < 0x10000) this.#view.setUint16(at + 1, count);
    else this.#view.setUint32(at + 1, count);
  }

  /** Inserts bytes at `offset`, before bytes that were already written. */
  insert(offset: number, bytes: Uint8Array): void {
    this.#room(bytes.length);
    const at = this.#start + offset;
    this.#buffer.copyWithin(at + bytes.length, at, this.#at);
    this.#buffer.set(bytes, at);
    this.#at += bytes.length;
  }

  /** Replaces the byte at `offset`. */
  set(offset: number, byte: number): void {
    this.#buffer[this.#start + offset] = byte;
  }

  setUint32(offset: number, value: number): void {
    this.#view.setUint32(this.#start + offset, value);
  }

  /** Inserts all of these prefixes at once, each at its offset. The offsets ascend, and the prefixes have the same length. */
  insertAll(offsets: readonly number[], prefixBytes: number, write: (index: number, at: Buffer) => void): void {
    this.#room(offsets.length * prefixBytes);
    let end = this.#at;
    this.#at += offsets.length * prefixBytes;
    for (let index = offsets.length - 1; index >= 0; index--) {
      const from = this.#start + (offsets[index] ?? 0);
      this.#buffer.copyWithin(from + (index + 1) * prefixBytes, from, end);
      const to = from + index * prefixBytes;
      write(index, this.#buffer.subarray(to, to + prefixBytes));
      end = from;
    }
  }

  /** Writes text that is short and has no surrogates; otherwise writes nothing and returns `false`. */
  shortText(text: string): boolean {
    const { length } = text;
    if (length > LOOPED_LENGTH) return false;
    this.#room(length + 2);
    const buffer = this.#buffer;
    let at = this.#at;
    if (length < 0x20) buffer[at++] = 0xa0 + length;
    else {
      buffer[at++] = 0xd9;
      buffer[at++] = length;
    }
    for (let index = 0; index < length; index++) {
      const code = text.charCodeAt(index);
      if (code > 0x7f) return this.#wideText(text);
      buffer[at++] = code;
    }
    this.#at = at;
    return true;
  }

  /** Writes text beyond ASCII like {@link ByteWriter.shortText}. */
  #wideText(text: string): boolean {
    const { length } = text;
    this.#room(length * 3 + 2);
    const buffer = this.#buffer;
    const start = this.#at;
    const header = length * 3 < 0x20 ? 1 : 2;
    let at = start + header;
    for (let index = 0; index < length; index++) {
      const code = text.charCodeAt(index);
      if (code < 0x80) buffer[at++] = code;
      else if (code < 0x800) {
        buffer[at++] = 0xc0 | (code >> 6);
        buffer[at++] = 0x80 | (code & 0x3f);
      } else {
        // Surrogates, and a byte order mark at the beginning.
        if ((code >= 0xd800 && code < 0xe000) || (code === 0xfeff && index === 0)) return false;
        buffer[at++] = 0xe0 | (code >> 12);
        buffer[at++] = 0x80 | ((code >> 6) & 0x3f);
        buffer[at++] = 0x80 | (code & 0x3f);
      }
    }
    const bytes = at - start - header;
    if (header === 1) buffer[start] = 0xa0 + bytes;
    else {
      buffer[start] = 0xd9;
      buffer[start + 1] = bytes;
    }
    this.#at = at;
    return true;
  }

  /** Writes UTF-8 text for which {@link ByteWriter.shortText} is not enough. */
  text(text: string): void {
    const { length } = text;
    const measured = length > MEASURED_LENGTH ? Buffer.byteLength(text) : length;
    this.#room(5 + (length > MEASURED_LENGTH ? measured : length * 3));
    const guess = headerBytes(measured);
    const written = this.#buffer.write(text, this.#at + guess);
    const header = headerBytes(written);
    if (header !== guess) this.#buffer.copyWithin(this.#at + header, this.#at + guess, this.#at + guess + written);
    const at = this.#at;
    if (header === 1) this.#buffer[at] = 0xa0 + written;
    else if (header === 2) {
      this.#buffer[at] = 0xd9;
      this.#buffer[at + 1] = written;
    } else if (header === 3) this.token16(0xda, written);
    else this.token32(0xdb, written);
    this.#at = at + header + written;
  }

  #room(bytes: number): void {
    if (this.#buffer.length - this.#at < bytes) this.#grow(bytes);
  }

  #grow(bytes: number): void {
    const output = this.#output;
    if (output === undefined) return;
    const used = this.offset;
    const from = this.#buffer;
    output.reserve(Math.max(2 * used + bytes, this.#lastBytes + bytes));
    this.#use(output.buffer);
    from.copy(this.#buffer, output.position, this.#start, this.#at);
    this.#start = output.position;
    this.#at = this.#start + used;
  }

  #use(buffer: Buffer): void {
    if (buffer === this.#buffer) return;
    this.#buffer = buffer;
    this.#view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
  }
}

function headerBytes(length: number): number {
  if (length < 0x20) return 1;
  if (length < 0x100) return 2;
  return length < 0x10000 ? 3 : 5;
}

/**
 * The offsets of a message's objects, by number. Objects that are met again get their numbers at the end, when they are known.
 */
export class MetOffsets {
  /** Entries beyond those of this message are stale. */
  #offsets: number[] = [];
  #again: Set<number> | undefined = undefined;

  /** Records that the object with this number is at `offset`. */
  note(number: number, offset: number): void {
    this.#offsets[number] = offset;
  }

  /** Records that the object with this number was met again. */
  again(number: number): void {
    (this.#again ??= new Set()).add(number);
  }

  /** Moves the objects from `first` to before `end` by this many bytes. */
  move(first: number, end: number, bytes: number): void {
    for (let number = first; number < end; number++) this.#offsets[number] = (this.#offsets[number] ?? 0) + bytes;
  }

  /** Gives the objects that were met again the numbers by which references name them, and returns their count. */
  number(bytes: ByteWriter): number {
    if (this.#again === undefined) return 0;
    const numbers = [...this.#again].toSorted((a, b) => a - b);
    // Objects are met in the order of their offsets.
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
