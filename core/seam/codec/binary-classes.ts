import { described } from './codec-faults.ts';

/** The classes that are nothing but bytes, by the names that codecs give them. */
export type BinaryName =
  | 'ArrayBuffer'
  | 'Buffer'
  | 'DataView'
  | 'Int8Array'
  | 'Uint8Array'
  | 'Uint8ClampedArray'
  | 'Int16Array'
  | 'Uint16Array'
  | 'Int32Array'
  | 'Uint32Array'
  | 'Float16Array'
  | 'Float32Array'
  | 'Float64Array'
  | 'BigInt64Array'
  | 'BigUint64Array';

interface BinaryClass {
  readonly prototype: object;
  /** The size of an element: the number of bytes must be a multiple of it. */
  readonly elementBytes: number;
  make(memory: ArrayBuffer): object;
}

interface ViewConstructor {
  new (memory: ArrayBuffer): object;
  readonly prototype: object;
  readonly BYTES_PER_ELEMENT: number;
}

const CLASSES: ReadonlyMap<string, BinaryClass> = new Map(classes());

function* classes(): Generator<[BinaryName, BinaryClass]> {
  yield ['ArrayBuffer', { prototype: ArrayBuffer.prototype, elementBytes: 1, make: (memory) => memory }];
  yield ['Buffer', { prototype: Buffer.prototype, elementBytes: 1, make: (memory) => Buffer.from(memory) }];
  yield ['DataView', { prototype: DataView.prototype, elementBytes: 1, make: (memory) => new DataView(memory) }];
  yield view('Int8Array', Int8Array);
  yield view('Uint8Array', Uint8Array);
  yield view('Uint8ClampedArray', Uint8ClampedArray);
  yield view('Int16Array', Int16Array);
  yield view('Uint16Array', Uint16Array);
  yield view('Int32Array', Int32Array);
  yield view('Uint32Array', Uint32Array);
  yield view('Float32Array', Float32Array);
  yield view('Float64Array', Float64Array);
  yield view('BigInt64Array', BigInt64Array);
  yield view('BigUint64Array', BigUint64Array);
  // Node 24 is the first to have it.
  const float16: unknown = Reflect.get(globalThis, 'Float16Array');
  if (isViewConstructor(float16)) yield view('Float16Array', float16);
}

function view(name: BinaryName, constructor: ViewConstructor): [BinaryName, BinaryClass] {
  const { prototype, BYTES_PER_ELEMENT } = constructor;
  return [name, { prototype, elementBytes: BYTES_PER_ELEMENT, make: (memory) => new constructor(memory) }];
}

function isViewConstructor(value: unknown): value is ViewConstructor {
  return typeof value === 'function' && 'BYTES_PER_ELEMENT' in value;
}

/** The names of the binary classes by prototype: instances of subclasses are another process's. */
export function* binaryPrototypes(): Generator<[object, BinaryName]> {
  for (const [name, { prototype }] of classes()) yield [prototype, name];
}

/** The bytes of an ArrayBuffer or a view, exactly those it shows. `undefined` for what is neither, and for one without memory. */
export function bytesOf(value: object): Uint8Array | undefined {
  if (isDetached(value)) return undefined;
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return value instanceof ArrayBuffer ? new Uint8Array(value) : undefined;
}

/** Whether `value` has lost its memory to another thread: what was transferred has no bytes, but is not empty either. */
export function isDetached(value: object): boolean {
  const memory = ArrayBuffer.isView(value) ? value.buffer : value;
  if (!(memory instanceof ArrayBuffer)) return false;
  try {
    return memory.byteLength === 0 && new Uint8Array(memory).length > 0;
  } catch {
    // Newer Nodes have `detached` for this; all of them refuse to make a view.
    return true;
  }
}

/** What `value`, for which {@link bytesOf} has nothing, is in errors: `a Buffer whose memory was transferred away`. */
export function withoutBytes(value: object): string {
  const what = described(value);
  return isDetached(value) ? `${what} whose memory was transferred away` : `what only looks like ${what}`;
}

/** The same bytes as a Buffer, which shares their memory. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A view keeps the whole message, which is worth it only for large parts of it. */
const LEAST_VIEW_BYTES = 4_096;

/** How long a Buffer or Uint8Array in a message has to be for {@link fromBytes} to show the message's memory, if that is its own. */
export function leastViewBytes(messageBytes: number): number {
  return Math.max(LEAST_VIEW_BYTES, messageBytes / 2);
}

/**
 * A new object of the named class over a copy of `bytes`; `undefined` when there is no such class or the size is not right. A Buffer
 * or Uint8Array of {@link leastViewBytes} shows `bytes` themselves.
 */
export function fromBytes(name: string, bytes: Uint8Array, leastBytes: number = Infinity): object | undefined {
  if (bytes.length >= leastBytes) {
    if (name === 'Buffer') return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    if (name === 'Uint8Array') return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  }
  const known = CLASSES.get(name);
  if (known === undefined || bytes.length % known.elementBytes !== 0) return undefined;
  // Node fills any other memory with zeros first.
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  copy.set(bytes);
  return known.make(copy.buffer);
}
