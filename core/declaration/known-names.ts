import { misuse } from '../seam/errors.ts';

/**
 * Refuses what is no object of options, and names that mean nothing: a misspelt option would be without effect.
 *
 * @param where - What the options were given to, for the message.
 * @throws TypeError that names the options that there are.
 */
export function demandKnownNames(options: unknown, names: readonly string[], where: string): asserts options is object {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw misuse(`${where}: the options must be an object with ${names.join(', ')}`);
  }
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown !== undefined) throw misuse(`${where}: there is no option '${unknown}', only ${names.join(', ')}`);
}
