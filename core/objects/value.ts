import { inspect } from 'node:util';
import { misuse, ProxyError } from '../seam/errors.ts';
import { BaseProxy } from '../proxy/base-proxy.ts';
import type { LocalExposure } from '../references/exposure.ts';
import type { Typeid } from '../declaration/typeid-table.ts';
import { sameContents } from './equality.ts';

/**
 * A proxy of a box with one value in it. Each member is one message, so nobody comes between its reading and its writing.
 * `add` and `compareExchange` answer as those of `Atomics` do, with the value that was there before.
 */
export class ValueProxy<T = unknown> extends BaseProxy {
  /** The value; objects arrive as a copy. */
  get(): Promise<T> {
    return this.callMethod('get');
  }

  /** Puts another value in. */
  set(value: T): Promise<void> {
    return this.callMethod('set', [value]);
  }

  /**
   * Adds to a number or a bigint. Resolves to the value before.
   *
   * @throws `TypeError` when the two are not both numbers, or both bigints.
   */
  add(amount: T & (number | bigint)): Promise<T> {
    return this.callMethod('add', [amount]);
  }

  /**
   * Puts `replacement` in if the value equals `expected`: objects by their contents, proxies by what they stand for.
   * Resolves to the value before, which tells whether it did.
   */
  compareExchange(expected: T, replacement: T): Promise<T> {
    return this.callMethod('compareExchange', [expected, replacement]);
  }
}

/** Anything with a `value`. */
interface Box {
  value: unknown;
}

/** Takes the calls for a box; the proxy documents the members. */
class SharedValue {
  readonly #box: Box;

  constructor(box: Box) {
    this.#box = box;
  }

  get(): unknown {
    return this.#box.value;
  }

  set(value: unknown): void {
    this.#box.value = value;
  }

  add(amount: unknown): unknown {
    const before = this.#box.value;
    if (typeof before === 'number' && typeof amount === 'number') this.#box.value = before + amount;
    else if (typeof before === 'bigint' && typeof amount === 'bigint') this.#box.value = before + amount;
    else
      throw misuse(`Value.add: ${shown(amount)} cannot be added to ${shown(before)}: use two numbers or two bigints`);
    return before;
  }

  compareExchange(expected: unknown, replacement: unknown): unknown {
    const before = this.#box.value;
    if (sameContents(before, expected)) this.#box.value = replacement;
    return before;
  }
}

const EXPOSURE: LocalExposure = Object.freeze({
  typeid: 'Value',
  methods: Object.freeze(['get', 'set', 'add', 'compareExchange']),
  properties: Object.freeze([]),
  methodToTypeid: Object.freeze({}),
  adapt: (object: object) => new SharedValue(checkedBox(object)),
  copy: (object: object) => checkedBox(object).value,
});

/** A box with one value: an object with a property `value`. */
export const VALUE: Typeid = {
  name: 'Value',
  proxyClass: ValueProxy,
  expose(object) {
    checkedBox(object);
    return EXPOSURE;
  },
  create: (value?: unknown) => ({ value }),
};

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
