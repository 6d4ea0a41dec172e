import { ProxyError } from '../seam/errors.ts';
import { type OwnedActorProcess, ownedProcess } from './owned.ts';
import { RemoteReference } from '../references/remote-reference.ts';
import { BaseProxy, proxyHold, proxyReference, useReference } from './base-proxy.ts';
import { process } from '../seam/environment.ts';

/**
 * The proxy of an actor. In the process that spawned it, `shutdown` and disposal end the actor; in any other process
 * they run the hook, and release the proxy, alone.
 */
export class ActorProxy extends BaseProxy {
  /** The process id of the actor. */
  async pid(): Promise<number> {
    const pid = await useReference(this, async (reference) =>
      reference instanceof RemoteReference ? await reference.session.control('pid') : process.pid,
    );
    if (typeof pid === 'number') return pid;
    throw new ProxyError('the actor answered with a process id that is no number', { code: 'WRONG_ACTOR' });
  }

  /** Where other processes can reach the actor; `undefined` when it listens nowhere. */
  get connectionAddress(): string | undefined {
    return proxyReference(this).address;
  }

  /**
   * From the owner: lets the calls that run come to their end, runs the actor's `shutdown` hook, shuts down the actors
   * that it owns, and ends the process; resolves when it has ended, however it did. From any other process: runs the hook, and the actor lives on.
   *
   * @throws what the hook threw.
   */
  async shutdown(): Promise<void> {
    const owned = processOf(this);
    if (owned) await owned.stop();
    else await this.callMethod('shutdown');
  }

  /** From the owner: {@link ActorProxy.shutdown}. From any other process: gives the reference back. */
  override async [Symbol.asyncDispose](): Promise<void> {
    const owned = processOf(this);
    if (owned) await owned.stop();
    else await super[Symbol.asyncDispose]();
  }
}

/** The process behind an actor's proxy, if this process owns it. */
export function processOf(proxy: BaseProxy): OwnedActorProcess | undefined {
  const { reference } = proxyHold(proxy);
  return reference instanceof RemoteReference ? ownedProcess(reference.session) : undefined;
}
