import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const TURNS = 3;

/** Returns the memory inside and outside of the heap in bytes, after garbage collection. */
export async function usedBytes(): Promise<number> {
  // On demand: another context takes memory and time, which the measured start of an actor must not include.
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect !== 'function') throw new Error('this Node cannot collect garbage on demand');
  // Weakly referenced objects live until the end of the turn that used them, and finalizers run in a later turn.
  for (let i = 0; i < TURNS; i++) {
    await setImmediate();
    collect();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
