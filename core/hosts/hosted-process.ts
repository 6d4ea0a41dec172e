import { callOptions } from '../api/proxy-functions.ts';
import type { ActorProxy } from '../proxy/actor-proxy.ts';
import { proxyReference } from '../proxy/base-proxy.ts';
import type { OwnedActorProcess } from '../proxy/owned.ts';
import { withDeadline } from '../references/waiting.ts';
import { RemoteReference } from '../references/reference.ts';
import { ActorDiedError, ActorUnreachableError, HostError, UActorError } from '../seam/errors.ts';
import type { ActorFate, ActorPlace } from './host-report.ts';
import { type RemoteHost, tellHost } from './ask-host.ts';

/** How long a host may take to tell how an actor ended, in milliseconds. */
export const FATE_MS = 2_500;

/** How long to wait for a report of an actor's end before the host is asked, in milliseconds: asking may need a connection. */
const NEWS_MS = 25;

/** Returns the process of an actor on a host, for the caller that spawned it. Its methods ask the host to end the process. */
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
      // The actor has already ended, or its host has, and the actor with it.
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

/**
 * Calls `ended` when the end of an actor is known, even while its connection still seems open, unless the signal has aborted by
 * then.
 */
export type EndWatch = (id: string, ended: (fate: NonNullable<ActorFate>) => void, signal: AbortSignal) => void;

/**
 * Connects to an actor, and ends the session with it as soon as the actor's end is reported: a connection through a relay, or to
 * a lost machine, may take long to notice.
 *
 * @param ask - Asks the host how the actor ended.
 * @param meet - Connects; the function passed to it returns how the actor ended.
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
    const proxy = await meet(async () => {
      const told = await withDeadline(news, NEWS_MS);
      return told === 'late' ? await Promise.race([news, ask()]) : told.value;
    });
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
  throw new UActorError('the proxy of an actor on a host refers to an object of this process');
}

/** Asks a host how an actor ended; `undefined` if the host does not reply. */
export async function askFate(host: RemoteHost, id: string): Promise<ActorFate> {
  try {
    using asked = callOptions(host, { timeout: FATE_MS });
    return await asked.fate(id);
  } catch (error) {
    // Actors end with their host.
    return isHostGone(error) ? { exitCode: undefined, signal: undefined } : undefined;
  }
}

function isGone(error: unknown): boolean {
  return (error instanceof HostError && error.code === 'NO_SUCH_ACTOR') || isHostGone(error);
}

/** Whether the host's process is known to have ended: its machine responds, and nothing listens at the address. */
export function isHostGone(error: unknown): boolean {
  if (error instanceof ActorDiedError) return true;
  if (!(error instanceof ActorUnreachableError)) return false;
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && cause.code === 'ECONNREFUSED') return true;
  }
  return false;
}
