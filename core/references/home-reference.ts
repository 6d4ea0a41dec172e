import type { CallOptions } from '../call-options.ts';
import { copyOf, isThenable } from './invoke.ts';
import type { ObjectEntry, ObjectTable } from './object-table.ts';
import type { Reference } from './reference.ts';

/** Runs one operation of an object of this process, and hands out its result as its exposure says. */
export type InvokeHere = (entry: ObjectEntry, operation: number, args: readonly unknown[]) => unknown;

/** An object of this very process: calls do not leave it, and values are not copied. */
export class HomeReference implements Reference {
  readonly entry: ObjectEntry;
  readonly instance: string;
  readonly address: string | undefined;
  readonly #objects: ObjectTable;
  readonly #invoke: InvokeHere;

  constructor(
    entry: ObjectEntry,
    home: { readonly instance: string; readonly address: string | undefined; readonly objects: ObjectTable },
    invoke: InvokeHere,
  ) {
    this.entry = entry;
    this.instance = home.instance;
    this.address = home.address;
    this.#objects = home.objects;
    this.#invoke = invoke;
  }

  get id(): number {
    return this.entry.id;
  }

  get exposure(): ObjectEntry['exposure'] {
    return this.entry.exposure;
  }

  async call(operation: number, args: readonly unknown[], options: CallOptions | undefined): Promise<unknown> {
    options?.signal?.throwIfAborted();
    // In a later turn, like every call of a proxy: a caller can rely on its own code running first.
    await Promise.resolve();
    const result = this.#invoke(this.entry, operation, args);
    return isThenable(result) ? await result : result;
  }

  copy(): Promise<unknown> {
    return Promise.resolve(copyOf(this.entry));
  }

  addProxy(): void {
    this.#objects.holdAtHome(this.entry);
  }

  dropProxy(): void {
    this.#objects.dropAtHome(this.entry);
  }
}
