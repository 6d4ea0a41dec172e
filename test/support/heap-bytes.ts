import { getHeapStatistics } from 'node:v8';
import { collectGarbage } from '../fixtures/collect-garbage.ts';

/** The memory of everything that is kept, that outside of the heap included. */
export function heapBytes(): number {
  // What memory outside of the heap belongs to is let go of by the second.
  for (let round = 0; round < 2; round++) collectGarbage();
  const { used_heap_size: heap, external_memory: external } = getHeapStatistics();
  return heap + external;
}
