/**
 * Numbers of 32 bits that begin again at 0: those of frames, and of bytes. Two of them are compared by the shorter way round, so they may
 * be 2^31 apart at most; windows keep them far closer.
 */

/** `number` moved on by `count`. */
export function advance(number: number, count: number): number {
  return (number + count) >>> 0;
}

/** How far `number` is ahead of `other`; negative where it is behind. */
export function ahead(number: number, other: number): number {
  return (number - other) | 0;
}
