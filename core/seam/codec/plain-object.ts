import { KEPT } from './budget.ts';

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
