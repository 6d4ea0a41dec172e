import { callOptions } from '../api/proxy-functions.ts';
import type { ActorProxy } from '../proxy/actor-proxy.ts';
import { proxyReference } from '../proxy/base-proxy.ts';
import type { OwnedActorProcess } from '../proxy/owned.ts';
import { RemoteReference } from '../references/remote-reference.ts';
import { ActorDiedError, ActorUnreachableError, HostError, UActorError } from '../seam/errors.ts';
import type { ActorFate, ActorPlace } from './host-report.ts';
import { type RemoteHost, tellHost } from './ask-host.ts';

/** How long a host may take to say what became of an actor, in milliseconds. */
export const FATE_MS = 2_500;

/** The process of an actor on a host, as the process that had it spawned there may end it: the host is asked to. */
export function hostedProcess(
  host: () => RemoteHost,
  address: string,
  { id, pid }: ActorPlace,
  proxy: ActorProxy,
): OwnedActorProcess {
  const session = sessionOf(proxy);
  const exit = endOf(proxy);
  const end = async (how: 'stop' | 'kill'): Promise<void> => {
    if (!session.open && (await session.ended)('no') instanceof ActorDiedError) return;
    try {
      await tellHost(host(), address, async () => await host()[how](id));
    } catch (error) {
      // It has ended already, or its host has, and it with that.
      if (!isGone(error)) throw error;
    }
    await exit;
  };
  return {
    session,
    pid,
    exit,
    stop: () => end('stop'),
    kill: () => end('kill'),
  };
}

/** Calls `ended` when an actor is known to have ended, whatever its connection says, unless the signal has aborted by then. */
export type EndWatch = (id: string, ended: (fate: NonNullable<ActorFate>) => void, signal: AbortSignal) => void;

/**
 * Meets an actor, and ends the session with it as soon as news of its end come: a connection through others, or to a machine that is
 * gone, may not notice for long.
 *
 * @param ask - Asks its host how it ended.
 * @param meet - Connects; what it is given says how the actor ended.
 */
export async function withNews(
  id: string,
  watch: EndWatch | undefined,
  ask: () => Promise<ActorFate>,
  meet: (fate: () => Promise<ActorFate>) => Promise<ActorProxy>,
): Promise<ActorProxy> {
  if (watch === undefined) return await meet(ask);
  const over = new AbortController();
  const news = new Promise<NonNullable<ActorFate>>((resolve) => {
    watch(id, resolve, over.signal);
  });
  try {
    const proxy = await meet(async () => await Promise.race([news, ask()]));
    const session = sessionOf(proxy);
    void news.then(() => session.destroy());
    void session.ended.then(() => over.abort());
    return proxy;
  } catch (error) {
    over.abort();
    throw error;
  }
}

/** Resolves when the session with an actor on a host has ended. */
export async function endOf(proxy: ActorProxy): Promise<void> {
  await sessionOf(proxy).ended;
}

function sessionOf(proxy: ActorProxy): OwnedActorProcess['session'] {
  const reference = proxyReference(proxy);
  if (reference instanceof RemoteReference) return reference.session;
  throw new UActorError('an actor on a host is in this very process');
}

/** How an actor ended, as its host says; `undefined` where the host cannot be asked. */
export async function askFate(host: RemoteHost, id: string): Promise<ActorFate> {
  try {
    using asked = callOptions(host, { timeout: FATE_MS });
    return await asked.fate(id);
  } catch (error) {
    // Actors do not outlive their host.
    return isHostGone(error) ? { exitCode: undefined, signal: undefined } : undefined;
  }
}

function isGone(error: unknown): boolean {
  return (error instanceof HostError && error.code === 'NO_SUCH_ACTOR') || isHostGone(error);
}

/** Whether the host's process is known to have ended: its machine answers, and nothing listens there. */
export function isHostGone(error: unknown): boolean {
  if (error instanceof ActorDiedError) return true;
  if (!(error instanceof ActorUnreachableError)) return false;
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && cause.code === 'ECONNREFUSED') return true;
  }
  return false;
}
