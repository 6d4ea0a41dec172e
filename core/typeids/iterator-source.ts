import { ProxyError } from '../errors.ts';
import { escapeControls } from '../error-text.ts';
import type { LocalExposure } from '../references/exposure.ts';

/** Values that were produced, and whether more may come. */
export interface Batch {
  readonly values: readonly unknown[];
  /** The iterator has ended; `result` is what it returned. */
  readonly done: boolean;
  readonly result?: unknown;
}

/** How many bytes one batch may hold, by a rough estimate. */
const BATCH_BYTES = 256 * 1024;

/** What a value whose size is not known at a glance is taken for, in bytes. */
const ASSUMED_BYTES = 64;

/** How an iterator has ended, if it has. */
type End = { readonly is: 'returned'; readonly result: unknown } | { readonly is: 'thrown'; readonly error: unknown };

/**
 * An iterator of this process that another one reads. It runs ahead of its reader by as much as the reader asked for
 * and no more, so a slow reader holds it up.
 */
export class IteratorSource {
  readonly #iterator: Iterator<unknown> | AsyncIterator<unknown>;
  #values: unknown[] = [];
  #bytes = 0;
  #end: End | undefined;
  /** How many values may be waiting for the reader. */
  #credit = 0;
  #producing = false;
  #wake: (() => void) | undefined;

  constructor(iterator: Iterator<unknown> | AsyncIterator<unknown>) {
    this.#iterator = iterator;
  }

  /** The values that are ready, at most `credit` of them; waits for one if there is none. */
  async pull(credit: number): Promise<Batch> {
    this.#credit = credit;
    void this.#produce();
    while (this.#values.length === 0 && this.#end === undefined) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      // A producer that has its next values at hand gets the time to add them.
      if (this.#producing) await new Promise(setImmediate);
    }
    const values = this.#values;
    this.#values = [];
    this.#bytes = 0;
    const end = this.#end;
    // Running ahead may reach the end; what it finds on the way belongs to the next batch.
    if (end === undefined) void this.#produce();
    if (end?.is === 'thrown' && values.length === 0) throw end.error;
    if (end?.is === 'returned') return { values, done: true, result: end.result };
    return { values, done: false };
  }

  /** One step, without running ahead. */
  async next(...args: readonly [] | readonly [unknown]): Promise<IteratorResult<unknown>> {
    if (this.#values.length > 0) return { value: this.#values.shift(), done: false };
    if (this.#end?.is === 'returned') return { value: this.#end.result, done: true };
    if (this.#end?.is === 'thrown') throw this.#end.error;
    return await this.#iterator.next(...args);
  }

  /** Ends the iterator; its `finally` blocks run. */
  async return(value?: unknown): Promise<IteratorResult<unknown>> {
    this.#credit = 0;
    this.#values = [];
    this.#end ??= { is: 'returned', result: value };
    this.#wake?.();
    return (await this.#iterator.return?.(value)) ?? { value, done: true };
  }

  /** Throws into the iterator. */
  async throw(error: unknown): Promise<IteratorResult<unknown>> {
    if (this.#iterator.throw) return await this.#iterator.throw(error);
    await this.return();
    throw error;
  }

  async #produce(): Promise<void> {
    if (this.#producing) return;
    this.#producing = true;
    try {
      while (this.#end === undefined && this.#values.length < this.#credit && this.#bytes < BATCH_BYTES) {
        const step = this.#iterator.next();
        this.#take('then' in step ? await step : step);
      }
    } catch (error) {
      this.#end ??= { is: 'thrown', error };
    }
    this.#producing = false;
    this.#wake?.();
  }

  #take({ value, done }: IteratorResult<unknown>): void {
    if (done === true) {
      this.#end ??= { is: 'returned', result: value };
    } else {
      this.#values.push(value);
      this.#bytes += roughBytes(value);
    }
    if (this.#values.length === 1) this.#wake?.();
  }
}

/** What proxies of iterators show. */
export const ITERATOR_EXPOSURE: LocalExposure = Object.freeze({
  typeid: 'Iterator',
  methods: Object.freeze(['pull', 'next', 'return', 'throw']),
  properties: Object.freeze([]),
  methodToTypeid: Object.freeze({}),
  adapt: (object: object) => new IteratorSource(iteratorOf(object)),
  dropped: (target: object) => void abandon(target),
});

/** Whether an object is an iterator, a generator, or something to be read like one, rather than a collection. */
export function isIterator(value: object): boolean {
  return hasMethod(value, 'next') && (hasMethod(value, Symbol.asyncIterator) || hasMethod(value, Symbol.iterator));
}

function iteratorOf(object: object): Iterator<unknown> | AsyncIterator<unknown> {
  if (hasMethod(object, Symbol.asyncIterator)) return object[Symbol.asyncIterator]();
  if (hasMethod(object, Symbol.iterator)) return object[Symbol.iterator]();
  if (hasMethod(object, 'next')) return { next: () => object.next() };
  throw new ProxyError("this object is no iterator, so it cannot have the typeid 'Iterator'", { code: 'NOT_ALLOWED' });
}

function hasMethod<Name extends PropertyKey>(
  object: object,
  name: Name,
): object is Record<Name, (...args: readonly unknown[]) => never> {
  return typeof Reflect.get(object, name) === 'function';
}

/** Nobody reads on: the iterator's `finally` blocks run, as when a loop is left. */
async function abandon(target: object): Promise<void> {
  if (!(target instanceof IteratorSource)) return;
  try {
    await target.return();
  } catch (error) {
    process.emitWarning(
      `An iterator that nobody reads any more threw while it was ended: ${escapeControls(String(error))}`,
      {
        type: 'UActorWarning',
        code: 'UACTOR_ITERATOR_END',
      },
    );
  }
}

function roughBytes(value: unknown): number {
  if (typeof value === 'string') return value.length * 2;
  return ArrayBuffer.isView(value) ? value.byteLength : ASSUMED_BYTES;
}
