import { KEPT, missingBytes } from '../../core/seam/codec/budget.ts';
import { CARRIED_CLASSES, type CarriedName } from '../../core/seam/codec/carried-classes.ts';
import { described } from '../../core/seam/codec/codec-faults.ts';
import { sendableBigint } from '../../core/seam/codec/leaf-values.ts';
import { entryStep, extensionStep, keyStep, memberStep, valueStep } from '../../core/seam/codec/path-steps.ts';
import { CONTAINS_ITSELF, Refusal } from '../../core/seam/codec/refusal.ts';
import {
  indexBytes,
  isIndex,
  isPlainArray,
  isPlainObject,
  Meetings,
  Nesting,
  replacementOf,
  sparseBytes,
} from '../../core/seam/codec/traversal.ts';
import type { Output } from '../../core/seam/output.ts';
import type { CodecContext } from '../../core/seam/serializer.ts';
import { ByteWriter, MetOffsets } from './byte-writer.ts';
import { FLAG, faults, isPlainText, KIND, oddBytes, SentShapes, SPARSE, TYPE, textBytes } from './format.ts';
import { type LeafParts, rareBigintBytes, writeLeaf } from './leaf-writer.ts';

/** The maximum number of members in a short array header, for {@link ByteWriter.header}. */
const MOST_SHORT = 15;
/** The cost of an object's number for the reader. */
const ID_COST = 120;

/** Writes the values of a connection, each in one pass. Each level of nesting takes two or three stack frames. */
export class ValueWriter {
  readonly #context: CodecContext;
  readonly #bytes = new ByteWriter();
  readonly #shapes = new SentShapes();
  readonly #meetings = new Meetings();
  readonly #met = new MetOffsets();
  readonly #nesting = new Nesting();
  readonly #parts: LeafParts = {
    bytes: this.#bytes,
    mark: (kind) => this.#mark(kind),
    text: (text) => this.#text(text),
    binary: (bytes) => this.#binary(bytes),
  };
  /** The memory that the reader will need; see {@link missingBytes}. */
  #kept = 0;
  /** The number of values that the reader will count. */
  #nodes = 1;
  #marked = false;
  #busy = false;

  constructor(context: CodecContext) {
    this.#context = context;
  }

  /**
   * Appends `value`. If it throws, nothing was written, and no shape defined.
   *
   * @throws {@link SerializerError} `UNSERIALIZABLE` or `TOO_DEEP`, with the path; {@link MessageTooLargeError} beyond
   * `maxNodes`.
   */
  write(value: unknown, output: Output, maxNodes: number): void {
    if (this.#busy) throw faults.unserializable('a value whose getter sends another one over the same connection', '$');
    this.#busy = true;
    this.#shapes.begin();
    const bytes = this.#bytes;
    bytes.begin(output);
    try {
      bytes.byte(0);
      this.#value(value, 0);
      this.#finish(maxNodes);
    } catch (thrown) {
      this.#shapes.undo();
      throw Refusal.of(thrown, this.#context.maxDepth).toError(faults);
    } finally {
      this.#forget();
    }
  }

  /** Called when the last message, with its definitions, will not reach the peer. */
  undo(): void {
    this.#shapes.undo();
  }

  #finish(maxNodes: number): void {
    const bytes = this.#bytes;
    const numbered = this.#met.number(bytes);
    this.#kept += numbered * ID_COST;
    this.#nodes += numbered;
    if (this.#nodes > maxNodes) throw Refusal.tooManyValues(maxNodes);
    const missing = missingBytes(bytes.offset, this.#kept);
    if (missing > 0) bytes.padding(missing);
    if (this.#marked || missing > 0) bytes.set(0, (this.#marked ? FLAG.marked : 0) + (missing > 0 ? FLAG.padded : 0));
    bytes.end();
  }

  #forget(): void {
    this.#meetings.forget();
    this.#nesting.forget();
    this.#met.forget();
    this.#kept = 0;
    this.#nodes = 1;
    this.#marked = false;
    this.#busy = false;
  }

  #value(value: unknown, depth: number): void {
    switch (typeof value) {
      case 'string':
        this.#text(value);
        return;
      case 'number':
        this.#bytes.number(value);
        return;
      case 'boolean':
        this.#bytes.byte(value ? 0xc3 : 0xc2);
        return;
      case 'object':
        if (value === null) this.#bytes.byte(0xc0);
        else this.#object(value, depth);
        return;
      case 'undefined':
        this.#extension1(TYPE.undefined);
        return;
      case 'bigint':
        this.#bigint(sendableBigint(value));
        return;
      case 'function':
        this.#extension(value, depth);
        return;
      case 'symbol':
        throw Refusal.unserializable('a symbol');
    }
  }

  #text(text: string): void {
    this.#kept += textBytes(text);
    if (this.#bytes.shortText(text)) return;
    if (isPlainText(text)) this.#bytes.text(text);
    else {
      this.#mark(KIND.text);
      this.#binary(Buffer.from(text, 'utf16le'));
    }
  }

  #bigint(value: bigint): void {
    this.#kept += KEPT.bigint;
    if (BigInt.asIntN(64, value) === value) this.#bytes.bigint64(0xd3, value);
    else if (BigInt.asUintN(64, value) === value) this.#bytes.bigint64(0xcf, value);
    else this.#rareBigint(rareBigintBytes(value));
  }

  #rareBigint(bytes: Uint8Array): void {
    if (bytes.length === 16) this.#bytes.byte(0xd8);
    else this.#bytes.sized(0xc7, bytes.length);
    this.#bytes.byte(TYPE.bigint);
    this.#bytes.bytes(bytes);
  }

  #extension1(type: number, data = 0): void {
    this.#bytes.byte(0xd4);
    this.#bytes.byte(type);
    this.#bytes.byte(data);
  }

  /** Begins a marked value with its kind; its data follows. */
  #mark(kind: number): void {
    this.#marked = true;
    this.#kept += KEPT.extension;
    this.#nodes += 3;
    this.#extension1(TYPE.marked);
    this.#bytes.byte(0x92);
    if (kind > 0) this.#bytes.byte(kind);
  }

  #binary(bytes: Uint8Array): void {
    this.#kept += KEPT.binary;
    this.#bytes.sized(0xc4, bytes.length);
    this.#bytes.bytes(bytes);
  }

  #object(value: object, depth: number): void {
    if (isPlainArray(value)) {
      if (!this.#metAgain(value)) this.#items(value, depth);
    } else if (isPlainObject(value)) {
      if (!this.#metAgain(value)) this.#record(value, depth);
    } else {
      const carried = CARRIED_CLASSES.get(Object.getPrototypeOf(value));
      if (carried === undefined) this.#extension(value, depth);
      else if (!this.#metAgain(value)) this.#carried(value, carried, depth);
    }
  }

  #carried(value: object, name: CarriedName, depth: number): void {
    if (value instanceof Map) this.#entries(value, depth);
    else if (value instanceof Set) this.#members(value, depth);
    else {
      // writeLeaf counts the leaf's parts.
      const keptBytes = writeLeaf(value, name, this.#parts);
      this.#kept += keptBytes;
    }
  }

  /** Whether the message already contains `value`, and a reference to it has been written. */
  #metAgain(value: object): boolean {
    const again = this.#refer(this.#meetings.note(value), value);
    if (!again) this.#met.note(this.#meetings.count - 1, this.#bytes.offset);
    return again;
  }

  #refer(number: number, value: object): boolean {
    if (number < 0) return false;
    if (this.#nesting.closesCircle(value)) throw Refusal.unserializable(CONTAINS_ITSELF);
    this.#met.again(number);
    this.#bytes.byte(0xd6);
    this.#bytes.byte(TYPE.pointer);
    this.#bytes.uint32(number);
    return true;
  }

  #enter(container: object, depth: number): void {
    const { maxDepth } = this.#context;
    if (depth >= maxDepth) throw Refusal.tooDeep(maxDepth);
    this.#nesting.enter(container, depth);
  }

  #record(record: Readonly<Record<string, unknown>>, depth: number): void {
    this.#enter(record, depth);
    const keys = Object.keys(record);
    const shape = this.#shapes.find(keys);
    if (shape !== undefined) this.#bytes.byte(shape.token);
    else if (!this.#define(keys)) {
      this.#odd(record, keys, depth);
      return;
    }
    this.#kept += KEPT.object + keys.length * KEPT.slot;
    this.#nodes += keys.length;
    // Names that are array indexes come first, so the first name shows whether there are any.
    if (isIndex(keys[0] ?? '')) this.#kept += indexBytes(keys);
    let index = 0;
    try {
      for (; index < keys.length; index++) this.#value(record[keys[index] ?? ''], depth + 1);
    } catch (thrown) {
      throw this.#refusal(thrown, memberStep(keys[index] ?? ''));
    }
  }

  /** Defines a shape for the peer, if the keys are those of a record. */
  #define(keys: readonly string[]): boolean {
    const shape = this.#shapes.define(keys);
    if (shape === undefined) return false;
    this.#kept += keys.length * KEPT.key;
    this.#extension1(TYPE.record, shape.token);
    this.#bytes.header(0x90, MOST_SHORT, 0xdc, keys.length);
    for (const key of keys) this.#text(key);
    return true;
  }

  /** Writes an object that is not a record. */
  #odd(record: Readonly<Record<string, unknown>>, keys: readonly string[], depth: number): void {
    this.#mark(KIND.object);
    this.#bytes.header(0x80, MOST_SHORT, 0xde, keys.length);
    this.#kept += oddBytes(keys.length);
    this.#nodes += keys.length * 2;
    let at = '';
    try {
      for (at of keys) {
        this.#text(at);
        this.#value(record[at], depth + 1);
      }
    } catch (thrown) {
      throw this.#refusal(thrown, memberStep(at));
    }
  }

  #items(items: readonly unknown[], depth: number): void {
    this.#enter(items, depth);
    const { length } = items;
    const start = this.#bytes.offset;
    this.#bytes.header(0x90, MOST_SHORT, 0xdc, length);
    this.#kept += KEPT.array + length * KEPT.slot;
    this.#nodes += length;
    const within = this.#meetings.count;
    let index = 0;
    try {
      for (; index < length; index++) {
        const item = items[index];
        if (item === undefined && !(index in items)) break;
        this.#value(item, depth + 1);
      }
    } catch (thrown) {
      throw this.#refusal(thrown, memberStep(index));
    }
    if (index < length) this.#holes({ items, length, hole: index, start, within }, depth);
  }

  /** Writes the rest of an array behind its first hole. The part already written becomes the beginning of a list. */
  #holes({ items, length, hole, start, within }: Holey, depth: number): void {
    const bytes = this.#bytes;
    this.#marked = true;
    this.#kept += KEPT.extension + sparseBytes(length) - (length - hole) * KEPT.slot;
    this.#nodes += 3 - (length - hole);
    bytes.restate(start, MOST_SHORT, hole, length);
    bytes.insert(start, SPARSE.prefix);
    this.#met.move(within, this.#meetings.count, SPARSE.prefix.length);
    bytes.number(length);
    let count = 2;
    for (const key of Object.keys(items)) {
      const index = Number(key);
      // Members other than items have no place in an array of MessagePack.
      if (!(Number.isInteger(index) && index > hole && index < length && String(index) === key)) continue;
      this.#kept += KEPT.sparseItem;
      this.#nodes += 2;
      bytes.number(index);
      try {
        this.#value(items[index], depth + 1);
      } catch (thrown) {
        throw this.#refusal(thrown, memberStep(index));
      }
      count += 2;
    }
    bytes.setUint32(start + SPARSE.lengthAt, count);
  }

  #entries(map: ReadonlyMap<unknown, unknown>, depth: number): void {
    this.#enter(map, depth);
    const { size } = map;
    this.#bytes.header(0x80, MOST_SHORT, 0xde, size);
    this.#kept += KEPT.map + size * KEPT.mapEntry;
    this.#nodes += size * 2;
    let row = 0;
    let step: (() => string) | undefined;
    try {
      for (const [key, value] of map) {
        step = () => keyStep(row);
        this.#value(key, depth + 1);
        step = () => entryStep(key, row);
        this.#value(value, depth + 1);
        row++;
      }
    } catch (thrown) {
      throw this.#refusal(thrown, step?.() ?? '');
    }
    if (row !== size) throw Refusal.unserializable('a Map that changes while it is read');
  }

  #members(set: ReadonlySet<unknown>, depth: number): void {
    this.#enter(set, depth);
    const { size } = set;
    this.#extension1(TYPE.set);
    this.#bytes.header(0x90, MOST_SHORT, 0xdc, size);
    this.#kept += KEPT.set + size * KEPT.setMember;
    this.#nodes += size + 1;
    let row = 0;
    try {
      for (const value of set) {
        this.#value(value, depth + 1);
        row++;
      }
    } catch (thrown) {
      throw this.#refusal(thrown, valueStep(row));
    }
    if (row !== size) throw Refusal.unserializable('a Set that changes while it is read');
  }

  #extension(value: object, depth: number): void {
    const { maxDepth, extensions } = this.#context;
    if (depth >= maxDepth) throw Refusal.tooDeep(maxDepth);
    if (this.#refer(this.#meetings.find(value), value)) return;
    const replacement = replacementOf(value, extensions);
    if (replacement === undefined) throw Refusal.unserializable(described(value));
    const { tag, data, identity, keptBytes = 0 } = replacement;
    if (identity !== undefined && this.#metAgain(identity)) return;
    this.#mark(0);
    this.#kept += keptBytes;
    this.#text(tag);
    const before = this.#nesting.enterExtension(depth);
    if (identity !== undefined) this.#nesting.enter(identity, depth);
    try {
      this.#value(data, depth + 1);
    } catch (thrown) {
      throw this.#refusal(thrown, extensionStep(tag));
    }
    this.#nesting.leaveExtension(before);
  }

  #refusal(thrown: unknown, step: string): Refusal {
    return Refusal.of(thrown, this.#context.maxDepth).within(step);
  }
}

interface Holey {
  readonly items: readonly unknown[];
  readonly length: number;
  /** The index of the first hole. */
  readonly hole: number;
  /** The offset of the array. */
  readonly start: number;
  /** The number of the first object inside it. */
  readonly within: number;
}
