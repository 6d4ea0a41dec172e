import { shortText } from '../../core/seam/codec/short-text.ts';
import { isPlainArray } from '../../core/seam/codec/traversal.ts';
import type { Output } from '../../core/seam/output.ts';
import { isPlainNumber } from './plain-check.ts';

/** The bytes before the value: the flags of a Latin-1 text without blocks, and the beginning of the text. */
const OPENING = Buffer.from('\0{"json":');
const CLOSE = 0x7d;

/** The maximum length of lists and texts; longer ones gain little. */
const MAX_ITEMS = 8;
const MAX_TEXT_LENGTH = 64;
/** The maximum number of values that a reader counts in such a text: the items, their list and its envelope. */
export const MOST_FLAT_VALUES: number = MAX_ITEMS + 2;
/** A text with its quotes and a comma; no number is as long. */
const MAX_ITEM_BYTES = MAX_TEXT_LENGTH + 3;
const MAX_BYTES = OPENING.length + 3 + MAX_ITEMS * MAX_ITEM_BYTES;
const LEAST_BYTES = OPENING.length + 2;
/** Any integer of this many digits is exact. */
const MAX_DIGITS = 15;
const POWERS_OF_TEN = Array.from({ length: MAX_DIGITS + 1 }, (_, digits) => 10 ** digits);

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');
const NULL = Buffer.from('null');

const NOT_FLAT = -1;

/**
 * Writes a payload directly if its value is a number, a short text, a boolean or `null`, or a short list of them, as in most
 * calls. The bytes are those of `JSON.stringify`.
 *
 * @returns `false`, with nothing written, for any other value and for one whose getter throws.
 */
export function writeFlat(value: unknown, output: Output): boolean {
  if (typeof value === 'string' && value.length > MAX_TEXT_LENGTH) return false;
  try {
    const end = written(value, output);
    if (end === NOT_FLAT) return false;
    output.buffer[end] = CLOSE;
    output.position = end + 1;
    return true;
  } catch {
    return false;
  }
}

function written(value: unknown, output: Output): number {
  if (typeof value !== 'object' || value === null) {
    // Making room may replace the buffer.
    const at = opened(output);
    return writeItem(value, output.buffer, at);
  }
  if (!isPlainArray(value) || 'toJSON' in value) return NOT_FLAT;
  // Read once: a getter or a proxy can change it.
  const { length } = value;
  if (length > MAX_ITEMS) return NOT_FLAT;
  let at = opened(output);
  const { buffer } = output;
  buffer[at++] = OPEN_LIST;
  for (let index = 0; index < length; index++) {
    if (index > 0) buffer[at++] = COMMA;
    at = writeItem(value[index], buffer, at);
    if (at === NOT_FLAT) return NOT_FLAT;
  }
  buffer[at] = CLOSE_LIST;
  return at + 1;
}

function opened(output: Output): number {
  output.reserve(MAX_BYTES);
  output.buffer.set(OPENING, output.position);
  return output.position + OPENING.length;
}

function writeItem(value: unknown, buffer: Buffer, at: number): number {
  switch (typeof value) {
    case 'number':
      return isPlainNumber(value) ? writeNumber(value, buffer, at) : NOT_FLAT;
    case 'string':
      return writeText(value, buffer, at);
    case 'boolean':
      buffer.set(value ? TRUE : FALSE, at);
      return at + (value ? TRUE : FALSE).length;
    case 'object':
      if (value !== null) return NOT_FLAT;
      buffer.set(NULL, at);
      return at + NULL.length;
    case 'undefined':
    case 'bigint':
    case 'symbol':
    case 'function':
    default:
      return NOT_FLAT;
  }
}

function writeNumber(value: number, buffer: Buffer, start: number): number {
  if (value >= 0 && value < 10 && Number.isInteger(value)) {
    buffer[start] = ZERO + value;
    return start + 1;
  }
  const text = String(value);
  let at = start;
  for (let index = 0; index < text.length; index++) buffer[at++] = text.charCodeAt(index);
  return at;
}

/** Writes text in which JSON escapes nothing, and which is Latin-1. */
function writeText(text: string, buffer: Buffer, start: number): number {
  if (text.length > MAX_TEXT_LENGTH) return NOT_FLAT;
  let at = start;
  buffer[at++] = QUOTE;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 0x20 || code > 0xff || code === QUOTE || code === BACKSLASH) return NOT_FLAT;
    buffer[at++] = code;
  }
  buffer[at] = QUOTE;
  return at + 1;
}

/**
 * Reads payloads of {@link writeFlat}, except numbers of many digits and text that is not ASCII. Creates at most {@link
 * MAX_ITEMS} values and a list of them.
 */
export class FlatReader {
  #at = 0;

  /** Reads the value between `start` and `end`; `undefined`, which JSON does not have, when the general reader must read it. */
  read(buffer: Buffer, start: number, end: number): unknown {
    const bytes = end - start;
    if (bytes < LEAST_BYTES || bytes > MAX_BYTES || buffer[end - 1] !== CLOSE) return undefined;
    for (let index = 0; index < OPENING.length; index++) {
      if (buffer[start + index] !== OPENING[index]) return undefined;
    }
    this.#at = start + OPENING.length;
    const value = buffer[this.#at] === OPEN_LIST ? this.#list(buffer) : this.#item(buffer);
    return this.#at === end - 1 ? value : undefined;
  }

  #list(buffer: Buffer): unknown {
    const items: unknown[] = [];
    if (buffer[++this.#at] === CLOSE_LIST) {
      this.#at++;
      return items;
    }
    for (;;) {
      const item = this.#item(buffer);
      if (item === undefined || items.push(item) > MAX_ITEMS) return undefined;
      const next = buffer[this.#at++];
      if (next === CLOSE_LIST) return items;
      if (next !== COMMA) return undefined;
    }
  }

  #item(buffer: Buffer): unknown {
    switch (buffer[this.#at] ?? 0) {
      case QUOTE:
        return this.#text(buffer);
      case 0x74:
        return this.#word(buffer, TRUE) ? true : undefined;
      case 0x66:
        return this.#word(buffer, FALSE) ? false : undefined;
      case 0x6e:
        return this.#word(buffer, NULL) ? null : undefined;
      default:
        return this.#number(buffer);
    }
  }

  #word(buffer: Buffer, word: Buffer): boolean {
    for (let index = 0; index < word.length; index++) {
      if (buffer[this.#at++] !== word[index]) return false;
    }
    return true;
  }

  #text(buffer: Buffer): string | undefined {
    const start = this.#at + 1;
    let at = start;
    for (let code = buffer[at] ?? 0; code !== QUOTE; code = buffer[++at] ?? 0) {
      if (code < 0x20 || code > 0x7e || code === BACKSLASH || at - start >= MAX_TEXT_LENGTH) return undefined;
    }
    this.#at = at + 1;
    return shortText(buffer, start, at - start);
  }

  #number(buffer: Buffer): number | undefined {
    const negative = buffer[this.#at] === MINUS;
    const start = negative ? this.#at + 1 : this.#at;
    let at = start;
    let digits = 0;
    let point = 0;
    for (; ; at++) {
      const code = buffer[at] ?? 0;
      if (code >= ZERO && code <= NINE) digits = digits * 10 + code - ZERO;
      else if (code === POINT && point === 0 && at > start) point = at + 1;
      else break;
      if (at - start >= MAX_DIGITS) return undefined;
    }
    // A missing digit, or a leading zero: the general reader reports the fault.
    if (at === start || at === point) return undefined;
    if (buffer[start] === ZERO && at - start > 1 && point !== start + 2) return undefined;
    // This library never sends -0 in this form.
    if (negative && digits === 0) return undefined;
    this.#at = at;
    // Both numbers are exact, so the quotient is the number nearest to the text.
    const value = point === 0 ? digits : digits / (POWERS_OF_TEN[at - point] ?? Number.NaN);
    return negative ? -value : value;
  }
}
