import type { CallOptions } from '../seam/call-options.ts';
import { callLocally } from './local-call.ts';
import { copyOf, endingWith, fateOf } from './invoke.ts';
import type { ObjectEntry, ObjectTable } from './object-table.ts';
import type { Reference } from './reference.ts';

/** Runs one operation of an object of this process, and hands out its result according to its exposure. */
export type InvokeHere = (entry: ObjectEntry, operation: number, args: readonly unknown[]) => unknown;

/** A reference to an object of this process: calls do not leave it, and values are not copied. */
export class LocalReference implements Reference {
  readonly entry: ObjectEntry;
  readonly instance: string;
  readonly address: string | undefined;
  /** The only serializer with which its proxies may be sent; `undefined` for any. */
  readonly serializer: string | undefined;
  readonly #objects: ObjectTable;
  readonly #invoke: InvokeHere;
  #proxies = 0;
  #sent = false;

  constructor(
    entry: ObjectEntry,
    home: { readonly instance: string; readonly address: string | undefined; readonly objects: ObjectTable },
    invoke: InvokeHere,
    serializer?: string,
  ) {
    this.entry = entry;
    this.instance = home.instance;
    this.address = home.address;
    this.#objects = home.objects;
    this.#invoke = invoke;
    this.serializer = serializer;
  }

  get id(): number {
    return this.entry.id;
  }

  get exposure(): ObjectEntry['exposure'] {
    return this.entry.exposure;
  }

  call(operation: number, args: readonly unknown[], options: CallOptions | undefined): Promise<unknown> {
    const { entry, instance } = this;
    return callLocally({ entry, operation, options, instance }, () => this.#invoke(entry, operation, args));
  }

  async copy(): Promise<unknown> {
    try {
      return await copyOf(this.entry);
    } catch (error) {
      throw endingWith(error, fateOf(this.entry, error));
    }
  }

  /** Called when its proxies were written into a message: they then keep the object, but not its typeid. */
  markSent(): void {
    if (this.#sent) return;
    this.#sent = true;
    this.#objects.sendFromHome(this.entry, this.#proxies);
  }

  addProxy(): void {
    this.#proxies++;
    this.#objects.holdAtHome(this.entry, this.#sent);
  }

  dropProxy(): void {
    this.#proxies--;
    this.#objects.dropAtHome(this.entry, this.#sent);
  }
}
