import { ProxyError } from '../seam/errors.ts';
import { ownedProcess, processEndedBy, processOf } from './owned.ts';
import { RemoteReference } from '../references/remote-reference.ts';
import { BaseProxy, proxyReference, useReference } from './base-proxy.ts';
import { process } from '../seam/environment.ts';

/**
 * The proxy of an actor. `shutdown` and disposal of the proxy that `spawn` gave end the actor; with any other proxy of it, in
 * whatever process, they run the hook, and release the proxy, alone.
 */
export class ActorProxy extends BaseProxy {
  /** The process id of the actor. Its owner knows it, whatever the actor is doing. */
  async pid(): Promise<number> {
    const pid = await useReference(this, async (reference, options) => {
      if (!(reference instanceof RemoteReference)) return process.pid;
      const owned = ownedProcess(reference.session);
      return owned?.session.open ? owned.pid : await reference.session.control('pid', [], options);
    });
    if (typeof pid === 'number') return pid;
    throw new ProxyError('the actor answered with a process id that is not a number', { code: 'WRONG_ACTOR' });
  }

  /** Where other processes can reach the actor; `undefined` when it listens nowhere. */
  get connectionAddress(): string | undefined {
    return proxyReference(this).address;
  }

  /**
   * On the proxy that `spawn` gave: lets the calls that run come to their end, runs the actor's `shutdown` hook, shuts down the actors
   * that it owns, and ends the process; resolves when it has ended, however it did. On any other proxy: runs the hook, and the actor lives on.
   *
   * @throws what the hook threw.
   */
  async shutdown(): Promise<void> {
    const owned = processOf(this);
    if (owned) await owned.stop();
    else await this.callMethod('shutdown');
  }

  /** On the proxy that `spawn` gave: {@link ActorProxy.shutdown}. On any other one: gives the reference back. */
  override async [Symbol.asyncDispose](): Promise<void> {
    const owned = processEndedBy(this);
    if (owned) await owned.stop();
    else await super[Symbol.asyncDispose]();
  }
}
