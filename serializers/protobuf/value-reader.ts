import protobufjs, { type BufferReader } from 'protobufjs/minimal.js';
import { Budget, FreshClasses, KEPT } from '../../core/seam/codec/budget.ts';
import { leastViewBytes } from '../../core/seam/codec/carried-classes.ts';
import { isTag, makeSparse, Nesting, revive, setMember, sparseBytes } from '../../core/seam/codec/traversal.ts';
import type { CodecContext } from '../../core/seam/serializer.ts';
import {
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
import { arrayFor, countItems, LeafReader, malformed } from './leaf-reader.ts';
import type { MessageRegistry } from './message-registry.ts';
import { KnownKeys, Shape, shapeBytes } from './shapes.ts';

/** Stands for an extension's value, under its number, until the value exists. */
const UNFINISHED = Symbol('unfinished');

const NO_NESTING = new Nesting();
const NO_SHAPE = new Shape([]);
const NOTHING = new protobufjs.BufferReader(Buffer.alloc(0));

/**
 * Reads values, one after the other. Each level of nesting takes two stack frames. A `Value` is one field, so it ends where its
 * content ends. A part may be read beyond its end, but that is detected: the position after reading is compared with the end, and
 * every step moves on.
 */
export class ValueReader {
  #reader: BufferReader = NOTHING;
  readonly #context: CodecContext;
  readonly #messages: MessageRegistry | undefined;
  readonly #budget: Budget;
  readonly #leaves: LeafReader;
  /** The objects by number. */
  #objects: unknown[] = [];
  #shapes: Shape[] = [];
  readonly #known = new KnownKeys();
  readonly #classes = new FreshClasses();
  #nesting = NO_NESTING;

  constructor(context: CodecContext, messages: MessageRegistry | undefined) {
    this.#context = context;
    this.#messages = messages;
    this.#budget = new Budget(context, faults);
    this.#leaves = new LeafReader(NOTHING, this.#budget);
  }

  /** Reads the value that takes all of the bytes. */
  read(bytes: Buffer, owned: boolean): unknown {
    const reader = new protobufjs.BufferReader(bytes);
    this.#reader = reader;
    this.#leaves.begin(reader, owned ? leastViewBytes(bytes.length) : Infinity);
    this.#budget.begin(bytes.length);
    this.#nesting = new Nesting();
    try {
      this.#skipPadding(reader);
      return this.#value(reader.len, 0);
    } finally {
      // Only keys are kept between messages.
      if (this.#objects.length > 0) this.#objects = [];
      if (this.#shapes.length > 0) this.#shapes = [];
      this.#nesting = NO_NESTING;
      this.#reader = NOTHING;
      this.#leaves.begin(NOTHING, Infinity);
    }
  }

  #skipPadding(reader: BufferReader): void {
    // Two bytes, of which the first begins no other field that can come first.
    if (reader.buf[0] === ((PADDING & 0x7f) | 0x80) && reader.tag() === PADDING) reader.bytes();
    else reader.pos = 0;
  }

  /** Reads a `Value` from here to `end`, which is `depth` levels deep. */
  #value(end: number, depth: number): unknown {
    const reader = this.#reader;
    const field = this.#tag();
    this.#budget.spend(1, costOf(field));
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
        value = this.#reference(reader.uint32(), depth);
        break;
      case VALUE.integers:
      case VALUE.numbers:
      case VALUE.texts:
        value = this.#leaves.packed(field, this.#content(end, depth));
        this.#objects.push(value);
        break;
      case VALUE.message:
        if (this.#messages === undefined) throw malformed('it holds a message of a schema, and this end has no schema');
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

  /** Moves to the content of a container, which must fill its `Value`. Returns its end. */
  #content(end: number, depth: number): number {
    if (depth >= this.#context.maxDepth) throw malformed('it is nested too deep (limits.maxDepth)');
    const size = this.#size();
    if (this.#reader.pos + size !== end) throw malformed('a container does not end where its value does');
    return end;
  }

  #begin(container: object, depth: number): void {
    this.#objects.push(container);
    this.#nesting.enter(container, depth);
  }

  #reference(number: number, depth: number): unknown {
    // Checking for a cycle takes time for each level.
    this.#budget.spend(0, depth);
    if (number >= this.#objects.length) throw malformed('it refers to an object that it does not contain');
    const object = this.#objects[number];
    if (object === UNFINISHED) throw malformed('the data of an extension contains the extension');
    if (this.#nesting.closesCircle(object)) throw malformed('the data of an extension contains the extension');
    return object;
  }

  /** Reads the next field. Most take one byte, for which a call into the reader would take longer. */
  #tag(): number {
    const reader = this.#reader;
    const byte = reader.buf[reader.pos];
    if (byte === undefined || byte > 127 || byte < 8) return reader.tag();
    reader.pos++;
    return byte;
  }

  /** Reads the next length or number. */
  #size(): number {
    const reader = this.#reader;
    const byte = reader.buf[reader.pos];
    if (byte === undefined || byte > 127) return reader.size();
    reader.pos++;
    return byte;
  }

  /** Moves to the content of the next field, which must be this one. */
  #enter(field: number, end: number): void {
    if (this.#reader.pos >= end || this.#tag() !== field) throw malformed('a part of a container is missing');
  }

  #record(end: number, depth: number): Record<string, unknown> {
    const reader = this.#reader;
    const shape = reader.pos < end ? this.#shape(end) : NO_SHAPE;
    if (shape.indexBytes > 0) this.#budget.spend(0, shape.indexBytes);
    const isCertain = this.#budget.spendUnsure(shape.unsureBytes);
    const record = isCertain ? shape.begin() : this.#classes.begin(shape, shape.keys.length);
    this.#begin(record, depth);
    for (const key of shape.keys) {
      this.#enter(RECORD.values, end);
      const size = this.#size();
      setMember(record, key, this.#value(reader.pos + size, depth + 1));
    }
    if (reader.pos !== end) throw malformed('an object has more members than keys');
    return record;
  }

  #shape(end: number): Shape {
    const reader = this.#reader;
    const start = reader.pos;
    const field = reader.tag();
    if (field === RECORD.shape) {
      const shape = this.#shapes[this.#size() - 1];
      if (shape === undefined) throw malformed('it refers to keys that it does not contain');
      return shape;
    }
    const place = this.#shapes.length;
    const known = this.#known.at(place, reader.buf, start, end);
    reader.pos = start + (known?.bytes.length ?? 0);
    if (known !== undefined && !this.#isKeyNext(end)) {
      this.#budget.spend(known.shape.keys.length, 0);
      this.#shapes.push(known.shape);
      return known.shape;
    }
    reader.pos = start;
    const keys: string[] = [];
    while (this.#isKeyNext(end)) {
      this.#budget.spend(1, 0);
      this.#enter(RECORD.keys, end);
      keys.push(this.#leaves.text());
    }
    this.#budget.spend(0, shapeBytes(keys.length));
    const shape = new Shape(keys);
    this.#known.remember(place, shape, reader.buf, start, reader.pos);
    this.#shapes.push(shape);
    return shape;
  }

  #isKeyNext(end: number): boolean {
    const { buf, pos } = this.#reader;
    return pos < end && buf[pos] === RECORD.keys;
  }

  #list(end: number, depth: number): unknown[] {
    const reader = this.#reader;
    const items = arrayFor<unknown>(countItems(reader, end));
    this.#begin(items, depth);
    for (let index = 0; reader.pos < end; index++) {
      this.#enter(ITEMS, end);
      const size = this.#size();
      items[index] = this.#value(reader.pos + size, depth + 1);
    }
    return items;
  }

  #sparse(end: number, depth: number): unknown[] {
    const items: unknown[] = [];
    this.#begin(items, depth);
    const reader = this.#reader;
    this.#enter(SPARSE_LIST.length, end);
    const length = reader.uint32();
    this.#budget.spend(0, sparseBytes(length));
    makeSparse(items, length);
    if (reader.pos === end) return items;
    this.#enter(SPARSE_LIST.indices, end);
    let previous = -1;
    for (const index of this.#leaves.indices()) {
      if (index <= previous || index >= length) throw malformed('an item is outside its array');
      previous = index;
      this.#budget.spend(0, KEPT.sparseItem);
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
      this.#budget.spend(0, ENTRY_BYTES);
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
      this.#budget.spend(0, MEMBER_BYTES);
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
      if (typeof key !== 'string') throw malformed('a key is not text');
      this.#budget.spend(0, KEPT.key);
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
    if (!isTag(tag)) throw malformed('the tag of an extension is malformed');
    this.#enter(EXTENSION.data, end);
    const size = reader.size();
    if (reader.pos + size !== end) throw malformed('an extension does not end where its length says');
    const number = this.#objects.push(UNFINISHED) - 1;
    const before = this.#nesting.enterExtension(depth);
    const data = this.#value(reader.pos + size, depth + 1);
    this.#nesting.leaveExtension(before);
    const value = revive(this.#context.extensions, tag, data);
    this.#objects[number] = value;
    return value;
  }
}
