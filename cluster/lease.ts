import { elapsedMs, HostError, type Moment, momentOf } from '../index.ts';
import type { Clock } from './clock.ts';
import { freshNonce, type HostRecord, readHost, sealHost } from './records.ts';
import { type Bucket, type Registry, RevisionConflict } from './registry.ts';
import type { Seal } from './seal.ts';

/** The part of its time after which a lease is no longer held, counted from when its last renewal was sent. */
export const FENCED_AT = 0.65;

/** The number of renewals in the time of a lease. */
const RENEWALS = 4;

/**
 * How much longer than its time a host that starts waits for the lease of an earlier host with its id, in milliseconds: other hosts
 * delete it first, and report that.
 */
const LATE_MS = 500;

/** The factor by which an unanswered renewal is repeated sooner. */
const HASTE = 4;

/** The other facts in a host's record. */
export type HostFacts = Omit<HostRecord, 'epoch' | 'nonce' | 'ttlMs'>;

/** A lease that a host holds. */
export interface HeldLease {
  /** The identity of this life of the lease. */
  readonly epoch: string;
  /** When the last confirmed write was sent. */
  readonly since: Moment;
}

/** The host that holds a lease. */
export interface LeaseHolder {
  /** Returns the facts for the next write of the record. */
  facts(): HostFacts;
  /** Called when a write has confirmed the lease. */
  confirmed(lease: HeldLease): void;
  /** Called when the lease may have been deleted: other hosts may take over the names. */
  lost(): void;
}

type State =
  | { readonly is: 'held'; readonly epoch: string; readonly revision: number; readonly since: Moment }
  /** Never held, lost, or released. */
  | { readonly is: 'none' };

/**
 * The lease of one host: a record that the host renews. Other hosts delete it when it was not renewed in time, by their own
 * clocks, and then take the host's names. The host itself stops beginning calls of named actors well before that.
 */
export class Lease {
  readonly #registry: Registry;
  readonly #seal: Seal;
  readonly #ttlMs: number;
  readonly #clock: Clock;
  readonly #holder: LeaseHolder;
  #state: State = { is: 'none' };
  /** The writes of this life with unknown outcome, by nonce, with the times when they were sent. */
  readonly #pending = new Map<string, Moment>();
  #renewal: (() => void) | undefined;
  #writing: Promise<void> | undefined;
  /** The write after the present one. */
  #following: Promise<void> | undefined;
  #closed = false;

  constructor(registry: Registry, seal: Seal, ttlMs: number, clock: Clock, holder: LeaseHolder) {
    this.#registry = registry;
    this.#seal = seal;
    this.#ttlMs = ttlMs;
    this.#clock = clock;
    this.#holder = holder;
  }

  /** How long actors may begin calls after a confirmed write, in milliseconds. */
  get holdsMs(): number {
    return this.#ttlMs * FENCED_AT;
  }

  /** The present life of the lease; `undefined` when it is not held, or not certainly held. */
  get held(): HeldLease | undefined {
    const state = this.#state;
    if (state.is !== 'held' || elapsedMs(state.since, this.#clock) >= this.holdsMs) return undefined;
    return state;
  }

  /**
   * Begins the lease. If an earlier host with the same id was killed, waits until its lease has expired.
   *
   * @returns the record of that host, if this process deleted it; otherwise another host has deleted it.
   * @throws {@link HostError} `NAME_TAKEN` when another host with the id runs; any error when the registry cannot be reached.
   */
  async begin(): Promise<HostRecord | undefined> {
    let expired: HostRecord | undefined;
    try {
      expired = await this.#createAfter();
    } catch (error) {
      throw error instanceof RevisionConflict ? this.#idTaken(error) : error;
    }
    this.#renewLater();
    return expired;
  }

  /** Writes the facts now, rather than with the next renewal. A write in progress may have older ones: another one follows it. */
  async renewNow(): Promise<void> {
    if (this.#writing === undefined) {
      this.#writing = this.#renew().finally(() => {
        this.#writing = undefined;
      });
      await this.#writing;
      return;
    }
    this.#following ??= this.#renewAfter(this.#writing);
    await this.#following;
  }

  async #renewAfter(writing: Promise<void>): Promise<void> {
    await writing;
    this.#following = undefined;
    if (!this.#closed) await this.renewNow();
  }

  /** Releases the lease: other hosts may take the names at once. */
  async end(): Promise<void> {
    this.#closed = true;
    this.#renewal?.();
    await this.#writing;
    const state = this.#state;
    this.#state = { is: 'none' };
    if (state.is !== 'held') return;
    const { hosts } = this.#registry;
    const { id } = this.#holder.facts();
    await hosts.delete(id, state.revision).catch(async () => {
      // A renewal with a lost reply came first, or the record is gone.
      const present = await this.#present(hosts);
      if (present !== undefined && this.#pending.has(present.record.nonce)) await hosts.delete(id, present.revision);
    });
  }

  async #createAfter(): Promise<HostRecord | undefined> {
    try {
      await this.#create();
      return undefined;
    } catch (error) {
      if (!(error instanceof RevisionConflict)) throw error;
      const expired = await this.#outlast(error);
      await this.#create();
      return expired;
    }
  }

  /**
   * Waits until the lease of an earlier host with this id is gone or has expired, counted by this process's clock from now on, and then
   * deletes it.
   *
   * @throws {@link RevisionConflict} when that host renews it, or has another authkey.
   */
  async #outlast(conflict: RevisionConflict): Promise<HostRecord | undefined> {
    const { hosts } = this.#registry;
    const key = this.#holder.facts().id;
    const entry = await hosts.get(key);
    if (entry === undefined) return undefined;
    const record = readHost(this.#seal, entry)?.record;
    if (record === undefined) throw conflict;
    let since = this.#clock.monotonicMs();
    while (this.#clock.monotonicMs() - since < record.ttlMs + LATE_MS) {
      await this.#passed(record.ttlMs / RENEWALS);
      const present = await hosts.get(key).catch(() => 'unknown' as const);
      if (this.#closed) throw this.#endedEarly();
      if (present === undefined) return undefined;
      // While the registry is unavailable, that host could not renew its lease either.
      if (present === 'unknown') since = this.#clock.monotonicMs();
      else if (present.revision !== entry.revision) throw conflict;
    }
    await hosts.delete(key, entry.revision);
    return record;
  }

  async #passed(ms: number): Promise<void> {
    await new Promise<void>((resolve) => void this.#clock.after(ms, resolve));
  }

  #endedEarly(): HostError {
    const { id } = this.#holder.facts();
    return new HostError(
      `the host '${id}' was ended while it waited until the lease of an earlier host '${id}' expires`,
      {
        code: 'DRAINING',
      },
    );
  }

  #idTaken(cause: RevisionConflict): HostError {
    return new HostError(
      `the cluster already has a host '${this.#holder.facts().id}', which runs, or has another authkey: give this host another id, or ` +
        'check its authkey',
      { code: 'NAME_TAKEN', cause },
    );
  }

  async #create(): Promise<void> {
    const since = momentOf(this.#clock);
    const storage = await this.#registry.storage();
    const nonce = freshNonce();
    const epoch = `${storage}.${nonce}`;
    const { hosts } = this.#registry;
    this.#pending.set(nonce, since);
    const facts = this.#holder.facts();
    const value = sealHost(this.#seal, { ...facts, epoch, nonce, ttlMs: this.#ttlMs });
    let revision: number;
    try {
      revision = await hosts.create(facts.id, value);
    } catch (error) {
      const present = await this.#present(hosts);
      if (present?.record.nonce !== nonce) throw error;
      revision = present.revision;
    }
    this.#confirm({ epoch, revision, since });
  }

  #confirm({ epoch, revision, since }: { epoch: string; revision: number; since: Moment }): void {
    this.#pending.clear();
    this.#state = { is: 'held', epoch, revision, since };
    this.#holder.confirmed({ epoch, since });
  }

  #renewLater(): void {
    this.#renewal?.();
    if (this.#closed) return;
    const ms = this.#ttlMs / RENEWALS;
    this.#renewal = this.#clock.after(this.#pending.size === 0 ? ms : ms / HASTE, () => {
      void this.renewNow().then(() => this.#renewLater());
    });
  }

  async #renew(): Promise<void> {
    const state = this.#state;
    try {
      if (state.is === 'held') await this.#update(state);
      else if (!this.#closed) await this.#create();
    } catch {
      // The registry is unavailable: the next renewal tries again, and until then the lease runs out.
    }
  }

  async #update({ epoch, revision }: State & { readonly is: 'held' }): Promise<void> {
    const { hosts } = this.#registry;
    const since = momentOf(this.#clock);
    const nonce = freshNonce();
    const facts = this.#holder.facts();
    this.#pending.set(nonce, since);
    try {
      const value = sealHost(this.#seal, { ...facts, epoch, nonce, ttlMs: this.#ttlMs });
      this.#confirm({ epoch, revision: await hosts.update(facts.id, value, revision), since });
    } catch (error) {
      // The write may have succeeded, or an earlier one with a lost reply may have intervened.
      const present = await this.#present(hosts);
      const sent = present && this.#pending.get(present.record.nonce);
      if (present !== undefined && sent !== undefined) {
        this.#confirm({ epoch, revision: present.revision, since: sent });
        return;
      }
      if (present?.revision === revision && !(error instanceof RevisionConflict)) return;
      this.#pending.clear();
      this.#state = { is: 'none' };
      this.#holder.lost();
    }
  }

  async #present(hosts: Bucket): Promise<ReturnType<typeof readHost>> {
    const entry = await hosts.get(this.#holder.facts().id);
    return entry && readHost(this.#seal, entry);
  }
}
