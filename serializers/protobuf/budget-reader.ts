import protobufjs from 'protobufjs/minimal.js';
import { type Budget, KEPT } from '../../core/seam/codec/budget.ts';
import {
  FIELD_BYTES,
  type FieldCosts,
  fieldCosts,
  LIST_BYTES,
  LONG_BYTES,
  type MessageCosts,
  type SchemaCosts,
} from './message-costs.ts';

/** A message that is being read. */
interface Level {
  costs: MessageCosts;
  end: number;
  /** The previous field: items of a list are adjacent, and the first one pays for the list. */
  lastTag: number;
}

/** A number in an array. */
const ITEM_BYTES = 2 * KEPT.slot;

/**
 * A reader for the code that protobufjs generates from a schema, which does not limit values itself. Each field and each item of
 * a packed field is counted before memory is allocated for it. The code requests a size only for messages, and a tag in each
 * message: from both, this reader knows its position.
 */
export class BudgetReader extends protobufjs.BufferReader {
  readonly #budget: Budget;
  readonly #unknown: FieldCosts;
  readonly #levels: Level[];
  #depth = 0;
  #level: Level;
  #field: FieldCosts;
  /** Whether protobufjs's own code requests the size, for texts and similar. */
  #isLeaf = false;

  constructor(bytes: Buffer, budget: Budget, schema: SchemaCosts, costs: MessageCosts) {
    super(bytes);
    this.#budget = budget;
    this.#unknown = { isList: true, isGroup: false, message: schema.unknown };
    this.#field = this.#unknown;
    this.#level = { costs, end: Infinity, lastTag: 0 };
    this.#levels = [this.#level];
    // Set whatever the process has chosen: unknown fields would be kept individually.
    this.discardUnknown = true;
    budget.spend(1, costs.emptyBytes + KEPT.binary);
  }

  override tag(): number {
    while (this.pos >= this.#level.end) this.#leave();
    const tag = super.tag();
    const level = this.#level;
    this.#field = fieldCosts(level.costs, this.#unknown, tag >>> 3);
    const isFirst = tag !== level.lastTag;
    level.lastTag = tag;
    this.#budget.spend(1, isFirst && this.#field.isList ? FIELD_BYTES + LIST_BYTES : FIELD_BYTES);
    if (!this.#isLeaf && (tag & 7) >= 3) this.#group(tag & 7);
    return tag;
  }

  /** Enters or leaves a message without a length, between two tags. */
  #group(wireType: number): void {
    if (wireType === 4) {
      if (this.#depth > 0 && this.#level.end === Infinity) this.#leave();
    } else if (wireType === 3 && this.#field.message !== undefined) {
      if (this.#field.isGroup) this.#enter(this.#field.message, Infinity);
      else this.#budget.spend(0, this.#field.message.emptyBytes);
    }
  }

  #enter(costs: MessageCosts, end: number): void {
    this.#budget.spend(1, costs.emptyBytes);
    const known = this.#levels[++this.#depth];
    const level = known ?? { costs, end, lastTag: 0 };
    if (known === undefined) this.#levels.push(level);
    level.costs = costs;
    level.end = end;
    level.lastTag = 0;
    this.#level = level;
  }

  #leave(): void {
    const level = this.#levels[--this.#depth];
    if (level === undefined) throw RangeError('a message ends that has not begun');
    this.#level = level;
  }

  override size(): number {
    const size = super.size();
    if (!this.#isLeaf && this.#field.message !== undefined) this.#enter(this.#field.message, this.pos + size);
    return size;
  }

  override skipType(wireType: number, depth?: number, tag?: number): this {
    // protobufjs skips the content of a group recursively.
    const wasLeaf = this.#isLeaf;
    this.#isLeaf = true;
    super.skipType(wireType, depth, tag);
    this.#isLeaf = wasLeaf;
    return this;
  }
  override string(): string {
    this.#isLeaf = true;
    const text = super.string();
    this.#isLeaf = false;
    return text;
  }
  override stringVerify(): string {
    this.#isLeaf = true;
    const text = super.stringVerify();
    this.#isLeaf = false;
    return text;
  }
  override bytes(): ReturnType<protobufjs.BufferReader['bytes']> {
    this.#budget.spend(0, KEPT.binary);
    this.#isLeaf = true;
    const bytes = super.bytes();
    this.#isLeaf = false;
    return bytes;
  }
  override int64(): protobufjs.Long {
    this.#budget.spend(0, LONG_BYTES);
    return super.int64();
  }
  override uint64(): protobufjs.Long {
    this.#budget.spend(0, LONG_BYTES);
    return super.uint64();
  }
  override sint64(): protobufjs.Long {
    this.#budget.spend(0, LONG_BYTES);
    return super.sint64();
  }
  override fixed64(): protobufjs.Long {
    this.#budget.spend(0, LONG_BYTES);
    return super.fixed64();
  }
  override sfixed64(): protobufjs.Long {
    this.#budget.spend(0, LONG_BYTES);
    return super.sfixed64();
  }
  override uint32s(array?: number[]): number[] {
    this.#takeVarints();
    return this.#taken(super.uint32s(array));
  }
  override int32s(array?: number[]): number[] {
    this.#takeVarints();
    return this.#taken(super.int32s(array));
  }
  override sint32s(array?: number[]): number[] {
    this.#takeVarints();
    return this.#taken(super.sint32s(array));
  }
  override bools(array?: boolean[]): boolean[] {
    this.#takeVarints();
    return this.#taken(super.bools(array));
  }
  override fixed32s(array?: number[]): number[] {
    this.#takeFixed(4);
    return this.#taken(super.fixed32s(array));
  }
  override sfixed32s(array?: number[]): number[] {
    this.#takeFixed(4);
    return this.#taken(super.sfixed32s(array));
  }
  override floats(array?: number[]): number[] {
    this.#takeFixed(4);
    return this.#taken(super.floats(array));
  }
  override doubles(array?: number[]): number[] {
    this.#takeFixed(8);
    return this.#taken(super.doubles(array));
  }
  override uint64s(array?: (protobufjs.Long | number)[]): (protobufjs.Long | number)[] {
    this.#takeVarints();
    return this.#taken(super.uint64s(array));
  }
  override int64s(array?: (protobufjs.Long | number)[]): (protobufjs.Long | number)[] {
    this.#takeVarints();
    return this.#taken(super.int64s(array));
  }
  override sint64s(array?: (protobufjs.Long | number)[]): (protobufjs.Long | number)[] {
    this.#takeVarints();
    return this.#taken(super.sint64s(array));
  }
  override fixed64s(array?: (protobufjs.Long | number)[]): (protobufjs.Long | number)[] {
    this.#takeFixed(8);
    return this.#taken(super.fixed64s(array));
  }
  override sfixed64s(array?: (protobufjs.Long | number)[]): (protobufjs.Long | number)[] {
    this.#takeFixed(8);
    return this.#taken(super.sfixed64s(array));
  }

  #taken<Items>(items: Items): Items {
    this.#isLeaf = false;
    return items;
  }

  /** Counts a packed field of items of this size, without reading it. */
  #takeFixed(itemBytes: number): void {
    this.#isLeaf = true;
    const start = this.pos;
    const count = Math.ceil(this.size() / itemBytes);
    this.#budget.spend(count, count * ITEM_BYTES);
    this.pos = start;
  }

  /** Counts the items of a packed field of varints, each of which ends with a byte below 128. */
  #takeVarints(): void {
    this.#isLeaf = true;
    const start = this.pos;
    const size = this.size();
    const end = Math.min(this.pos + size, this.len);
    let count = 0;
    for (let at = this.pos; at < end; at++) if ((this.buf[at] ?? 0) < 128) count++;
    this.pos = start;
    this.#budget.spend(count, count * ITEM_BYTES);
  }
}
