import { callOptions } from '../api/proxy-functions.ts';
import type { Remote } from '../api/remote.ts';
import { TimeoutError } from '../seam/errors.ts';
import type { HostActor } from './host-actor.ts';

/** A host as its callers have it. */
export type RemoteHost = Remote<typeof HostActor>;

/** How long a host may take for what it answers at once, in milliseconds. One that takes longer is not running. */
export const ANSWER_MS = 5_000;

/**
 * Asks a host something that it answers at once.
 *
 * @throws {@link TimeoutError} when its process hangs or is stopped; `keepAlive` would notice that later.
 */
export async function askHost<T>(host: RemoteHost, address: string, ask: (host: RemoteHost) => Promise<T>): Promise<T> {
  using asked = callOptions(host, { timeout: ANSWER_MS });
  try {
    return await ask(asked);
  } catch (error) {
    throw error instanceof TimeoutError ? unanswered(address, ANSWER_MS, error) : error;
  }
}

/** Has a host do what may take as long as an actor does; one that does not answer is not told. */
export async function tellHost(host: RemoteHost, address: string, tell: () => Promise<void>): Promise<void> {
  await askHost(host, address, async (asked) => await asked.describe());
  await tell();
}

/** What is told of a host that does not answer. */
export function unanswered(address: string, ms: number, cause?: TimeoutError): TimeoutError {
  return new TimeoutError(
    `the host ${address} did not answer within ${ms} ms: its process is stopped or computes without a pause, or its machine is ` +
      'overloaded. Look at that process there, and end it if it stays so: its actors end with it',
    { executed: cause?.executed ?? 'no', cause },
  );
}
