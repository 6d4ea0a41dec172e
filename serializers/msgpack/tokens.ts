import type { BinaryName } from '../../core/seam/codec/carried-classes.ts';
import { KEPT } from '../../core/seam/codec/budget.ts';

/** The first byte of a message: the sum of its flags. The number 1 is not used. */
export const FLAG: Flags = Object.freeze({ marked: 2, padded: 4 });

interface Flags {
  /** The message may contain marked values. */
  readonly marked: 2;
  /** Padding follows the value, which would otherwise expand to too much for so short a message. */
  readonly padded: 4;
}

/** Tokens below this one are numbers; records begin here. */
export const FIRST_RECORD = 0x40;
/** The number of shapes known at a time: one for each token up to 0x7f. */
export const MAX_RECORDS = 64;
/** Objects with more members than this are not records: naming all of their keys as a shape would gain nothing. */
export const MAX_RECORD_KEYS = 64;
/** A definition beyond {@link MAX_RECORDS} in a message counts as this many values, because it must replace another one. */
export const REDEFINITION_NODES = 32;

/** The types of extensions: those of msgpackr, and this serializer's mark. All others are refused. */
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
  /** Four bytes: the number of the value that follows. */
  readonly id: 0x69;
  /** Four bytes: the number of an earlier value, or of one that contains this. */
  readonly pointer: 0x70;
  /** One byte: the token of a record; the list of its keys follows, then the values of one record. */
  readonly record: 0x72;
  /** One byte, 0; the list of the members follows. */
  readonly set: 0x73;
  /** The first byte is the class, see {@link TYPED}. */
  readonly typed: 0x74;
  /** One byte, 0; a pair follows: a kind or an extension's tag, and the data. */
  readonly marked: 0x75;
  readonly date: 0xff;
}

/** The kinds of marked values. */
export const KIND: Kinds = Object.freeze({ text: 2, url: 3, regexp: 4, float16: 5, object: 6, sparse: 7 });

interface Kinds {
  /** A string that UTF-8 cannot represent; the data is its UTF-16, little-endian. */
  readonly text: 2;
  /** A URL; the data is its `href`. */
  readonly url: 3;
  /** A RegExp; the data is its flags, a slash, and its source. */
  readonly regexp: 4;
  /** A Float16Array; the data is its bytes. */
  readonly float16: 5;
  /** An object that is not a record; the data is a map of its members. */
  readonly object: 6;
  /**
   * An array with holes; the data is a list: the items before the first hole, the length, and index and item of each item behind
   * it.
   */
  readonly sparse: 7;
}

/** The classes of binary data by number. MessagePack's binary type is a Buffer. */
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

/** A leading character that some readers take for an encoding mark and drop. */
const BYTE_ORDER_MARK = 0xfeff;

/** Whether `text` survives as UTF-8: it contains no half of a surrogate pair and does not begin with a byte order mark. */
export function isPlainText(text: string): boolean {
  return text.isWellFormed() && text.charCodeAt(0) !== BYTE_ORDER_MARK;
}

/** Text of up to this many bytes is read without a call into Node. */
export const SHORT_TEXT = 24;
/** From this length on, it is then joined from pieces. */
const PIECED_LENGTH = 16;
/** The memory of the pieces per character. */
const PIECED_BYTES = 5;
const LAST_ASCII = '\x7f';

/**
 * Returns the memory of a text for its reader, in bytes, without its slot in a container. The engine already has each ASCII
 * character.
 */
export function textBytes(text: string): number {
  const { length } = text;
  if (length < PIECED_LENGTH) return length > 1 || text > LAST_ASCII ? KEPT.text : 0;
  return length > SHORT_TEXT ? KEPT.text : KEPT.text + length * PIECED_BYTES;
}
