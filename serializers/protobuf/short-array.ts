import type { BufferReader } from 'protobufjs/minimal.js';
import { ITEMS } from './wire.ts';

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
