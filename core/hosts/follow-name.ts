import type { ActorProxy } from '../proxy/actor-proxy.ts';
import { proxyReference, proxyShare } from '../proxy/base-proxy.ts';
import { giveOwnership } from '../proxy/owned.ts';
import { Reconnect } from '../references/reconnect.ts';
import { type ReferenceSession, RemoteReference } from '../references/reference.ts';
import { sameExposure } from '../references/exposure.ts';
import { ProxyError, UActorError } from '../seam/errors.ts';

/** How a proxy finds the successive actors of a name. */
export interface NameFollower {
  /** The name. */
  readonly name: string;
  /**
   * Resolves to the actor after the lost one; the signal aborts when no call waits for it any more.
   *
   * @param leaving - The process of the previous actor, if it is about to end and can still be reached.
   */
  next(signal: AbortSignal, leaving: string | undefined): Promise<ActorProxy>;
  /** Called when the last proxy has been released. */
  released(): void;
  /** Ends the actor for good, if the proxy has the right to: shuts it down, or kills it. */
  readonly end?: ((how: 'stop' | 'kill') => Promise<void>) | undefined;
}

/**
 * Makes a proxy follow a name from one actor to its replacement, like the proxies of a supervisor.
 *
 * @returns a function that moves the proxy to another actor before a call requires it. The function takes over the reference of
 * the proxy passed to it.
 */
export function followName(proxy: ActorProxy, follower: NameFollower): (actor: ActorProxy) => void {
  const { name } = follower;
  // Keeps no reference to the proxy itself, so that a forgotten proxy is collected and released.
  const { exposure } = proxyReference(proxy);
  const reconnect = new Reconnect(
    async (lost, signal) => {
      const leaving = lost.session.open ? lost.instance : undefined;
      return proxyShare(sameMembers(await follower.next(signal, leaving), lost, name));
    },
    () => follower.released(),
    (_lost, ms) => `'${name}' ended and is being restarted; it was not ready within ${ms} ms, so the call was not sent`,
    (error) => error instanceof ProxyError && error.code === 'SHUTTING_DOWN' && error.executed === 'no',
  );
  proxyShare(proxy).renewBy(reconnect);
  const { end } = follower;
  if (end !== undefined) {
    const session = (): ReferenceSession => sessionOf(proxy);
    giveOwnership(
      proxy,
      {
        get session() {
          return session();
        },
        pid: undefined,
        get exit() {
          return session().ended;
        },
        stop: () => end('stop'),
        kill: () => end('kill'),
      },
      false,
    );
  }
  return (actor) => {
    reconnect.follow(proxyReference(sameMembers(actor, { exposure }, name)));
    actor[Symbol.dispose]();
  };
}

function sameMembers(actor: ActorProxy, lost: Pick<RemoteReference, 'exposure'>, name: string): ActorProxy {
  if (sameExposure(proxyReference(actor).exposure, lost.exposure)) return actor;
  actor[Symbol.dispose]();
  throw new ProxyError(`'${name}' has other members since its restart, because its module changed: get it again`, {
    code: 'WRONG_ACTOR',
  });
}

function sessionOf(proxy: ActorProxy): ReferenceSession {
  const reference = proxyReference(proxy);
  if (reference instanceof RemoteReference) return reference.session;
  throw new UActorError('the proxy of an actor on a host refers to an object of this process');
}
