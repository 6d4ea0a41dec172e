/**
 * The shared state of a cluster: records that change by compare-and-set, and events. `nats-registry.ts` keeps them in JetStream;
 * tests use a registry in memory that loses replies and data.
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

/** Receives the changes of watched records. */
export interface BucketWatcher {
  /** Called when the watch begins, and again after a break: all present records follow, whatever was reported before. */
  restarted(): void;
  changed(entry: Entry): void;
  deleted(key: string): void;
}

/** Records under keys. Every change but the first names the revision that it replaces. */
export interface Bucket {
  /** Returns the present record, never an older one. */
  get(key: string): Promise<Entry | undefined>;
  /**
   * Creates a record.
   *
   * @returns the revision.
   * @throws {@link RevisionConflict} when it already exists. After any other error it may have been created.
   */
  create(key: string, value: Uint8Array): Promise<number>;
  /**
   * Replaces a record.
   *
   * @returns the revision.
   * @throws {@link RevisionConflict} when the record has another revision, or is gone. After any other error it may have been
   * changed.
   */
  update(key: string, value: Uint8Array, revision: number): Promise<number>;
  /**
   * Deletes a record.
   *
   * @throws the errors of {@link Bucket.update}.
   */
  delete(key: string, revision: number): Promise<void>;
  entries(): Promise<readonly AgedEntry[]>;
  /**
   * Watches records. Returns a function that ends this.
   *
   * @param key - The only record to watch. Default: all.
   */
  watch(watcher: BucketWatcher, key?: string): () => void;
}

/** The shared part of a cluster. */
export interface Registry {
  /** One record per living host. */
  readonly hosts: Bucket;
  /** One record per name. */
  readonly names: Bucket;
  /** Returns the number of the storage's present life, which increases when its data is lost. */
  storage(): Promise<number>;
  /** Notifies all present subscribers. Arrival is not confirmed. */
  publish(kind: string, id: string, message: Uint8Array): void;
  subscribe(kind: string, listener: (id: string, message: Uint8Array) => void): () => void;
  close(): Promise<void>;
}

/** A record did not have the revision that a change names. */
export class RevisionConflict extends Error {
  override name = 'RevisionConflict';
}
