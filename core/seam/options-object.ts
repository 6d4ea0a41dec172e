import { misuse } from './errors.ts';

/** What `Object.prototype.toString` returns for an object of named members: an object, or the namespace of a module. */
const TAGS: readonly string[] = ['[object Object]', '[object Module]'];

/**
 * Whether a value is an object of named options. Neither an array nor a collection is one: the entries of a `Map` are not its
 * members, so they would have no effect.
 */
export function isOptionsObject(value: unknown): value is object {
  return typeof value === 'object' && TAGS.includes(Object.prototype.toString.call(value));
}

/**
 * Refuses values that are not an options object, and unknown names: a misspelt option would have no effect.
 *
 * @param where - The function that received the options, for the message.
 * @throws TypeError that lists the known options.
 */
export function demandKnownNames(options: unknown, names: readonly string[], where: string): asserts options is object {
  if (!isOptionsObject(options)) {
    throw misuse(`${where}: the options must be an object with ${names.join(', ')}`);
  }
  refuseUnknownNames(options, names, where);
}

/**
 * Refuses unknown names in an object of options, for a function with a text of its own for anything else.
 *
 * @throws TypeError that lists the known options.
 */
export function refuseUnknownNames(options: object, names: readonly string[], where: string): void {
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown !== undefined) throw misuse(`${where}: there is no option '${unknown}', only ${names.join(', ')}`);
}
