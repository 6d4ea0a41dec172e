import { misuse } from '../seam/errors.ts';
import { isOptionsObject } from '../seam/options-object.ts';

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
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown !== undefined) throw misuse(`${where}: there is no option '${unknown}', only ${names.join(', ')}`);
}
