import { type NameRecord, type Owner, readName } from './records.ts';
import type { Entry, Registry } from './registry.ts';
import type { Seal } from './seal.ts';

/** The requirements that a name has of its host. Names with equal requirements share one object. */
export interface Needs {
  readonly module: string;
  readonly label: Readonly<Record<string, string>>;
}

/**
 * The part of a name's record that is kept, because there may be many names: enough to decide whether to take it over, without
 * its arguments.
 */
export interface KnownName {
  readonly key: string;
  readonly needs: Needs;
  readonly owner: Owner | undefined;
  readonly failures: number;
}

/** All names of a cluster, as far as this process knows: sometimes outdated, so a name is never taken over by this alone. */
export class NameTable {
  readonly #names = new Map<string, KnownName>();
  readonly #owners = new Map<string, Owner>();
  readonly #needs = new Map<string, Needs>();
  readonly #seal: Seal;
  readonly #stop: () => void;

  /** @param changed - Called with each name that is new or has changed. */
  constructor(registry: Registry, seal: Seal, changed: (name: KnownName) => void) {
    this.#seal = seal;
    this.#stop = registry.names.watch({
      restarted: () => this.#clear(),
      changed: (entry) => this.#changed(entry, changed),
      deleted: (key) => void this.#names.delete(key),
    });
  }

  get names(): Iterable<KnownName> {
    return this.#names.values();
  }

  get(key: string): KnownName | undefined {
    return this.#names.get(key);
  }

  close(): void {
    this.#stop();
    this.#clear();
  }

  #clear(): void {
    this.#names.clear();
    this.#owners.clear();
    this.#needs.clear();
  }

  #changed(entry: Entry, changed: (name: KnownName) => void): void {
    const read = readName(this.#seal, entry);
    if (read === undefined) return;
    const name = this.#known(entry.key, read.record);
    this.#names.set(entry.key, name);
    changed(name);
  }

  #known(key: string, { order: { module, label }, owner, failures = 0 }: NameRecord): KnownName {
    return {
      key,
      needs: shared(this.#needs, JSON.stringify([module, label]), { module, label }),
      owner: owner && shared(this.#owners, `${owner.host} ${owner.epoch}`, owner),
      failures,
    };
  }
}

/** Returns the first of all equal values. */
function shared<T>(known: Map<string, T>, key: string, value: T): T {
  const first = known.get(key);
  if (first !== undefined) return first;
  known.set(key, value);
  return value;
}
