import { type BinaryName, binaryPrototypes } from './binary-classes.ts';

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
