import { systemErrorCode } from '../../core/seam/system-errors.ts';
import { delay, random } from '../../core/seam/environment.ts';

/** The delay before another attempt when no file descriptor is free, first and at most, in milliseconds. */
const WAIT_MS = { first: 10, most: 1_000 };

/**
 * Retries while this process, or the system, has no free file descriptor, until the signal aborts.
 *
 * @throws the error of the last attempt.
 */
export async function whileExhausted<T>(signal: AbortSignal, attempt: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (!isExhaustion(error) || signal.aborted) throw error;
      // Randomised, so that many waiting attempts do not return at once.
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
