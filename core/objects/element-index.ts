import { inspect } from 'node:util';
import { misuse } from '../seam/errors.ts';

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
