import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect: unknown = runInNewContext('gc');

/** The heap and what lies outside of it, in bytes, once garbage is collected. */
export function usedBytes(): number {
  if (typeof collect !== 'function') throw new Error('this Node cannot collect garbage on demand');
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
