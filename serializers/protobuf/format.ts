/**
 * The format of messages, for writer and reader: the fields and numbers of `value.proto`, the values that each field can contain, and
 * their cost for the reader.
 */
import { KEPT } from '../../core/seam/codec/budget.ts';
import type { BinaryName } from '../../core/seam/codec/carried-classes.ts';
import { CodecFaults } from '../../core/seam/codec/codec-faults.ts';

/** The errors of this serializer. */
export const faults: CodecFaults = new CodecFaults('protobuf');

/**
 * The fields of `value.proto` on the wire: the number times 8, plus the wire type. A field with another wire type is therefore
 * unknown.
 */
export const VALUE = {
  constant: 8,
  integer: 16,
  number: 25,
  text: 34,
  record: 42,
  list: 50,
  integers: 58,
  numbers: 66,
  texts: 74,
  date: 81,
  reference: 88,
  map: 98,
  set: 106,
  buffer: 114,
  extension: 122,
  binary: 130,
  bigint: 138,
  negativeBigint: 146,
  utf16: 154,
  pattern: 162,
  url: 170,
  sparseList: 178,
  members: 186,
  message: 194,
} as const;

/** The field of a `Value` that readers ignore. */
export const PADDING = 202;

export const CONSTANT = { undefined: 0, null: 1, false: 2, true: 3 } as const;

export const RECORD = { shape: 8, keys: 18, values: 26 } as const;

/** The only field of `List`, `IntegerList`, `NumberList`, `TextList` and `Entries`: repeated. */
export const ITEMS = 10;

export const SPARSE_LIST = { length: 8, indices: 18, items: 26 } as const;
export const EXTENSION = { tag: 10, data: 18 } as const;
export const PATTERN = { flags: 10, source: 18 } as const;
export const BINARY = { class: 8, data: 18 } as const;
export const ANY = { typeUrl: 10, value: 18 } as const;

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

/** Whether all items are 32-bit integers other than -0. True for an empty array. */
export function areIntegers(items: readonly unknown[]): items is number[] {
  for (let index = 0; index < items.length; index++) {
    const item = items[index];
    if (typeof item !== 'number' || !isInteger32(item)) return false;
  }
  return true;
}

/** Whether all items are numbers. */
export function areNumbers(items: readonly unknown[]): items is number[] {
  for (let index = 0; index < items.length; index++) if (typeof items[index] !== 'number') return false;
  return true;
}

/** Whether all items are text that UTF-8 can represent. */
export function areTexts(items: readonly unknown[]): items is string[] {
  for (let index = 0; index < items.length; index++) {
    const item = items[index];
    if (typeof item !== 'string' || !item.isWellFormed()) return false;
  }
  return true;
}

/** Whether `value` is a 32-bit integer other than -0. */
export function isInteger32(value: number): boolean {
  return (value | 0) === value && (value !== 0 || 1 / value > 0);
}

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
