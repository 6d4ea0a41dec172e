import { setTimeout as delay } from 'node:timers/promises';
import type { KV, KvEntry, KvWatchEntry } from '@nats-io/kv';
import type { BucketWatcher, Entry } from './registry.ts';

/** The delay before a watch that could not begin tries again, in milliseconds. */
const RETRY_MS = 250;

export function entryOf({ key, value, revision }: KvEntry | KvWatchEntry): Entry {
  return { key, value, revision };
}

type WatchIterator = Awaited<ReturnType<KV['watch']>>;

/** A watch that continues, whatever happens to the broker. */
export class KvWatch {
  readonly #begin: () => Promise<WatchIterator>;
  readonly #watcher: BucketWatcher;
  readonly #failed: (error: unknown) => Promise<void>;
  readonly #stopped = new AbortController();
  /** Resolves when it has ended after {@link KvWatch.stop}. */
  readonly ended: Promise<void>;
  #iterator: WatchIterator | undefined;

  /** @param failed - Called with the reason why it could not begin, before it tries again. */
  constructor(begin: () => Promise<WatchIterator>, watcher: BucketWatcher, failed: (error: unknown) => Promise<void>) {
    this.#begin = begin;
    this.#watcher = watcher;
    this.#failed = failed;
    this.ended = this.#run();
  }

  restart(): void {
    this.#iterator?.stop();
  }

  stop(): void {
    this.#stopped.abort();
    this.#iterator?.stop();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      try {
        this.#iterator = await this.#begin();
        if (signal.aborted) this.#iterator.stop();
        this.#watcher.restarted();
        for await (const entry of this.#iterator) this.#tell(entry);
        this.#iterator = undefined;
      } catch (error) {
        await this.#failed(error).catch(() => undefined);
        await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  #tell(entry: KvWatchEntry): void {
    if (this.#stopped.signal.aborted) return;
    if (entry.operation === 'PUT') this.#watcher.changed(entryOf(entry));
    else this.#watcher.deleted(entry.key);
  }
}
