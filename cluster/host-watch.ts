import type { Clock } from './clock.ts';
import { type HostRecord, type Owner, type Read, readHost } from './records.ts';
import { type Entry, type Registry, RevisionConflict } from './registry.ts';
import type { Seal } from './seal.ts';

/** The maximum additional delay before an expired lease is deleted, in milliseconds, so that not all hosts do so at once. */
const SPREAD_MS = 100;

/** A host, and when this process first saw its present record. */
interface Seen {
  readonly host: Read<HostRecord>;
  readonly cancel: () => void;
}

/** Receives changes of a cluster's hosts. */
export interface HostWatcher {
  /** Called when a host has no lease any more, or a new one. */
  gone(host: HostRecord): void;
  /** Called when this process has deleted the host's expired lease. */
  expired(host: HostRecord): void;
  /** Whether this process holds its own lease: otherwise the registry may be unavailable, rather than the hosts. */
  mayJudge(): boolean;
  /** Called when the registry replies, perhaps after an outage. */
  restarted(): void;
  /** Called once when a host with that id renews a lease under another authkey. */
  foreign(id: string): void;
}

/**
 * Watches the leases of all hosts, and deletes those that were not renewed in time. Times are measured by this process's clock
 * from when it saw the record, so clocks need not agree. A concurrent renewal either succeeds or fails as a whole, because both
 * name the revision.
 */
export class HostWatch {
  readonly #registry: Registry;
  readonly #seal: Seal;
  readonly #clock: Clock;
  readonly #watcher: HostWatcher;
  readonly #random: () => number;
  readonly #seen = new Map<string, Seen>();
  /** Records with another key, with the revision that was seen first. */
  readonly #foreigners = new Map<string, number | 'told'>();
  readonly #stop: () => void;

  constructor(registry: Registry, seal: Seal, clock: Clock, watcher: HostWatcher, random: () => number = Math.random) {
    this.#registry = registry;
    this.#seal = seal;
    this.#clock = clock;
    this.#watcher = watcher;
    this.#random = random;
    this.#stop = registry.hosts.watch({
      // During a break no host could renew either, so every host gets its full time again.
      restarted: () => {
        this.#forgetAll();
        watcher.restarted();
      },
      changed: (entry) => this.#changed(entry),
      deleted: (key) => this.#gone(key),
    });
  }

  /** Whether that life of a host's lease is held, as far as this process knows. */
  holds({ host, epoch }: Owner): boolean {
    return this.#seen.get(host)?.host.record.epoch === epoch;
  }

  /** Gives every host its full time again, because none could renew while the registry was unavailable. */
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
    // Records with another key are deleted by their own cluster.
    if (host === undefined) return this.#foreign(entry);
    const before = this.#seen.get(entry.key);
    if (before !== undefined && before.host.record.epoch !== host.record.epoch) this.#gone(entry.key);
    before?.cancel();
    this.#await(host, host.record.ttlMs + this.#random() * SPREAD_MS);
  }

  /** A record that changes belongs to a living host; one that does not may be left over from a killed host. */
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
      // The lease was renewed or deleted, which the watch will report, or the registry is unavailable.
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
