import { type ActorHost, type ActorOptions, hostsOf, type SpawnOrder } from '../declaration/actor-options.ts';
import type { ActorProxy } from '../proxy/actor-proxy.ts';
import { randomInt } from '../seam/environment.ts';
import { ActorUnreachableError, ConnectionLostError, HostError, type UActorError } from '../seam/errors.ts';

/**
 * Spawns an actor on one of the hosts, asked one after the other, beginning with any of them.
 *
 * @throws {@link HostError} what the only host said, or `NO_HOST` when none of several takes it; whatever the class throws.
 */
export async function spawnOnHost(on: NonNullable<ActorOptions['on']>, order: SpawnOrder): Promise<ActorProxy> {
  const hosts = hostsOf(on);
  const [only] = hosts;
  if (only !== undefined && hosts.length === 1) return await placeOn(only, order);
  const first = randomInt(hosts.length);
  const refusals: UnusableHost[] = [];
  for (const host of [...hosts.slice(first), ...hosts.slice(0, first)]) {
    try {
      return await placeOn(host, order);
    } catch (error) {
      if (!isUnusable(error)) throw error;
      refusals.push({ name: host.name, error });
    }
  }
  throw new HostError(
    `none of ${hosts.length} hosts takes ${order.name}: ${refusals.map(({ name, error }) => `${name}: ${error.message}`).join('; ')}`,
    { code: 'NO_HOST', cause: new AggregateError(refusals.map(({ error }) => error)) },
  );
}

/** The host ran a method to say no, but nothing of the class. */
async function placeOn(host: ActorHost, order: SpawnOrder): Promise<ActorProxy> {
  try {
    return await host.place(order);
  } catch (error) {
    if (error instanceof HostError) error.executed = 'no';
    throw error;
  }
}

interface UnusableHost {
  readonly name: string;
  readonly error: Error;
}

/** Whether another host may take what this one did not: nothing was begun there. */
function isUnusable(error: unknown): error is UActorError {
  if (error instanceof HostError) return true;
  return (error instanceof ActorUnreachableError || error instanceof ConnectionLostError) && error.executed === 'no';
}
