import assert from 'node:assert/strict';
import { SerializerError } from '../../core/seam/errors.ts';
import { DEFAULT_LIMITS } from '../../core/seam/limits.ts';
import { Output } from '../../core/seam/output.ts';
import type { Codec, CodecContext, Extension, Extensions, Serializer } from '../../core/seam/serializer.ts';
import { Point } from './values.ts';

/**
 * Extensions in place of the core's: functions are sent as numbers, errors as data, instances of `Point` as their coordinates.
 */
export class SampleExtensions implements Extensions {
  /** The functions that have been encoded, in order. */
  readonly functions: object[] = [];
  /** The number of times that each object was offered. */
  readonly offered: Map<object, number> = new Map<object, number>();

  /** Converts a point, a function or an error to data, and records that the value was offered. */
  replace(value: object): Extension | undefined {
    this.offered.set(value, (this.offered.get(value) ?? 0) + 1);
    if (typeof value === 'function') return { tag: 'ref', data: this.functions.push(value) - 1 };
    if (value instanceof Point) return { tag: 'class:Point', data: [value.x, value.y] };
    if (value instanceof Boxed) return { tag: 'box', data: value.content };
    if (value instanceof Kept) return { tag: 'kept', data: value.content, identity: value };
    if (value instanceof Forbidden) throw new SerializerError('A Forbidden must stay at home: send something else.');
    if (!(value instanceof Error)) return undefined;
    const { name, message } = value;
    return { tag: 'error', data: 'cause' in value ? { name, message, cause: value.cause } : { name, message } };
  }

  /** Recreates the value from the data of `replace`. */
  revive({ tag, data }: Extension): unknown {
    switch (tag) {
      case 'ref':
        return typeof data === 'number' ? this.functions[data] : refuse();
      case 'class:Point':
        return revivePoint(data);
      case 'box':
        return new Boxed(data);
      case 'kept':
        return new Kept(data);
      case 'error':
        return reviveError(data);
      default:
        return refuse();
    }
  }
}

function revivePoint(data: unknown): Point {
  const [x, y]: unknown[] = Array.isArray(data) ? data : [];
  return typeof x === 'number' && typeof y === 'number' ? new Point(x, y) : refuse();
}

/** A class whose replacement is its content. */
export class Boxed {
  readonly content: unknown;
  constructor(content: unknown) {
    this.content = content;
  }
}

/** Like {@link Boxed}, but each instance has an identity: met twice, it must arrive as one object. */
export class Kept {
  readonly content: unknown;
  constructor(content: unknown) {
    this.content = content;
  }
}

/** A class whose instances the extensions refuse to send. */
export class Forbidden {
  readonly secret = 1;
}

/** Two codecs that are each other's peer. */
export class CodecPair {
  /** The extensions that both codecs know. */
  readonly extensions: SampleExtensions;
  /** Encodes. */
  readonly sender: Codec;
  /** Decodes what the sender encoded. */
  readonly receiver: Codec;
  readonly #output = new Output();

  constructor(
    serializer: Serializer,
    limits: Partial<Omit<CodecContext, 'extensions'>> = {},
    extensions: SampleExtensions = new SampleExtensions(),
  ) {
    this.extensions = extensions;
    const { maxDepth, maxNodes, maxMessageBytes } = { ...DEFAULT_LIMITS, ...limits };
    const context = { extensions, maxDepth, maxNodes, maxMessageBytes };
    this.sender = serializer.open(context);
    this.receiver = serializer.open(context);
  }

  /** Returns the bytes of `value`; when it cannot be encoded, tells the codec, like the core. */
  encode(value: unknown): Uint8Array {
    this.#output.mark();
    try {
      this.sender.encode(value, this.#output);
    } catch (error) {
      this.#output.rewind();
      this.sender.discarded?.();
      throw error;
    }
    return Buffer.concat(this.#output.take());
  }

  /** Returns `value` as it arrives, from memory that is overwritten at once. */
  send(value: unknown): unknown {
    const bytes = this.encode(value);
    const arrived = this.receiver.decode(bytes);
    bytes.fill(0xa5);
    return arrived;
  }
}

/** Returns the SerializerError that `body` throws; any other outcome fails the test. */
export function serializerError(body: () => unknown): SerializerError {
  let thrown: unknown;
  try {
    body();
  } catch (error) {
    thrown = error;
  }
  assert.ok(thrown instanceof SerializerError, `a SerializerError was expected, not ${String(thrown)}`);
  return thrown;
}

/** Asserts that `actual` equals `expected`, including prototypes, holes and -0. */
export function assertSame(actual: unknown, expected: unknown): void {
  // Node 20 treats two invalid dates as different values, and no version compares URLs by their text.
  assert.deepStrictEqual(shown(actual, new Map()), shown(expected, new Map()));
}

/** Returns a copy with the same relevant containers, in which URLs and invalid dates are comparable. */
function shown(value: unknown, known: Map<unknown, unknown>): unknown {
  if (value instanceof URL) return { url: value.href };
  if (value instanceof Date && Number.isNaN(value.getTime())) return { date: 'invalid' };
  if (typeof value !== 'object' || value === null || known.has(value)) return known.get(value) ?? value;
  if (Array.isArray(value) || isRecord(value)) {
    // A failing comparison of a very sparse array would try to print its whole length.
    const sparse = Array.isArray(value) && value.length > 1_000_000 && Object.keys(value).length < 1_000;
    const copy: object = Array.isArray(value) && !sparse ? [] : {};
    known.set(value, copy);
    for (const key of Object.keys(value)) {
      Object.defineProperty(copy, key, { value: shown(Reflect.get(value, key), known), ...OWN });
    }
    if (Array.isArray(value)) Object.assign(copy, { length: value.length });
    return copy;
  }
  if (value instanceof Map && Object.getPrototypeOf(value) === Map.prototype) {
    return new Map([...value].map(([key, member]) => [shown(key, known), shown(member, known)]));
  }
  if (value instanceof Set && Object.getPrototypeOf(value) === Set.prototype) {
    return new Set([...value].map((member) => shown(member, known)));
  }
  if (value instanceof Boxed) return new Boxed(shown(value.content, known));
  return value;
}

const OWN = { writable: true, enumerable: true, configurable: true };

function isRecord(value: object): boolean {
  return Object.getPrototypeOf(value) === Object.prototype;
}

/** Runs `body` and asserts that it changed no shared prototype. */
export function withoutPollution(body: () => void): void {
  const prototypes = [Object.prototype, Array.prototype, Map.prototype, Set.prototype, Function.prototype];
  const keys = (): unknown =>
    prototypes.map((prototype) => [Reflect.ownKeys(prototype), Object.getPrototypeOf(prototype)]);
  const before = keys();
  body();
  assert.deepStrictEqual(keys(), before);
}

function reviveError(data: unknown): unknown {
  if (typeof data !== 'object' || data === null || !('name' in data) || !('message' in data)) return refuse();
  const { message } = data;
  if (typeof message !== 'string') return refuse();
  const options = 'cause' in data ? { cause: data.cause } : undefined;
  if (data.name === 'TypeError') return new TypeError(message, options);
  return data.name === 'RangeError' ? new RangeError(message, options) : new Error(message, options);
}

function refuse(): never {
  throw new SerializerError('The extension is not known here: teach it to both ends.', { code: 'INVALID_PAYLOAD' });
}
