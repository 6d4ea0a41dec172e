import protobufjs, { type Writer } from 'protobufjs/minimal.js';
import { KEPT, missingBytes } from '../../core/seam/codec/budget.ts';
import { CARRIED_CLASSES } from '../../core/seam/codec/carried-classes.ts';
import { described } from '../../core/seam/codec/codec-faults.ts';
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
import { BlockWriter } from './block-writer.ts';
import {
  areIntegers,
  areNumbers,
  areTexts,
  costOf,
  ENTRY_BYTES,
  EXTENSION,
  faults,
  ITEMS,
  MEMBER_BYTES,
  PADDING,
  RECORD,
  SPARSE_LIST,
  VALUE,
} from './format.ts';
import { writeLeaf, writeScalar } from './leaf-writer.ts';
import type { MessageRegistry } from './message-registry.ts';
import { Shapes, shapeBytes } from './shapes.ts';

/** Memory up to this size is kept for the next value; larger memory is passed on with its content. */
const KEPT_BYTES = 64 * 1024;

/** A value of at most this many bytes costs less than every message may, whatever schema messages it contains. */
const CHEAP_BYTES = 2_048;

/** The cost of reviving an extension that does not say how much it is. */
const REVIVED_BYTES = 1_000;

/** Writes values, one after the other. Each level of nesting takes two or three stack frames. */
export class ValueWriter {
  #writer = new BlockWriter();
  readonly #context: CodecContext;
  readonly #messages: MessageRegistry | undefined;
  readonly #carries: ((value: object) => boolean) | undefined;
  readonly #meetings = new Meetings();
  readonly #shapes = new Shapes();
  readonly #nesting = new Nesting();
  /** The cost of the value for its reader in bytes, without the schema messages in it. */
  #kept = 0;
  /** The number of values that the reader will count, without the fields of such messages. */
  #nodes = 1;
  #sentMessages: object[] | undefined = undefined;

  constructor(context: CodecContext, messages: MessageRegistry | undefined) {
    this.#context = context;
    this.#messages = messages;
    this.#carries = messages && ((value) => messages.of(value) !== undefined);
  }

  /**
   * Appends `value` to `output`. A writer that has thrown must not be used again.
   *
   * @throws {@link SerializerError} `UNSERIALIZABLE` or `TOO_DEEP`, with the path; {@link MessageTooLargeError} beyond
   * `maxNodes`.
   */
  write(value: unknown, output: Output, maxNodes: number): void {
    this.#kept = KEPT.slot;
    this.#nodes = 1;
    this.#shapes.begin();
    try {
      this.#value(value, 0);
    } catch (thrown) {
      throw Refusal.of(thrown, this.#context.maxDepth).toError(faults);
    }
    if (this.#nodes > maxNodes) throw faults.tooManyValues(maxNodes);
    this.#meetings.forget();
    this.#nesting.forget();
    this.#moveTo(output);
  }

  #moveTo(output: Output): void {
    const writer = this.#writer;
    const size = writer.pos;
    if (this.#sentMessages !== undefined) this.#countMessages(this.#sentMessages, size);
    writePadding(missingBytes(size, this.#kept), output);
    if (writer.hasBlocks || size > KEPT_BYTES) {
      if (writer.hasBlocks) writer.writeTo(output);
      else output.writeOwned(writer.buf.subarray(0, size));
      this.#writer = new BlockWriter();
      return;
    }
    output.reserve(size);
    writer.finishInto(output.buffer, output.position);
    output.position += size;
    writer.reset();
  }

  #countMessages(messages: readonly object[], size: number): void {
    this.#sentMessages = undefined;
    if (size > CHEAP_BYTES) this.#kept += this.#messages?.bytesOf(messages) ?? 0;
  }

  /** Writes a `Value`, without its length, that is `depth` levels deep. */
  #value(value: unknown, depth: number): void {
    if (typeof value === 'symbol') throw Refusal.unserializable('a symbol');
    if (typeof value === 'function') this.#extension(value, depth);
    else if (typeof value === 'object' && value !== null) this.#object(value, depth);
    else {
      if (typeof value === 'string') this.#kept += KEPT.text;
      writeScalar(this.#writer, value);
    }
  }

  #object(value: object, depth: number): void {
    if (isPlainObject(value)) {
      if (!this.#metAgain(value)) this.#record(value, depth);
    } else if (isPlainArray(value)) {
      if (!this.#metAgain(value)) this.#array(value, depth);
    } else {
      const carried = CARRIED_CLASSES.get(Object.getPrototypeOf(value));
      const message = carried === undefined ? this.#messages?.of(value) : undefined;
      if (carried === undefined && message === undefined) this.#extension(value, depth);
      else if (this.#metAgain(value)) return;
      else if (message !== undefined) {
        message.write(value, this.#writer);
        (this.#sentMessages ??= []).push(value);
      } else if (value instanceof Map) this.#map(value, depth);
      else if (value instanceof Set) this.#set(value, depth);
      else if (carried !== undefined && carried !== 'Map' && carried !== 'Set') {
        this.#kept += carried === 'RegExp' || carried === 'URL' ? KEPT.url : KEPT.binary;
        writeLeaf(this.#writer, value, carried);
      }
    }
  }

  /** Whether the message already contains `value`, and a reference to it has been written. */
  #metAgain(value: object): boolean {
    return this.#refer(this.#meetings.note(value), value);
  }

  #refer(number: number, value: object): boolean {
    if (number < 0) return false;
    // The reader creates an extension's value when its data is complete, which this data could never be.
    if (this.#nesting.closesCircle(value)) throw Refusal.unserializable(CONTAINS_ITSELF);
    this.#writer.uint32(VALUE.reference).uint32(number);
    return true;
  }

  /** Counts a container with this many members. */
  #count(members: number): void {
    this.#nodes += members;
    this.#kept += members * KEPT.slot;
  }

  /** Begins a container: its field, and room for its length. */
  #begin(field: number, container: object, depth: number): Writer {
    const { maxDepth } = this.#context;
    if (depth >= maxDepth) throw Refusal.tooDeep(maxDepth);
    this.#nesting.enter(container, depth);
    this.#kept += costOf(field);
    return this.#writer.uint32(field).fork();
  }

  #record(record: Readonly<Record<string, unknown>>, depth: number): void {
    const keys = Object.keys(record);
    const shape = keys.length === 0 ? 0 : this.#shapes.find(keys);
    const isWritable = shape >= 0;
    this.#count(isWritable ? keys.length : 2 * keys.length);
    const writer = this.#begin(isWritable ? VALUE.record : VALUE.members, record, depth);
    if (shape > 0) writer.uint32(RECORD.shape).uint32(shape);
    else if (isWritable && keys.length > 0) {
      writer.raw(this.#shapes.bytesOf(keys));
      this.#kept += shapeBytes(keys.length);
      this.#nodes += keys.length;
    }
    // Names that are array indexes come first, so the first name shows whether there are any.
    if (isWritable && isIndex(keys[0] ?? '')) this.#kept += indexBytes(keys);
    let at = '';
    try {
      for (const key of keys) {
        at = key;
        if (!isWritable) {
          this.#kept += KEPT.key;
          writer.uint32(ITEMS).fork();
          writeScalar(this.#writer, key);
          writer.ldelim();
        }
        const field = isWritable ? RECORD.values : ITEMS;
        const value = record[key];
        if (this.#writer.shortScalar(field, value)) {
          if (typeof value === 'string') this.#kept += KEPT.text;
          continue;
        }
        writer.uint32(field).fork();
        this.#value(value, depth + 1);
        writer.ldelim();
      }
    } catch (thrown) {
      throw this.#refusal(thrown, memberStep(at));
    }
    writer.ldelim();
  }

  #array(array: readonly unknown[], depth: number): void {
    // Read once, because a getter or a Proxy may return another value next time.
    const { length } = array;
    const items: unknown[] = [];
    let index = 0;
    try {
      for (; index < length; index++) {
        const item = array[index];
        if (item === undefined && !(index in array)) break;
        items.push(item);
      }
    } catch (thrown) {
      throw this.#refusal(thrown, memberStep(index));
    }
    if (index < length) this.#sparse(array, items, length, depth);
    else if (typeof items[0] === 'number' && areNumbers(items)) this.#numbers(array, items, depth);
    else if (typeof items[0] === 'string' && areTexts(items)) this.#texts(array, items, depth);
    else this.#list(array, items, depth);
  }

  #numbers(array: object, items: number[], depth: number): void {
    this.#count(items.length);
    if (areIntegers(items)) this.#begin(VALUE.integers, array, depth).uint32(ITEMS).sint32s(items).ldelim();
    else this.#begin(VALUE.numbers, array, depth).uint32(ITEMS).doubles(items).ldelim();
  }

  #texts(array: object, items: readonly string[], depth: number): void {
    const writer = this.#begin(VALUE.texts, array, depth);
    this.#count(items.length);
    this.#kept += items.length * KEPT.text;
    for (const item of items) writer.uint32(ITEMS).string(item);
    writer.ldelim();
  }

  #list(array: object, items: readonly unknown[], depth: number): void {
    this.#count(items.length);
    const writer = this.#begin(VALUE.list, array, depth);
    let index = 0;
    try {
      for (; index < items.length; index++) {
        const item = items[index];
        if (this.#writer.shortScalar(ITEMS, item)) {
          if (typeof item === 'string') this.#kept += KEPT.text;
          continue;
        }
        writer.uint32(ITEMS).fork();
        this.#value(item, depth + 1);
        writer.ldelim();
      }
    } catch (thrown) {
      throw this.#refusal(thrown, memberStep(index));
    }
    writer.ldelim();
  }

  /** Writes an array with holes, whose items before the first hole were read. */
  #sparse(array: readonly unknown[], items: readonly unknown[], length: number, depth: number): void {
    // Members other than items have no place in a list.
    const behind = Object.keys(array)
      .map(Number)
      .filter((index) => Number.isInteger(index) && index > items.length && index < length);
    const indices = [...items.keys(), ...behind];
    const writer = this.#begin(VALUE.sparseList, array, depth);
    this.#kept += sparseBytes(length) + indices.length * KEPT.sparseItem;
    this.#count(2 * indices.length);
    writer.uint32(SPARSE_LIST.length).uint32(length);
    if (indices.length > 0) writer.uint32(SPARSE_LIST.indices).uint32s(indices);
    for (const index of indices) {
      try {
        writer.uint32(SPARSE_LIST.items).fork();
        this.#value(index < items.length ? items[index] : array[index], depth + 1);
        writer.ldelim();
      } catch (thrown) {
        throw this.#refusal(thrown, memberStep(index));
      }
    }
    writer.ldelim();
  }

  #map(map: ReadonlyMap<unknown, unknown>, depth: number): void {
    const writer = this.#begin(VALUE.map, map, depth);
    this.#kept += map.size * ENTRY_BYTES;
    this.#count(2 * map.size);
    let row = 0;
    let step: (() => string) | undefined;
    try {
      for (const [key, value] of map) {
        step = () => keyStep(row);
        writer.uint32(ITEMS).fork();
        this.#value(key, depth + 1);
        writer.ldelim();
        step = () => entryStep(key, row);
        writer.uint32(ITEMS).fork();
        this.#value(value, depth + 1);
        writer.ldelim();
        row++;
      }
    } catch (thrown) {
      throw this.#refusal(thrown, step?.() ?? '');
    }
    writer.ldelim();
  }

  #set(set: ReadonlySet<unknown>, depth: number): void {
    const writer = this.#begin(VALUE.set, set, depth);
    this.#kept += set.size * MEMBER_BYTES;
    this.#count(set.size);
    let row = 0;
    try {
      for (const value of set) {
        writer.uint32(ITEMS).fork();
        this.#value(value, depth + 1);
        writer.ldelim();
        row++;
      }
    } catch (thrown) {
      throw this.#refusal(thrown, valueStep(row));
    }
    writer.ldelim();
  }

  #extension(value: object, depth: number): void {
    const { maxDepth } = this.#context;
    if (depth >= maxDepth) throw Refusal.tooDeep(maxDepth);
    if (this.#refer(this.#meetings.find(value), value)) return;
    const replacement = replacementOf(value, this.#context.extensions, this.#carries);
    if (replacement === undefined) throw Refusal.unserializable(described(value));
    // Every extension takes a number, but occurrences of a reference must not share one.
    const { tag, data, identity = {}, keptBytes = REVIVED_BYTES } = replacement;
    if (this.#metAgain(identity)) return;
    const writer = this.#begin(VALUE.extension, identity, depth);
    const before = this.#nesting.enterExtension(depth);
    this.#nesting.enter(identity, depth);
    this.#kept += KEPT.extension + keptBytes;
    this.#count(1);
    writer.uint32(EXTENSION.tag).string(tag).uint32(EXTENSION.data).fork();
    try {
      this.#value(data, depth + 1);
    } catch (thrown) {
      throw this.#refusal(thrown, extensionStep(tag));
    }
    this.#nesting.leaveExtension(before);
    writer.ldelim().ldelim();
  }

  #refusal(thrown: unknown, step: string): Refusal {
    return Refusal.of(thrown, this.#context.maxDepth).within(step);
  }
}

/** Pads a message, so that its reader grants it the memory that its value takes. */
function writePadding(bytes: number, output: Output): void {
  if (bytes === 0) return;
  const head = new protobufjs.BufferWriter().uint32(PADDING).uint32(bytes).finish();
  output.write(head);
  output.writeOwned(new Uint8Array(bytes));
}
