import { inspect } from 'node:util';
import { misuse, ProxyError } from '../seam/errors.ts';
import { BaseProxy } from '../proxy/base-proxy.ts';
import { ifUnsent } from '../references/current-call.ts';
import type { Typeid } from '../declaration/typeid-table.ts';
import { sameContents } from './equality.ts';
import { type Shared, wrappedTypeid } from './shared-typeid.ts';

/** Anything with a `value`. */
interface Box<T = unknown> {
  value: T;
}

/** Executes the calls for a box. */
class SharedValue<T> {
  readonly #box: Box<T>;

  constructor(box: Box<T>) {
    this.#box = box;
  }

  /** Returns the value; objects arrive as copies. */
  get(): T {
    return this.#box.value;
  }

  /** Replaces the value. */
  set(value: T): void {
    this.#box.value = value;
  }

  /**
   * Adds to a number or a bigint. Resolves to the previous value.
   *
   * @throws `TypeError` when the two are not both numbers, or both bigints.
   */
  add(amount: T & (number | bigint)): T;
  add(amount: unknown): unknown {
    const box: Box = this.#box;
    const before = box.value;
    if (typeof before === 'number' && typeof amount === 'number') box.value = before + amount;
    else if (typeof before === 'bigint' && typeof amount === 'bigint') box.value = before + amount;
    else
      throw misuse(`Value.add: ${shown(amount)} cannot be added to ${shown(before)}: use two numbers or two bigints`);
    return before;
  }

  /**
   * Replaces the value with `replacement` if it equals `expected`: objects are compared by contents, proxies by their objects.
   * Resolves to the previous value, which shows whether it was replaced.
   */
  compareExchange(expected: T, replacement: T): T {
    const before = this.#box.value;
    if (sameContents(before, expected)) {
      this.#box.value = replacement;
      ifUnsent(() => {
        if (this.#box.value === replacement) this.#box.value = before;
      });
    }
    return before;
  }
}

/**
 * A proxy of a box with one value in it. Each member is one message, so reading and writing are one atomic step. `add` and
 * `compareExchange` resolve to the previous value, like those of `Atomics`.
 */
export class ValueProxy<T = unknown> extends BaseProxy {}
export interface ValueProxy<T = unknown> extends Shared<SharedValue<T>> {}

/** The typeid `Value`: objects with a property `value`. */
export const VALUE: Typeid = wrappedTypeid({
  name: 'Value',
  cls: SharedValue,
  proxyClass: ValueProxy,
  create: (value?: unknown) => ({ value }),
  checked: checkedBox,
  wrap: (box) => new SharedValue(box),
  copy: (box) => box.value,
});

function isBox(object: object): object is Box {
  return 'value' in object;
}

function checkedBox(object: object): Box {
  if (isBox(object)) return object;
  throw new ProxyError(
    "only an object with a property 'value' can have the typeid 'Value': { value: 1 }, for instance",
    {
      code: 'NOT_ALLOWED',
    },
  );
}

function shown(value: unknown): string {
  return inspect(value, { depth: 0, maxStringLength: 100 });
}
