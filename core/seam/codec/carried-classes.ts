import { described } from './codec-faults.ts';

/** The classes that consist of bytes, by the names that codecs use. */
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
  // Available from Node 24 on.
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

/** Yields the binary classes by prototype. Instances of subclasses are not included. */
export function* binaryPrototypes(): Generator<[object, BinaryName]> {
  for (const [name, { prototype }] of classes()) yield [prototype, name];
}

/**
 * Returns the bytes of an ArrayBuffer or a view, exactly the visible ones. `undefined` for any other value, and for one without
 * memory.
 */
export function bytesOf(value: object): Uint8Array | undefined {
  if (isDetached(value)) return undefined;
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return value instanceof ArrayBuffer ? new Uint8Array(value) : undefined;
}

/** Whether the memory of `value` was transferred to another thread: it has no bytes then, but is not empty either. */
export function isDetached(value: object): boolean {
  const memory = ArrayBuffer.isView(value) ? value.buffer : value;
  if (!(memory instanceof ArrayBuffer)) return false;
  try {
    return memory.byteLength === 0 && new Uint8Array(memory).length > 0;
  } catch {
    // Newer Node versions have `detached` for this; all refuse to create a view.
    return true;
  }
}

/** Describes a `value` without bytes in errors: `a Buffer whose memory was transferred away`. */
export function withoutBytes(value: object): string {
  const what = described(value);
  return isDetached(value) ? `${what} whose memory was transferred away` : `an object that only looks like ${what}`;
}

/** Returns the same bytes as a Buffer that shares their memory. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A view keeps the whole message in memory, which is worth it only for large parts. */
const LEAST_VIEW_BYTES = 4_096;

/**
 * Returns the length from which on {@link fromBytes} returns a Buffer or Uint8Array as a view of the message's memory, if the
 * message owns it.
 */
export function leastViewBytes(messageBytes: number): number {
  return Math.max(LEAST_VIEW_BYTES, messageBytes / 2);
}

/**
 * Creates an object of the named class over a copy of `bytes`; `undefined` when there is no such class or the size is invalid. A
 * Buffer or Uint8Array of at least `leastBytes` shares the memory of `bytes` instead.
 */
export function fromBytes(name: string, bytes: Uint8Array, leastBytes: number = Infinity): object | undefined {
  if (bytes.length >= leastBytes) {
    if (name === 'Buffer') return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    if (name === 'Uint8Array') return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  }
  const known = CLASSES.get(name);
  if (known === undefined || bytes.length % known.elementBytes !== 0) return undefined;
  // Unlike other ways, this does not fill the memory with zeros first.
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  copy.set(bytes);
  return known.make(copy.buffer);
}

/** The classes that every serializer encodes itself, besides plain objects and arrays. */
export type CarriedName = 'Map' | 'Set' | 'Date' | 'RegExp' | 'URL' | BinaryName;

/** The names of these classes by prototype. Instances of subclasses are not included. */
export const CARRIED_CLASSES: ReadonlyMap<unknown, CarriedName> = new Map<unknown, CarriedName>([
  [Map.prototype, 'Map'],
  [Set.prototype, 'Set'],
  [Date.prototype, 'Date'],
  [RegExp.prototype, 'RegExp'],
  [URL.prototype, 'URL'],
  ...binaryPrototypes(),
]);
