import { type FreshShape, unsureBytes } from '../../core/seam/codec/budget.ts';
import { indexBytes } from '../../core/seam/codec/traversal.ts';

/** The maximum number of remembered shapes of a message, and of their keys and bytes. */
const MAX_SHAPES = 64;
const MAX_KEYS = 64;
const MAX_BYTES = 1_024;

/** The number of objects of a shape that are created key by key. */
const MAX_PLAIN_USES = 8;

/** The keys of an object. */
export class Shape implements FreshShape {
  readonly keys: readonly string[];
  /** The additional memory of an object if V8 has no room for its names, in bytes; see {@link unsureBytes}. */
  readonly unsureBytes: number;
  root: FreshShape['root'] = undefined;
  /** The memory of an object for keys that are array indexes, in bytes. */
  readonly indexBytes: number;
  #uses = 0;
  #template: Record<string, undefined> | undefined = undefined;

  constructor(keys: readonly string[]) {
    this.keys = keys;
    this.indexBytes = indexBytes(keys);
    this.unsureBytes = unsureBytes(keys.length);
  }

  /**
   * Returns an object with these keys, whose members are to be set. Copies of one object have its hidden class from the start,
   * which is faster than adding keys one by one.
   */
  begin(): Record<string, unknown> {
    if (this.#template !== undefined) return { ...this.#template };
    const { keys } = this;
    if (
      ++this.#uses > MAX_PLAIN_USES &&
      keys.length <= MAX_KEYS &&
      this.indexBytes === 0 &&
      !keys.includes('__proto__')
    ) {
      this.#template = Object.fromEntries(keys.map((key) => [key, undefined]));
    }
    return {};
  }
}

interface KnownShape {
  readonly shape: Shape;
  readonly bytes: Uint8Array;
}

/**
 * The keys of the shapes in a connection's last messages, by the shape's position in its message. The next message is likely to
 * have the same at the same position, and comparing bytes is faster than decoding them.
 */
export class KnownKeys {
  readonly #shapes: KnownShape[] = [];

  /** Returns the keys of the shape at this position, if its bytes equal those in `buffer` from `start` on. */
  at(place: number, buffer: Uint8Array, start: number, end: number): KnownShape | undefined {
    const known = this.#shapes[place];
    if (known === undefined) return undefined;
    const { bytes } = known;
    if (start + bytes.length > end) return undefined;
    for (let index = 0; index < bytes.length; index++) if (buffer[start + index] !== bytes[index]) return undefined;
    return known;
  }

  /** Remembers the keys in `buffer` between `start` and `end`. */
  remember(place: number, shape: Shape, buffer: Uint8Array, start: number, end: number): void {
    if (place >= MAX_SHAPES || shape.keys.length > MAX_KEYS || end - start > MAX_BYTES) return;
    this.#shapes[place] = { shape, bytes: Uint8Array.from(buffer.subarray(start, end)) };
  }
}
