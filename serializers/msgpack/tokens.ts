import type { BinaryName } from '../../core/seam/codec/binary-classes.ts';
import { KEPT } from '../../core/seam/codec/kept-bytes.ts';

/** The first byte of a message: the sum of what applies to it. The number 1 is not used. */
export const FLAG: Flags = Object.freeze({ marked: 2, padded: 4 });

interface Flags {
  /** Values that are marked may be among it. */
  readonly marked: 2;
  /** Bytes follow the value that mean nothing: what it expands to would be too much for so short a message. */
  readonly padded: 4;
}

/** Tokens below this one are numbers, and from it on records. */
export const FIRST_RECORD = 0x40;
/** How many shapes of records are known at a time: one for each token up to 0x7f. */
export const MAX_RECORDS = 64;
/** Objects with more members than this are no records: naming all of their keys as a shape would gain nothing. */
export const MAX_RECORD_KEYS = 64;
/** A definition beyond so many in a message counts as so many values: they had to take each other's places. */
export const REDEFINITION_NODES = 32;

/** The types of extensions: those of msgpackr, and the mark of this serializer. Every other one is refused. */
export const TYPE: Types = Object.freeze({
  undefined: 0x00,
  bigint: 0x42,
  id: 0x69,
  pointer: 0x70,
  record: 0x72,
  set: 0x73,
  typed: 0x74,
  marked: 0x75,
  date: 0xff,
});

interface Types {
  readonly undefined: 0x00;
  readonly bigint: 0x42;
  /** Its four bytes are a number for the value that follows. */
  readonly id: 0x69;
  /** Its four bytes are the number of a value that came before, or that this is within. */
  readonly pointer: 0x70;
  /** Its byte is the token of a record; the list of its keys follows, and then the values of one. */
  readonly record: 0x72;
  /** Its byte is 0; the list of the members follows. */
  readonly set: 0x73;
  /** Its first byte says the class, see {@link TYPED}. */
  readonly typed: 0x74;
  /** Its byte is 0; a pair follows, of a kind or of the tag of an extension, and of its data. */
  readonly marked: 0x75;
  readonly date: 0xff;
}

/** The kinds of marked values. */
export const KIND: Kinds = Object.freeze({ text: 2, url: 3, regexp: 4, float16: 5, object: 6, sparse: 7 });

interface Kinds {
  /** A string that UTF-8 cannot carry; the data is its UTF-16, little-endian. */
  readonly text: 2;
  /** A URL; the data is its `href`. */
  readonly url: 3;
  /** A RegExp; the data is its flags, a slash, and its source. */
  readonly regexp: 4;
  /** A Float16Array; the data is its bytes. */
  readonly float16: 5;
  /** An object that is no record; the data is a map of its members. */
  readonly object: 6;
  /** An array with holes; the data is a list: the items before the first hole, the length, and index and item of each behind it. */
  readonly sparse: 7;
}

/** The classes of binary data by number. A Buffer is what MessagePack calls binary. */
export const TYPED: ReadonlyMap<number, BinaryName> = new Map<number, BinaryName>([
  [0, 'Int8Array'],
  [1, 'Uint8Array'],
  [2, 'Uint8ClampedArray'],
  [3, 'Int16Array'],
  [4, 'Uint16Array'],
  [5, 'Int32Array'],
  [6, 'Uint32Array'],
  [7, 'Float32Array'],
  [8, 'Float64Array'],
  [9, 'BigInt64Array'],
  [10, 'BigUint64Array'],
  [16, 'ArrayBuffer'],
  [17, 'DataView'],
]);

/** Their numbers. */
export const TYPED_NUMBERS: ReadonlyMap<BinaryName, number> = new Map(
  [...TYPED].map(([number, name]) => [name, number]),
);

/** What begins a text that some readers take for a mark of the encoding and drop. */
const BYTE_ORDER_MARK = 0xfeff;

/** Whether `text` survives as UTF-8: it holds no half of a surrogate pair and does not begin with a byte order mark. */
export function isPlainText(text: string): boolean {
  return text.isWellFormed() && text.charCodeAt(0) !== BYTE_ORDER_MARK;
}

/** Text of so many bytes is read without a call into Node. */
export const SHORT_TEXT = 24;
/** From so many characters on it is put together of pieces then. */
const PIECED_LENGTH = 16;
/** What these take for each character. */
const PIECED_BYTES = 5;
const LAST_ASCII = '\x7f';

/** What a reader keeps of a text, in bytes, besides its place in a container. The engine has each character of ASCII already. */
export function textBytes(text: string): number {
  const { length } = text;
  if (length < PIECED_LENGTH) return length > 1 || text > LAST_ASCII ? KEPT.text : 0;
  return length > SHORT_TEXT ? KEPT.text : KEPT.text + length * PIECED_BYTES;
}
