/** What `Object.prototype.toString` returns for an object of named members: an object, or the namespace of a module. */
const TAGS: readonly string[] = ['[object Object]', '[object Module]'];

/**
 * Whether a value is an object of named options. Neither an array nor a collection is one: the entries of a `Map` are not its
 * members, so they would have no effect.
 */
export function isOptionsObject(value: unknown): value is object {
  return typeof value === 'object' && TAGS.includes(Object.prototype.toString.call(value));
}
