import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const TURNS = 3;

/** The heap and what lies outside of it, in bytes, once garbage is collected. */
export async function usedBytes(): Promise<number> {
  // Only when asked: another context takes memory and time, which the measured start of an actor must not contain.
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect !== 'function') throw new Error('this Node cannot collect garbage on demand');
  // What is referred to weakly lives to the end of the turn in which it was looked at, and what cleans up after it runs in
  // a turn of its own.
  for (let i = 0; i < TURNS; i++) {
    await setImmediate();
    collect();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
