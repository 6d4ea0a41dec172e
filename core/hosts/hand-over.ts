import { release } from '../api/proxy-functions.ts';
import { ActorProxy } from '../proxy/actor-proxy.ts';
import { BaseProxy } from '../proxy/base-proxy.ts';
import { onAbort } from '../references/abort-listeners.ts';
import { ConnectionLostError, ActorSpawnError, HostError } from '../seam/errors.ts';
import type { ActorPlace } from './host-report.ts';
import type { HostedActor } from './hosted-actor.ts';
import { notAnOrder } from './host-order.ts';

/**
 * Constructs an actor for the caller that ordered it. Resolves to whether the constructor was called: `false` if the host began
 * to drain before.
 */
export type Build = (args: readonly unknown[]) => Promise<boolean>;

/**
 * Called when the process of an ordered actor has started, with its place and a function that constructs the actor. A caller that
 * no longer wants the actor does not call that function. Resolves when the caller holds a reference to the actor.
 */
export type Reached = (place: ActorPlace, build: Build) => Promise<void>;

/** Returns the error of a spawn on a host that is draining. */
export function isDraining(): HostError {
  return new HostError('this host is draining and accepts no more actors: spawn them on another host', {
    code: 'DRAINING',
  });
}

/**
 * Waits until the caller has the actor constructed and holds it, then releases the host's own hold. If this fails, the process
 * ends.
 *
 * @param by.signal - Aborts when the caller gives up.
 * @param by.draining - Aborts when the host begins to drain. Construction that has not begun then never begins. An actor whose
 * construction has begun is constructed, shut down and refused, because it is of no use to a caller.
 */
export async function handOver(
  hosted: HostedActor,
  by: { readonly reached: Reached; readonly signal: AbortSignal; readonly draining: AbortSignal },
): Promise<void> {
  const { reached, signal, draining } = by;
  let actor: unknown;
  const build: Build = async (args) => {
    if (!Array.isArray(args) || hosted.begun) throw notAnOrder();
    try {
      if (draining.aborted) return false;
      actor = await hosted.construct(args);
      if (draining.aborted) throw isDraining();
      return true;
    } catch (error) {
      throw draining.aborted && wasEnded(error) ? isDraining() : error;
    } finally {
      // The actor has these arguments now; unreleased, the host's references would last until they are collected.
      for (const arg of args) if (BaseProxy.isProxy(arg)) arg[Symbol.dispose]();
    }
  };
  const abandon = (): void => void hosted.process.kill();
  if (signal.aborted) abandon();
  const leave = [onAbort(signal, abandon)];
  // A caller that hangs must not keep the host from draining.
  const drained = new Promise<never>((_resolve, reject) => {
    const refuse = (): void =>
      void hosted
        .stop()
        .catch(() => undefined)
        .then(() => reject(isDraining()));
    if (draining.aborted) refuse();
    else leave.push(onAbort(draining, refuse));
  });
  try {
    const meet = async (): Promise<void> => {
      await hosted.process.greeted();
      await reached(await hosted.place(), build);
    };
    await Promise.race([drained, meet()]);
    if (draining.aborted) throw isDraining();
    if (!(actor instanceof ActorProxy)) throw notAnOrder();
    hosted.keep(actor);
  } catch (error) {
    // No caller holds the actor, so its end is not a failure.
    hosted.endedBy = 'told';
    // A draining host shuts a constructed actor down properly, including its hook.
    if (draining.aborted) await hosted.stop().catch(() => undefined);
    else await hosted.process.kill();
    throw error;
  } finally {
    for (const each of leave) each();
    release(reached);
  }
}

function wasEnded(error: unknown): boolean {
  return error instanceof ConnectionLostError || error instanceof ActorSpawnError;
}
