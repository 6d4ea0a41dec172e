import type { HostOrder, KeptActor, KeptHost, NameClaim } from '../../index.ts';
import { type ActorLease, elapsedMs } from '../../core/references/lease.ts';
import type { Clock } from '../../cluster/clock.ts';
import { HostNames } from '../../cluster/host-names.ts';
import type { HostFacts } from '../../cluster/lease.ts';
import {
  type Bucket,
  type BucketWatcher,
  type Entry,
  type Registry,
  RevisionConflict,
} from '../../cluster/registry.ts';
import { Seal } from '../../cluster/seal.ts';

/** Returns random numbers that are equal for equal seeds: a linear congruential generator. */
export function dice(seed: number): () => number {
  let state = (seed * 2_654_435_761 + 1) >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** What a host with one free slot says of itself. */
export const HOST_FACTS: HostFacts = {
  id: 'a',
  instance: 'i',
  endpoints: [],
  pid: 1,
  machine: 'm',
  modules: [],
  labels: {},
  slots: 1,
  free: 1,
  draining: false,
};

interface Due {
  readonly atMs: number;
  readonly act: () => void;
}

/** Virtual time, shared by all hosts and the broker. */
export class World {
  nowMs = 0;
  readonly random: () => number;
  readonly #due = new Set<Due>();

  constructor(seed = 1) {
    this.random = dice(seed);
  }

  after(ms: number, act: () => void): () => void {
    const due = { atMs: this.nowMs + Math.max(0, ms), act };
    this.#due.add(due);
    return () => void this.#due.delete(due);
  }

  /** Advances time, and runs everything that falls due; calls `check` after each step. */
  async pass(ms: number, check: () => void = () => undefined): Promise<void> {
    const endsAt = this.nowMs + ms;
    for (;;) {
      await settled();
      check();
      let next: Due | undefined;
      for (const due of this.#due) if (next === undefined || due.atMs < next.atMs) next = due;
      if (next === undefined || next.atMs > endsAt) break;
      this.#due.delete(next);
      this.nowMs = next.atMs;
      next.act();
    }
    this.nowMs = endsAt;
    check();
  }

  /** Lets time pass until the promise settles. */
  async until<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const settle = (): void => {
      isSettled = true;
    };
    promise.then(settle, settle);
    for (let step = 0; step < 500; step++) {
      await this.pass(10);
      if (isSettled) break;
    }
    return await promise;
  }
}

/** Resolves when pending promise reactions have run. */
async function settled(): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** A process of the world. It can be stopped and continued, like by SIGSTOP, and its machine can sleep. */
export class Machine implements Clock {
  readonly world: World;
  /** How long the machine has slept, in milliseconds. */
  sleptMs = 0;
  #stopped: (() => void)[] | undefined;

  constructor(world: World) {
    this.world = world;
  }

  monotonicMs(): number {
    return this.world.nowMs - this.sleptMs;
  }

  uptimeMs(): number {
    return this.world.nowMs;
  }

  wallMs(): number {
    return this.world.nowMs;
  }

  after(ms: number, act: () => void): () => void {
    let cancelled = false;
    const cancel = this.world.after(ms, () => this.run(() => void (cancelled || act())));
    return () => {
      cancelled = true;
      cancel();
    };
  }

  /** Runs code in this process: now, or when it is continued. */
  run(act: () => void): void {
    if (this.#stopped === undefined) act();
    else this.#stopped.push(act);
  }

  stop(): void {
    this.#stopped ??= [];
  }

  continue(): void {
    const waiting = this.#stopped ?? [];
    this.#stopped = undefined;
    for (const act of waiting) act();
  }
}

interface Stored {
  readonly value: Uint8Array | undefined;
  readonly revision: number;
  readonly atMs: number;
}

interface Subscriber {
  readonly machine: Machine;
  readonly watcher: BucketWatcher;
  readonly key: string | undefined;
}

/** The broker's records, the revisions of each bucket, and its watchers. */
export class MemoryBroker {
  storage = 1;
  readonly buckets = { hosts: new Map<string, Stored>(), names: new Map<string, Stored>() };
  readonly revisions = { hosts: 0, names: 0 };
  readonly watchers = { hosts: new Set<Subscriber>(), names: new Set<Subscriber>() };
  readonly listeners = new Set<{ machine: Machine; kind: string; tell: (id: string, message: Uint8Array) => void }>();

  /** Loses everything, as if the disk had been replaced. */
  loseData(): void {
    this.storage++;
    for (const kind of ['hosts', 'names'] as const) {
      this.buckets[kind].clear();
      this.revisions[kind] = 0;
      for (const { machine, watcher } of this.watchers[kind]) machine.run(() => watcher.restarted());
    }
  }
}

/** Faults between a process and the broker. */
export interface Faults {
  /** The maximum time that a message takes one way, in milliseconds. */
  readonly latencyMs: number;
  /** The probability that a request, or a reply, is lost. */
  lostRequests: number;
  lostReplies: number;
  /** Whether nothing passes. Requests then fail after the same time as with a lost reply. */
  cut: boolean;
}

/** How long a process waits for a reply, in milliseconds. */
const TIMEOUT_MS = 300;

/** A registry in memory with the semantics of JetStream's, as one process sees it. */
export class MemoryRegistry implements Registry {
  readonly hosts: Bucket;
  readonly names: Bucket;
  readonly faults: Faults;
  readonly #broker: MemoryBroker;
  readonly #machine: Machine;

  constructor(broker: MemoryBroker, machine: Machine, faults: Partial<Faults> = {}) {
    this.#broker = broker;
    this.#machine = machine;
    this.faults = { latencyMs: 10, lostRequests: 0, lostReplies: 0, cut: false, ...faults };
    this.hosts = this.#bucket('hosts');
    this.names = this.#bucket('names');
  }

  async storage(): Promise<number> {
    return await this.#ask(() => this.#broker.storage);
  }

  publish(kind: string, id: string, message: Uint8Array): void {
    if (this.faults.cut) return;
    for (const { machine, kind: wanted, tell } of this.#broker.listeners) {
      if (wanted === kind) this.#machine.world.after(this.#latency(), () => machine.run(() => tell(id, message)));
    }
  }

  subscribe(kind: string, tell: (id: string, message: Uint8Array) => void): () => void {
    const listener = { machine: this.#machine, kind, tell };
    this.#broker.listeners.add(listener);
    return () => void this.#broker.listeners.delete(listener);
  }

  async close(): Promise<void> {
    await Promise.resolve();
  }

  #latency(): number {
    return this.#machine.world.random() * this.faults.latencyMs;
  }

  #ask<T>(ask: () => T): Promise<T> {
    const { world } = this.#machine;
    return new Promise((resolve, reject) => {
      const fail = (): void =>
        void world.after(TIMEOUT_MS, () => this.#machine.run(() => reject(new Error('the broker did not answer'))));
      if (this.faults.cut || world.random() < this.faults.lostRequests) return fail();
      world.after(this.#latency(), () => {
        let reply: () => void;
        try {
          const value = ask();
          reply = () => resolve(value);
        } catch (error) {
          reply = () => reject(error);
        }
        if (this.faults.cut || world.random() < this.faults.lostReplies) fail();
        else world.after(this.#latency(), () => this.#machine.run(reply));
      });
    });
  }

  #bucket(kind: 'hosts' | 'names'): Bucket {
    const broker = this.#broker;
    const records = broker.buckets[kind];
    const { world } = this.#machine;
    const write = (key: string, value: Uint8Array | undefined, expected: number): number => {
      const present = records.get(key);
      const revision = expected === 0 && present?.value === undefined ? (present?.revision ?? 0) : expected;
      if ((present?.revision ?? 0) !== revision)
        throw new RevisionConflict(`${key} is at ${present?.revision}, not ${expected}`);
      const next = ++broker.revisions[kind];
      records.set(key, { value, revision: next, atMs: world.nowMs });
      for (const subscriber of broker.watchers[kind]) tell(subscriber, key, value, next);
      return next;
    };
    /** Changes arrive in order at each process. */
    const arrivals = new Map<Subscriber, number>();
    const tell = (subscriber: Subscriber, key: string, value: Uint8Array | undefined, revision: number): void => {
      const { watcher, machine } = subscriber;
      if (subscriber.key !== undefined && subscriber.key !== key) return;
      const at = Math.max(arrivals.get(subscriber) ?? 0, world.nowMs + this.#latency());
      arrivals.set(subscriber, at);
      const say = (): void => {
        if (value === undefined) watcher.deleted(key);
        else watcher.changed({ key, value, revision });
      };
      world.after(at - world.nowMs, () => {
        if (broker.watchers[kind].has(subscriber)) machine.run(say);
      });
    };
    return {
      get: async (key) =>
        await this.#ask((): Entry | undefined => {
          const stored = records.get(key);
          return stored?.value && { key, value: stored.value, revision: stored.revision };
        }),
      create: async (key, value) => await this.#ask(() => write(key, value, 0)),
      update: async (key, value, revision) => await this.#ask(() => write(key, value, revision)),
      delete: async (key, revision) => await this.#ask(() => void write(key, undefined, revision)),
      entries: async () =>
        await this.#ask(() =>
          [...records].flatMap(([key, { value, revision, atMs }]) =>
            value === undefined ? [] : [{ key, value, revision, ageMs: world.nowMs - atMs }],
          ),
        ),
      watch: (watcher, key) => {
        const subscriber = { machine: this.#machine, watcher, key };
        broker.watchers[kind].add(subscriber);
        watcher.restarted();
        for (const [each, { value, revision }] of records) {
          if (value !== undefined) tell(subscriber, each, value, revision);
        }
        return () => void broker.watchers[kind].delete(subscriber);
      },
    };
  }
}

/** An actor in its own process, which continues when its host's process is stopped. */
export class FakeActor implements KeptActor {
  readonly id: string;
  readonly order: HostOrder;
  readonly machine: Machine;
  alive = true;
  present: ActorLease | undefined;

  constructor(id: string, order: HostOrder, machine: Machine) {
    this.id = id;
    this.order = order;
    this.machine = machine;
  }

  /** Whether it would begin a call now. */
  get begins(): boolean {
    const { alive, present } = this;
    return alive && present !== undefined && elapsedMs(present.since, this.machine) < present.forMs;
  }

  async place(): ReturnType<KeptActor['place']> {
    const { id, order } = this;
    const { className, module } = order;
    return await Promise.resolve({ id, instance: id, endpoints: [], pid: 1, className, module });
  }

  async lease(lease: ActorLease): Promise<void> {
    this.present = lease;
    await Promise.resolve();
  }

  async kill(): Promise<void> {
    this.alive = false;
    await Promise.resolve();
  }
}

/** How long a process takes to start, in milliseconds. */
const START_MS = 50;

/** Returns an order of an actor of that name. */
export function orderOf(name: string): HostOrder & { readonly name: string } {
  return { module: 'clustered', build: 'b', className: 'Clustered', name, label: {}, serializers: [], options: {} };
}

/** A host that starts actors almost instantly, and shares their names with other hosts. */
export class FakeHost {
  readonly id: string;
  readonly machine: Machine;
  readonly registry: MemoryRegistry;
  readonly names: HostNames;
  readonly actors: FakeActor[] = [];
  readonly #slots: number;
  readonly #labels: Readonly<Record<string, string>>;
  draining = false;

  constructor(
    world: World,
    broker: MemoryBroker,
    id: string,
    options: {
      ttlMs?: number;
      slots?: number;
      labels?: Readonly<Record<string, string>>;
      modules?: readonly string[];
      faults?: Partial<Faults>;
      authkey?: string;
    } = {},
  ) {
    const {
      ttlMs = 2_000,
      slots = 4,
      labels = {},
      modules = ['clustered'],
      faults,
      authkey = 'a key of more than sixteen bytes',
    } = options;
    this.id = id;
    this.#slots = slots;
    this.#labels = labels;
    this.machine = new Machine(world);
    this.registry = new MemoryRegistry(broker, this.machine, faults);
    this.names = new HostNames({
      id,
      namespace: 'test',
      machine: id,
      registry: this.registry,
      seal: new Seal(authkey, 'test'),
      clock: this.machine,
      ttlMs,
      random: world.random,
    });
    const host: KeptHost = {
      report: () => ({
        pid: 1,
        modules,
        labels: this.#labels,
        slots: this.#slots,
        free: this.#slots - this.living.length,
        draining: this.draining,
      }),
      place: () => ({ instance: id, endpoints: [] }),
      restore: async (order, args, claim) => void (await this.#build(order, args, claim)),
      drain: async () => await Promise.resolve(),
    };
    this.names.attach(host);
  }

  get living(): readonly FakeActor[] {
    return this.actors.filter(({ alive }) => alive);
  }

  /** Orders an actor, like a caller. */
  async spawn(
    name: string,
    options: HostOrder['options'] = {},
    args: readonly unknown[] = [],
    label: Readonly<Record<string, string>> = {},
  ): Promise<FakeActor> {
    const order = { ...orderOf(name), label, options };
    const claim = await this.names.claim(order);
    try {
      return await this.#build(order, args, claim);
    } catch (error) {
      await claim.abandon();
      throw error;
    }
  }

  /** Kills the host's process: it stops acting, and its actors end with it. */
  kill(): void {
    this.machine.stop();
    for (const actor of this.actors) actor.alive = false;
  }

  /** Ends the process of one of its actors. */
  async end(actor: FakeActor, exitCode: number, by: 'told' | 'drained' | 'itself' = 'itself'): Promise<void> {
    actor.alive = false;
    const { id, order } = actor;
    await this.names.ended({ id, name: order.name, className: order.className, fate: { exitCode, signal: null }, by });
  }

  /** Drains the host: its actors shut down, then it leaves. */
  async drain(): Promise<void> {
    this.draining = true;
    await Promise.all(this.living.map((actor) => this.end(actor, 0, 'drained')));
    await this.names.left();
  }

  async #build(order: HostOrder, args: readonly unknown[], claim: NameClaim): Promise<FakeActor> {
    await new Promise<void>((resolve) => {
      this.machine.after(START_MS, resolve);
    });
    const actor = new FakeActor(`${this.id}-${this.actors.length}`, order, this.machine);
    this.actors.push(actor);
    try {
      await claim.begin(actor, args);
      await claim.done();
    } catch (error) {
      actor.alive = false;
      throw error;
    }
    return actor;
  }
}

/** Returns all actors of a name that would begin a call now. */
export function beginning(hosts: readonly FakeHost[], name: string): readonly FakeActor[] {
  return hosts.flatMap(({ actors }) => actors).filter((actor) => actor.order.name === name && actor.begins);
}
