import { setTimeout as delay } from 'node:timers/promises';
import { type ActorPlace, ActorUnreachableError, type AnyActorClass, Host, type Remote } from '../index.ts';
import type { Deaths } from './deaths.ts';
import type { HostRecord } from './records.ts';

/** How long a process may take for its hello, in milliseconds; a stopped one never sends it. */
const HELLO_MS = 2_000;

/** How a process of a cluster connects to its hosts and their actors. */
export class Meetings {
  readonly #authkey: string | Uint8Array;
  readonly #deaths: Deaths;

  constructor(authkey: string | Uint8Array, deaths: Deaths) {
    this.#authkey = authkey;
    this.#deaths = deaths;
  }

  /** Connects to a host while `use` runs. */
  async withHost<T>({ id, instance, endpoints }: HostRecord, use: (met: Host) => Promise<T>): Promise<T> {
    using met = await inTime(Host.meet(instance, endpoints, this.#options), `the host '${id}'`);
    return await use(met);
  }

  /**
   * Connects to the actor of a name at the place in its record. The host is asked only when the connection is lost, because it
   * may hang.
   *
   * @param elsewhere - Aborts when the actor is at another place.
   */
  async actorAt<Class extends AnyActorClass>(
    actorClass: Class,
    name: string,
    place: ActorPlace,
    host: HostRecord,
    elsewhere: AbortSignal,
  ): Promise<Remote<Class>> {
    const { instance, endpoints } = host;
    const fate = async (): ReturnType<typeof Host.fateAt> =>
      await Host.fateAt(place.id, instance, endpoints, this.#options);
    return await inTime(Host.getAt(actorClass, name, place, this.#options, fate), `'${name}'`, elsewhere);
  }

  get #options(): NonNullable<Parameters<typeof Host.meet>[2]> {
    return { authkey: this.#authkey, ends: (id, ended, signal) => this.#deaths.watch(id, ended, signal) };
  }
}

async function inTime<Met extends Disposable>(
  meeting: Promise<Met>,
  what: string,
  elsewhere?: AbortSignal,
): Promise<Met> {
  const late = new AbortController();
  const signal = elsewhere === undefined ? late.signal : AbortSignal.any([late.signal, elsewhere]);
  const deadline = delay(HELLO_MS, undefined, { signal }).catch(() => undefined);
  const met = await Promise.race([meeting, deadline]).finally(() => late.abort());
  if (met !== undefined) return met;
  void meeting.then((host) => host[Symbol.dispose]()).catch(() => undefined);
  const why = elsewhere?.aborted ? 'is somewhere else by now' : `did not answer within ${HELLO_MS} ms`;
  throw new ActorUnreachableError(`${what} ${why}`);
}
