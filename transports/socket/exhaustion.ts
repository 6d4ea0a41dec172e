import { systemErrorCode } from '../../core/seam/system-errors.ts';
import { delay, random } from '../../core/seam/environment.ts';

/** How long to wait for a file descriptor before the next try, first and at most. */
const WAIT_MS = { first: 10, most: 1_000 };

/**
 * Tries again while this process, or the system, has no file descriptor left, until the signal aborts.
 *
 * @throws what the last try threw.
 */
export async function whileExhausted<T>(signal: AbortSignal, attempt: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (!isExhaustion(error) || signal.aborted) throw error;
      // Spread, so that a crowd does not come back all at once.
      const mostMs = Math.min(WAIT_MS.most, WAIT_MS.first * 2 ** Math.min(tries, 16));
      await pauseFor(WAIT_MS.first + random() * (mostMs - WAIT_MS.first), signal);
      if (signal.aborted) throw error;
    }
  }
}

function isExhaustion(error: unknown): boolean {
  const code = systemErrorCode(error instanceof Error ? error.cause : undefined);
  return code === 'EMFILE' || code === 'ENFILE';
}

async function pauseFor(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
