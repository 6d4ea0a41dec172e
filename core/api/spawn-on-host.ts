import { type ActorOptions, hostsOf, type SpawnOrder, spawnTimeoutMs } from '../declaration/actor-options.ts';
import type { ActorProxy } from '../proxy/actor-proxy.ts';
import { performance, randomInt } from '../seam/environment.ts';
import {
  ActorSpawnError,
  ConnectionLostError,
  HostError,
  TimeoutError,
  TransportError,
  type UActorError,
} from '../seam/errors.ts';

/**
 * Spawns an actor on one of the hosts. They are tried in turn, starting with a random one, within `spawnTimeout` for all.
 *
 * @throws {@link HostError} of the only host, or `NO_HOST` when none of several accepts it; {@link ActorSpawnError}
 * `SPAWN_TIMEOUT`; any error of the class.
 */
export async function spawnOnHost(
  on: NonNullable<ActorOptions['on']>,
  order: Omit<SpawnOrder, 'others'>,
): Promise<ActorProxy> {
  const hosts = hostsOf(on);
  const [only] = hosts;
  if (only !== undefined && hosts.length === 1) return await only.place({ ...order, others: false });
  const first = randomInt(hosts.length);
  const inTurn = [...hosts.slice(first), ...hosts.slice(0, first)];
  const timeoutMs = spawnTimeoutMs(order.options) ?? Infinity;
  const endsAt = performance.now() + timeoutMs;
  const refusals: UnusableHost[] = [];
  for (const [index, host] of inTurn.entries()) {
    const spawnTimeout = Math.max(0, endsAt - performance.now());
    if (spawnTimeout === 0 && refusals.length > 0) break;
    try {
      const options = { ...order.options, spawnTimeout };
      return await host.place({ ...order, options, others: index < inTurn.length - 1 });
    } catch (error) {
      if (order.options.spawnSignal?.aborted || !isUnusable(error)) throw error;
      refusals.push({ name: host.name, error });
    }
  }
  // Each attempt has all of the remaining time, and its timer may fire a fraction of a millisecond early.
  const last = refusals.at(-1)?.error;
  const isLate = performance.now() >= endsAt || (last instanceof ActorSpawnError && last.code === 'SPAWN_TIMEOUT');
  const said = refusals.map(({ name, error }) => `${name}: ${error.message}`).join('; ');
  const cause = new AggregateError(refusals.map(({ error }) => error));
  if (!isLate)
    throw new HostError(`none of ${hosts.length} hosts accepts ${order.name}: ${said}`, { code: 'NO_HOST', cause });
  throw new ActorSpawnError(
    `none of ${hosts.length} hosts had ${order.name} ready within options.spawnTimeout, ${timeoutMs} ms: ${said}`,
    { code: 'SPAWN_TIMEOUT', cause },
  );
}

interface UnusableHost {
  readonly name: string;
  readonly error: Error;
}

/** The errors with which a host refuses an actor or fails to spawn it. */
const REFUSALS = [HostError, TransportError, ConnectionLostError, TimeoutError, ActorSpawnError] as const;

/** Whether another host may be tried because no code of the class ran on this one. */
function isUnusable(error: unknown): error is UActorError {
  return REFUSALS.some((refusal) => error instanceof refusal && error.executed === 'no');
}
