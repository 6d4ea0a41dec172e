import { type BinaryName, binaryPrototypes } from '../../core/codec/binary-classes.ts';

/** How instances of a class travel. */
export type Carriage = 'Map' | 'Set' | 'Date' | 'RegExp' | 'URL' | BinaryName;

/** The classes that this serializer carries besides plain objects and arrays, by prototype. */
export const CARRIED: ReadonlyMap<unknown, Carriage> = new Map<unknown, Carriage>([
  [Map.prototype, 'Map'],
  [Set.prototype, 'Set'],
  [Date.prototype, 'Date'],
  [RegExp.prototype, 'RegExp'],
  [URL.prototype, 'URL'],
  ...binaryPrototypes(),
]);

/** The numbers of the binary classes in `value.proto`. A Buffer has a field of its own. */
export const BINARY_CLASSES: readonly BinaryName[] = [
  'ArrayBuffer',
  'DataView',
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
  'Float16Array',
];
