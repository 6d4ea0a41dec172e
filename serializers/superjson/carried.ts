import type { BinaryName } from '../../core/codec/binary-classes.ts';
import { binaryPrototypes } from '../../core/codec/binary-classes.ts';

/** The classes that this serializer carries itself, by prototype: instances of subclasses are somebody else's. */
export type CarriedName = 'Map' | 'Set' | 'Date' | 'RegExp' | 'URL' | BinaryName;

export const CARRIED: ReadonlyMap<unknown, CarriedName> = new Map<unknown, CarriedName>([
  [Map.prototype, 'Map'],
  [Set.prototype, 'Set'],
  [Date.prototype, 'Date'],
  [RegExp.prototype, 'RegExp'],
  [URL.prototype, 'URL'],
  ...binaryPrototypes(),
]);

/** What precedes the tag of an extension in its annotation `["custom", …]`. */
export const EXTENSION = 'uactor:';
/** The same for an extension whose data needs an annotation of its own and therefore lies in an array of one. */
export const WRAPPED_EXTENSION = 'uactor[]:';
/** What precedes the name of a binary class; the JSON value is the index of the block. */
export const BINARY = 'uactor/';
/** A Date without a time; the JSON value is null. */
export const INVALID_DATE = 'uactor/invalid-date';
/** An array with holes; the JSON value is an object of the items that exist, by index, and `length`. */
export const SPARSE_ARRAY = 'uactor/sparse-array';
