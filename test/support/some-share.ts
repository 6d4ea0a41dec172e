import { DEFAULT_LIMITS } from '../../core/seam/limits.ts';
import { BufferedBytes, type BufferedShare } from '../../core/session/buffered-bytes.ts';

/** The share of a session in a process that has room for everything. */
export function someShare(): BufferedShare {
  return new BufferedBytes(() => DEFAULT_LIMITS).share({
    evictable: true,
    pressed: () => undefined,
    evicted: () => undefined,
  });
}
