import { type NameRecord, type Read, readName } from './records.ts';
import type { Entry, Registry } from './registry.ts';
import type { Seal } from './seal.ts';

/** All names of a cluster, as this process has heard of them: late at times, and never what a name is taken over by. */
export class NameTable {
  readonly #names = new Map<string, Read<NameRecord>>();
  readonly #seal: Seal;
  readonly #stop: () => void;

  /** @param changed - Told of each name that is new or has changed. */
  constructor(registry: Registry, seal: Seal, changed: (name: Read<NameRecord>) => void) {
    this.#seal = seal;
    this.#stop = registry.names.watch({
      restarted: () => this.#names.clear(),
      changed: (entry) => this.#changed(entry, changed),
      deleted: (key) => void this.#names.delete(key),
    });
  }

  get names(): readonly Read<NameRecord>[] {
    return [...this.#names.values()];
  }

  get(key: string): Read<NameRecord> | undefined {
    return this.#names.get(key);
  }

  close(): void {
    this.#stop();
    this.#names.clear();
  }

  #changed(entry: Entry, changed: (name: Read<NameRecord>) => void): void {
    const name = readName(this.#seal, entry);
    if (name === undefined) return;
    this.#names.set(entry.key, name);
    changed(name);
  }
}
