import { Budget, FreshClasses, KEPT } from '../../core/seam/codec/budget.ts';
import { isTag, makeSparse, revive, setMember, sparseBytes } from '../../core/seam/codec/traversal.ts';
import type { CodecContext } from '../../core/seam/serializer.ts';
import { ByteReader, early, malformed, strangeExtension, strangeValue } from './byte-reader.ts';
import {
  FIRST_RECORD,
  FLAG,
  faults,
  KIND,
  type KnownShape,
  KnownShapes,
  MAX_RECORD_KEYS,
  MAX_RECORDS,
  type MemberReader,
  REDEFINITION_NODES,
  TYPE,
  oddBytes,
} from './format.ts';
import { readMarkedLeaf } from './leaf-reader.ts';

/** Larger arrays grow while they are read: V8 does not allocate that many items at once. */
const MAX_PREPARED_LENGTH = 1 << 24;

/** Arrays up to this length are created by a literal. */
const MAX_LITERAL_LENGTH = 4;

/** An object to which the message refers by number. */
interface Identified {
  value: unknown;
  /** Whether the object exists yet. */
  ready: boolean;
  /** Whether its members are still being read. */
  open: boolean;
  /** The number of extensions around it. */
  readonly extensions: number;
}

/** The cost of a number, without its object. */
const ID_COST = 120;

/** Reads the values of a connection, each in one pass. Each level of nesting takes two or three stack frames. */
export class ValueReader implements MemberReader {
  readonly #context: CodecContext;
  readonly #maxDepth: number;
  readonly #budget: Budget;
  readonly #bytes: ByteReader;
  readonly #shapes = new KnownShapes();
  readonly #classes = new FreshClasses();
  #identified: Map<number, Identified> | undefined = undefined;
  /** The entry of the object that is about to be created. */
  #pending: Identified | undefined = undefined;
  #extensions = 0;
  #definitions = 0;
  #marked = false;

  constructor(context: CodecContext) {
    this.#context = context;
    this.#maxDepth = context.maxDepth;
    this.#budget = new Budget(context, faults);
    this.#bytes = new ByteReader(this.#budget);
  }

  /** Releases the memory of the last message. */
  release(): void {
    this.#bytes.release();
  }

  /** The peer's shapes. */
  get shapes(): KnownShapes {
    return this.#shapes;
  }

  /** Reads the value that takes all bytes between `start` and `end`. */
  read(buffer: Buffer, start: number, end: number, owned: boolean): unknown {
    const flags = end > start ? (buffer[start] ?? 0xff) : 0xff;
    if ((flags & ~(FLAG.marked + FLAG.padded)) !== 0) throw malformed('its first byte is never written');
    this.#marked = (flags & FLAG.marked) !== 0;
    this.#extensions = 0;
    this.#definitions = 0;
    this.#identified = undefined;
    this.#pending = undefined;
    this.#budget.begin(end - start);
    this.#budget.spend(1, 0);
    this.#bytes.begin(buffer, start + 1, end, owned);
    const value = this.value(0);
    if ((flags & FLAG.padded) !== 0) this.#bytes.skipPadding();
    this.#bytes.expectEnd();
    this.#identified = undefined;
    return value;
  }

  /** Reads the next value, which is `depth` levels deep. */
  value(depth: number): unknown {
    const token = this.#bytes.token();
    if (token < FIRST_RECORD) return token;
    if (token < 0x80) return this.#record(token, depth);
    if (token >= 0xe0) return token - 0x100;
    if (token >= 0xc0) return this.#other(token, depth);
    if (token >= 0xa0) return this.#bytes.text(token & 0x1f);
    if (token >= 0x90) return this.#items(token & 0x0f, depth);
    return this.#map(token & 0x0f, depth);
  }

  #other(token: number, depth: number): unknown {
    const bytes = this.#bytes;
    if (token < 0xd4) return bytes.leaf(token);
    switch (token) {
      case 0xd4:
        return this.#small(depth);
      case 0xd6:
        return this.#four(depth);
      case 0xdc:
        return this.#items(bytes.uint16(), depth);
      case 0xdd:
        return this.#items(bytes.uint32(), depth);
      case 0xde:
        return this.#map(bytes.uint16(), depth);
      case 0xdf:
        return this.#map(bytes.uint32(), depth);
      default:
        return bytes.leaf(token);
    }
  }

  /** Reads an extension with one byte of data, which may be followed by more. */
  #small(depth: number): unknown {
    const type = this.#bytes.uint8();
    const data = this.#bytes.uint8();
    if ((type === TYPE.set || type === TYPE.marked) && data !== 0) throw strangeExtension();
    switch (type) {
      case TYPE.undefined:
        return undefined;
      case TYPE.date:
        this.#budget.spend(0, KEPT.date);
        return new Date(Number.NaN);
      case TYPE.record:
        return this.#members(this.#definition(data), depth);
      case TYPE.set:
        return this.#set(depth);
      case TYPE.marked:
        if (!this.#marked) throw strangeExtension();
        return this.#pair(depth);
      default:
        throw strangeExtension();
    }
  }

  /** Reads an extension with four bytes of data: the number of the next value, a reference to such a number, a date. */
  #four(depth: number): unknown {
    const type = this.#bytes.uint8();
    const data = this.#bytes.uint32();
    if (type === TYPE.date) return this.#bytes.date(data, 0);
    if (type === TYPE.pointer) return this.#reference(data);
    if (type === TYPE.id) return this.#identify(data, depth);
    throw strangeExtension();
  }

  #identify(number: number, depth: number): unknown {
    const identified = (this.#identified ??= new Map<number, Identified>());
    // The number of a number would be a level that is not counted.
    if (this.#bytes.isReference() || identified.has(number)) throw strangeExtension();
    this.#budget.spend(1, ID_COST);
    const entry: Identified = { value: undefined, ready: false, open: true, extensions: this.#extensions };
    identified.set(number, entry);
    this.#pending = entry;
    const value = this.value(depth);
    this.#pending = undefined;
    entry.value = value;
    entry.ready = true;
    entry.open = false;
    return value;
  }

  #reference(number: number): unknown {
    const entry = this.#identified?.get(number);
    if (entry?.ready !== true) throw malformed('it refers to an object that it does not contain');
    // An extension's value is created when its data is complete, which this data could never be.
    if (entry.open && entry.extensions < this.#extensions)
      throw malformed('the data of an extension contains the extension');
    return entry.value;
  }

  /** Called before a container with `count` members is created. Each member takes at least one byte. */
  #enter(depth: number, count: number, keptBytes: number): void {
    if (depth >= this.#maxDepth) throw malformed('it is nested too deep (limits.maxDepth)');
    if (count > this.#bytes.left) throw early();
    this.#budget.spend(count, keptBytes);
  }

  /** Called when the container was created; its members follow. */
  #made(container: object): void {
    const entry = this.#pending;
    if (entry === undefined) return;
    this.#pending = undefined;
    entry.value = container;
    entry.ready = true;
  }

  #items(count: number, depth: number): unknown[] {
    this.#enter(depth, count, KEPT.array + count * KEPT.slot);
    if (count > MAX_PREPARED_LENGTH) return this.#manyItems(count, depth);
    if (count <= MAX_LITERAL_LENGTH && this.#pending === undefined) return this.#fewItems(count, depth + 1);
    // Setting the length of an empty array instead is a call into the engine's runtime, which takes as long as ten items.
    // oxlint-disable-next-line unicorn/no-new-array -- a length is what is meant, and `Array.from` takes far longer
    const items = new Array<unknown>(count);
    this.#made(items);
    for (let index = this.#bytes.numbers(items, count); index < count; index++) items[index] = this.value(depth + 1);
    return items;
  }

  /** Reads a short array into a literal, which gets memory for exactly these items. */
  #fewItems(count: number, depth: number): unknown[] {
    switch (count) {
      case 0:
        return [];
      case 1:
        return [this.value(depth)];
      case 2:
        return [this.value(depth), this.value(depth)];
      case 3:
        return [this.value(depth), this.value(depth), this.value(depth)];
      default:
        return [this.value(depth), this.value(depth), this.value(depth), this.value(depth)];
    }
  }

  #manyItems(count: number, depth: number): unknown[] {
    const items: unknown[] = [];
    this.#made(items);
    for (let index = 0; index < count; index++) items.push(this.value(depth + 1));
    return items;
  }

  #map(count: number, depth: number): Map<unknown, unknown> {
    this.#enter(depth, count * 2, KEPT.map + count * KEPT.mapEntry);
    const map = new Map<unknown, unknown>();
    this.#made(map);
    for (let row = 0; row < count; row++) {
      const key = this.value(depth + 1);
      map.set(key, this.value(depth + 1));
    }
    return map;
  }

  #set(depth: number): Set<unknown> {
    const count = this.#bytes.arrayHeader();
    this.#enter(depth, count, KEPT.set + count * KEPT.setMember);
    this.#budget.spend(1, 0);
    const set = new Set<unknown>();
    this.#made(set);
    for (let row = 0; row < count; row++) set.add(this.value(depth + 1));
    return set;
  }

  #record(token: number, depth: number): Record<string, unknown> {
    const shape = this.#shapes.get(token);
    if (shape === undefined) throw malformed('a record has no definition');
    const { construct } = shape;
    if (construct === undefined || this.#pending !== undefined) {
      this.#shapes.used(shape, this.#budget);
      return this.#members(shape, depth);
    }
    this.#enter(depth, shape.keys.length, shape.keptBytes);
    return construct(this, depth + 1);
  }

  #members(shape: KnownShape, depth: number): Record<string, unknown> {
    const { keys, keptBytes, unsureBytes, isIndexed } = shape;
    this.#enter(depth, keys.length, keptBytes);
    const isCertain = this.#budget.spendUnsure(unsureBytes);
    const record: Record<string, unknown> = isCertain ? {} : this.#classes.begin(shape, keys.length);
    this.#made(record);
    if (isIndexed) for (const key of keys) setMember(record, key, this.value(depth + 1));
    else for (const key of keys) record[key] = this.value(depth + 1);
    return record;
  }

  #definition(token: number): KnownShape {
    if (token < FIRST_RECORD || token >= FIRST_RECORD + MAX_RECORDS) throw strangeDefinition();
    const count = this.#bytes.arrayHeader();
    if (count > MAX_RECORD_KEYS) throw strangeDefinition();
    // Replacing a shape of the same message costs much time for few uses.
    this.#budget.spend(++this.#definitions > MAX_RECORDS ? REDEFINITION_NODES : 0, count * KEPT.key);
    const keys: string[] = [];
    for (let index = 0; index < count; index++) {
      const key = this.#bytes.string();
      if (key === undefined || key === '__proto__') throw strangeDefinition();
      keys.push(key);
    }
    return this.#shapes.define(token, keys);
  }

  /** Reads a marked value: a kind or the tag of an extension, and its data. */
  #pair(depth: number): unknown {
    if (this.#bytes.uint8() !== 0x92) throw strangeValue();
    this.#budget.spend(3, KEPT.extension);
    const pending = this.#pending;
    this.#pending = undefined;
    const kind = this.value(depth + 1);
    if (kind === KIND.object || kind === KIND.sparse) {
      this.#pending = pending;
      return kind === KIND.object ? this.#odd(depth) : this.#sparse(depth);
    }
    if (isTag(kind)) return this.#extension(kind, depth);
    return readMarkedLeaf(kind, this.value(depth + 1), this.#budget);
  }

  #extension(tag: string, depth: number): unknown {
    this.#enter(depth, 0, 0);
    this.#extensions++;
    const data = this.value(depth + 1);
    this.#extensions--;
    return revive(this.#context.extensions, tag, data);
  }

  #odd(depth: number): Record<string, unknown> {
    const count = this.#bytes.mapHeader();
    this.#enter(depth, count * 2, oddBytes(count));
    const record: Record<string, unknown> = {};
    this.#made(record);
    for (let row = 0; row < count; row++) {
      const key = this.value(depth + 1);
      if (typeof key !== 'string') throw strangeValue();
      setMember(record, key, this.value(depth + 1));
    }
    return record;
  }

  #sparse(depth: number): unknown[] {
    const members = this.#bytes.arrayHeader();
    if (members < 2 || members % 2 !== 0) throw strangeValue();
    const items = this.#items(this.#bytes.arrayHeader(), depth);
    const length = this.value(depth + 1);
    if (!isIndex(length) || length < items.length) throw strangeValue();
    const count = members - 2;
    this.#enter(depth, count, sparseBytes(length) + (count / 2) * KEPT.sparseItem);
    let last = items.length - 1;
    makeSparse(items, length);
    for (let member = 0; member < count; member += 2) {
      const index = this.value(depth + 1);
      if (!isIndex(index) || index <= last || index >= length) throw strangeValue();
      last = index;
      items[index] = this.value(depth + 1);
    }
    return items;
  }
}

function isIndex(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 32;
}

function strangeDefinition(): Error {
  return malformed('it defines a record that is never written');
}
