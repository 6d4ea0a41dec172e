import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** The heap and what lies outside of it, in bytes, once garbage is collected. */
export function usedBytes(): number {
  // Only when asked: another context takes memory and time, which the measured start of an actor must not contain.
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect !== 'function') throw new Error('this Node cannot collect garbage on demand');
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
