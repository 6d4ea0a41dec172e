import { tracingChannel } from 'node:diagnostics_channel';
import type { ActorProxy } from '../proxy/actor-proxy.ts';
import { processOf } from '../proxy/owned.ts';

/** The message about a spawn on the tracing channel `uactor:spawn`. */
export interface SpawnMessage {
  /** The name of the actor's class. */
  readonly actor: string;
  /** The URL of the class's module. */
  readonly module: string;
  /** The id of the actor's process, once the actor is ready. */
  readonly pid: number | undefined;
  /** Where other processes reach the actor, once it is ready. */
  readonly address: string | undefined;
}

/** Spawns, for `node:diagnostics_channel`. */
export const spawnChannel: ReturnType<typeof tracingChannel> = tracingChannel('uactor:spawn');

/** Publishes the start and the outcome of a spawn. */
export function traceSpawn(actor: string, module: string, spawn: () => Promise<ActorProxy>): Promise<ActorProxy> {
  const message: { -readonly [Name in keyof SpawnMessage]: SpawnMessage[Name] } = {
    actor,
    module,
    pid: undefined,
    address: undefined,
  };
  const run = async (): Promise<ActorProxy> => {
    const proxy = await spawn();
    message.pid = processOf(proxy)?.pid;
    message.address = proxy.connectionAddress;
    return proxy;
  };
  return spawnChannel.tracePromise(run, message);
}
