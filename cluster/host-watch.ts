import type { Clock } from './clock.ts';
import { type HostRecord, type Owner, type Read, readHost } from './records.ts';
import { type Entry, type Registry, RevisionConflict } from './registry.ts';
import type { Seal } from './seal.ts';

/** How much later than its time a lease is deleted at most, so that not all hosts do it at once. */
const SPREAD_MS = 100;

/** A host, and since when this process knows its present record. */
interface Seen {
  readonly host: Read<HostRecord>;
  readonly cancel: () => void;
}

/** What is to be done about the hosts of a cluster. */
export interface HostWatcher {
  /** A host has no lease any more, or another one. */
  gone(host: HostRecord): void;
  /** This process has taken the lease from it. */
  expired(host: HostRecord): void;
  /** Whether this process holds its own lease: without, it may be the registry that is silent, and not the hosts. */
  mayJudge(): boolean;
  /** The registry answers, maybe again. */
  restarted(): void;
  /** A host of that id renews a lease under another authkey. Told once. */
  foreign(id: string): void;
}

/**
 * Watches the leases of all hosts, and deletes those that have not changed for their time: by the clock of this process, from when it saw
 * the record, so that no two clocks have to agree. A renewal in the same moment wins or loses as a whole, because both name the revision.
 */
export class HostWatch {
  readonly #registry: Registry;
  readonly #seal: Seal;
  readonly #clock: Clock;
  readonly #watcher: HostWatcher;
  readonly #random: () => number;
  readonly #seen = new Map<string, Seen>();
  /** Records of another key, by the revision that was seen first. */
  readonly #foreigners = new Map<string, number | 'told'>();
  readonly #stop: () => void;

  constructor(registry: Registry, seal: Seal, clock: Clock, watcher: HostWatcher, random: () => number = Math.random) {
    this.#registry = registry;
    this.#seal = seal;
    this.#clock = clock;
    this.#watcher = watcher;
    this.#random = random;
    this.#stop = registry.hosts.watch({
      // While it was broken nobody could renew, either: every host gets its time again.
      restarted: () => {
        this.#forgetAll();
        watcher.restarted();
      },
      changed: (entry) => this.#changed(entry),
      deleted: (key) => this.#gone(key),
    });
  }

  /** Whether that life of a host's lease is held, as far as this process has heard. */
  holds({ host, epoch }: Owner): boolean {
    return this.#seen.get(host)?.host.record.epoch === epoch;
  }

  /** Every host gets its time again: the registry was away, and none could renew. */
  allowTime(): void {
    for (const { host, cancel } of this.#seen.values()) {
      cancel();
      this.#await(host, host.record.ttlMs);
    }
  }

  close(): void {
    this.#stop();
    this.#forgetAll();
  }

  #forgetAll(): void {
    for (const { cancel } of this.#seen.values()) cancel();
    this.#seen.clear();
  }

  #changed(entry: Entry): void {
    const host = readHost(this.#seal, entry);
    // Records of another key are another cluster's to delete.
    if (host === undefined) return this.#foreign(entry);
    const before = this.#seen.get(entry.key);
    if (before !== undefined && before.host.record.epoch !== host.record.epoch) this.#gone(entry.key);
    before?.cancel();
    this.#await(host, host.record.ttlMs + this.#random() * SPREAD_MS);
  }

  /** One that changes is a host's that lives; one that does not may be what a killed host has left. */
  #foreign({ key, revision }: Entry): void {
    const first = this.#foreigners.get(key);
    if (first === undefined) this.#foreigners.set(key, revision);
    if (first === undefined || first === 'told' || first === revision) return;
    this.#foreigners.set(key, 'told');
    this.#watcher.foreign(key);
  }

  #await(host: Read<HostRecord>, ms: number): void {
    const cancel = this.#clock.after(ms, () => void this.#expire(host));
    this.#seen.set(host.key, { host, cancel });
  }

  async #expire(host: Read<HostRecord>): Promise<void> {
    if (this.#seen.get(host.key)?.host !== host) return;
    if (!this.#watcher.mayJudge()) return this.#await(host, host.record.ttlMs / 4);
    try {
      await this.#registry.hosts.delete(host.key, host.revision);
    } catch (error) {
      if (this.#seen.get(host.key)?.host !== host) return;
      // It was renewed, and the watch will say so, or somebody else has deleted it; or the registry is away.
      this.#await(host, error instanceof RevisionConflict ? host.record.ttlMs : host.record.ttlMs / 4);
      return;
    }
    this.#watcher.expired(host.record);
    if (this.#seen.get(host.key)?.host === host) this.#gone(host.key);
  }

  #gone(key: string): void {
    const seen = this.#seen.get(key);
    if (seen === undefined) return;
    seen.cancel();
    this.#seen.delete(key);
    this.#watcher.gone(seen.host.record);
  }
}
