import { inspect } from 'node:util';
import { demandKnownNames, checkedTimeoutMs } from '../seam/call-options.ts';
import { misuse } from '../seam/errors.ts';

/**
 * Returns the time limit of a waiting member from its options: `undefined` for no limit, 0 for not waiting.
 *
 * @param flag - The option that says whether to wait at all.
 * @throws `TypeError` for invalid or unknown options.
 */
export function waitingTimeMs(options: unknown, flag: 'block' | 'blocking', member: string): number | undefined {
  if (options === undefined) return undefined;
  demandKnownNames(options, [flag, 'timeout'], member);
  const waits: unknown = Reflect.get(options, flag);
  if (waits !== undefined && typeof waits !== 'boolean') throw misuse(`${member}: ${flag} must be true or false`);
  const timeoutMs = checkedTimeoutMs(Reflect.get(options, 'timeout'), `${member}: timeout`);
  return waits === false ? 0 : timeoutMs;
}

/**
 * Checks for an integer of at least `least`.
 *
 * @throws `TypeError` for a value that is not a number, `RangeError` for any other invalid one.
 */
export function checkedCount(value: unknown, name: string, least: number): number {
  if (typeof value !== 'number') throw misuse(`${name} must be a number, got ${typeof value}`);
  if (Number.isSafeInteger(value) && value >= least) return value;
  const message = `${name} must be a whole number of at least ${least}; it is ${value}`;
  throw Object.assign(new RangeError(message), { code: 'MISUSE' });
}

/**
 * Checks the number of a taking from a proxy; `undefined` for a call without one, which is never taken back.
 *
 * @throws `TypeError` for anything else.
 */
export function checkedTaking(taking: unknown): number | undefined {
  if (taking === undefined || typeof taking === 'number') return taking;
  throw misuse('the last argument is for the library: omit it');
}

/**
 * Checks the numbers of takings that a proxy acknowledges.
 *
 * @throws `TypeError` for anything else.
 */
export function checkedTakings(takings: unknown): readonly unknown[] {
  if (Array.isArray(takings)) return takings;
  throw misuse('acknowledge: expected an array of numbers');
}

/**
 * Returns the position of an element. Negative indexes count from the end, as in Python and in `Array.prototype.at`.
 *
 * @throws `RangeError` when there is no such element, `TypeError` when the index is not an integer.
 */
export function elementIndex(index: unknown, length: number, member: string): number {
  const place = checkedIndex(index, member);
  const fromStart = place < 0 ? place + length : place;
  if (fromStart >= 0 && fromStart < length) return fromStart;
  throw new RangeError(`${member}: index ${place} is out of range, because there are ${length} elements`);
}

/** @throws `TypeError` when the index is not an integer. */
export function checkedIndex(index: unknown, member: string): number {
  if (typeof index === 'number' && Number.isInteger(index)) return index;
  throw misuse(`${member}: the index must be an integer; it is ${inspect(index, { depth: 0, maxStringLength: 100 })}`);
}
