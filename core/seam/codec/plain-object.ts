import { KEPT } from './kept-bytes.ts';

/** An object that JSON knows: literal syntax, `JSON.parse`, no prototype, or the same made in another realm (`node:vm`). */
export function isPlainObject(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return true;
  // Only an Object.prototype has this member itself and nothing above it.
  return (
    typeof prototype === 'object' &&
    Object.getPrototypeOf(prototype) === null &&
    Object.hasOwn(prototype, 'isPrototypeOf')
  );
}

/** An array that is no instance of a subclass, whatever realm it comes from. */
export function isPlainArray(value: object): value is unknown[] {
  if (!Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Array.prototype is itself an array; the prototype of a subclass is not.
  return prototype === Array.prototype || Array.isArray(prototype);
}

/** Sets an own member, whatever its name: assigning to `__proto__` would change the prototype instead. */
export function setMember(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    if (isIndex(key)) keepInDictionary(target);
    target[key] = value;
  }
}

/** The largest name that the engine takes for a place among the elements of an object. */
const LAST_INDEX = '4294967294';

/**
 * Has the elements of an object kept in a dictionary from now on. The engine would set memory aside for every place before a member's
 * own otherwise: 12 KiB for one of the name 1023, which a few bytes of a stranger can ask for.
 */
function keepInDictionary(target: Record<string, unknown>): void {
  if (Object.hasOwn(target, LAST_INDEX)) return;
  target[LAST_INDEX] = undefined;
  Reflect.deleteProperty(target, LAST_INDEX);
}

/** Whether the engine keeps a member of that name among the elements of its object: the name is that of a place in an array. */
export function isIndex(key: string): boolean {
  const first = key.charCodeAt(0);
  return first >= 0x30 && first <= 0x39 && /^(?:0|[1-9]\d{0,9})$/.test(key);
}

/** What an object takes, in bytes, because some of its names are those of places in an array. */
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

/** An array that grows to a length this far beyond its items gets no memory for the difference. */
const SPARSE_GAP = 1_024;

/** What V8 adds to the room of an array that grows. */
const SPARE_ITEMS = 16;

/** What a large sparse array takes by itself. */
const DICTIONARY_BYTES = 400;

/** What {@link makeSparse} is going to take, in bytes, without the items. */
export function sparseBytes(length: number): number {
  if (length > SPARSE_GAP) return DICTIONARY_BYTES;
  // An array that is given a length gets more room than that.
  const room = length === 0 ? 0 : length + (length >> 1) + SPARE_ITEMS;
  return KEPT.array + room * KEPT.slot;
}

/**
 * Gives an empty array its length, of nothing but holes. Node sets aside eight bytes for each of up to 32 million holes, so
 * that a few bytes of a stranger could take hundreds of megabytes.
 */
export function makeSparse(items: unknown[], length: number): void {
  if (length > SPARSE_GAP) {
    // An item far beyond the others makes the engine keep the items in a dictionary, from then on.
    items[length - 1] = undefined;
    items.length = length - 1;
  }
  items.length = length;
}
