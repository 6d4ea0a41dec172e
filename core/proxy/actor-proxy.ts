import { ProxyError } from '../seam/errors.ts';
import { ownedProcess, processEndedBy, processOf } from './owned.ts';
import { RemoteReference } from '../references/reference.ts';
import { BaseProxy, proxyReference, useReference } from './base-proxy.ts';
import { process } from '../seam/environment.ts';

/**
 * The proxy of an actor. On the proxy from `spawn`, `shutdown` and disposal end the actor. On any other proxy, in whatever
 * process, `shutdown` only runs the hook, and disposal only releases the proxy.
 */
export class ActorProxy extends BaseProxy {
  /** Resolves to the process id of the actor. Its owner knows it, whatever the actor is doing. */
  async pid(): Promise<number> {
    const pid = await useReference(this, async (reference, options) => {
      if (!(reference instanceof RemoteReference)) return process.pid;
      const owned = ownedProcess(reference.session);
      return owned?.session.open ? owned.pid : await reference.session.control('pid', [], options);
    });
    if (typeof pid === 'number') return pid;
    throw new ProxyError('the actor answered with a process id that is not a number', { code: 'WRONG_ACTOR' });
  }

  /** The address at which other processes can reach the actor; `undefined` when it does not listen. */
  get connectionAddress(): string | undefined {
    return proxyReference(this).address;
  }

  /**
   * On the proxy from `spawn`: waits for the calls in progress, runs the actor's `shutdown` hook, shuts down the actors that it
   * owns, and ends the process. Resolves when the process has ended, for any reason. On any other proxy: runs the hook, and the
   * actor lives on.
   *
   * @throws any error of the hook.
   */
  async shutdown(): Promise<void> {
    const owned = processOf(this);
    if (owned) await owned.stop();
    else await this.callMethod('shutdown');
  }

  /** On the proxy from `spawn`: {@link ActorProxy.shutdown}. On any other one: releases the reference. */
  override async [Symbol.asyncDispose](): Promise<void> {
    const owned = processEndedBy(this);
    if (owned) await owned.stop();
    else await super[Symbol.asyncDispose]();
  }
}
