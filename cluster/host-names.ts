import type { ActorEnding, HostOrder, KeptHost, Moment, NameClaim, NameKeeper } from '../index.ts';
import type { Clock } from './clock.ts';
import type { DeathEvent } from './events.ts';
import { HeldName, type NameContext, notHeld, taken } from './held-name.ts';
import { HostWatch } from './host-watch.ts';
import { type HeldLease, Lease } from './lease.ts';
import { type KnownName, NameTable, type Needs } from './name-table.ts';
import { type HostRecord, keyOf, type NameRecord, type Owner, type Read, readHost, readName } from './records.ts';
import { type Registry, RevisionConflict } from './registry.ts';
import { restartDelayMs, Restarts } from './restarts.ts';
import type { Seal } from './seal.ts';
import { otherKey, sortHosts, warnOfOtherKey } from './seen-hosts.ts';
import { decodeArguments } from './stored-arguments.ts';

/** By how much a host with many actors is later to claim a name than one with few. */
const COURTESY_MS = 50;

/** How long a write waits that the registry did not take. */
const SETTLE_MS = 500;

/** Several changes of free slots are told at once. */
const FACTS_MS = 50;

/** What a host of a cluster is made of. */
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
 * The names of one host: claims them for callers, tells its actors how long they may begin calls, starts again what ended, and takes over
 * the names of hosts that are gone. No host is elected: those that have room and labels try, and one write of them is the first.
 */
export class HostNames implements NameKeeper {
  readonly #place: HostPlace;
  readonly #lease: Lease;
  readonly #held = new Map<string, HeldName>();
  readonly #restarts = new Restarts();
  /** Names that are being taken over, or will be tried again later. */
  readonly #trying = new Set<string>();
  readonly #timers = new Set<() => void>();
  /** How many names are being taken over. */
  #taking = 0;
  #host: KeptHost | undefined;
  #table: NameTable | undefined;
  #watch: HostWatch | undefined;
  /** The life of the lease with which this host has joined. */
  #joined: string | undefined;
  /** When the last write was sent that confirmed it. */
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
   * Joins the cluster.
   *
   * @throws {@link AuthkeyError} when the hosts of the namespace have another authkey; when the registry cannot be reached.
   */
  async join(): Promise<void> {
    const { registry, seal, clock, random } = this.#place;
    await this.#lease.begin();
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

  /** Its own lease is there by now: of two hosts that join at the same time, one at least sees the other. */
  async #demandKey(): Promise<void> {
    const { id, namespace, registry, seal } = this.#place;
    const { own, foreign } = sortHosts(seal, await registry.hosts.entries());
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
    // Who has it built puts the name in order.
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

  /** Has the record say that the name is this host's no more: now, or when the registry is back. */
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

  #facts(): Omit<HostRecord, 'epoch' | 'nonce' | 'ttlMs'> {
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

  async #write(facts: Omit<NameRecord, 'nonce'>, replaced: number | undefined): Promise<HeldName> {
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
    // Its lease was lost, and it is back.
    if (this.#joined !== undefined && lease.epoch !== this.#joined) this.#tellJoined();
    const before = this.#since;
    this.#since = lease.since;
    if (before !== undefined && lease.since.monotonicMs - before.monotonicMs >= this.#lease.holdsMs)
      this.#watch?.allowTime();
    for (const held of this.#held.values()) {
      // One that has ended meanwhile needs none.
      held.renew(lease).catch(() => undefined);
    }
    this.#lookAgain();
  }

  /** The registry answers again: after an outage the actors wait for nothing but the lease. */
  #renewIfLapsed(): void {
    if (this.#lease.held === undefined && !this.#over) void this.#lease.renewNow();
  }

  /** Their calls are refused already; now the processes end, too. */
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

  /** Names that nobody has told of, or that found no room when they were looked at. */
  #lookAgain(): void {
    for (const name of this.#table?.names ?? []) this.#consider(name);
  }

  /** Whether another host has that name, as far as this process has heard. What this one has is not in the table alone. */
  #seemsOwned({ owner }: KnownName): boolean {
    return owner !== undefined && owner.host !== this.#place.id && this.#watch?.holds(owner) === true;
  }

  /** Tries to take a name over, unless it is somebody's or this host has no room for it. */
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
      // Another host was first, or the registry is away: the next look says which.
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

  /** Whether the host that a record names still has its lease: by the registry's own word, not by what this process has heard. */
  async #isOwned({ name, owner }: NameRecord): Promise<boolean> {
    if (owner === undefined) return false;
    // A write whose reply was lost made it this host's, and nothing came of that.
    if (owner.host === this.#place.id) return this.#held.has(keyOf(name));
    const entry = await this.#place.registry.hosts.get(owner.host);
    const host = entry && readHost(this.#place.seal, entry);
    return host?.record.epoch === owner.epoch;
  }

  /** Whether the actor of a name is somewhere, or is to be started again. */
  async #isWanted(record: NameRecord): Promise<boolean> {
    if (await this.#isOwned(record)) return true;
    const { args, order, owner } = record;
    // Without arguments it was never built; with an owner that is gone it has failed.
    return args !== undefined && (owner === undefined || order.options.restart !== 'never');
  }

  async #restore(held: HeldName, { order, args = '' }: Pick<NameRecord, 'order' | 'args'>): Promise<void> {
    const { key } = held;
    try {
      await this.#host?.restore(order, await decodeArguments(args), held);
      this.#restarts.forget(key);
    } catch (error) {
      // All hosts leave it alone for a while, and this one for longer: it may do better elsewhere.
      if (this.#lease.held !== undefined) {
        const what = `'${held.facts.name}' cannot be restarted on the host '${this.#place.id}'`;
        this.#restarts.failed(key, `${what}: ${String(error)}`);
        held.countFailure();
      }
      await held.release();
    }
  }

  /** Starts an actor again that was on this host: after a while, the longer the more often it has ended. */
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
      // The name is another host's by now, or the registry is away; then the name is looked at when it is back.
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

  /** Has the record say how many slots are free, soon. */
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
