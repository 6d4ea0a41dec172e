import { callOptions } from '../api/proxy-functions.ts';
import type { Remote } from '../api/remote.ts';
import { TimeoutError } from '../seam/errors.ts';
import type { HostActor } from './host-actor.ts';

/** The proxy of a host. */
export type RemoteHost = Remote<typeof HostActor>;

/** How long a host may take for a reply that needs no waiting, in milliseconds. A host that takes longer is not running. */
export const ANSWER_MS = 5_000;

/**
 * Calls a method of a host that replies at once.
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

/** Calls a method of a host that may take as long as an actor does. First checks that the host replies at all. */
export async function tellHost(host: RemoteHost, address: string, tell: () => Promise<void>): Promise<void> {
  await askHost(host, address, async (asked) => await asked.describe());
  await tell();
}

/** Returns the error for a host that does not reply. */
export function unanswered(address: string, ms: number, cause?: TimeoutError): TimeoutError {
  return new TimeoutError(
    `the host ${address} did not answer within ${ms} ms: its process is paused, its event loop is blocked, or its machine is ` +
      'overloaded. Check that process, and end it if it stays blocked: its actors end with it',
    { executed: cause?.executed ?? 'no', cause },
  );
}
