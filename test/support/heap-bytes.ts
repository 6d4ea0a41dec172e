import { getHeapStatistics } from 'node:v8';
import { collectGarbage } from '../fixtures/collect-garbage.ts';

/** Returns the memory of all live objects, including memory outside of the heap. */
export function heapBytes(): number {
  // The second collection releases memory outside of the heap whose owners the first one collected.
  for (let round = 0; round < 2; round++) collectGarbage();
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics();
  return heap + external;
}
