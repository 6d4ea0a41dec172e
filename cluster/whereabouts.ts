import type { NameRecord, Read } from './records.ts';

/**
 * The place of a followed name's actor, as the watch of its record reports it. Attempts to connect to it at another place are
 * aborted.
 */
export class Whereabouts {
  readonly #attempts = new Map<AbortController, string>();
  #latest: Read<NameRecord> | undefined;

  /** Called when the record has changed. Returns the id of the actor that another one has succeeded, if there is one. */
  heard(read: Read<NameRecord>): string | undefined {
    const before = this.#latest?.record.place?.id;
    const { place } = read.record;
    // While there is no place, the last one is kept: that of the previous actor.
    if (place === undefined) return undefined;
    this.#latest = read;
    for (const [attempt, id] of this.#attempts) if (id !== place.id) attempt.abort();
    return before === place.id ? undefined : before;
  }

  /** Connects to the actor at the place in that record. The signal aborts when the actor is at another place. */
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
