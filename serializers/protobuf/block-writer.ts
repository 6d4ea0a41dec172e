import protobufjs from 'protobufjs/minimal.js';
import { Refusal } from '../../core/seam/codec/refusal.ts';
import type { Output } from '../../core/seam/output.ts';
import { CONSTANT, isInteger32, VALUE } from './format.ts';

/** Bytes from this size on are inserted when the message is complete. */
const BLOCK_BYTES = 16 * 1024;

/** Text up to this length is written character by character. */
const SHORT_TEXT_LENGTH = 40;
const SHORT_BYTES = SHORT_TEXT_LENGTH + 4;

/** Bytes that are still in the user's memory, and their position in the writer's own memory. */
interface Block {
  at: number;
  readonly bytes: Uint8Array;
}

/**
 * A writer that does not copy large bytes until the message is complete. protobufjs knows the length of a message only after
 * writing it, and then moves everything by the bytes of the length: once for each level of nesting.
 */
export class BlockWriter extends protobufjs.BufferWriter {
  /** In order of position. */
  readonly #blocks: Block[] = [];

  /** Whether the message contains large bytes, so that only {@link BlockWriter.writeTo} returns it. */
  get hasBlocks(): boolean {
    return this.#blocks.length > 0;
  }

  override bytes(value: Uint8Array | string): protobufjs.Writer {
    if (typeof value === 'string' || value.length < BLOCK_BYTES) return super.bytes(value);
    this.uint32(value.length);
    this.#blocks.push({ at: this.pos, bytes: value });
    return this;
  }

  /**
   * Writes text, also for generated code. Lone surrogates have no UTF-8: protobufjs would send other ones, or bytes that no
   * reader accepts.
   */
  override string(value: string): protobufjs.Writer {
    if (!value.isWellFormed())
      throw Refusal.unserializable('text with a lone surrogate as a string of Protocol Buffers');
    return super.string(value);
  }

  /** Writes text that was already checked. */
  wellFormedString(value: string): void {
    super.string(value);
  }

  /**
   * Writes a field that contains a short `Value` which is not an object, and returns whether it did. Otherwise every value would
   * take an entry in the list of unknown lengths. The field has a number below 16.
   */
  shortScalar(field: number, value: unknown): boolean {
    const { buf, pos } = this;
    // Other fields allocate memory.
    if (buf.length - pos < SHORT_BYTES) return false;
    if (typeof value === 'number') {
      if (!isInteger32(value)) return false;
      let zigzag = ((value << 1) ^ (value >> 31)) >>> 0;
      let end = pos + 3;
      for (; zigzag > 127; zigzag >>>= 7) buf[end++] = (zigzag & 127) | 128;
      buf[end++] = zigzag;
      return this.#short(field, VALUE.integer, end);
    }
    if (typeof value === 'string') {
      const { length } = value;
      if (length > SHORT_TEXT_LENGTH) return false;
      for (let index = 0; index < length; index++) {
        const code = value.charCodeAt(index);
        if (code > 127) return false;
        buf[pos + 4 + index] = code;
      }
      buf[pos + 3] = length;
      return this.#short(field, VALUE.text, pos + 4 + length);
    }
    if (typeof value !== 'boolean') return false;
    buf[pos + 3] = value ? CONSTANT.true : CONSTANT.false;
    return this.#short(field, VALUE.constant, pos + 4);
  }

  #short(field: number, kind: number, end: number): true {
    const { buf, pos } = this;
    buf[pos] = field;
    buf[pos + 1] = end - pos - 2;
    buf[pos + 2] = kind;
    this.pos = end;
    return true;
  }

  override ldelim(): protobufjs.Writer {
    const start = this.states?.at(-1) ?? 0;
    let first = this.#blocks.length;
    while (first > 0 && (this.#blocks[first - 1]?.at ?? 0) > start) first--;
    if (first === this.#blocks.length) return super.ldelim();
    this.states?.pop();
    const within = this.#blocks.slice(first);
    const end = this.pos;
    const blockBytes = within.reduce((sum, { bytes }) => sum + bytes.length, 0);
    // One byte was left for the length, which is first written behind everything, to find out its size.
    this.uint32(end - start - 1 + blockBytes);
    const length = Uint8Array.from(this.buf.subarray(end, this.pos));
    const shift = length.length - 1;
    this.buf.copyWithin(start + 1 + shift, start + 1, end);
    this.buf.set(length, start);
    this.pos = end + shift;
    for (const block of within) block.at += shift;
    return this;
  }

  /** Appends the message to `output`. The writer cannot be used again. */
  writeTo(output: Output): void {
    let written = 0;
    for (const { at, bytes } of this.#blocks) {
      output.write(this.buf.subarray(written, at));
      output.write(bytes);
      written = at;
    }
    output.write(this.buf.subarray(written, this.pos));
  }
}
