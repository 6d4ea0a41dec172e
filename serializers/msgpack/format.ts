/**
 * The format of messages, for writer and reader: the numbers of flags, tokens, types and kinds, and the shapes of records, which each end
 * defines once per connection. `docs/serializers.md` describes it.
 */
import { type Budget, type FreshShape, KEPT, unsureBytes } from '../../core/seam/codec/budget.ts';
import type { BinaryName } from '../../core/seam/codec/carried-classes.ts';
import { CodecFaults } from '../../core/seam/codec/codec-faults.ts';
import { indexBytes } from '../../core/seam/codec/traversal.ts';

/** The errors of this serializer. */
export const faults: CodecFaults = new CodecFaults('msgpack');

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

/** Inserted before an array that turns out to have holes. */
export const SPARSE: Sparse = Object.freeze({
  prefix: Buffer.of(0xd4, TYPE.marked, 0, 0x92, KIND.sparse, 0xdd, 0, 0, 0, 0),
  lengthAt: 6,
});

interface Sparse {
  /** Its mark, and the header of a list whose length is set at the end. */
  readonly prefix: Buffer;
  /** The position of the list's length in it. */
  readonly lengthAt: 6;
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

/** Reads the next value of a message, for code generated from a shape. */
export interface MemberReader {
  value(depth: number): unknown;
}

type Construct = (reader: MemberReader, depth: number) => Record<string, unknown>;

/** The keys of records, as received from the peer. */
export interface KnownShape extends FreshShape {
  readonly keys: readonly string[];
  /** The memory of such an object without its members, in bytes. */
  readonly keptBytes: number;
  /** The additional memory of such an object if V8 has no room for its names, in bytes; see {@link unsureBytes}. */
  readonly unsureBytes: number;
  /** Whether some of the keys are array indexes, for which objects created by generated code would take far more memory. */
  readonly isIndexed: boolean;
  /** The number of objects read so far, until there is code for the shape. */
  uses: number;
  /** Creates an object of this shape; its members are read in order. */
  construct: Construct | undefined;
}

/** Code is generated for a shape that was met this often. */
const USES_BEFORE_CODE = 16;
/** V8 creates about this many objects of a literal one by one before it copies a template. */
const UNSURE_USES = 8;
/** The maximum number of compiled shapes of a connection: a peer may define any number. */
const MAX_COMPILED = 256;

/** The shapes of records that the peer has defined on this connection. */
export class KnownShapes {
  readonly #byToken: (KnownShape | undefined)[] = Array.from({ length: MAX_RECORDS });
  /** The indexes, with their earlier shapes, that the present message has changed. */
  readonly #changed: (readonly [index: number, before: KnownShape | undefined])[] = [];
  #compiled = 0;

  /** Returns the shape of records that begin with `token`. */
  get(token: number): KnownShape | undefined {
    return this.#byToken[token - FIRST_RECORD];
  }

  /** Adds a definition. */
  define(token: number, keys: readonly string[]): KnownShape {
    const index = token - FIRST_RECORD;
    const indexed = indexBytes(keys);
    const keptBytes = KEPT.object + keys.length * KEPT.slot + indexed;
    const isIndexed = indexed > 0;
    const shape: KnownShape = {
      keys,
      keptBytes,
      unsureBytes: unsureBytes(keys.length),
      isIndexed,
      uses: 0,
      root: undefined,
      construct: undefined,
    };
    // One entry for each place is enough to go back: later definitions replace those of the same message.
    if (this.#changed.length < MAX_RECORDS || !this.#changed.some(([known]) => known === index)) {
      this.#changed.push([index, this.#byToken[index]]);
    }
    this.#byToken[index] = shape;
    return shape;
  }

  /** Counts a use of `shape`, and generates code for it in time, if the message can afford the first objects of that code. */
  used(shape: KnownShape, budget: Budget): void {
    if (shape.isIndexed || ++shape.uses < USES_BEFORE_CODE || this.#compiled >= MAX_COMPILED) return;
    shape.uses = 0;
    if (!budget.spendUnsure(shape.unsureBytes * UNSURE_USES)) return;
    this.#compiled++;
    shape.construct = compiled(shape.keys);
  }

  /** Called when a message was read, or a new one begins. */
  commit(): void {
    if (this.#changed.length > 0) this.#changed.length = 0;
  }

  /** Forgets the definitions of the present message. */
  undo(): void {
    for (const [index, before] of this.#changed.toReversed()) this.#byToken[index] = before;
    this.#changed.length = 0;
  }
}

/** Returns a function that creates an object with these keys; `undefined` where code generation is forbidden. */
function compiled(keys: readonly string[]): Construct | undefined {
  // An object literal uses `__proto__` as its prototype. No definition contains it, and none may ever get here.
  if (keys.includes('__proto__')) return undefined;
  const members = keys.map((key) => `${JSON.stringify(key)}: reader.value(depth)`);
  try {
    const made: unknown = Reflect.construct(Function, ['reader', 'depth', `return { ${members.join(', ')} };`]);
    return isConstruct(made) ? made : undefined;
  } catch {
    // Code generation is disabled (--disallow-code-generation-from-strings): shapes are interpreted.
    return undefined;
  }
}

function isConstruct(made: unknown): made is Construct {
  return typeof made === 'function';
}

/** The keys of objects, in order, which a connection defines once. */
interface Shape {
  readonly keys: readonly string[];
  readonly token: number;
}

/** The number of recent shapes that are compared before a lookup. */
const RECENT = 8;

/** The shapes that the peer knows, and the changes by a message that may not reach it. */
export class SentShapes {
  readonly #byToken: (Shape | undefined)[] = Array.from({ length: MAX_RECORDS });
  readonly #byName = new Map<string, Shape>();
  readonly #recent: (Shape | undefined)[] = Array.from({ length: RECENT });
  #nextRecent = 0;
  /** The number of definitions sent: each replaces the oldest one. */
  #defined = 0;
  /** The shapes that definitions of the present message have replaced, in order. */
  #replaced: (Shape | undefined)[] = [];

  /** Begins a message: the previous ones have reached the peer. */
  begin(): void {
    if (this.#replaced.length > 0) this.#replaced = [];
  }

  /** Returns the shape of these keys, if the peer knows it. */
  find(keys: readonly string[]): Shape | undefined {
    for (const shape of this.#recent) if (shape !== undefined && areSame(shape.keys, keys)) return shape;
    const shape = this.#byName.get(nameOf(keys));
    if (shape === undefined || !areSame(shape.keys, keys)) return undefined;
    this.#remember(shape);
    return shape;
  }

  /** Creates the shape of these keys; `undefined` if they cannot be a record's. */
  define(keys: readonly string[]): Shape | undefined {
    if (keys.length > MAX_RECORD_KEYS || !keys.every(isRecordKey)) return undefined;
    const index = this.#defined++ % MAX_RECORDS;
    const before = this.#byToken[index];
    this.#replaced.push(before);
    const shape = { keys, token: FIRST_RECORD + index };
    if (before !== undefined) this.#forget(before);
    this.#set(index, shape);
    this.#remember(shape);
    return shape;
  }

  /** Called when the message will not reach the peer. */
  undo(): void {
    while (this.#replaced.length > 0) {
      const before = this.#replaced.pop();
      const index = --this.#defined % MAX_RECORDS;
      const shape = this.#byToken[index];
      if (shape !== undefined) this.#forget(shape);
      this.#set(index, before);
    }
  }

  #set(index: number, shape: Shape | undefined): void {
    this.#byToken[index] = shape;
    if (shape !== undefined) this.#byName.set(nameOf(shape.keys), shape);
  }

  #forget(shape: Shape): void {
    const name = nameOf(shape.keys);
    if (this.#byName.get(name) === shape) this.#byName.delete(name);
    const recent = this.#recent.indexOf(shape);
    if (recent >= 0) this.#recent[recent] = undefined;
  }

  #remember(shape: Shape): void {
    this.#recent[this.#nextRecent] = shape;
    this.#nextRecent = (this.#nextRecent + 1) % RECENT;
  }
}

function areSame(keys: readonly string[], others: readonly string[]): boolean {
  if (keys.length !== others.length) return false;
  for (let index = 0; index < keys.length; index++) if (keys[index] !== others[index]) return false;
  return true;
}

function nameOf(keys: readonly string[]): string {
  return keys.join('\0');
}

/** Whether a reader of records accepts a member of this name: msgpackr renames `__proto__`, and uses `__keys__` itself. */
function isRecordKey(key: string): boolean {
  return key !== '__proto__' && key !== '__keys__' && isPlainText(key);
}

/** The number of names for which V8 creates hidden classes; an object with more is a dictionary. */
const HIDDEN_CLASS_NAMES = 16;
const DICTIONARY_NAME_BYTES = 72;

/** Returns the memory of an object that is not a record, without the values of its members, in bytes: for its writer and its reader. */
export function oddBytes(names: number): number {
  return KEPT.object + Math.min(names, HIDDEN_CLASS_NAMES) * KEPT.key + names * DICTIONARY_NAME_BYTES;
}
