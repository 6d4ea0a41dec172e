import { DEFAULT_LIMITS } from '../../core/seam/limits.ts';
import { BufferedBytes, type BufferedShare } from '../../core/session/flow-control.ts';

/** Creates the share of a session in a process with enough memory. */
export function someShare(): BufferedShare {
  return new BufferedBytes(() => DEFAULT_LIMITS).share({
    evictable: true,
    pressed: () => undefined,
    evicted: () => undefined,
  });
}
