import { types } from 'node:util';
import { ProxyError } from '../seam/errors.ts';
import { shownText } from '../values/error-text.ts';
import { BaseProxy } from '../proxy/base-proxy.ts';
import type { LocalExposure } from '../references/exposure.ts';
import { process, setImmediate } from '../seam/environment.ts';
import { publicMembers } from './shared-typeid.ts';

/** Produced values, and whether the iterator has ended. */
export interface Batch {
  readonly values: readonly unknown[];
  /** Whether the iterator has ended; `result` is its return value. */
  readonly done: boolean;
  readonly result?: unknown;
}

/** The maximum size of one batch in bytes, by a rough estimate. */
const BATCH_BYTES = 256 * 1024;

/** The assumed size of a value that is not measured, in bytes. */
const ASSUMED_BYTES = 64;

/** How many members of a value the estimate reads. */
const MAX_LOOKED_AT = 16;
const MAX_LOOKED_AT_DEPTH = 3;

/** Functions that make a pulled batch shorter, for {@link shorterBatch}. */
const cuts = new WeakMap<object, () => Batch | undefined>();

/** How an iterator has ended. */
type End = { readonly is: 'returned'; readonly result: unknown } | { readonly is: 'thrown'; readonly error: unknown };

/**
 * An iterator of this process that another process reads. It runs ahead of its reader by as much as the reader requested, so a
 * slow reader slows it down.
 */
export class IteratorSource {
  readonly #iterator: Iterator<unknown> | AsyncIterator<unknown>;
  /** Values that could not be sent with the values before them; they precede {@link IteratorSource.#values}. */
  #back: readonly unknown[] = [];
  /** The maximum number of values in a batch: reduced when a batch could not be sent, then increased by one per batch. */
  #most = Infinity;
  #values: unknown[] = [];
  #bytes = 0;
  #end: End | undefined;
  /** The maximum number of values that wait for the reader. */
  #credit = 0;
  #producing = false;
  /** Whether the iterator's next value is pending. */
  #stepping = false;
  /** Readers that wait for a value; several may share an iterator. */
  #waiting: (() => void)[] = [];

  constructor(iterator: Iterator<unknown> | AsyncIterator<unknown>) {
    this.#iterator = iterator;
  }

  /** Returns the available values, at most `credit` of them; waits for one if there is none. */
  async pull(credit: number): Promise<Batch> {
    this.#credit = credit;
    void this.#produce();
    while (this.#back.length === 0 && this.#values.length === 0 && this.#end === undefined) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
      // A producer with further values at hand gets time to add them.
      if (this.#producing) await new Promise<void>((resolve) => void setImmediate(resolve));
    }
    return this.#cuttable(this.#ready(credit));
  }

  #ready(credit: number): Batch {
    if (this.#most < credit) this.#most++;
    if (this.#back.length === 0 && this.#values.length > this.#most) this.#back = this.#takeAll();
    if (this.#back.length > 0) {
      const first = this.#back.slice(0, this.#most);
      this.#back = this.#back.slice(this.#most);
      return { values: first, done: false };
    }
    const values = this.#takeAll();
    const end = this.#end;
    // Running ahead may reach the end; that belongs to the next batch.
    if (end === undefined) void this.#produce();
    if (end?.is === 'thrown' && values.length === 0) throw end.error;
    if (end?.is === 'returned') return { values, done: true, result: end.result };
    return { values, done: false };
  }

  #takeAll(): readonly unknown[] {
    const values = this.#values;
    this.#values = [];
    this.#bytes = 0;
    return values;
  }

  #cuttable(batch: Batch): Batch {
    cuts.set(batch, () => this.#cut(batch));
    return batch;
  }

  /** Returns the first half of a batch, or a last value without the end; the rest comes with the next batch. */
  #cut({ values, done }: Batch): Batch | undefined {
    if (values.length === 0 || (values.length === 1 && !done)) return undefined;
    this.#most = Math.ceil(values.length / 2);
    // The reader may have ended the iterator meanwhile.
    if (this.#credit > 0) this.#back = [...values.slice(this.#most), ...this.#back];
    this.#wake();
    return this.#cuttable({ values: values.slice(0, this.#most), done: false });
  }

  /** Makes one step, without running ahead. */
  async next(...args: readonly [] | readonly [unknown]): Promise<IteratorResult<unknown>> {
    if (this.#back.length > 0) {
      const [value, ...others] = this.#back;
      this.#back = others;
      return { value, done: false };
    }
    if (this.#values.length > 0) return { value: this.#values.shift(), done: false };
    if (this.#end?.is === 'returned') return { value: this.#end.result, done: true };
    if (this.#end?.is === 'thrown') throw this.#end.error;
    return await this.#iterator.next(...args);
  }

  /**
   * Ends the iterator; its `finally` blocks run. If it is waiting for its next value, it ends after that value, but the reader
   * does not wait for it.
   */
  async return(value?: unknown): Promise<IteratorResult<unknown>> {
    this.#stopAhead();
    this.#end ??= { is: 'returned', result: value };
    this.#wake();
    const returning = this.#iterator.return?.(value);
    if (returning === undefined) return { value, done: true };
    if (!this.#stepping) return await returning;
    void Promise.resolve(returning).catch(warnOfEnd);
    return { value, done: true };
  }

  /** Throws an error into the iterator. */
  async throw(error: unknown): Promise<IteratorResult<unknown>> {
    this.#stopAhead();
    if (this.#iterator.throw) return await this.#iterator.throw(error);
    await this.return();
    throw error;
  }

  #stopAhead(): void {
    this.#credit = 0;
    this.#back = [];
    this.#values = [];
    this.#bytes = 0;
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  async #produce(): Promise<void> {
    if (this.#producing) return;
    this.#producing = true;
    try {
      while (this.#end === undefined && this.#values.length < this.#credit && this.#bytes < BATCH_BYTES) {
        const step = this.#iterator.next();
        this.#stepping = 'then' in step;
        this.#take('then' in step ? await step : step);
        this.#stepping = false;
      }
    } catch (error) {
      this.#end ??= { is: 'thrown', error };
    }
    this.#stepping = false;
    this.#producing = false;
    this.#wake();
  }

  #take({ value, done }: IteratorResult<unknown>): void {
    if (done === true) {
      this.#end ??= { is: 'returned', result: value };
    } else if (this.#end === undefined) {
      this.#values.push(value);
      this.#bytes += roughBytes(value);
    }
    if (this.#values.length === 1) this.#wake();
  }
}

/**
 * Returns a shorter batch for one that could not be sent, because it is too large, hands out too much, or contains a value that
 * cannot be sent. So the values before that one arrive. Returns `undefined` for a single value, and for a result that is not a
 * batch.
 */
export function shorterBatch(result: unknown): Batch | undefined {
  return typeof result === 'object' && result !== null ? cuts.get(result)?.() : undefined;
}

/** The exposure of iterators. */
export const ITERATOR_EXPOSURE: LocalExposure = Object.freeze({
  ...publicMembers(IteratorSource),
  typeid: 'Iterator',
  methodToTypeid: Object.freeze({}),
  waits: true,
  adapt: (object: object) => new IteratorSource(iteratorOf(object)),
  dropped: (target: object) => void abandon(target),
});

/** Whether an object is an iterator, a generator, or another object that is read like one, rather than a collection. */
export function isIterator(value: object): boolean {
  return hasMethod(value, 'next') && (hasMethod(value, Symbol.asyncIterator) || hasMethod(value, Symbol.iterator));
}

function iteratorOf(object: object): Iterator<unknown> | AsyncIterator<unknown> {
  if (hasMethod(object, Symbol.asyncIterator)) return object[Symbol.asyncIterator]();
  if (hasMethod(object, Symbol.iterator)) return object[Symbol.iterator]();
  if (hasMethod(object, 'next')) return object;
  throw new ProxyError("this object is not an iterator, so it cannot have the typeid 'Iterator'", {
    code: 'NOT_ALLOWED',
  });
}

function hasMethod<Name extends PropertyKey>(
  object: object,
  name: Name,
): object is Record<Name, (...args: readonly unknown[]) => never> {
  return typeof Reflect.get(object, name) === 'function';
}

/** Called when the reader stops: the iterator's `finally` blocks run, as when a loop is left. */
async function abandon(target: object): Promise<void> {
  if (!(target instanceof IteratorSource)) return;
  try {
    await target.return();
  } catch (error) {
    warnOfEnd(error);
  }
}

function warnOfEnd(error: unknown): void {
  process.emitWarning(`An abandoned iterator threw while it was being ended: ${shownText(error)}`, {
    type: 'UActorWarning',
    code: 'UACTOR_ITERATOR_END',
  });
}

/**
 * Estimates a value's size. Includes the members of plain containers, a few levels deep and a few members wide, because rows
 * consist of them.
 */
function roughBytes(value: unknown, depth = 0): number {
  if (typeof value === 'string') return value.length * 2;
  if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) return value.byteLength;
  if (typeof value !== 'object' || value === null || BaseProxy.isProxy(value) || depth > MAX_LOOKED_AT_DEPTH) {
    return ASSUMED_BYTES;
  }
  if (value instanceof Blob) return value.size;
  const { size, first } = membersOf(value);
  const bytes = first.reduce<number>((sum, member) => sum + roughBytes(member, depth + 1), ASSUMED_BYTES);
  return first.length === 0 ? bytes : (bytes * size) / first.length;
}

/** Returns the number of members of a container, and the first of them, without running its code. */
function membersOf(value: object): { readonly size: number; readonly first: readonly unknown[] } {
  if (Array.isArray(value)) return { size: value.length, first: value.slice(0, MAX_LOOKED_AT) };
  if (types.isMap(value) || types.isSet(value)) return { size: value.size, first: firstOf(value) };
  const members = Object.values(Object.getOwnPropertyDescriptors(value));
  return { size: members.length, first: members.slice(0, MAX_LOOKED_AT).map((member): unknown => member.value) };
}

/** Reads no further than necessary, because a collection may be large. */
function firstOf(collection: Iterable<unknown>): readonly unknown[] {
  const first: unknown[] = [];
  for (const member of collection) {
    first.push(member);
    if (first.length === MAX_LOOKED_AT) break;
  }
  return first;
}
