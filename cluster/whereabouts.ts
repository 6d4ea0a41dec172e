import type { NameRecord, Read } from './records.ts';

/** Where the actor of a followed name is, as the watch of its record says: attempts to meet it elsewhere are given up. */
export class Whereabouts {
  readonly #attempts = new Map<AbortController, string>();
  #latest: Read<NameRecord> | undefined;

  /** The record has changed. Returns the id of the actor that another one has followed, if that has happened. */
  heard(read: Read<NameRecord>): string | undefined {
    const before = this.#latest?.record.place?.id;
    const { place } = read.record;
    // While there is no place, the last one known is kept: that of the actor that was before.
    if (place === undefined) return undefined;
    this.#latest = read;
    for (const [attempt, id] of this.#attempts) if (id !== place.id) attempt.abort();
    return before === place.id ? undefined : before;
  }

  /** Meets the actor where that record says that it is. The signal aborts when it is somewhere else. */
  async meet<T>({ revision, record }: Read<NameRecord>, meet: (elsewhere: AbortSignal) => Promise<T>): Promise<T> {
    const id = record.place?.id ?? '';
    const attempt = new AbortController();
    const latest = this.#latest;
    if (latest !== undefined && latest.revision > revision && latest.record.place?.id !== id) attempt.abort();
    this.#attempts.set(attempt, id);
    try {
      return await meet(attempt.signal);
    } finally {
      this.#attempts.delete(attempt);
    }
  }
}
