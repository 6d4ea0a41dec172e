import type { BufferReader } from 'protobufjs/minimal.js';
import { ITEMS } from './wire.ts';

/** An array that grows item by item has room for 17 from the first on. */
const MAX_SHORT_LENGTH = 16;

/** An array for so many items, with memory for no more if they are few; more make it grow. */
export function arrayFor<T>(length: number): T[] {
  // oxlint-disable-next-line unicorn/no-new-array -- a length is what is meant, and `Array.from` takes far longer
  return length > MAX_SHORT_LENGTH ? [] : new Array<T>(length);
}

/** How many items lie from where `reader` is up to `end`; it looks at no more than make a short array. */
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
