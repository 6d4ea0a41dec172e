/**
 * What every codec needs while it goes through a value: plain objects and arrays, the objects already met, the containers around the
 * present position, and extensions.
 */
import { MAX_DEPTH } from '../limits.ts';
import type { CodecContext, Extension, Extensions } from '../serializer.ts';
import { KEPT } from './budget.ts';
import { Refusal } from './refusal.ts';

/** Returns the context of a recursive codec, which never tries more levels than fit on the stack. */
export function boundedContext(context: CodecContext): CodecContext {
  return { ...context, maxDepth: Math.min(context.maxDepth, MAX_DEPTH) };
}

/** Whether an object is plain: created by a literal, by `JSON.parse`, without a prototype, or in another realm (`node:vm`). */
export function isPlainObject(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return true;
  // Only an Object.prototype has this member itself and no prototype above it.
  return (
    typeof prototype === 'object' &&
    Object.getPrototypeOf(prototype) === null &&
    Object.hasOwn(prototype, 'isPrototypeOf')
  );
}

/** Whether a value is an array of no subclass, from any realm. */
export function isPlainArray(value: object): value is unknown[] {
  if (!Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Array.prototype is itself an array; the prototype of a subclass is not.
  return prototype === Array.prototype || Array.isArray(prototype);
}

/** Sets an own member of any name: assigning to `__proto__` would change the prototype instead. */
export function setMember(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    if (isIndex(key)) keepInDictionary(target);
    target[key] = value;
  }
}

/** The largest name that the engine treats as an array index. */
const LAST_INDEX = '4294967294';

/**
 * Makes the engine keep an object's indexed members in a dictionary. Otherwise it would allocate memory for all indexes up to a
 * member's: 12 KiB for the name 1023, which a peer can send in a few bytes.
 */
function keepInDictionary(target: Record<string, unknown>): void {
  if (Object.hasOwn(target, LAST_INDEX)) return;
  target[LAST_INDEX] = undefined;
  Reflect.deleteProperty(target, LAST_INDEX);
}

/** Whether the engine treats a member name as an array index. */
export function isIndex(key: string): boolean {
  const first = key.charCodeAt(0);
  return first >= 0x30 && first <= 0x39 && /^(?:0|[1-9]\d{0,9})$/.test(key);
}

/** Returns the memory in bytes that an object needs for names that are array indexes. */
export function indexBytes(keys: readonly string[]): number {
  const count = keys.reduce((sum, key) => sum + Number(isIndex(key)), 0);
  return count === 0 ? 0 : KEPT.indexed + count * KEPT.indexName;
}

/** Whether every item of an array exists. */
export function isDense(items: readonly unknown[]): boolean {
  for (let index = 0; index < items.length; index++) {
    if (items[index] === undefined && !(index in items)) return false;
  }
  return true;
}

/** An array whose length is set this far beyond its items gets no memory for the difference. */
const SPARSE_GAP = 1_024;

/** The spare items that V8 adds when an array grows. */
const SPARE_ITEMS = 16;

/** The size of a large sparse array without its items, in bytes. */
const DICTIONARY_BYTES = 400;

/** Returns the memory in bytes that {@link makeSparse} will need, without the items. */
export function sparseBytes(length: number): number {
  if (length > SPARSE_GAP) return DICTIONARY_BYTES;
  // An array gets more room than its length when the length is set.
  const room = length === 0 ? 0 : length + (length >> 1) + SPARE_ITEMS;
  return KEPT.array + room * KEPT.slot;
}

/**
 * Gives an empty array its length, with nothing but holes. Node allocates eight bytes for each of up to 32 million holes, so a
 * peer could make it allocate hundreds of megabytes with a few bytes.
 */
export function makeSparse(items: unknown[], length: number): void {
  if (length > SPARSE_GAP) {
    // An item far beyond the others makes the engine keep the items in a dictionary.
    items[length - 1] = undefined;
    items.length = length - 1;
  }
  items.length = length;
}

/** Up to this many objects, searching a list is faster than filling a Set. */
const LISTED = 16;

/** Numbers the objects of one value in the order in which they are met, and recognises repeated ones. */
export class Meetings {
  /** The first objects. The array is reused between values, because refilling it would cost more. */
  readonly #listed: (object | undefined)[] = Array.from({ length: LISTED });
  #count = 0;
  /** All objects, when there are more than fit into the list. A Set needs a single lookup for an object that is new. */
  #set: Set<object> | undefined = undefined;
  /** Replaces the Set after an object was met again: only then are numbers needed. */
  #numbers: Map<object, number> | undefined = undefined;

  /** The number of objects met. */
  get count(): number {
    return this.#count;
  }

  /** Returns the number of `value` if it was met before, otherwise -1. */
  find(value: object): number {
    if (this.#numbers !== undefined) return this.#numbers.get(value) ?? -1;
    if (this.#set !== undefined) return this.#set.has(value) ? this.#numberOf(value, this.#set) : -1;
    const count = this.#count;
    for (let number = 0; number < count; number++) if (this.#listed[number] === value) return number;
    return -1;
  }

  /** Returns the number of `value` if it was met before; otherwise assigns the next one and returns -1. */
  note(value: object): number {
    const count = this.#count;
    if (this.#numbers !== undefined) {
      const known = this.#numbers.get(value);
      if (known !== undefined) return known;
      this.#numbers.set(value, count);
      this.#count = count + 1;
      return -1;
    }
    if (this.#set !== undefined) {
      const known = this.#set.size;
      if (this.#set.add(value).size === known) return this.#numberOf(value, this.#set);
      this.#count = count + 1;
      return -1;
    }
    for (let number = 0; number < count; number++) if (this.#listed[number] === value) return number;
    if (count < LISTED) this.#listed[count] = value;
    else this.#set = new Set<object>([...this.#objects(), value]);
    this.#count = count + 1;
    return -1;
  }

  /** Forgets all objects. */
  forget(): void {
    const count = Math.min(this.#count, LISTED);
    for (let index = 0; index < count; index++) this.#listed[index] = undefined;
    this.#count = 0;
    this.#set = undefined;
    this.#numbers = undefined;
  }

  /** Replaces the Set by a Map with the numbers, once per value: a Set keeps its members in the order in which they were added. */
  #numberOf(value: object, set: ReadonlySet<object>): number {
    const numbers = new Map<object, number>();
    for (const object of set) numbers.set(object, numbers.size);
    this.#numbers = numbers;
    this.#set = undefined;
    return numbers.get(value) ?? -1;
  }

  *#objects(): Generator<object> {
    for (const value of this.#listed) if (value !== undefined) yield value;
  }
}

/**
 * The containers around the present position of a traversal. An extension must not contain any of them: its value is created when
 * its data is complete, and data that contains a container around the extension never is.
 */
export class Nesting {
  /** Outermost first, by depth; entries beyond the present depth are stale. */
  readonly #around: unknown[] = [];
  /** The number of entries in use, current or stale. */
  #used = 0;
  /** The number of entries up to the innermost extension, including it. */
  #beyond = 0;

  /** Called when the traversal enters `container` at `depth`. */
  enter(container: unknown, depth: number): void {
    this.#around[depth] = container;
    if (depth >= this.#used) this.#used = depth + 1;
  }

  /** Called when the traversal enters the data of an extension. The result is for {@link Nesting.leaveExtension}. */
  enterExtension(depth: number): number {
    const before = this.#beyond;
    this.enter(undefined, depth);
    this.#beyond = depth + 1;
    return before;
  }

  /** Called when the data is complete. */
  leaveExtension(before: number): void {
    this.#beyond = before;
  }

  /** Whether `container`, met again, is around the present extension. */
  closesCircle(container: unknown): boolean {
    return this.#beyond > 0 && this.#around.lastIndexOf(container, this.#beyond - 1) >= 0;
  }

  /** Called when a traversal begins. */
  forget(): void {
    // The array keeps its length: for a small value, refilling it or setting its length would cost more than the traversal.
    for (let depth = 0; depth < this.#used; depth++) this.#around[depth] = undefined;
    this.#used = 0;
    this.#beyond = 0;
  }
}

/** The maximum length of an extension's tag. */
export const MAX_TAG_LENGTH = 128;

/** Whether `tag` is valid as the tag of an extension. */
export function isTag(tag: unknown): tag is string {
  return typeof tag === 'string' && tag !== '' && tag.length <= MAX_TAG_LENGTH;
}

/**
 * Returns the replacement to write for `value`, if there is one.
 *
 * @param carries Whether the codec copies an object by itself; see {@link Extensions.replace}.
 * @throws {@link Refusal} when the core refuses the value.
 */
export function replacementOf(
  value: object,
  extensions: Extensions,
  carries?: (value: object) => boolean,
): Extension | undefined {
  try {
    return extensions.replace(value, carries);
  } catch (error) {
    throw Refusal.from(error);
  }
}

/** Wraps an error of reviving an extension, which goes to the caller unchanged: its `cause`. */
export class RevivalFailure extends Error {}

/**
 * Returns the value of an extension.
 *
 * @throws {@link RevivalFailure} with the core's error, so that a codec can distinguish it from faults that it finds itself.
 */
export function revive(extensions: Extensions, tag: string, data: unknown): unknown {
  try {
    return extensions.revive({ tag, data });
  } catch (cause) {
    throw new RevivalFailure('an extension could not be revived', { cause });
  }
}
