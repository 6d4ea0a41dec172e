import type { ActorEnding, HostOrder, KeptHost, Moment, NameClaim, NameKeeper } from '../index.ts';
import type { Clock } from './clock.ts';
import type { DeathEvent } from './events.ts';
import { HeldName, type NameContext, type NameFacts, notHeld, Restarts, restartDelayMs, taken } from './held-name.ts';
import { HostWatch } from './host-watch.ts';
import { type HeldLease, type HostFacts, Lease } from './lease.ts';
import { type KnownName, NameTable, type Needs } from './name-table.ts';
import { type HostRecord, keyOf, type NameRecord, type Owner, type Read, readHost, readName } from './records.ts';
import { type Registry, RevisionConflict } from './registry.ts';
import type { Seal } from './seal.ts';
import { listHosts, otherKey, sortHosts, warnOfOtherKey } from './seen-hosts.ts';
import { decodeArguments, textOf } from './stored-arguments.ts';

/** The maximum delay, in milliseconds, with which a host claims a name: the more actors it has, the later. */
const COURTESY_MS = 50;

/** The delay before a failed write is repeated, in milliseconds. */
const SETTLE_MS = 500;

/** The delay before a change of free slots is published, in milliseconds, so that several changes are published at once. */
const FACTS_MS = 50;

/** The parts of a host in a cluster. */
export interface HostPlace {
  readonly id: string;
  readonly namespace: string;
  readonly machine: string;
  readonly registry: Registry;
  readonly seal: Seal;
  readonly clock: Clock;
  readonly ttlMs: number;
  readonly random?: () => number;
}

/**
 * The names of one host: claims them for callers, tells its actors how long they may begin calls, restarts actors that ended, and
 * takes over the names of lost hosts. There is no election: suitable hosts try, and a single write succeeds.
 */
export class HostNames implements NameKeeper {
  readonly #place: HostPlace;
  readonly #lease: Lease;
  readonly #held = new Map<string, HeldName>();
  readonly #restarts = new Restarts();
  /** Names that are being taken over, or will be tried again later. */
  readonly #trying = new Set<string>();
  readonly #timers = new Set<() => void>();
  /** The number of names that are being taken over. */
  #taking = 0;
  #host: KeptHost | undefined;
  #table: NameTable | undefined;
  #watch: HostWatch | undefined;
  /** The life of the lease under which this host has joined. */
  #joined: string | undefined;
  /** When the last confirmed write was sent. */
  #since: Moment | undefined;
  #telling = false;
  #over = false;

  constructor(place: HostPlace) {
    this.#place = place;
    const { registry, seal, ttlMs, clock } = place;
    this.#lease = new Lease(registry, seal, ttlMs, clock, {
      facts: () => this.#facts(),
      confirmed: (lease) => this.#confirmed(lease),
      lost: () => this.#lost(),
    });
  }

  attach(host: KeptHost): void {
    this.#host = host;
  }

  /**
   * Joins the cluster. If an earlier host with this id was killed, waits until its lease has expired.
   *
   * @throws {@link HostError} `NAME_TAKEN` when a host with this id runs; {@link AuthkeyError} when the hosts of the namespace have another authkey; when the registry cannot be reached.
   */
  async join(): Promise<void> {
    const { registry, seal, clock, random } = this.#place;
    const expired = await this.#lease.begin();
    if (expired !== undefined) this.#expired(expired);
    await this.#demandKey();
    this.#watch = new HostWatch(
      registry,
      seal,
      clock,
      {
        gone: (host) => this.#gone(host),
        expired: (host) => this.#expired(host),
        mayJudge: () => this.#lease.held !== undefined,
        restarted: () => this.#renewIfLapsed(),
        foreign: (id) => warnOfOtherKey(this.#place.namespace, [id]),
      },
      random,
    );
    this.#table = new NameTable(registry, seal, (name) => this.#consider(name));
    this.#tellJoined();
    this.#lookAgain();
  }

  /** Called when its own lease exists: of two hosts that join at the same time, at least one sees the other. */
  async #demandKey(): Promise<void> {
    const { id, namespace, registry, seal } = this.#place;
    const { own, foreign } = sortHosts(seal, await listHosts(registry));
    if (foreign.length === 0) return;
    if (own.every((host) => host.id === id)) throw otherKey(namespace, foreign);
    warnOfOtherKey(namespace, foreign);
  }

  #tellJoined(): void {
    const { id } = this.#place;
    this.#joined = this.#lease.held?.epoch ?? '';
    this.#publish('host', id, { id, event: 'joined' });
  }

  async claim(order: HostOrder & { readonly name: string }): Promise<NameClaim> {
    const owner = this.#owner();
    const key = keyOf(order.name);
    if (this.#trying.has(key)) throw taken(order.name);
    this.#trying.add(key);
    try {
      return await this.#claim(key, order, owner);
    } finally {
      this.#trying.delete(key);
    }
  }

  async #claim(key: string, order: HostOrder & { readonly name: string }, owner: Owner): Promise<HeldName> {
    const { registry, seal } = this.#place;
    const facts = { name: order.name, order, owner };
    const present = await registry.names.get(key);
    const read = present && readName(seal, present);
    if (present !== undefined && (read === undefined || (await this.#isWanted(read.record)))) throw taken(order.name);
    const held = await this.#write(facts, present?.revision).catch((error: unknown) => {
      throw error instanceof RevisionConflict ? taken(order.name) : error;
    });
    this.#held.set(key, held);
    return held;
  }

  async ended(ending: ActorEnding): Promise<void> {
    const { id, name, className, fate, by } = ending;
    const { exitCode, signal } = fate;
    const death: DeathEvent = { kind: 'actor', id, host: this.#place.id, name, className, exitCode, signal, by };
    this.#publish('death', id, death);
    this.#tellFacts();
    const held = name === undefined ? undefined : this.#held.get(keyOf(name));
    if (held === undefined || held.actor?.id !== id) return;
    // The code that constructs the actor updates the name.
    if (!held.running) return held.fail();
    this.#held.delete(held.key);
    const { restart = 'on-failure' } = held.facts.order.options;
    const orderly = fate.exitCode === 0;
    const unwanted = by === 'told' || restart === 'never' || (by === 'itself' && restart === 'on-failure' && orderly);
    this.#trying.add(held.key);
    if (unwanted) this.#restarts.forget(held.key);
    if (unwanted) await this.#settle(held, () => held.remove());
    else if (by === 'drained') await this.#settle(held, () => held.release());
    else this.#restartLater(held);
  }

  /** Writes that the name no longer belongs to this host: now, or when the registry is available again. */
  async #settle({ key }: Pick<HeldName, 'key'>, write: () => Promise<void>): Promise<void> {
    try {
      await write();
      this.#trying.delete(key);
    } catch {
      this.#after(SETTLE_MS, () => void this.#settle({ key }, write));
    }
  }

  async left(): Promise<void> {
    this.#over = true;
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    this.#watch?.close();
    this.#table?.close();
    const { id } = this.#place;
    await this.#lease.end().catch(() => undefined);
    this.#publish('host', id, { id, event: 'left' });
    this.#publish('death', id, { kind: 'host', id, host: id, by: 'drained' });
  }

  #facts(): HostFacts {
    const { id, machine } = this.#place;
    const host = this.#host;
    if (host === undefined) throw notHeld();
    const { pid, modules, labels, slots, free, draining } = host.report();
    return { id, machine, ...host.place(), pid, modules, labels, slots, free, draining };
  }

  /** @throws {@link HostError} `LEASE_EXPIRED` */
  #owner(): Owner {
    const { held } = this.#lease;
    if (held === undefined || this.#over) throw notHeld();
    return { host: this.#place.id, epoch: held.epoch };
  }

  async #write(facts: NameFacts, replaced: number | undefined): Promise<HeldName> {
    const { registry, seal, clock } = this.#place;
    const context: NameContext = {
      names: registry.names,
      seal,
      clock,
      storage: await registry.storage(),
      held: () => this.#lease.held,
      holdsMs: this.#lease.holdsMs,
      over: (held) => {
        if (this.#held.get(held.key) === held) this.#held.delete(held.key);
      },
    };
    return await HeldName.write(context, facts, replaced);
  }

  #confirmed(lease: HeldLease): void {
    // The host had lost its lease, and has a new one.
    if (this.#joined !== undefined && lease.epoch !== this.#joined) this.#tellJoined();
    const before = this.#since;
    this.#since = lease.since;
    if (before !== undefined && lease.since.monotonicMs - before.monotonicMs >= this.#lease.holdsMs)
      this.#watch?.allowTime();
    for (const held of this.#held.values()) {
      // An actor that has ended meanwhile needs no lease.
      held.renew(lease).catch(() => undefined);
    }
    this.#lookAgain();
  }

  /** Called when the registry replies again: after an outage, actors only wait for the lease. */
  #renewIfLapsed(): void {
    if (this.#lease.held === undefined && !this.#over) void this.#lease.renewNow();
  }

  /** Called when the lease is lost: actors already reject calls, and now their processes end too. */
  #lost(): void {
    for (const held of this.#held.values()) void held.lose().catch(() => undefined);
    this.#held.clear();
  }

  #expired({ id }: HostRecord): void {
    this.#publish('host', id, { id, event: 'lost' });
    this.#publish('death', id, { kind: 'host', id, host: id, by: 'lost' });
  }

  #gone({ id }: HostRecord): void {
    for (const name of this.#table?.names ?? []) if (name.owner?.host === id) this.#consider(name);
  }

  /** Checks all names again, for changes that were missed and names for which there was no free slot. */
  #lookAgain(): void {
    for (const name of this.#table?.names ?? []) this.#consider(name);
  }

  /** Whether another host has that name, as far as this process knows. The table alone does not show this host's own names. */
  #seemsOwned({ owner }: KnownName): boolean {
    return owner !== undefined && owner.host !== this.#place.id && this.#watch?.holds(owner) === true;
  }

  /** Tries to take a name over, unless a host has it or this host has no free slot. */
  #consider(name: KnownName): void {
    const { key } = name;
    if (this.#trying.has(key) || this.#held.has(key) || this.#over) return;
    if (this.#seemsOwned(name) || !this.#hasRoomFor(name.needs)) return;
    const { slots = 1, free = 1 } = this.#host?.report() ?? {};
    const random = this.#place.random ?? Math.random;
    const failures = name.failures + (this.#restarts.failedHere(key) ? 1 : 0);
    const waitMs = restartDelayMs(failures) + (random() + (slots - free) / slots) * COURTESY_MS;
    this.#trying.add(key);
    this.#after(waitMs, () => void this.#take(key));
  }

  #hasRoomFor(needs: Needs): boolean {
    const host = this.#host?.report();
    if (host === undefined || host.draining || host.free <= this.#taking || this.#lease.held === undefined)
      return false;
    const { labels, modules } = host;
    return modules.includes(needs.module) && Object.entries(needs.label).every(([key, value]) => labels[key] === value);
  }

  async #take(key: string): Promise<void> {
    const known = this.#table?.get(key);
    if (known === undefined || this.#seemsOwned(known) || !this.#hasRoomFor(known.needs)) {
      this.#trying.delete(key);
      return;
    }
    this.#taking++;
    try {
      const entry = await this.#place.registry.names.get(key);
      const read = entry && readName(this.#place.seal, entry);
      if (read === undefined || (await this.#isOwned(read.record))) return;
      if (await this.#isWanted(read.record)) await this.#restore(await this.#claimAgain(read), read.record);
      else await this.#place.registry.names.delete(key, read.revision);
    } catch {
      // Another host was first, or the registry is unavailable: the next check shows which.
    } finally {
      this.#taking--;
      this.#trying.delete(key);
    }
  }

  async #claimAgain({ key, revision, record }: Read<NameRecord>): Promise<HeldName> {
    const { place: _place, nonce: _nonce, ...facts } = record;
    const held = await this.#write({ ...facts, owner: this.#owner() }, revision);
    this.#held.set(key, held);
    return held;
  }

  /** Whether the host in a record still has its lease. Asks the registry, because this process's knowledge may be outdated. */
  async #isOwned({ name, owner }: NameRecord): Promise<boolean> {
    if (owner === undefined) return false;
    // A write with a lost reply may have claimed it for this host, without further effect.
    if (owner.host === this.#place.id) return this.#held.has(keyOf(name));
    const entry = await this.#place.registry.hosts.get(owner.host);
    const host = entry && readHost(this.#place.seal, entry);
    return host?.record.epoch === owner.epoch;
  }

  /** Whether the actor of a name runs, or must be restarted. */
  async #isWanted(record: NameRecord): Promise<boolean> {
    if (await this.#isOwned(record)) return true;
    const { args, order, owner } = record;
    // Without arguments, the actor was never constructed; with an owner that is gone, it has failed.
    return args !== undefined && (owner === undefined || order.options.restart !== 'never');
  }

  async #restore(held: HeldName, { order, args = '' }: Pick<NameRecord, 'order' | 'args'>): Promise<void> {
    const { key } = held;
    try {
      await this.#host?.restore(order, await decodeArguments(args), held);
      this.#restarts.forget(key);
    } catch (error) {
      // All hosts wait for a while, and this one for longer, because another host may succeed.
      if (this.#lease.held !== undefined) {
        const what = `'${held.facts.name}' cannot be restarted on the host '${this.#place.id}'`;
        this.#restarts.failed(key, `${what}: ${textOf(error)}`);
        held.countFailure();
      }
      await held.release();
    }
  }

  /** Restarts an actor on this host after a delay, which grows with the number of its ends. */
  #restartLater(held: HeldName): void {
    held.countFailure();
    this.#trying.add(held.key);
    this.#after(restartDelayMs(held.facts.failures), () => void this.#restart(held));
  }

  async #restart(held: HeldName): Promise<void> {
    const { key, facts } = held;
    try {
      if (!this.#hasRoomFor(facts.order)) {
        await held.release();
        return;
      }
      const next = await held.next(this.#owner());
      this.#held.set(key, next);
      await this.#restore(next, facts);
    } catch {
      // Another host has the name by now, or the registry is unavailable; then the name is checked when it is back.
    } finally {
      this.#trying.delete(key);
    }
  }

  #after(ms: number, act: () => void): void {
    const cancel = this.#place.clock.after(ms, () => {
      this.#timers.delete(cancel);
      act();
    });
    this.#timers.add(cancel);
  }

  /** Publishes the number of free slots after a short delay. */
  #tellFacts(): void {
    if (this.#telling || this.#over) return;
    this.#telling = true;
    this.#after(FACTS_MS, () => {
      this.#telling = false;
      void this.#lease.renewNow();
    });
  }

  #publish(kind: 'death' | 'host', id: string, event: object): void {
    const { registry, seal } = this.#place;
    registry.publish(kind, id, seal.close(`${kind}/${id}`, event));
  }
}
