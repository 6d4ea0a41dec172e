import { CARRIED_CLASSES, type CarriedName } from '../../core/seam/codec/carried-classes.ts';

/** How instances of a class travel: as containers, as msgpackr has them, or marked; see {@link CARRIED}. */
export type Carriage = 'Map' | 'Set' | 'native' | 'URL' | 'RegExp' | 'Float16Array';

/** What msgpackr has no form for, or this serializer looks into itself. */
const NOT_NATIVE: ReadonlyMap<CarriedName, Carriage> = new Map<CarriedName, Carriage>([
  ['Map', 'Map'],
  ['Set', 'Set'],
  ['URL', 'URL'],
  ['RegExp', 'RegExp'],
  ['Float16Array', 'Float16Array'],
]);

/** How the classes that this serializer carries travel, by prototype. */
export const CARRIED: ReadonlyMap<unknown, Carriage> = new Map(
  [...CARRIED_CLASSES].map(([prototype, name]) => [prototype, NOT_NATIVE.get(name) ?? 'native']),
);
