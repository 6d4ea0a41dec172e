import { delay, random } from './environment.ts';

/** The operating system's limits by error code, and how to raise them. */
const LIMITS: Readonly<Record<string, string>> = {
  EAGAIN: 'no further process can be started: raise ulimit -u, or end some',
  EDQUOT: 'the quota of this user is used up: free some space',
  EMFILE: 'this process has reached its limit of open files: raise ulimit -n, or close some',
  ENFILE: 'the system has reached its limit of open files',
  ENOMEM: 'there is no memory left, or ulimit -v is reached',
  ENOSPC: 'there is no space left on the disk: free some',
};

/** Describes the limit that an operating system error reports; `undefined` for any other error. */
export function limitReached(error: unknown): string | undefined {
  const code = systemErrorCode(error);
  return code !== undefined && Object.hasOwn(LIMITS, code) ? LIMITS[code] : undefined;
}

/** Returns the code of an operating system or OpenSSL error (`ENOENT`, `ERR_SSL_…`); `undefined` for any other value. */
export function systemErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Whether this process, or the system, has no free file descriptor. */
export function lacksDescriptors(error: unknown): boolean {
  const code = systemErrorCode(error);
  return code === 'EMFILE' || code === 'ENFILE';
}

/** The delay before another attempt, at first and at most, in milliseconds. */
export interface Pace {
  readonly first: number;
  readonly most: number;
}

/** The delay while no file descriptor is free. */
export const EXHAUSTED_MS: Pace = { first: 10, most: 1_000 };

/**
 * Waits before another attempt, or until the signal aborts. The delay doubles each time and is randomised, so that many waiting
 * attempts do not return at once.
 */
export async function pauseBeforeRetry({ first, most }: Pace, attempts: number, signal: AbortSignal): Promise<void> {
  const limit = Math.min(most, first * 2 ** Math.min(attempts, 16));
  try {
    await delay(first + random() * (limit - first), signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
