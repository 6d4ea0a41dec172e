import { FULL_MATRIX } from './serializers.ts';

/**
 * Returns the number of random cases of a property: two fifths of `full`, which `FULL_MATRIX=1` runs. Each run of the tests draws
 * other cases, and a property that is broken fails within the first hundreds.
 */
export function propertyRuns(full: number): number {
  return FULL_MATRIX ? full : Math.ceil((full * 2) / 5);
}
