import { elapsedMs, HostError, type Moment, momentOf } from '../index.ts';
import type { Clock } from './clock.ts';
import { freshNonce } from './own-write.ts';
import { type HostRecord, readHost, sealHost } from './records.ts';
import { type Bucket, type Registry, RevisionConflict } from './registry.ts';
import type { Seal } from './seal.ts';

/** After which part of its time a lease is held no longer, counted from when its last renewal was sent. */
export const FENCED_AT = 0.65;

/** How many renewals fall into the time of a lease. */
const RENEWALS = 4;

/** How much sooner one that was not answered is tried again. */
const HASTE = 4;

/** What a host says of itself besides. */
export type HostFacts = Omit<HostRecord, 'epoch' | 'nonce' | 'ttlMs'>;

/** A lease that a host holds. */
export interface HeldLease {
  /** One life of it. */
  readonly epoch: string;
  /** When the last write was sent that confirmed it. */
  readonly since: Moment;
}

/** What a lease is held for. */
export interface LeaseHolder {
  /** What the record says from the next write on. */
  facts(): HostFacts;
  /** It was confirmed by a write. */
  confirmed(lease: HeldLease): void;
  /** It is another process's to give now: names may be taken over. */
  lost(): void;
}

type State =
  | { readonly is: 'held'; readonly epoch: string; readonly revision: number; readonly since: Moment }
  /** It was never held, was lost, or was given back. */
  | { readonly is: 'none' };

/**
 * The lease of one host: a record that it renews. Others delete it when it has not changed for its time, by their own clocks, and then take
 * the host's names; the host itself begins no call of a named actor from a good while before that on.
 */
export class Lease {
  readonly #registry: Registry;
  readonly #seal: Seal;
  readonly #ttlMs: number;
  readonly #clock: Clock;
  readonly #holder: LeaseHolder;
  #state: State = { is: 'none' };
  /** The writes of this life whose outcome is unknown, by nonce, and when they were sent. */
  readonly #pending = new Map<string, Moment>();
  #renewal: (() => void) | undefined;
  #writing: Promise<void> | undefined;
  #closed = false;

  constructor(registry: Registry, seal: Seal, ttlMs: number, clock: Clock, holder: LeaseHolder) {
    this.#registry = registry;
    this.#seal = seal;
    this.#ttlMs = ttlMs;
    this.#clock = clock;
    this.#holder = holder;
  }

  /** For how long a confirmed write lets actors begin calls, in milliseconds. */
  get holdsMs(): number {
    return this.#ttlMs * FENCED_AT;
  }

  /** The life of the lease, if it is held at this moment; `undefined` when it is not, or not for certain. */
  get held(): HeldLease | undefined {
    const state = this.#state;
    if (state.is !== 'held' || elapsedMs(state.since, this.#clock) >= this.holdsMs) return undefined;
    return state;
  }

  /** @throws {@link HostError} `NAME_TAKEN` when another host has the id; any error when the registry cannot be reached. */
  async begin(): Promise<void> {
    try {
      await this.#create();
    } catch (error) {
      throw error instanceof RevisionConflict ? this.#idTaken(error) : error;
    }
    this.#renewLater();
  }

  /** Writes the facts now, and not with the next renewal. */
  async renewNow(): Promise<void> {
    this.#writing ??= this.#renew().finally(() => {
      this.#writing = undefined;
    });
    await this.#writing;
  }

  /** Gives it back: others may take the names at once. */
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
      // A renewal whose reply was lost came first; or it is gone.
      const present = await this.#present(hosts);
      if (present !== undefined && this.#pending.has(present.record.nonce)) await hosts.delete(id, present.revision);
    });
  }

  #idTaken(cause: RevisionConflict): HostError {
    return new HostError(
      `the records of the cluster have a host '${this.#holder.facts().id}': one that runs, one that was killed less than ${this.#ttlMs} ms ago, ` +
        'or one of another authkey. Wait that long, give this host another id, or check its authkey',
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
      // The registry is away: the next renewal tries again, and until then the clock counts against us.
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
      // It may have been done, or an earlier one whose reply was lost may have come in between.
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
