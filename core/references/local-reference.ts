/** A reference within the process, and the invocation of an object's operation, which calls of peers use too. */
import type { CallOptions } from '../seam/call-options.ts';
import { misuse, ProxyError } from '../seam/errors.ts';
import { callingSignal, endingWith, refused } from './current-call.ts';
import { FUNCTION_EXPOSURE, operationName } from './exposure.ts';
import { callLocally } from './local-call.ts';
import type { ObjectEntry, ObjectTable } from './object-table.ts';
import type { Reference } from './reference.ts';
import { fateOf, Relay } from './relay.ts';

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
    run: InvokeHere,
    serializer?: string,
  ) {
    this.entry = entry;
    this.instance = home.instance;
    this.address = home.address;
    this.#objects = home.objects;
    this.#invoke = run;
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

/**
 * The maximum number of arguments: they are on the stack, once per function that passes them on, and it has room for some
 * 120,000.
 */
const MAX_ARGUMENTS = 32_768;

/**
 * Runs one operation of an object. The name comes from the object's own exposure, never from a message.
 *
 * @throws {@link ProxyError} `NOT_EXPOSED` for an operation that the exposure does not have, or whose method is gone; `TypeError`
 * for more arguments than fit on the stack.
 */
export function invoke(entry: ObjectEntry, operation: number, args: readonly unknown[]): unknown {
  const { exposure, target: object } = entry;
  if (object instanceof Relay) return object.reference?.call(operation, args, { signal: callingSignal() });
  const { methods, properties } = exposure;
  const method = methods[operation];
  if (method !== undefined) {
    const callee: unknown = exposure.typeid === FUNCTION_EXPOSURE.typeid ? object : Reflect.get(object, method);
    if (typeof callee !== 'function') throw notExposed(entry, operation);
    if (args.length > MAX_ARGUMENTS) throw refused(tooMany(method, args.length));
    return Reflect.apply(callee, object, args);
  }
  const property = properties[(operation - methods.length) >> 1];
  if (property === undefined) throw notExposed(entry, operation);
  if ((operation - methods.length) % 2 === 0) return Reflect.get(object, property);
  if (Reflect.set(object, property, args[0])) return undefined;
  const readOnly = `property '${property}' of this '${exposure.typeid}' object cannot be written: give it a setter`;
  throw refused(new ProxyError(readOnly, { code: 'READ_ONLY' }));
}

/** Returns the copy of an object for `getValue`. */
export function copyOf({ exposure, object }: ObjectEntry): unknown {
  if (object instanceof Relay) return object.reference?.copy({ signal: callingSignal() });
  return exposure.copy ? exposure.copy(object) : object;
}

function notExposed({ exposure }: ObjectEntry, operation: number): ProxyError {
  const name = operationName(exposure, operation);
  return refused(
    new ProxyError(`the '${exposure.typeid}' object does not expose ${name}: add it to 'exposed' of its class`, {
      code: 'NOT_EXPOSED',
    }),
  );
}

function tooMany(method: string, count: number): TypeError {
  return misuse(`${method}() has ${count} arguments, but a call takes at most ${MAX_ARGUMENTS}: pass them as one list`);
}
