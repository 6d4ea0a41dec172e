/** How instances of a class travel: as containers, as they are, or marked; see {@link CARRIED}. */
export type Carriage = 'Map' | 'Set' | 'native' | 'URL' | 'RegExp' | 'Float16Array';

/** The classes that this serializer carries, by prototype: instances of subclasses are somebody else's. */
export const CARRIED: ReadonlyMap<unknown, Carriage> = new Map<unknown, Carriage>(carriages());

function* carriages(): Generator<[object, Carriage]> {
  yield [Map.prototype, 'Map'];
  yield [Set.prototype, 'Set'];
  yield [URL.prototype, 'URL'];
  yield [RegExp.prototype, 'RegExp'];
  const native = [
    Date,
    Buffer,
    ArrayBuffer,
    DataView,
    Int8Array,
    Uint8Array,
    Uint8ClampedArray,
    Int16Array,
    Uint16Array,
    Int32Array,
    Uint32Array,
    Float32Array,
    Float64Array,
    BigInt64Array,
    BigUint64Array,
  ];
  for (const { prototype } of native) yield [prototype, 'native'];
  const float16 = float16Array();
  if (float16 !== undefined) yield [float16.prototype, 'Float16Array'];
}

/** A constructor of views, of which Node 20 lacks one. */
export interface ViewConstructor {
  new (memory: ArrayBuffer): object;
  readonly prototype: object;
  readonly BYTES_PER_ELEMENT: number;
}

/** The class `Float16Array`, which Node 24 is the first to have. */
export function float16Array(): ViewConstructor | undefined {
  const value: unknown = Reflect.get(globalThis, 'Float16Array');
  return isViewConstructor(value) ? value : undefined;
}

function isViewConstructor(value: unknown): value is ViewConstructor {
  return typeof value === 'function' && 'BYTES_PER_ELEMENT' in value;
}
