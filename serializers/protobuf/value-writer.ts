import type { Writer } from 'protobufjs/minimal.js';
import { CARRIED_CLASSES } from '../../core/seam/codec/carried-classes.ts';
import { described } from '../../core/seam/codec/codec-faults.ts';
import { entryStep, extensionStep, keyStep, memberStep, valueStep } from '../../core/seam/codec/path-steps.ts';
import { isDense, isPlainArray, isPlainObject } from '../../core/seam/codec/plain-object.ts';
import { CONTAINS_ITSELF, Refusal, replacementOf } from '../../core/seam/codec/refusal.ts';
import type { CodecContext } from '../../core/seam/serializer.ts';
import { areIntegers, areNumbers, areTexts } from './array-kinds.ts';
import type { BlockWriter } from './block-writer.ts';
import { faults } from './faults.ts';
import { writeLeaf, writeScalar } from './leaf-writer.ts';
import { Meetings } from './meetings.ts';
import type { MessageRegistry } from './message-registry.ts';
import { Shapes } from './shapes.ts';
import { EXTENSION, ITEMS, RECORD, SPARSE_LIST, VALUE } from './wire.ts';

/** Writes one value. A level of nesting takes two or three frames of the stack. */
export class ValueWriter {
  readonly #writer: BlockWriter;
  readonly #context: CodecContext;
  readonly #messages: MessageRegistry | undefined;
  readonly #carries: ((value: object) => boolean) | undefined;
  readonly #meetings = new Meetings();
  readonly #shapes = new Shapes();
  /** The containers around the present place, outermost first; what lies behind them is out of date. */
  readonly #around: object[] = [];
  /** How many of them are around the innermost extension, or are it. */
  #beyond = 0;

  constructor(writer: BlockWriter, context: CodecContext, messages: MessageRegistry | undefined) {
    this.#writer = writer;
    this.#context = context;
    this.#messages = messages;
    this.#carries = messages && ((value) => messages.of(value) !== undefined);
  }

  /**
   * Writes `value`. Used once.
   *
   * @throws {@link SerializerError} `UNSERIALIZABLE` or `TOO_DEEP`, with the path.
   */
  run(value: unknown): void {
    try {
      this.#value(value, 0);
    } catch (thrown) {
      throw Refusal.of(thrown, this.#context.maxDepth).toError(faults);
    }
  }

  /** Writes a `Value`, without its length, that lies `depth` levels deep. */
  #value(value: unknown, depth: number): void {
    if (typeof value === 'symbol') throw Refusal.unserializable('a symbol');
    if (typeof value === 'function') this.#extension(value, depth);
    else if (typeof value === 'object' && value !== null) this.#object(value, depth);
    else writeScalar(this.#writer, value);
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
      else if (message !== undefined) message.write(value, this.#writer);
      else if (value instanceof Map) this.#map(value, depth);
      else if (value instanceof Set) this.#set(value, depth);
      else if (carried !== undefined && carried !== 'Map' && carried !== 'Set') {
        writeLeaf(this.#writer, value, carried);
      }
    }
  }

  /** Whether the message contains `value` already, and a reference to it has been written. */
  #metAgain(value: object): boolean {
    return this.#refer(this.#meetings.note(value), value);
  }

  #refer(number: number, value: object): boolean {
    if (number < 0) return false;
    // The reader makes an extension's value when its data is complete, which this one's could never be.
    if (this.#beyond > 0 && this.#around.lastIndexOf(value, this.#beyond - 1) >= 0) {
      throw Refusal.unserializable(CONTAINS_ITSELF);
    }
    this.#writer.uint32(VALUE.reference).uint32(number);
    return true;
  }

  /** Begins a container: its field, and room for its length. */
  #begin(field: number, container: object, depth: number): Writer {
    const { maxDepth } = this.#context;
    if (depth >= maxDepth) throw Refusal.tooDeep(maxDepth);
    this.#around[depth] = container;
    return this.#writer.uint32(field).fork();
  }

  #record(record: Readonly<Record<string, unknown>>, depth: number): void {
    const keys = Object.keys(record);
    const shape = keys.length === 0 ? 0 : this.#shapes.find(keys);
    const isWritable = shape >= 0;
    const writer = this.#begin(isWritable ? VALUE.record : VALUE.members, record, depth);
    if (shape > 0) writer.uint32(RECORD.shape).uint32(shape);
    else if (isWritable) for (const key of keys) writer.uint32(RECORD.keys).string(key);
    let at = '';
    try {
      for (const key of keys) {
        at = key;
        if (!isWritable) {
          writer.uint32(ITEMS).fork();
          writeScalar(this.#writer, key);
          writer.ldelim();
        }
        writer.uint32(isWritable ? RECORD.values : ITEMS).fork();
        this.#value(record[key], depth + 1);
        writer.ldelim();
      }
    } catch (thrown) {
      throw this.#refusal(thrown, memberStep(at));
    }
    writer.ldelim();
  }

  #array(items: readonly unknown[], depth: number): void {
    if (typeof items[0] === 'number' && areNumbers(items)) {
      if (areIntegers(items)) this.#begin(VALUE.integers, items, depth).uint32(ITEMS).sint32s(items).ldelim();
      else this.#begin(VALUE.numbers, items, depth).uint32(ITEMS).doubles(items).ldelim();
    } else if (typeof items[0] === 'string' && areTexts(items)) {
      const writer = this.#begin(VALUE.texts, items, depth);
      for (const item of items) writer.uint32(ITEMS).string(item);
      writer.ldelim();
    } else if (isDense(items)) {
      this.#list(items, depth);
    } else {
      this.#sparse(items, depth);
    }
  }

  #list(items: readonly unknown[], depth: number): void {
    const writer = this.#begin(VALUE.list, items, depth);
    let index = 0;
    try {
      for (; index < items.length; index++) {
        writer.uint32(ITEMS).fork();
        this.#value(items[index], depth + 1);
        writer.ldelim();
      }
    } catch (thrown) {
      throw this.#refusal(thrown, memberStep(index));
    }
    writer.ldelim();
  }

  #sparse(items: readonly unknown[], depth: number): void {
    const { length } = items;
    // Members that are no items have no place in a list.
    const indices = Object.keys(items)
      .map(Number)
      .filter((index) => Number.isInteger(index) && index >= 0 && index < length);
    const writer = this.#begin(VALUE.sparseList, items, depth);
    writer.uint32(SPARSE_LIST.length).uint32(length);
    if (indices.length > 0) writer.uint32(SPARSE_LIST.indices).uint32s(indices);
    for (const index of indices) {
      try {
        writer.uint32(SPARSE_LIST.items).fork();
        this.#value(items[index], depth + 1);
        writer.ldelim();
      } catch (thrown) {
        throw this.#refusal(thrown, memberStep(index));
      }
    }
    writer.ldelim();
  }

  #map(map: ReadonlyMap<unknown, unknown>, depth: number): void {
    const writer = this.#begin(VALUE.map, map, depth);
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
    // Every extension takes a number, but no occurrence of a reference may stand for another one.
    const { tag, data, identity = {} } = replacement;
    if (this.#metAgain(identity)) return;
    const beyond = this.#beyond;
    const writer = this.#begin(VALUE.extension, identity, depth);
    writer.uint32(EXTENSION.tag).string(tag).uint32(EXTENSION.data).fork();
    this.#beyond = depth + 1;
    try {
      this.#value(data, depth + 1);
    } catch (thrown) {
      throw this.#refusal(thrown, extensionStep(tag));
    }
    this.#beyond = beyond;
    writer.ldelim().ldelim();
  }

  #refusal(thrown: unknown, step: string): Refusal {
    return Refusal.of(thrown, this.#context.maxDepth).within(step);
  }
}
