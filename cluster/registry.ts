/**
 * What a cluster needs to share: records that change by compare-and-set, and events. `nats-registry.ts` keeps them in JetStream; tests bring
 * a registry in memory, which loses replies and data.
 */

/** A record and its revision: a number that grows with each change in its bucket. */
export interface Entry {
  readonly key: string;
  readonly value: Uint8Array;
  readonly revision: number;
}

/** A record, and how long ago it was written, by the registry's own clock. */
export interface AgedEntry extends Entry {
  readonly ageMs: number;
}

/** What becomes of the records that are watched. */
export interface BucketWatcher {
  /** All present records come next, whatever was said before: the watch has begun, or begun again after a break. */
  restarted(): void;
  changed(entry: Entry): void;
  deleted(key: string): void;
}

/** Records under keys. Every change but the first names the revision that it replaces. */
export interface Bucket {
  /** The present record, as the last change left it: never an older one. */
  get(key: string): Promise<Entry | undefined>;
  /**
   * @returns the revision.
   * @throws {@link RevisionConflict} when there is one already. After any other error it may have been created all the same.
   */
  create(key: string, value: Uint8Array): Promise<number>;
  /**
   * @returns the revision.
   * @throws {@link RevisionConflict} when the record has another revision, or is gone. After any other error it may have been changed.
   */
  update(key: string, value: Uint8Array, revision: number): Promise<number>;
  /** @throws the same as {@link Bucket.update}. */
  delete(key: string, revision: number): Promise<void>;
  entries(): Promise<readonly AgedEntry[]>;
  /** @param key - The only record to watch. Default: all. */
  watch(watcher: BucketWatcher, key?: string): () => void;
}

/** The shared part of a cluster. */
export interface Registry {
  /** A record for each host that lives. */
  readonly hosts: Bucket;
  /** A record for each name. */
  readonly names: Bucket;
  /** Which life of the storage this is, a whole number: a larger one after its data was lost. */
  storage(): Promise<number>;
  /** Notifies all present subscribers. Arrival is not confirmed. */
  publish(kind: string, id: string, message: Uint8Array): void;
  subscribe(kind: string, listener: (id: string, message: Uint8Array) => void): () => void;
  close(): Promise<void>;
}

/** A record was not at the revision that a change names. */
export class RevisionConflict extends Error {
  override name = 'RevisionConflict';
}
