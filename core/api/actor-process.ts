import { type OwnedActorProcess, processOf } from '../proxy/owned.ts';
import { ActorProxy } from '../proxy/actor-proxy.ts';
import { BaseProxy, proxyReference } from '../proxy/base-proxy.ts';
import { RemoteReference } from '../references/reference.ts';
import { ActorDiedError, misuse, ProxyError } from '../seam/errors.ts';

/** How an actor, or the connection to it, ended. */
export interface ActorEnd {
  /** `'process'`: its process has ended. `'connection'`: the connection has ended, and the state of the process is unknown. */
  readonly reason: 'process' | 'connection';
  /** The exit code; `null` when a signal ended the process, `undefined` when this process cannot know. */
  readonly exitCode: number | null | undefined;
  /** The signal that ended it; `null` when it exited, `undefined` when this process cannot know. */
  readonly signal: NodeJS.Signals | null | undefined;
  /** The error with which later calls reject. */
  readonly error: Error;
}

/** The process of an actor, apart from the actor: it holds no reference. */
export interface ActorProcessHandle {
  /** The actor's process id. */
  readonly pid: number;
  /** {@link ended} */
  readonly ended: Promise<ActorEnd>;
  /**
   * From the owner: {@link ActorProxy.shutdown}.
   *
   * @throws {@link ProxyError} `NOT_ALLOWED` from any other process.
   */
  stop(): Promise<void>;
  /**
   * From the owner: kills the process.
   *
   * @throws {@link ProxyError} `NOT_ALLOWED` from any other process.
   */
  kill(): Promise<void>;
}

/**
 * Resolves when the process behind a proxy has ended, or the connection to it is lost, like a monitor in Erlang. Waiting holds no
 * reference and does not keep the event loop alive, but it keeps the connection from being closed as idle. For an object of this
 * process it never resolves; for a supervised actor it resolves at the end of the present incarnation.
 *
 * Only the owner learns `exitCode` and `signal`.
 *
 * @throws `TypeError` if the argument is not a proxy; {@link ProxyError} `RELEASED` for a released one.
 * @example
 * const { exitCode, signal } = await ended(counter);
 * console.log(`the actor ended with ${exitCode ?? signal}`);
 */
export function ended(proxy: BaseProxy): Promise<ActorEnd> {
  if (!BaseProxy.isProxy(proxy)) throw misuse('ended: expected a proxy');
  const reference = proxyReference(proxy);
  if (!(reference instanceof RemoteReference)) return new Promise(() => undefined);
  const { session } = reference;
  session.observe();
  return session.ended.then((cause) => endOf(cause('no')));
}

/**
 * Resolves to the process behind an actor's proxy: its id, its end, and for the owner, methods to end it. The result stays usable
 * after the proxy is released.
 *
 * @throws `TypeError` if the argument is not an actor's proxy.
 * @example
 * const handle = await actorProcess(counter);
 * console.log(handle.pid);
 * await handle.kill();
 */
export async function actorProcess(actor: ActorProxy): Promise<ActorProcessHandle> {
  if (!(actor instanceof ActorProxy)) throw misuse('actorProcess: expected the proxy of an actor');
  const end = ended(actor);
  const owned = processOf(actor);
  const demandOwned = (verb: string): OwnedActorProcess => {
    if (owned) return owned;
    throw new ProxyError(`only the process that spawned an actor can ${verb} it`, { code: 'NOT_ALLOWED' });
  };
  return {
    pid: await actor.pid(),
    ended: end,
    stop: async () => await demandOwned('stop').stop(),
    kill: async () => await demandOwned('kill').kill(),
  };
}

/**
 * Links two actors of this process: when one ends, for any reason, the other is shut down. Corresponds to a link in Erlang.
 *
 * @returns a function that removes the link.
 * @throws {@link ProxyError} `NOT_ALLOWED` if this process does not own both of them.
 * @example
 * const helper = await Counter.spawn();
 * const untie = endTogether(counter, helper); // one ends: the other is shut down
 * untie();
 */
export function endTogether(a: ActorProxy, b: ActorProxy): () => void {
  let tied = true;
  const owned = [a, b].map((actor) => {
    const process = actor instanceof ActorProxy ? processOf(actor) : undefined;
    if (process) return process;
    throw new ProxyError('endTogether: expected two actors that this process spawned', { code: 'NOT_ALLOWED' });
  });
  const follow = async (one: OwnedActorProcess): Promise<void> => {
    await one.exit;
    if (!tied) return;
    tied = false;
    // The other actor's hook may fail; its owner sees that in the actor's end.
    await Promise.allSettled(owned.filter((other) => other !== one).map((other) => other.stop()));
  };
  for (const one of owned) {
    void follow(one);
  }
  return () => {
    tied = false;
  };
}

function endOf(error: Error): ActorEnd {
  return error instanceof ActorDiedError
    ? { reason: 'process', exitCode: error.exitCode, signal: error.signal, error }
    : { reason: 'connection', exitCode: undefined, signal: undefined, error };
}
