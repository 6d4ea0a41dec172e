import { types } from 'node:util';
import { isDetached, CARRIED_CLASSES } from '../seam/codec/carried-classes.ts';
import { isPlainArray, isPlainObject, setMember } from '../seam/codec/traversal.ts';
import { MAX_REGEXP_LENGTH, MAX_URL_LENGTH } from '../seam/codec/leaf-values.ts';

/** The replacement of an error inside another one. */
export interface NestedCopy {
  readonly copy: object;
  /** Whether it is a note, because the error contains itself. */
  readonly cut: boolean;
}

/** Thrown inside a value that cannot be sent, and caught at the property that contains it. */
class Unsendable extends Error {}

/** Values nested deeper are omitted: serializers allow no more levels, an error is one level, and the stack is limited. */
const MAX_PART_DEPTH = 1_000;

/** Serializers accept bigints of up to 50,000 digits; this is the largest power of two below. */
const BIGINT_LIMIT = 1n << 166_096n;

/**
 * The sendable parts of an error and of the errors in it. Values stay the same objects, so that a serializer recognises them
 * elsewhere in the message. They are copied only if an error contains itself through them, with a note at that point, or if code
 * returns a member of them, because the value that was checked must be the value that is sent.
 */
export class ErrorParts {
  readonly #isSendable: (value: object) => boolean;
  readonly #copyNested: (value: object) => NestedCopy | undefined;
  /** The outcome for each container. The copy of one that cannot be sent is unusable. */
  readonly #copies = new Map<object, unknown>();
  readonly #unsendable = new Set<object>();
  /** The containers around the present value. */
  #entered: object[] = [];
  /** Functions that restore the values where copies were not needed. */
  readonly #restore: (() => void)[] = [];
  /** Whether the read values must be sent: an error contains itself, or a getter may return another value next time. */
  #keepCopies = false;

  /**
   * @param isSendable - Whether an object can be sent that is neither an error nor of a class that every serializer knows.
   * @param copyNested - Returns the value to send for an error within a value; `undefined` for anything else.
   */
  constructor(isSendable: (value: object) => boolean, copyNested: (value: object) => NestedCopy | undefined) {
    this.#isSendable = isSendable;
    this.#copyNested = copyNested;
  }

  /**
   * Sets the member `key` of `target` if the value can be sent, and returns whether it can. Final after {@link
   * ErrorParts.finish}.
   */
  keep(target: Record<string, unknown>, key: string, value: unknown): boolean {
    const outer = this.#entered;
    this.#entered = [];
    try {
      const copy = this.#copy(value, 0);
      setMember(target, key, copy);
      if (typeof value === 'object' && value !== null && this.#copies.has(value)) {
        this.#restore.push(() => setMember(target, key, value));
      }
      return true;
    } catch {
      // Besides known refusals, a getter or a Proxy in the value may throw anything. A container that was already complete may
      // contain one that is not.
      for (const container of this.#entered) this.#copies.delete(container);
      return false;
    } finally {
      this.#entered = outer;
    }
  }

  /** Called when all errors have been copied. */
  finish(): void {
    if (this.#keepCopies) return;
    for (const restore of this.#restore) restore();
  }

  #copy(value: unknown, depth: number): unknown {
    switch (typeof value) {
      case 'symbol':
        throw new Unsendable();
      case 'bigint':
        if (value >= BIGINT_LIMIT || value <= -BIGINT_LIMIT) throw new Unsendable();
        return value;
      case 'function':
        if (!this.#isSendable(value)) throw new Unsendable();
        return value;
      case 'object':
        return value === null ? null : this.#copyObject(value, depth);
      case 'string':
      case 'number':
      case 'boolean':
      case 'undefined':
      default:
        return value;
    }
  }

  #copyObject(value: object, depth: number): unknown {
    if (this.#unsendable.has(value)) throw new Unsendable();
    if (this.#copies.has(value)) return this.#copies.get(value);
    try {
      if (isPlainArray(value)) return this.#copyItems(value, depth);
      if (isPlainObject(value)) return this.#copyMembers(value, depth);
      if (CARRIED_CLASSES.has(Object.getPrototypeOf(value))) return this.#copyCarried(value, depth);
    } catch (thrown) {
      this.#unsendable.add(value);
      throw thrown;
    }
    const nested = this.#copyNested(value);
    if (nested?.cut === true) this.#keepCopies = true;
    if (nested !== undefined) return nested.copy;
    if (this.#isSendable(value)) return value;
    throw new Unsendable();
  }

  #copyCarried(value: object, depth: number): unknown {
    if (value instanceof Map) {
      const copy = this.#begin(value, new Map<unknown, unknown>(), depth);
      for (const [key, member] of value) copy.set(this.#copy(key, depth + 1), this.#copy(member, depth + 1));
      return copy;
    }
    if (value instanceof Set) {
      const copy = this.#begin(value, new Set<unknown>(), depth);
      for (const member of value) copy.add(this.#copy(member, depth + 1));
      return copy;
    }
    const isTooLong =
      (value instanceof RegExp && String(value).length > MAX_REGEXP_LENGTH) ||
      (value instanceof URL && value.href.length > MAX_URL_LENGTH);
    if (isTooLong || isDetached(value)) throw new Unsendable();
    return value;
  }

  #copyItems(items: readonly unknown[], depth: number): unknown[] {
    const copy: unknown[] = this.#begin(items, [], depth);
    copy.length = items.length;
    // Holes stay holes.
    for (const key of Object.keys(items)) {
      const index = Number(key);
      if (Number.isInteger(index) && index >= 0 && index < items.length) {
        copy[index] = this.#copy(items[index], depth + 1);
      }
    }
    return copy;
  }

  #copyMembers(members: Readonly<Record<string, unknown>>, depth: number): Record<string, unknown> {
    const copy: Record<string, unknown> = this.#begin(members, {}, depth);
    for (const key of Object.keys(members)) setMember(copy, key, this.#copy(members[key], depth + 1));
    return copy;
  }

  #begin<T>(value: object, copy: T, depth: number): T {
    if (depth >= MAX_PART_DEPTH) throw new Unsendable();
    this.#copies.set(value, copy);
    this.#entered.push(value);
    if (hasCode(value)) this.#keepCopies = true;
    return copy;
  }
}

/** Whether code returns members of a container: a getter, or a Proxy. */
function hasCode(value: object): boolean {
  return (
    types.isProxy(value) ||
    Object.keys(value).some((key) => Object.getOwnPropertyDescriptor(value, key)?.get !== undefined)
  );
}
