/**
 * Numbers of 32 bits, of frames and of bytes, that continue with 0 after the maximum. Two of them are compared over the shorter
 * distance, so they may be at most 2^31 apart; windows keep them far closer.
 */

/** Returns `number` advanced by `count`. */
export function advance(number: number, count: number): number {
  return (number + count) >>> 0;
}

/** Returns how far `number` is ahead of `other`; negative if it is behind. */
export function ahead(number: number, other: number): number {
  return (number - other) | 0;
}
