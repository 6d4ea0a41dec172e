/** The format of messages, for writer and reader: the layout of the bytes, and the names of annotations that go beyond the package. */
import { CodecFaults } from '../../core/seam/codec/codec-faults.ts';
import type { Output } from '../../core/seam/output.ts';

/** The errors of this serializer. */
export const faults: CodecFaults = new CodecFaults('superjson');

/** The prefix of an extension's tag in its annotation `["custom", …]`. */
export const EXTENSION = 'uactor:';
/** The same for an extension whose data needs an annotation of its own and is therefore in an array of one. */
export const WRAPPED_EXTENSION = 'uactor[]:';
/** The prefix of this library's own custom types other than extensions. */
export const OWN = 'uactor';
/** The prefix of a binary class's name; the JSON value is the index of the block. */
export const BINARY = 'uactor/';
/** A Date without a time; the JSON value is null. */
export const INVALID_DATE = 'uactor/invalid-date';
/** An array with holes; the JSON value is an object with the existing items, by index, and `length`. */
export const SPARSE_ARRAY = 'uactor/sparse-array';

/** The maximum number of digits of a bigint: reading a decimal number takes more than linear time. */
export const MAX_BIGINT_DIGITS = 50_000;

/**
 * Just below the smallest positive bigint that is too large; computing that one would delay every process's start by a
 * millisecond.
 */
const NEAR_BIGINT_LIMIT = 1n << 166_096n;

/** Whether a bigint has too many digits. Compares it, because converting a huge one to text takes long. */
export function isTooLong(value: bigint): boolean {
  const size = value < 0n ? -value : value;
  return size >= NEAR_BIGINT_LIMIT && size >= 10n ** BigInt(MAX_BIGINT_DIGITS);
}

/**
 * The layout of a payload. One byte of flags; with {@link BLOCKS} the length of the text in bytes (u32, little-endian);
 * the text, Latin-1 or with {@link WIDE} UTF-16 (little-endian); with {@link BLOCKS} each block as its length in bytes
 * (u32, little-endian) and its bytes, up to the end.
 */
const WIDE = 1;
const BLOCKS = 2;

const LENGTH_BYTES = 4;

/** Up to this many characters, writing them one by one is faster than a call into C++. */
const SHORT_TEXT_LENGTH = 24;

/** For text that V8 stores in one byte per character, this returns without reading it. */
const BEYOND_LATIN1 = /[\u0100-\uffff]/;

/** The content of a payload. */
interface Payload {
  readonly text: string;
  /** Memory of the message. */
  readonly blocks: readonly Uint8Array[];
}

const NO_BLOCKS: readonly Uint8Array[] = [];

/** Appends a payload to `output`. Its text ends with blanks of `padding` bytes, which JSON allows. */
export function writePayload(json: string, blocks: readonly Uint8Array[], output: Output, padding: number = 0): void {
  const wide = BEYOND_LATIN1.test(json);
  const text = padding === 0 ? json : json + ' '.repeat(wide ? Math.ceil(padding / 2) : padding);
  const textBytes = wide ? text.length * 2 : text.length;
  output.reserve(1 + LENGTH_BYTES + textBytes);
  output.buffer[output.position++] = (wide ? WIDE : 0) | (blocks.length > 0 ? BLOCKS : 0);
  if (blocks.length > 0) output.position = output.buffer.writeUInt32LE(textBytes, output.position);
  if (wide || textBytes > SHORT_TEXT_LENGTH) {
    output.position += output.buffer.write(text, output.position, wide ? 'utf16le' : 'latin1');
  } else {
    const { buffer } = output;
    let position = output.position;
    for (let index = 0; index < textBytes; index++) buffer[position++] = text.charCodeAt(index);
    output.position = position;
  }
  for (const block of blocks) {
    output.reserve(LENGTH_BYTES);
    output.position = output.buffer.writeUInt32LE(block.length, output.position);
    output.write(block);
  }
}

/**
 * Reads the payload between `start` and `end`.
 *
 * @throws {@link SerializerError} `INVALID_PAYLOAD` when the bytes do not follow the layout.
 */
export function readPayload(buffer: Buffer, start: number, end: number): Payload {
  const flags = start < end ? buffer[start] : undefined;
  if (flags === undefined || flags > (WIDE | BLOCKS)) throw faults.invalidPayload('it does not begin with known flags');
  if ((flags & BLOCKS) === 0) return { text: textOf(buffer, flags, start + 1, end), blocks: NO_BLOCKS };
  const from = start + 1 + LENGTH_BYTES;
  const textEnd = from + (end < from ? 0 : buffer.readUInt32LE(start + 1));
  if (textEnd > end) throw faults.invalidPayload('its text is longer than the message');
  return { text: textOf(buffer, flags, from, textEnd), blocks: blocksOf(buffer, textEnd, end) };
}

function textOf(buffer: Buffer, flags: number, start: number, end: number): string {
  if ((flags & WIDE) === 0) return buffer.toString('latin1', start, end);
  if ((end - start) % 2 !== 0) throw faults.invalidPayload('its text ends within a character');
  return buffer.toString('utf16le', start, end);
}

function blocksOf(buffer: Buffer, start: number, end: number): readonly Uint8Array[] {
  const blocks: Uint8Array[] = [];
  for (let position = start; position < end; ) {
    const from = position + LENGTH_BYTES;
    if (from > end) throw faults.invalidPayload('it ends within the length of a block');
    position = from + buffer.readUInt32LE(position);
    if (position > end) throw faults.invalidPayload('a block of bytes is longer than the message');
    blocks.push(buffer.subarray(from, position));
  }
  return blocks;
}
