import { KEPT } from '../../core/seam/codec/budget.ts';
import { VALUE } from './wire.ts';

/** The cost of a value's memory and creation, including its slot in a container, by field number. */
const COSTS: readonly number[] = costs();

/** Returns the cost by the field on the wire; of a container without its members. */
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

/** The cost of a Map's entry beyond the slots of its key and value, and of a Set's member beyond its own. */
export const ENTRY_BYTES: number = KEPT.mapEntry - 2 * KEPT.slot;
export const MEMBER_BYTES: number = KEPT.setMember - KEPT.slot;

/** Up to this many keys make a hidden class; an object with more is a dictionary. */
const MAX_CLASS_KEYS = 64;
const DICTIONARY_KEY_BYTES = 80;
/** The cost of remembering an object's keys, including time. */
const SHAPE_BYTES = 240;

/** Returns the cost of an object's keys that are new in a message. */
export function shapeBytes(count: number): number {
  return SHAPE_BYTES + count * (count <= MAX_CLASS_KEYS ? KEPT.key : DICTIONARY_KEY_BYTES);
}
