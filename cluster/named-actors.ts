import { setTimeout as delay } from 'node:timers/promises';
import {
  type ActorProxy,
  ActorUnreachableError,
  type AnyActorClass,
  AuthkeyError,
  ConnectionLostError,
  followName,
  HostError,
  type Remote,
  UActorError,
} from '../index.ts';
import type { Deaths } from './deaths.ts';
import { taken } from './held-name.ts';
import type { Meetings } from './meetings.ts';
import { type HostRecord, keyOf, type NameRecord, type Read, readHost, readName } from './records.ts';
import { type Registry, RevisionConflict } from './registry.ts';
import type { Seal } from './seal.ts';
import { otherKey, type SeenHost, sortHosts } from './seen-hosts.ts';

/** The interval for checking whether an actor that is being moved has arrived, in milliseconds. */
const LOOK_MS = 100;

/**
 * How long a host must be lost before that is reported, in milliseconds: after an outage of the brokers, all hosts are for a
 * moment.
 */
const LOST_MS = 1_000;

/** The parts that {@link NamedActors} use. */
interface NamedActorsParts {
  readonly namespace: string;
  readonly registry: Registry;
  readonly seal: Seal;
  readonly deaths: Deaths;
  readonly meetings: Meetings;
  /** How long to wait for an actor that is being moved, in milliseconds. */
  readonly patienceMs: number;
  /** Aborts when the process leaves the cluster. */
  readonly closed: AbortSignal;
}

/** The named actors of a cluster, for a process that calls them. */
export class NamedActors {
  readonly #parts: NamedActorsParts;

  constructor(parts: NamedActorsParts) {
    this.#parts = parts;
  }

  /** @throws {@link HostError} `NAME_TAKEN`. The requested host decides; checking first spares the others the request. */
  async demandFree(name: string): Promise<void> {
    const read = await this.#read(name);
    if (read?.record.owner !== undefined && (await this.#hostOf(read.record)) !== undefined) throw taken(name);
  }

  /**
   * Waits for the actor of a name, through restarts and broker outages.
   *
   * @param by.where - The latest reports about the name.
   * @param by.leaving - A process that is not used, because its actor is about to end.
   */
  async find<Class extends AnyActorClass>(
    actorClass: Class,
    name: string,
    by: { readonly signal?: AbortSignal; readonly where?: Whereabouts; readonly leaving?: string | undefined } = {},
  ): Promise<Remote<Class>> {
    const { signal = this.#parts.closed, where = new Whereabouts(), leaving } = by;
    const { namespace, meetings, patienceMs } = this.#parts;
    const endsAt = performance.now() + patienceMs;
    let failure: unknown;
    do {
      signal.throwIfAborted();
      try {
        const read = await this.#present(name);
        const host = await this.#hostOf(read.record);
        const { place } = read.record;
        if (host !== undefined && place !== undefined && place.instance !== leaving) {
          return await where.meet(
            read,
            async (elsewhere) => await meetings.actorAt(actorClass, name, place, host, elsewhere),
          );
        }
      } catch (error) {
        if (!mayPass(error)) throw error;
        failure = error;
      }
      await delay(LOOK_MS, undefined, { signal }).catch(() => undefined);
    } while (performance.now() < endsAt);
    throw new ActorUnreachableError(
      `no host of the cluster '${namespace}' ran '${name}' within ${patienceMs} ms: cluster.names() shows whether it waits for a ` +
        'host with its labels and a free slot',
      { cause: failure },
    );
  }

  /** Makes a proxy follow the name of its actor. @param owned - Whether its `shutdown` ends the actor for good. */
  follow(proxy: ActorProxy, actorClass: AnyActorClass, name: string, owned: boolean): void {
    const { closed } = this.#parts;
    const where = new Whereabouts();
    const move = followName(proxy, {
      name,
      next: async (unwanted, leaving) => {
        const signal = AbortSignal.any([unwanted, closed]);
        return await this.find(actorClass, name, { signal, where, leaving });
      },
      released: () => stop(),
      end: owned ? async (how) => await this.end(name, how) : undefined,
    });
    const stop = this.#watch(name, where, () => {
      // A call that the old life still refuses would not look for the new one by itself.
      void this.find(actorClass, name, { where })
        .then(move)
        .catch(() => undefined);
    });
  }

  /** Calls `moved` whenever the actor of a name has changed its location. */
  #watch(name: string, where: Whereabouts, moved: () => void): () => void {
    const { registry, seal, deaths } = this.#parts;
    return registry.names.watch(
      {
        restarted: () => undefined,
        deleted: () => undefined,
        changed: (entry) => {
          const read = readName(seal, entry);
          const before = read && where.heard(read);
          if (before === undefined) return;
          deaths.followed(before);
          moved();
        },
      },
      keyOf(name),
    );
  }

  /** Ends the actor of a name for good. */
  async end(name: string, how: 'stop' | 'kill'): Promise<void> {
    const { meetings, patienceMs } = this.#parts;
    const endsAt = performance.now() + patienceMs;
    let begun = false;
    let lostAt: number | undefined;
    for (;;) {
      let host: HostRecord | undefined;
      try {
        const { record } = await this.#present(name);
        host = await this.#hostOf(record);
        if (host === undefined) return await this.#forget(name);
        return await meetings.withHost(host, async (met) => await met[how](name));
      } catch (error) {
        const gone = error instanceof HostError && error.code === 'NO_SUCH_ACTOR';
        // The host ended during the request, but had completed it.
        if (gone && (await this.#read(name)) === undefined) {
          if (begun) return;
          throw error;
        }
        begun ||= error instanceof UActorError && error.executed === 'maybe';
        // The actor is being moved.
        const moves = gone || error instanceof RevisionConflict || error instanceof ConnectionLostError;
        if (!(moves || error instanceof ActorUnreachableError) || performance.now() >= endsAt) throw error;
      }
      const lost = host && (await this.#lost(host));
      lostAt = lost && (lostAt ?? performance.now());
      if (lost !== undefined && performance.now() - (lostAt ?? 0) >= LOST_MS) throw this.#noHost(name, lost);
      await delay(LOOK_MS);
    }
  }

  /** Returns a host that was not reached, if it no longer holds its lease and no other host is available to notice. */
  async #lost({ epoch }: HostRecord): Promise<SeenHost | undefined> {
    const { registry, seal } = this.#parts;
    const { own } = sortHosts(seal, await registry.hosts.entries());
    return own.find((host) => host.epoch === epoch && host.lost);
  }

  #noHost(name: string, { id, silentMs, ttlMs }: SeenHost): HostError {
    return new HostError(
      `'${name}' was on the host '${id}', which does not answer and has not renewed its lease of ${ttlMs} ms for ` +
        `${Math.round(silentMs / 1_000)} s, and the cluster '${this.#parts.namespace}' has no other host that could end its record: start ` +
        'one, and stop the actor again',
      { code: 'NO_HOST' },
    );
  }

  /** Frees a name that no host owns. */
  async #forget(name: string): Promise<void> {
    const read = await this.#read(name);
    if (read === undefined) return;
    if ((await this.#hostOf(read.record)) !== undefined) throw new RevisionConflict(`'${name}' was taken over`);
    await this.#parts.registry.names.delete(read.key, read.revision);
  }

  async #read(name: string): Promise<Read<NameRecord> | undefined> {
    const { registry, seal, namespace } = this.#parts;
    const entry = await registry.names.get(keyOf(name));
    if (entry === undefined) return undefined;
    const read = readName(seal, entry);
    if (read === undefined) throw otherKey(namespace);
    return read;
  }

  async #present(name: string): Promise<Read<NameRecord>> {
    const read = await this.#read(name);
    if (read !== undefined) return read;
    throw new HostError(
      `the cluster '${this.#parts.namespace}' has no actor '${name}': cluster.names(), or uactor cluster ps, lists its actors`,
      { code: 'NO_SUCH_ACTOR' },
    );
  }

  /** Returns the host that owns a name, if it still holds its lease. */
  async #hostOf({ owner }: NameRecord): Promise<HostRecord | undefined> {
    const { registry, seal } = this.#parts;
    const entry = owner && (await registry.hosts.get(owner.host));
    const host = entry && readHost(seal, entry)?.record;
    return host?.epoch === owner?.epoch ? host : undefined;
  }
}

/** Whether an attempt to reach an actor may succeed a little later. */
function mayPass(error: unknown): boolean {
  if (error instanceof AuthkeyError || error instanceof TypeError) return false;
  if (error instanceof HostError) return false;
  // An error from outside this library comes from the NATS client.
  return !(error instanceof UActorError) || error.code !== 'WRONG_ACTOR';
}

/**
 * The place of a followed name's actor, as the watch of its record reports it. Attempts to connect to it at another place are
 * aborted.
 */
export class Whereabouts {
  readonly #attempts = new Map<AbortController, string>();
  #latest: Read<NameRecord> | undefined;

  /** Called when the record has changed. Returns the id of the actor that another one has succeeded, if there is one. */
  heard(read: Read<NameRecord>): string | undefined {
    const before = this.#latest?.record.place?.id;
    const { place } = read.record;
    // While there is no place, the last one is kept: that of the previous actor.
    if (place === undefined) return undefined;
    this.#latest = read;
    for (const [attempt, id] of this.#attempts) if (id !== place.id) attempt.abort();
    return before === place.id ? undefined : before;
  }

  /** Connects to the actor at the place in that record. The signal aborts when the actor is at another place. */
  async meet<T>({ revision, record }: Read<NameRecord>, meet: (elsewhere: AbortSignal) => Promise<T>): Promise<T> {
    const id = record.place?.id ?? '';
    const attempt = new AbortController();
    const latest = this.#latest;
    if (latest !== undefined && latest.revision > revision && latest.record.place?.id !== id) attempt.abort();
    this.#attempts.set(attempt, id);
    try {
      return await meet(attempt.signal);
    } finally {
      this.#attempts.delete(attempt);
    }
  }
}
