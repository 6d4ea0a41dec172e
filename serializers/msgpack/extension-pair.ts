import { addExtension } from 'msgpackr/pack';

/** The extension type of everything that msgpackr has no form for. Its one byte of data is 0; a pair follows it. */
export const MARKED_TYPE = 0x75;

/** What stands in a pair, before the data, for a value of this library's own knowledge. An extension has its tag there. */
export const KIND: Kinds = Object.freeze({ negativeZero: 1, text: 2, url: 3, regexp: 4, float16: 5 });

interface Kinds {
  /** -0; the data is null. */
  readonly negativeZero: 1;
  /** A string that UTF-8 cannot carry; the data is its UTF-16, little-endian. */
  readonly text: 2;
  /** A URL; the data is its `href`. */
  readonly url: 3;
  /** A RegExp; the data is its flags, a slash, and its source. */
  readonly regexp: 4;
  /** A Float16Array; the data is its bytes. */
  readonly float16: 5;
}

/** Says of a {@link ExtensionPair} that it is one, whichever copy of this library in the process made it: payloads have no symbols. */
const BRAND = Symbol.for('uactor.msgpack.marked.1');

/** A value that travels as a pair of a kind (or the tag of an extension) and data. */
export class ExtensionPair {
  readonly pair: unknown;
  constructor(pair: unknown) {
    this.pair = pair;
  }

  /** Whether msgpackr has read a marked value here: the copy of this library that was loaded last makes them for all. */
  static is(value: object): value is ExtensionPair {
    return value instanceof ExtensionPair || BRAND in value;
  }
}

Object.defineProperty(ExtensionPair.prototype, BRAND, { value: true });

// msgpackr knows extensions per process, not per encoder. This one only moves a pair in and out, and keeps no state: the
// values are put in place by `Revival`, outside of msgpackr's reader.
addExtension({
  Class: ExtensionPair,
  type: MARKED_TYPE,
  write: (marked: ExtensionPair): unknown => marked.pair,
  read: (pair: unknown): ExtensionPair => new ExtensionPair(pair),
});
