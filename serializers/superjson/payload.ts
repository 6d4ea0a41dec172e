import type { Output } from '../../core/seam/output.ts';
import { faults } from './faults.ts';

/**
 * The layout of a payload. One byte of flags; with {@link BLOCKS} the length of the text in bytes (u32, little-endian);
 * the text, Latin-1 or with {@link WIDE} UTF-16 (little-endian); with {@link BLOCKS} each block as its length in bytes
 * (u32, little-endian) and its bytes, up to the end.
 */
const WIDE = 1;
const BLOCKS = 2;

const LENGTH_BYTES = 4;

/** Up to so many characters the call into C++ costs more than writing them one by one. */
const SHORT_TEXT_LENGTH = 24;

/** On text that V8 keeps in one byte per character this answers without looking at it. */
const BEYOND_LATIN1 = /[\u0100-\uffff]/;

/** What a payload holds. */
export interface Payload {
  readonly text: string;
  /** Memory of the message: to be copied. */
  readonly blocks: readonly Uint8Array[];
}

const NO_BLOCKS: readonly Uint8Array[] = [];

/** Appends a payload to `output`. */
export function writePayload(text: string, blocks: readonly Uint8Array[], output: Output): void {
  const wide = BEYOND_LATIN1.test(text);
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
 * Reads a payload.
 *
 * @throws {@link SerializerError} `INVALID_PAYLOAD` when the bytes do not follow the layout.
 */
export function readPayload(bytes: Uint8Array): Payload {
  const buffer = bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const flags = buffer[0];
  if (flags === undefined || flags > (WIDE | BLOCKS)) throw faults.invalidPayload('it does not begin with known flags');
  if ((flags & BLOCKS) === 0) return { text: textOf(buffer, flags, 1, buffer.length), blocks: NO_BLOCKS };
  const start = 1 + LENGTH_BYTES;
  const end = start + (buffer.length < start ? 0 : buffer.readUInt32LE(1));
  if (end > buffer.length) throw faults.invalidPayload('its text is longer than the message');
  return { text: textOf(buffer, flags, start, end), blocks: blocksOf(buffer, end) };
}

function textOf(buffer: Buffer, flags: number, start: number, end: number): string {
  if ((flags & WIDE) === 0) return buffer.toString('latin1', start, end);
  if ((end - start) % 2 !== 0) throw faults.invalidPayload('its text ends within a character');
  return buffer.toString('utf16le', start, end);
}

function blocksOf(buffer: Buffer, start: number): readonly Uint8Array[] {
  const blocks: Uint8Array[] = [];
  for (let position = start; position < buffer.length; ) {
    const from = position + LENGTH_BYTES;
    if (from > buffer.length) throw faults.invalidPayload('it ends within the length of a block');
    position = from + buffer.readUInt32LE(position);
    if (position > buffer.length) throw faults.invalidPayload('a block of bytes is longer than the message');
    blocks.push(buffer.subarray(from, position));
  }
  return blocks;
}
