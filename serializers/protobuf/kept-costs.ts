import { KEPT } from '../../core/seam/codec/kept-bytes.ts';
import { VALUE } from './wire.ts';

/** What a value costs to keep and to make, its place in a container included, by the number of its field. */
const COSTS: readonly number[] = costs();

/** The same by the field as it stands on the wire; of a container without its members. */
export function costOf(field: number): number {
  return COSTS[field >>> 3] ?? KEPT.slot;
}

function costs(): readonly number[] {
  const extra: readonly (readonly [number, number])[] = [
    [VALUE.text, KEPT.text],
    [VALUE.utf16, KEPT.text],
    [VALUE.record, KEPT.object],
    [VALUE.members, KEPT.object],
    [VALUE.list, KEPT.array],
    [VALUE.integers, KEPT.array],
    [VALUE.numbers, KEPT.array],
    [VALUE.texts, KEPT.array],
    [VALUE.map, KEPT.map],
    [VALUE.set, KEPT.set],
    [VALUE.date, KEPT.date],
    [VALUE.buffer, KEPT.binary],
    [VALUE.binary, KEPT.binary],
    [VALUE.bigint, KEPT.bigint],
    [VALUE.negativeBigint, KEPT.bigint],
    [VALUE.pattern, KEPT.regexp],
    [VALUE.url, KEPT.url],
    [VALUE.extension, KEPT.extension],
  ];
  const byNumber = Array.from({ length: 32 }, () => KEPT.slot);
  for (const [field, bytes] of extra) byNumber[field >>> 3] = KEPT.slot + bytes;
  return byNumber;
}

/** What an entry of a Map takes beyond the slots of its key and value, and a member of a Set beyond its own. */
export const ENTRY_BYTES: number = KEPT.mapEntry - 2 * KEPT.slot;
export const MEMBER_BYTES: number = KEPT.setMember - KEPT.slot;

/** Up to so many keys make a hidden class, beyond it an object is a dictionary. */
const MAX_CLASS_KEYS = 64;
const DICTIONARY_KEY_BYTES = 80;
/** What is remembered about an object's keys, which takes the time of so many bytes. */
const SHAPE_BYTES = 240;

/** What the keys of an object cost that a message has for the first time. */
export function shapeBytes(count: number): number {
  return SHAPE_BYTES + count * (count <= MAX_CLASS_KEYS ? KEPT.key : DICTIONARY_KEY_BYTES);
}
