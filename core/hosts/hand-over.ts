import { release } from '../api/proxy-functions.ts';
import { ActorProxy } from '../proxy/actor-proxy.ts';
import { BaseProxy } from '../proxy/base-proxy.ts';
import { onAbort } from '../references/abort-listeners.ts';
import { ConnectionLostError, ActorSpawnError, HostError } from '../seam/errors.ts';
import type { ActorPlace } from './host-report.ts';
import type { HostedActor } from './hosted-actor.ts';
import { notAnOrder } from './host-order.ts';

/**
 * Has an actor built, for the caller that ordered it. Resolves to whether its constructor was called: it was not when the host began to
 * drain before.
 */
export type Build = (args: readonly unknown[]) => Promise<boolean>;

/**
 * Told when the process of an ordered actor is there: where it is, and what builds the actor in it. Only a caller that still wants the
 * actor here calls that. Resolves when the caller holds a reference to the actor.
 */
export type Reached = (place: ActorPlace, build: Build) => Promise<void>;

/** Why a host that is about to end does not spawn. */
export function isDraining(): HostError {
  return new HostError('this host is draining and accepts no more actors: spawn them on another one', {
    code: 'DRAINING',
  });
}

/**
 * Sees to it that the caller has the actor built and holds it before this host lets go. The process ends if that does not come about.
 *
 * @param by.signal - Aborts when the caller gives up.
 * @param by.draining - Aborts when the host begins to drain: what was not begun is not begun any more; what was begun is built, shut
 * down and refused, because a caller could do nothing with an actor that is about to end.
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
      // They went on to the actor; what this host holds of them would keep them until it is collected.
      for (const arg of args) if (BaseProxy.isProxy(arg)) arg[Symbol.dispose]();
    }
  };
  const abandon = (): void => void hosted.process.kill();
  if (signal.aborted) abandon();
  const leave = [onAbort(signal, abandon)];
  // A caller that hangs does not keep a host from ending.
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
    // No process holds it, so it may go.
    hosted.endedBy = 'told';
    // A drained host shuts down what was built, hook and all.
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
