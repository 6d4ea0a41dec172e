import type { BinaryName } from '../../core/seam/codec/carried-classes.ts';

/** The numbers of the binary classes in `value.proto`. A Buffer has its own field. */
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
