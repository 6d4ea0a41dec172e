import { availableParallelism } from 'node:os';
import { type AnyActorClass, type SpawnableClass, spawnClass } from './actor.ts';
import { backoffSpan, type RestartBackoff } from '../process/owner/backoff.ts';
import { ACTOR_CLASS, isClass } from '../declaration/find-class.ts';
import { demandKnownNames } from '../seam/call-options.ts';
import { HOOKS } from '../declaration/declaration.ts';
import { misuse, UActorError } from '../seam/errors.ts';
import { type MemberContext, PoolMember } from './pool-member.ts';
import { ActorProxy } from '../proxy/actor-proxy.ts';
import { proxyReference } from '../proxy/base-proxy.ts';
import type { ActorClass, Remote } from './remote.ts';
import type { RemoteArguments } from './remote-argument.ts';
import { checkedCount } from '../objects/arguments.ts';

/** The size of a pool, and how dead members are replaced. */
export interface ActorPoolOptions {
  /** The number of actors. Default: `os.availableParallelism()`. */
  readonly size?: number | undefined;
  /** The delay before a dead member is replaced; a successful call resets it. */
  readonly backoff?: RestartBackoff | undefined;
  /** After this many deaths in a row, without a successful call in between, a member is not replaced. Default 10. */
  readonly maxRestarts?: number | undefined;
}

const OPTIONS: readonly string[] = ['size', 'backoff', 'maxRestarts'] satisfies readonly (keyof ActorPoolOptions)[];

/** The names of the methods that a pool offers: the actor's own, without its hooks. */
type PooledName<Class extends ActorClass> = {
  [Name in keyof Remote<Class>]: Name extends keyof ActorProxy | 'enter' | 'exit'
    ? never
    : Remote<Class>[Name] extends (...args: never[]) => unknown
      ? Name
      : never;
}[keyof Remote<Class>];

/** The methods of an actor, each called on one member of a pool. */
export type PooledMethods<Class extends ActorClass> = {
  readonly [Name in keyof Remote<Class> as Name extends PooledName<Class> ? Name : never]: Remote<Class>[Name];
};

/** The methods of an actor, each called on all members of a pool: the results, in the order of the members. */
export type BroadcastMethods<Class extends ActorClass> = {
  readonly [Name in keyof Remote<Class> as Name extends PooledName<Class> ? Name : never]: Remote<Class>[Name] extends (
    ...args: infer Args extends readonly unknown[]
  ) => Promise<infer Result>
    ? (...args: Args) => Promise<Result[]>
    : never;
};

/**
 * Several actors of one class, each in its own process, used as one.
 *
 * A member that dies is replaced by a new actor with the same arguments. Its calls in progress reject with `ActorDiedError`; no
 * call is ever repeated.
 *
 * @example
 * await using pool = await ActorPool.spawn(Counter, { size: 4 });
 * await pool.any.increment(); // the member with the fewest calls in progress
 * await pool.byKey('user-7').increment(2); // always the same member for one key
 * const counts: readonly number[] = await pool.broadcast.increment(0); // all members
 */
export class ActorPool<Class extends AnyActorClass> {
  /** Each call goes to the member with the fewest calls in progress. */
  readonly any: PooledMethods<Class>;
  /** Each call goes to all present members. Rejects if one of the calls does. */
  readonly broadcast: BroadcastMethods<Class>;
  readonly #name: string;
  readonly #places: readonly PoolMember<Remote<Class>>[];
  readonly #methods: readonly string[];
  /** Calls that wait for a member, first come, first served. */
  #waiting: (() => void)[] = [];
  /** Where the search for the least busy member starts, so that idle members take turns. */
  #next = 0;
  #ending: Promise<void> | undefined;

  /**
   * Starts the actors, all with the same arguments.
   *
   * @throws any error of `Class.spawn`, when one of the first actors does not start; the others are then shut down.
   * @throws `TypeError` or `RangeError` for invalid options.
   */
  static async spawn<Class extends SpawnableClass>(
    actorClass: Class,
    options: ActorPoolOptions = {},
    ...args: RemoteArguments<ConstructorParameters<Class>>
  ): Promise<ActorPool<Class>> {
    const given: unknown = actorClass;
    if (!(isClass(given) && ACTOR_CLASS in given)) {
      throw misuse(
        'ActorPool.spawn: the first argument must be a class that extends Actor: ActorPool.spawn(Counter, { size: 4 })',
      );
    }
    demandKnownNames(options, OPTIONS, 'ActorPool.spawn');
    const size = checkedCount(options.size ?? availableParallelism(), 'size', 1);
    const maxRestarts = checkedCount(options.maxRestarts ?? 10, 'maxRestarts', 0);
    const listeners: { changed: () => void } = { changed: () => undefined };
    const context: MemberContext<Remote<Class>> = {
      backoff: backoffSpan(options.backoff ?? {}, 'ActorPool.spawn: backoff'),
      maxRestarts,
      spawn: () => spawnClass(actorClass, args),
      changed: () => listeners.changed(),
    };
    const places = Array.from({ length: size }, () => new PoolMember(context));
    const begun = await Promise.allSettled(places.map((place) => place.begin()));
    const failed = begun.find((outcome) => outcome.status === 'rejected');
    const first = places.find((place) => place.actor)?.actor;
    if (failed || first === undefined) {
      await Promise.allSettled(places.map((place) => place.end()));
      throw failed?.reason ?? new UActorError(`all actors of ${actorClass.name} died before the pool was ready`);
    }
    const pool = new ActorPool<Class>(actorClass.name, places, pooledMethods(first));
    listeners.changed = () => pool.#changed();
    return pool;
  }

  private constructor(name: string, places: readonly PoolMember<Remote<Class>>[], methods: readonly string[]) {
    this.#name = name;
    this.#places = places;
    this.#methods = methods;
    this.any = this.#methodsOf((method, args) => this.#call(() => this.#leastBusy(), method, args));
    this.broadcast = this.#methodsOfAll();
  }

  /** The intended number of members. */
  get size(): number {
    return this.#places.length;
  }

  /** Returns the present members, without those being replaced. */
  members(): readonly Remote<Class>[] {
    return this.#places.flatMap(({ actor }) => actor ?? []);
  }

  /**
   * Calls the member for a key: always the same one while it lives, then its replacement, for which calls wait. If the pool has
   * given that member up, its keys go to the others.
   */
  byKey(key: Key): PooledMethods<Class> {
    return this.#methodsOf((method, args) => this.#call(() => this.#placeOf(key), method, args));
  }

  /**
   * Shuts all actors down. Calls that wait for a member reject.
   *
   * @throws the error of an actor's `shutdown` hook, or an `AggregateError` if several failed.
   */
  shutdown(): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  /** {@link ActorPool.shutdown}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  async #end(): Promise<void> {
    const ended = Promise.allSettled(this.#places.map((place) => place.end()));
    this.#changed();
    const errors = (await ended).flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    if (errors.length === 1) throw errors[0];
    if (errors.length > 1) throw new AggregateError(errors, `${errors.length} actors of the pool failed to shut down`);
  }

  /** Calls a method of the member that `choose` returns; waits while that member is being replaced. */
  async #call(choose: () => PoolMember<Remote<Class>>, method: string, args: readonly unknown[]): Promise<unknown> {
    for (;;) {
      this.#demandOpen();
      const place = choose();
      const { actor } = place;
      if (actor) return await place.call(actor, method, args);
      for (const each of this.#places) each.awaited();
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  async #callAll(method: string, args: readonly unknown[]): Promise<readonly unknown[]> {
    this.#demandOpen();
    const calls = this.#places.flatMap((place) => (place.actor ? [place.call(place.actor, method, args)] : []));
    // No member is present: the first one to start receives the call.
    return calls.length > 0 ? await Promise.all(calls) : [await this.#call(() => this.#leastBusy(), method, args)];
  }

  #leastBusy(): PoolMember<Remote<Class>> {
    let best: PoolMember<Remote<Class>> | undefined;
    for (let step = 0; step < this.#places.length; step++) {
      const place = this.#places[(this.#next + step) % this.#places.length];
      if (place?.actor && (best?.actor === undefined || place.inFlight < best.inFlight)) best = place;
      else if (best === undefined && place?.loss === undefined) best = place;
    }
    this.#next = (this.#next + 1) % this.#places.length;
    return best ?? this.#allLost();
  }

  #placeOf(key: Key): PoolMember<Remote<Class>> {
    const usable = [...this.#places.keys()].filter((index) => this.#places[index]?.loss === undefined);
    const place = this.#places[placeOfKey(key, usable) ?? -1];
    return place ?? this.#allLost();
  }

  #allLost(): never {
    throw new UActorError(`the pool of ${this.#name} has no actors left, because each died too often: see the cause`, {
      cause: this.#places.find((place) => place.loss)?.loss?.error,
    });
  }

  #demandOpen(): void {
    if (this.#ending === undefined) return;
    throw new UActorError(`the pool of ${this.#name} was shut down: spawn another one`);
  }

  #changed(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const goOn of waiting) goOn();
  }

  #methodsOf(send: Send): PooledMethods<Class> {
    const callers = callersOf(this.#methods, send);
    believePooled<Class>(callers);
    return callers;
  }

  #methodsOfAll(): BroadcastMethods<Class> {
    const callers = callersOf(this.#methods, (method, args) => this.#callAll(method, args));
    believeBroadcast<Class>(callers);
    return callers;
  }
}

type Send = (method: string, args: readonly unknown[]) => Promise<unknown>;

/** Creates an object with these methods, each of which calls `send`. */
function callersOf(methods: readonly string[], send: Send): object {
  return Object.fromEntries(methods.map((method) => [method, (...args: readonly unknown[]) => send(method, args)]));
}

// The names come from the actors' exposure, which is the declaration of the class.
function believePooled<Class extends ActorClass>(_callers: object): asserts _callers is PooledMethods<Class> {}
function believeBroadcast<Class extends ActorClass>(_callers: object): asserts _callers is BroadcastMethods<Class> {}

function pooledMethods(actor: ActorProxy): readonly string[] {
  const { methods } = proxyReference(actor).exposure;
  return methods.filter((name) => !HOOKS.includes(name) && !(name in ActorProxy.prototype));
}

/** A key that selects a member of a pool. */
export type Key = string | number | bigint | boolean;

/**
 * Returns the index to which a key belongs: always the same while it is among `indexes`. When an index disappears, only its own
 * keys move (rendezvous hashing, Thaler and Ravishankar 1998). `undefined` when there are none.
 */
function placeOfKey(key: Key, indexes: readonly number[]): number | undefined {
  const seed = hashText(`${typeof key}:${key}`);
  let best: number | undefined;
  let highest = -1;
  for (const index of indexes) {
    const weight = mix(seed ^ mix(index + 1));
    if (weight > highest) {
      highest = weight;
      best = index;
    }
  }
  return best;
}

/** Hashes the UTF-16 units of a text with FNV-1a. */
function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash;
}

/** Applies the finisher of MurmurHash3: every bit of the input changes about half of the result's. */
function mix(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
