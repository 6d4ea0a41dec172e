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
