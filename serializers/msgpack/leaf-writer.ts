import { KEPT } from '../../core/seam/codec/budget.ts';
import type { CarriedName } from '../../core/seam/codec/carried-classes.ts';
import { sendableBytes, sendablePattern, sendableUrl } from '../../core/seam/codec/leaf-values.ts';
import type { ByteWriter } from './byte-writer.ts';
import { KIND, TYPE, TYPED_NUMBERS } from './format.ts';

/** The parts for writing leaves. */
export interface LeafParts {
  readonly bytes: ByteWriter;
  /** Begins a marked value. */
  readonly mark: (kind: number) => void;
  readonly text: (text: string) => void;
  readonly binary: (bytes: Uint8Array) => void;
}

/**
 * Writes an object that this serializer encodes itself and that is not a container. Returns its cost for the reader, without its
 * parts.
 *
 * @throws {@link Refusal} when it cannot be sent.
 */
export function writeLeaf(value: object, name: CarriedName, { bytes, mark, text, binary }: LeafParts): number {
  if (value instanceof Date) {
    writeDate(value.getTime(), bytes);
    return KEPT.date;
  }
  if (value instanceof URL) {
    const href = sendableUrl(value);
    mark(KIND.url);
    text(href);
    return KEPT.url;
  }
  if (value instanceof RegExp) {
    const { source, flags } = sendablePattern(value);
    mark(KIND.regexp);
    text(`${flags}/${source}`);
    return KEPT.regexp;
  }
  const memory = sendableBytes(value);
  if (name === 'Buffer') binary(memory);
  else if (name === 'Float16Array') {
    mark(KIND.float16);
    binary(memory);
  } else if (name !== 'Map' && name !== 'Set' && name !== 'Date' && name !== 'RegExp' && name !== 'URL') {
    writeTyped(TYPED_NUMBERS.get(name) ?? 0, memory, bytes);
    return KEPT.binary;
  }
  return 0;
}

function writeTyped(number: number, memory: Uint8Array, bytes: ByteWriter): void {
  bytes.sized(0xc7, memory.length + 1);
  bytes.byte(TYPE.typed);
  bytes.byte(number);
  bytes.bytes(memory);
}

/** Writes a timestamp of 32, 64 or 96 bits, whichever is the smallest that can hold the time. */
function writeDate(time: number, bytes: ByteWriter): void {
  if (Number.isNaN(time)) {
    bytes.byte(0xd4);
    bytes.byte(TYPE.date);
    bytes.byte(0xff);
    return;
  }
  const seconds = Math.floor(time / 1000);
  const nanoseconds = (time - seconds * 1000) * 1_000_000;
  if (seconds >= 0 && seconds < 2 ** 32) {
    bytes.byte(nanoseconds === 0 ? 0xd6 : 0xd7);
    bytes.byte(TYPE.date);
    if (nanoseconds !== 0) bytes.uint32(nanoseconds * 4);
    bytes.uint32(seconds);
    return;
  }
  bytes.byte(0xc7);
  bytes.byte(12);
  bytes.byte(TYPE.date);
  bytes.uint32(nanoseconds);
  bytes.uint32(Math.floor(seconds / 2 ** 32) >>> 0);
  bytes.uint32(seconds >>> 0);
}

/** The hexadecimal digits of a word of 64 bits. */
const WORD_DIGITS = 16;

/**
 * Returns the extension's data for a bigint of more than 64 bits, as msgpackr writes it: two's complement in whole words, the
 * highest byte first. Uses hexadecimal, because the engine reads and writes it in linear time.
 */
export function rareBigintBytes(value: bigint): Buffer {
  const digits = (value < 0n ? ~value : value).toString(16);
  // The first bit is the sign.
  const needed = digits.length + (digits >= '8' ? 1 : 0);
  const bytes = Buffer.from(digits.padStart(Math.ceil(needed / WORD_DIGITS) * WORD_DIGITS, '0'), 'hex');
  if (value < 0n) for (const [index, byte] of bytes.entries()) bytes[index] = ~byte;
  return bytes;
}
