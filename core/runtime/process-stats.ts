import { Runtime } from './runtime.ts';
import { type Stats, statsOf } from './stats.ts';

/**
 * Returns the counts of what this process holds and has in progress. Use it in tests that check that nothing is left over, and to
 * monitor a program: a number that only ever grows is a leak. Sends nothing.
 *
 * @example
 * const { callsInFlight, sessions } = stats();
 * console.log(`${callsInFlight} calls over ${sessions} sessions`);
 */
export function stats(): Stats {
  return statsOf(Runtime.current);
}
