import { indexBytes } from '../../core/seam/codec/plain-object.ts';

/** So many shapes of a message are remembered, of so many keys and bytes at most. */
const MAX_SHAPES = 64;
const MAX_KEYS = 64;
const MAX_BYTES = 1_024;

/** So many objects of a shape are made key by key. */
const MAX_PLAIN_USES = 8;

/** The keys of an object. */
export class Shape {
  readonly keys: readonly string[];
  /** What an object takes because some of the keys are places in an array, in bytes. */
  readonly indexBytes: number;
  #uses = 0;
  #template: Record<string, undefined> | undefined = undefined;

  constructor(keys: readonly string[]) {
    this.keys = keys;
    this.indexBytes = indexBytes(keys);
  }

  /**
   * An object for members of these keys, which are to be set. Copies of one object have its hidden class from the
   * beginning: that is quicker than one key after the other.
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
 * The keys of the shapes in the last messages of a connection, by the place of the shape in its message. The next message is likely
 * to have the same at the same place: bytes are compared sooner than decoded.
 */
export class KnownKeys {
  readonly #shapes: KnownShape[] = [];

  /** The keys of the shape with this place, if its bytes are those that lie in `buffer` from `start` on. */
  at(place: number, buffer: Uint8Array, start: number, end: number): KnownShape | undefined {
    const known = this.#shapes[place];
    if (known === undefined) return undefined;
    const { bytes } = known;
    if (start + bytes.length > end) return undefined;
    for (let index = 0; index < bytes.length; index++) if (buffer[start + index] !== bytes[index]) return undefined;
    return known;
  }

  /** Remembers the keys that lie in `buffer` between `start` and `end`. */
  remember(place: number, shape: Shape, buffer: Uint8Array, start: number, end: number): void {
    if (place >= MAX_SHAPES || shape.keys.length > MAX_KEYS || end - start > MAX_BYTES) return;
    this.#shapes[place] = { shape, bytes: Uint8Array.from(buffer.subarray(start, end)) };
  }
}
