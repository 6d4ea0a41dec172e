import protobufjs from 'protobufjs/minimal.js';
import type { Budget } from '../../core/seam/codec/budget.ts';
import { KEPT } from '../../core/seam/codec/kept-bytes.ts';

/** A field of two bytes may be an empty message, which takes 32 bytes and a slot in a list. */
const FIELD_BYTES = 32;

/** A 64-bit integer is an object. */
const MOST_ITEM_BYTES = 48;

/**
 * A reader for the code that protobufjs makes of a schema: that code has no limit on values of its own. Each field and each
 * item of a packed field is counted before there is memory for it.
 */
export class BudgetReader extends protobufjs.BufferReader {
  readonly #budget: Budget;

  constructor(bytes: Buffer, budget: Budget) {
    super(bytes);
    this.#budget = budget;
    // Whatever the process has chosen: fields that the schema does not know would be kept one by one.
    this.discardUnknown = true;
  }

  override tag(): number {
    this.#budget.spend(1, FIELD_BYTES);
    return super.tag();
  }
  override uint32s(array?: number[]): number[] {
    this.#takeVarints();
    return super.uint32s(array);
  }
  override int32s(array?: number[]): number[] {
    this.#takeVarints();
    return super.int32s(array);
  }
  override sint32s(array?: number[]): number[] {
    this.#takeVarints();
    return super.sint32s(array);
  }
  override bools(array?: boolean[]): boolean[] {
    this.#takeVarints();
    return super.bools(array);
  }
  override fixed32s(array?: number[]): number[] {
    this.#takeFixed(4);
    return super.fixed32s(array);
  }
  override sfixed32s(array?: number[]): number[] {
    this.#takeFixed(4);
    return super.sfixed32s(array);
  }
  override floats(array?: number[]): number[] {
    this.#takeFixed(4);
    return super.floats(array);
  }
  override doubles(array?: number[]): number[] {
    this.#takeFixed(8);
    return super.doubles(array);
  }
  override uint64s(array?: (protobufjs.Long | number)[]): (protobufjs.Long | number)[] {
    this.#takeVarints();
    return super.uint64s(array);
  }
  override int64s(array?: (protobufjs.Long | number)[]): (protobufjs.Long | number)[] {
    this.#takeVarints();
    return super.int64s(array);
  }
  override sint64s(array?: (protobufjs.Long | number)[]): (protobufjs.Long | number)[] {
    this.#takeVarints();
    return super.sint64s(array);
  }
  override fixed64s(array?: (protobufjs.Long | number)[]): (protobufjs.Long | number)[] {
    this.#takeFixed(8);
    return super.fixed64s(array);
  }
  override sfixed64s(array?: (protobufjs.Long | number)[]): (protobufjs.Long | number)[] {
    this.#takeFixed(8);
    return super.sfixed64s(array);
  }

  /** Counts a packed field of items of this size, without reading it. */
  #takeFixed(itemBytes: number): void {
    const start = this.pos;
    const count = Math.ceil(this.size() / itemBytes);
    this.#budget.spend(count, count * MOST_ITEM_BYTES);
    this.pos = start;
  }

  /** Counts the items of a packed field of varints, each of which ends with a byte below 128. */
  #takeVarints(): void {
    const start = this.pos;
    const size = this.size();
    const end = Math.min(this.pos + size, this.len);
    let count = 0;
    for (let at = this.pos; at < end; at++) if ((this.buf[at] ?? 0) < 128) count++;
    this.pos = start;
    this.#budget.spend(count, count * KEPT.slot);
  }
}
