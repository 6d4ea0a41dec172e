import type { BufferReader } from 'protobufjs/minimal.js';
import { makeSparse, setMember } from '../../core/seam/codec/plain-object.ts';
import { MAX_TAG_LENGTH } from '../../core/seam/codec/text-limits.ts';
import type { CodecContext } from '../../core/seam/serializer.ts';
import { LeafReader, malformed } from './leaf-reader.ts';
import type { MessageRegistry } from './message-registry.ts';
import { NodeBudget } from './node-budget.ts';
import { EXTENSION, ITEMS, RECORD, SPARSE_LIST, VALUE } from './wire.ts';

/** What has the number of an extension until that has its value. */
const UNFINISHED = Symbol('unfinished');

/** What an extension threw, which is for the caller as it is. */
export class RevivalFailure extends Error {}

/**
 * Reads one value. A level of nesting takes two frames of the stack. A `Value` is one field, so it and its content end at the
 * same place. Nothing stops a part from reading beyond its end, but that is found out: the place where reading has stopped
 * is compared with the end, and every step moves on.
 */
export class ValueReader {
  readonly #reader: BufferReader;
  readonly #context: CodecContext;
  readonly #messages: MessageRegistry | undefined;
  readonly #budget: NodeBudget;
  readonly #leaves: LeafReader;
  /** The objects by number. */
  readonly #objects: unknown[] = [];
  readonly #shapes: (readonly string[])[] = [];
  /** The containers around the present place, outermost first; what lies behind them is out of date. */
  readonly #around: unknown[] = [];
  /** How many of them are around the innermost extension, or are it. */
  #beyond = 0;

  constructor(reader: BufferReader, context: CodecContext, messages: MessageRegistry | undefined) {
    this.#reader = reader;
    this.#context = context;
    this.#messages = messages;
    this.#budget = new NodeBudget(context.maxNodes);
    this.#leaves = new LeafReader(reader, this.#budget);
  }

  /** The value that takes all of the bytes. Used once. */
  run(): unknown {
    return this.#value(this.#reader.len, 0);
  }

  /** A `Value` from here to `end`, which lies `depth` levels deep. */
  #value(end: number, depth: number): unknown {
    this.#budget.take(1);
    const reader = this.#reader;
    const field = reader.tag();
    let value: unknown;
    switch (field) {
      case VALUE.record:
        value = this.#record(this.#content(end, depth), depth);
        break;
      case VALUE.list:
        value = this.#list(this.#content(end, depth), depth);
        break;
      case VALUE.map:
        value = this.#map(this.#content(end, depth), depth);
        break;
      case VALUE.set:
        value = this.#set(this.#content(end, depth), depth);
        break;
      case VALUE.members:
        value = this.#members(this.#content(end, depth), depth);
        break;
      case VALUE.sparseList:
        value = this.#sparse(this.#content(end, depth), depth);
        break;
      case VALUE.extension:
        value = this.#extension(this.#content(end, depth), depth);
        break;
      case VALUE.reference:
        value = this.#reference(reader.uint32());
        break;
      case VALUE.integers:
      case VALUE.numbers:
      case VALUE.texts:
        value = this.#leaves.packed(field, this.#content(end, depth));
        this.#objects.push(value);
        break;
      case VALUE.message:
        if (this.#messages === undefined)
          throw malformed('it holds a message of a schema, and this end was given none');
        value = this.#messages.read(reader, end, this.#budget);
        this.#objects.push(value);
        break;
      default:
        value = this.#leaves.read(field, end);
        if (typeof value === 'object' && value !== null) this.#objects.push(value);
    }
    if (reader.pos !== end) throw malformed('a value does not end where its length says');
    return value;
  }

  /** Moves on to the content of a container, which must take the whole of its `Value`. The answer is its end. */
  #content(end: number, depth: number): number {
    if (depth >= this.#context.maxDepth) throw malformed('it is nested too deep (limits.maxDepth)');
    const size = this.#reader.size();
    if (this.#reader.pos + size !== end) throw malformed('a container does not end where its value does');
    return end;
  }

  #begin(container: object, depth: number): void {
    this.#objects.push(container);
    this.#around[depth] = container;
  }

  #reference(number: number): unknown {
    if (number >= this.#objects.length) throw malformed('it refers to an object that it does not contain');
    const object = this.#objects[number];
    if (object === UNFINISHED) throw malformed('the data of an extension contains the extension');
    if (this.#beyond > 0 && this.#around.lastIndexOf(object, this.#beyond - 1) >= 0) {
      throw malformed('the data of an extension contains the extension');
    }
    return object;
  }

  /** Moves on to the content of the next field, which must be this one. */
  #enter(field: number, end: number): void {
    if (this.#reader.pos >= end || this.#reader.tag() !== field) throw malformed('a part of a container is missing');
  }

  #record(end: number, depth: number): Record<string, unknown> {
    const record: Record<string, unknown> = {};
    this.#begin(record, depth);
    const reader = this.#reader;
    const keys = reader.pos < end ? this.#shape(end) : [];
    for (const key of keys) {
      this.#enter(RECORD.values, end);
      const size = reader.size();
      setMember(record, key, this.#value(reader.pos + size, depth + 1));
    }
    if (reader.pos !== end) throw malformed('an object has more members than keys');
    return record;
  }

  #shape(end: number): readonly string[] {
    const reader = this.#reader;
    const start = reader.pos;
    const field = reader.tag();
    if (field === RECORD.shape) {
      const shape = this.#shapes[reader.uint32() - 1];
      if (shape === undefined) throw malformed('it refers to keys that it does not contain');
      return shape;
    }
    const keys: string[] = [];
    reader.pos = start;
    for (;;) {
      const at = reader.pos;
      if (at >= end || reader.tag() !== RECORD.keys) {
        reader.pos = at;
        break;
      }
      this.#budget.take(1);
      keys.push(this.#leaves.text());
    }
    this.#shapes.push(keys);
    return keys;
  }

  #list(end: number, depth: number): unknown[] {
    const items: unknown[] = [];
    this.#begin(items, depth);
    const reader = this.#reader;
    while (reader.pos < end) {
      this.#enter(ITEMS, end);
      const size = reader.size();
      items.push(this.#value(reader.pos + size, depth + 1));
    }
    return items;
  }

  #sparse(end: number, depth: number): unknown[] {
    const items: unknown[] = [];
    this.#begin(items, depth);
    const reader = this.#reader;
    this.#enter(SPARSE_LIST.length, end);
    const length = reader.uint32();
    makeSparse(items, length);
    if (reader.pos === end) return items;
    this.#enter(SPARSE_LIST.indices, end);
    let previous = -1;
    for (const index of this.#leaves.indices()) {
      if (index <= previous || index >= length) throw malformed('an item lies outside its array');
      previous = index;
      this.#enter(SPARSE_LIST.items, end);
      const size = reader.size();
      items[index] = this.#value(reader.pos + size, depth + 1);
    }
    return items;
  }

  #map(end: number, depth: number): Map<unknown, unknown> {
    const map = new Map<unknown, unknown>();
    this.#begin(map, depth);
    const reader = this.#reader;
    while (reader.pos < end) {
      this.#enter(ITEMS, end);
      const keySize = reader.size();
      const key = this.#value(reader.pos + keySize, depth + 1);
      this.#enter(ITEMS, end);
      const size = reader.size();
      map.set(key, this.#value(reader.pos + size, depth + 1));
    }
    return map;
  }

  #set(end: number, depth: number): Set<unknown> {
    const set = new Set<unknown>();
    this.#begin(set, depth);
    const reader = this.#reader;
    while (reader.pos < end) {
      this.#enter(ITEMS, end);
      const size = reader.size();
      set.add(this.#value(reader.pos + size, depth + 1));
    }
    return set;
  }

  #members(end: number, depth: number): Record<string, unknown> {
    const record: Record<string, unknown> = {};
    this.#begin(record, depth);
    const reader = this.#reader;
    while (reader.pos < end) {
      this.#enter(ITEMS, end);
      const keySize = reader.size();
      const key = this.#value(reader.pos + keySize, depth + 1);
      if (typeof key !== 'string') throw malformed('a key is no text');
      this.#enter(ITEMS, end);
      const size = reader.size();
      setMember(record, key, this.#value(reader.pos + size, depth + 1));
    }
    return record;
  }

  #extension(end: number, depth: number): unknown {
    const reader = this.#reader;
    this.#enter(EXTENSION.tag, end);
    const tag = this.#leaves.text();
    if (tag === '' || tag.length > MAX_TAG_LENGTH) throw malformed('the tag of an extension is malformed');
    this.#enter(EXTENSION.data, end);
    const size = reader.size();
    if (reader.pos + size !== end) throw malformed('an extension does not end where its length says');
    const beyond = this.#beyond;
    const number = this.#objects.push(UNFINISHED) - 1;
    this.#around[depth] = undefined;
    this.#beyond = depth + 1;
    const data = this.#value(reader.pos + size, depth + 1);
    this.#beyond = beyond;
    try {
      const value = this.#context.extensions.revive({ tag, data });
      this.#objects[number] = value;
      return value;
    } catch (cause) {
      throw new RevivalFailure('an extension could not be revived', { cause });
    }
  }
}
