import { closeSync, openSync } from 'node:fs';
import { inspect } from 'node:util';
import { isSerializer } from '../declaration/check-options.ts';
import { misuse, SerializerError, TransportError, UActorError } from '../seam/errors.ts';
import type { Serializer } from '../seam/serializer.ts';
import type { AddressInfo, PrivateAddress, Transport } from '../seam/transport.ts';
import { builtInChoices, privatePlace } from '../declaration/address.ts';
import { process } from '../seam/environment.ts';
import { shownText } from '../values/error-text.ts';
import { systemErrorCode } from '../seam/system-errors.ts';
import { isSerializerName } from '../trust/handshake/serializer-name.ts';
import { CheckedTransport } from './checked-transport.ts';

/** The maximum number of files that a plug-in opens at a time while it loads, with its imports. */
const SPARE_DESCRIPTORS = 8;

/** A plug-in, or a function that loads it on first use, with the properties known before. A plug-in may itself be a function. */
type Entry<T> = { readonly plugin: T } | { readonly load: () => Promise<T>; readonly known?: Partial<T> };

/** Plug-ins by name, loaded on first use. The core knows serializers and transports through these registries only. */
class Registry<T extends object> {
  readonly #unloadable: (name: string, what: string, cause: unknown) => Error;
  readonly #entries = new Map<string, Entry<T>>();

  /** @param unloadable - Creates the error for a plug-in that cannot be loaded. */
  constructor(unloadable: (name: string, what: string, cause: unknown) => Error) {
    this.#unloadable = unloadable;
  }

  /** Registers a plug-in, or a function that loads it, replacing a previous one of that name. */
  set(name: string, entry: Entry<T>): void {
    this.#entries.set(name, entry);
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** The registered names, in order of registration. */
  get names(): readonly string[] {
    return [...this.#entries.keys()];
  }

  /** Returns the known properties of a plug-in without loading it. */
  known(name: string): Partial<T> | undefined {
    const entry = this.#entries.get(name);
    return entry === undefined || 'plugin' in entry ? entry?.plugin : entry.known;
  }

  /** Loads the plug-in of that name if needed; `undefined` for an unknown name. */
  async load(name: string): Promise<T | undefined> {
    const entry = this.#entries.get(name);
    if (entry === undefined) return undefined;
    if ('plugin' in entry) return entry.plugin;
    const plugin = await loadPlugin(entry.load, (what, cause) =>
      this.#unloadable(name, what ?? (cause instanceof Error ? cause.message : shownText(cause)), cause),
    );
    // An actor's module, for instance, may have registered another one under the name meanwhile.
    if (this.#entries.get(name) !== entry) return await this.load(name);
    this.#entries.set(name, { plugin });
    return plugin;
  }
}

const serializers = new Registry<Serializer>(
  (name, what, cause) =>
    new SerializerError(`the serializer '${name}' cannot be loaded: ${what}`, { code: 'SERIALIZER_MISSING', cause }),
);
const transports = new Registry<Transport>(
  (name, what, cause) => new TransportError(`the transport of ${name}:// cannot be loaded: ${what}`, { cause }),
);
/** The user's choice of the default serializer. */
const chosen: { serializer: string | undefined } = { serializer: process.env['UACTOR_SERIALIZER'] };

const SCHEME = /^[a-z][a-z0-9+.-]{0,31}$/;

/**
 * Registers a serializer under its name, so that `options.serializer` can select it. Register it in the module of the actor, so
 * that the actor's process knows it too.
 *
 * @throws `TypeError` for anything but a serializer; {@link SerializerError} `UNKNOWN_SERIALIZER` when it has no valid name.
 * @example
 * registerSerializer(mySerializer);
 * class Archive extends Actor {
 *   static override readonly module = import.meta.url;
 *   static override readonly options = { serializer: mySerializer.name };
 * }
 */
export function registerSerializer(serializer: Serializer): void {
  const given: unknown = serializer;
  if (!isSerializer(given)) {
    throw misuse(
      `registerSerializer takes a Serializer, an object with name and open(); it was given ${inspect(given, { depth: 0 })}`,
    );
  }
  enterSerializer(serializer.name, { plugin: serializer });
}

/** Registers a serializer that is loaded on first use. @internal */
export function registerLazySerializer(name: string, load: () => Promise<Serializer>): void {
  enterSerializer(name, { load });
}

function enterSerializer(name: string, entry: Entry<Serializer>): void {
  if (typeof name !== 'string' || !isSerializerName(name)) {
    throw new SerializerError(
      `${inspect(name)} is not a valid serializer name: use 1 to 64 characters of a-z, 0-9, '-', '.' and '+'`,
      { code: 'UNKNOWN_SERIALIZER' },
    );
  }
  serializers.set(name, entry);
}

/** Whether a serializer of that name is registered. */
export function hasSerializer(name: string): boolean {
  return serializers.has(name);
}

/** Returns the name of the default serializer. */
export function defaultSerializer(): string {
  return chosen.serializer ?? builtInChoices().serializer;
}

/**
 * Sets the default serializer of actors, in this process and those that it spawns later.
 *
 * @throws {@link SerializerError} `UNKNOWN_SERIALIZER` for a name that is not registered.
 */
export function chooseDefaultSerializer(choice: string | Serializer): string {
  chosen.serializer = serializerName(choice);
  return chosen.serializer;
}

/**
 * Returns the name of a serializer given as a name or as an object; the object is registered.
 *
 * @throws {@link SerializerError} `UNKNOWN_SERIALIZER` for a name that is not registered.
 */
export function serializerName(choice: string | Serializer): string {
  if (isSerializer(choice)) {
    registerSerializer(choice);
    return choice.name;
  }
  if (typeof choice !== 'string') {
    throw misuse(
      'a serializer must be the name of a registered one, or a Serializer, an object with name and open(); it is ' +
        inspect(choice, { depth: 0 }),
    );
  }
  if (serializers.has(choice)) return choice;
  throw unknownSerializer(choice);
}

/** The serializers of an actor. */
export interface SpokenSerializers {
  /** For its owner, and for clients that request none. */
  readonly serializer: string;
  /** For clients that request one of them. */
  readonly otherSerializers: readonly string[];
}

/**
 * Returns the serializers that options name, {@link defaultSerializer} if they name none.
 *
 * @throws {@link SerializerError} `UNKNOWN_SERIALIZER` for a name that is not registered.
 */
export function spokenSerializers(options: {
  readonly serializer?: string | Serializer;
  readonly serializers?: readonly (string | Serializer)[];
}): SpokenSerializers {
  const { serializer, serializers: several = [] } = options;
  const choices = serializer === undefined ? several : [serializer, ...several];
  const [first = defaultSerializer(), ...others] = choices;
  const name = serializerName(first);
  const otherNames = new Set(others.map((choice) => serializerName(choice)));
  otherNames.delete(name);
  return { serializer: name, otherSerializers: [...otherNames] };
}

/**
 * Returns the serializer of that name, loaded if necessary.
 *
 * @throws {@link SerializerError} `UNKNOWN_SERIALIZER` for a name that is not registered.
 */
export async function loadSerializer(name: string): Promise<Serializer> {
  const serializer = await serializers.load(name);
  if (serializer) return serializer;
  throw unknownSerializer(name);
}

function unknownSerializer(name: string): SerializerError {
  return new SerializerError(
    `there is no serializer '${name}'; the registered ones are ${serializers.names.map((known) => `'${known}'`).join(', ')}. ` +
      `Register it with registerSerializer() in the actor's module`,
    { code: 'UNKNOWN_SERIALIZER' },
  );
}

/**
 * Registers a transport under the scheme of its addresses. The core checks what it does: a connection that breaks the contract of
 * {@link Transport} ends with a {@link TransportError} that names the fault.
 *
 * @throws `TypeError` for anything but a transport; {@link TransportError} `UNKNOWN_TRANSPORT` when it has no valid scheme.
 * @example
 * registerTransport(myTransport);
 * const far = await Counter.connect(`${myTransport.scheme}://somewhere`, { authkey });
 */
export function registerTransport(transport: Transport): void {
  const given: unknown = transport;
  if (!isTransport(given)) {
    throw misuse(
      `registerTransport takes a Transport, an object with scheme, listen() and connect(); it was given ${inspect(given, { depth: 0 })}`,
    );
  }
  checkScheme(transport.scheme);
  transports.set(transport.scheme, { plugin: new CheckedTransport(transport) });
}

function isTransport(value: unknown): value is Transport {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  return ['listen', 'connect'].every((member) => typeof Reflect.get(value, member) === 'function');
}

/** Registers a transport that is loaded on first use, and whose addresses can be classified before. @internal */
export function registerLazyTransport(
  scheme: string,
  known: Pick<Transport, 'addressInfo'>,
  load: () => Promise<Transport>,
): void {
  checkScheme(scheme);
  transports.set(scheme, { load, known });
}

function checkScheme(scheme: string): void {
  if (typeof scheme !== 'string' || !SCHEME.test(scheme)) {
    throw new TransportError(`${inspect(scheme)} is not a valid address scheme: use a-z, 0-9, '-', '.' and '+'`, {
      code: 'UNKNOWN_TRANSPORT',
    });
  }
}

/** Returns the schemes of the registered transports. */
export function transportSchemes(): readonly string[] {
  return transports.names;
}

/**
 * Returns the transport of an address, loaded if necessary.
 *
 * @throws {@link TransportError} `ADDRESS_INVALID` for text that is not an address, `UNKNOWN_TRANSPORT` for a scheme that is not
 * registered.
 */
export async function loadTransport(address: string): Promise<Transport> {
  const scheme = schemeOf(address);
  if (scheme === undefined) {
    throw new TransportError(
      `'${address}' is not an address: it must begin with a scheme, such as ${knownSchemes(' or ')}`,
      {
        code: 'ADDRESS_INVALID',
      },
    );
  }
  const transport = await transports.load(scheme);
  if (transport) return transport;
  throw new TransportError(
    `there is no transport for '${scheme}://'; the registered ones are ${knownSchemes(', ')}. Register it with registerTransport()`,
    { code: 'UNKNOWN_TRANSPORT' },
  );
}

/**
 * Returns a new private address, for an actor without a given one.
 *
 * @throws {@link TransportError} when the transport registered for private addresses has none.
 */
export async function reservePrivateAddress(): Promise<PrivateAddress> {
  const place = privatePlace();
  const transport = await loadTransport(place);
  const address = transport.privateAddress?.();
  if (address !== undefined) return address;
  throw new TransportError(
    `the transport that is registered for ${place} has no private addresses: set options.address, or implement privateAddress()`,
  );
}

/** Classifies an address by its transport. By default, an address is reached over a network. */
export function addressInfo(address: string): AddressInfo {
  const scheme = schemeOf(address);
  const transport = scheme === undefined ? undefined : transports.known(scheme);
  return transport?.addressInfo?.(address) ?? { reach: 'direct' };
}

/** Returns the text before `://`, in lower case; `undefined` if there is none. */
function schemeOf(address: string): string | undefined {
  const end = address.indexOf('://');
  return end < 1 ? undefined : address.slice(0, end).toLowerCase();
}

function knownSchemes(between: string): string {
  return transports.names.map((known) => `${known}://`).join(between);
}

/**
 * Imports a serializer or a transport on its first use.
 *
 * Node remembers a module that it could not read, and never tries again. A temporary lack of file descriptors would leave the
 * process without the plug-in for good, so it is checked before.
 *
 * @param fail - creates the error, given what went wrong, if that is known besides the cause
 * @throws the error of `fail`.
 */
async function loadPlugin<T>(
  load: () => Promise<T>,
  fail: (what: string | undefined, cause: unknown) => Error,
): Promise<T> {
  try {
    demandDescriptors();
  } catch (error) {
    throw fail('this process has no file descriptors left; close some, or raise the limit (ulimit -n)', error);
  }
  try {
    return await load();
  } catch (error) {
    if (error instanceof UActorError) throw error;
    throw fail(missingPackage(error), error);
  }
}

/** Returns the advice for a package that is not installed; Node names it only in its message. */
function missingPackage(error: unknown): string | undefined {
  if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) return undefined;
  const name = /^Cannot find package '((?:@[^/']+\/)?[^/']+)/.exec(error.message)?.[1];
  return name === undefined
    ? undefined
    : `the package ${name} is not installed here. Install it (npm install ${name}), or choose another one`;
}

/** @throws the operating system's error, `EMFILE` or `ENFILE`. */
function demandDescriptors(): void {
  const opened: number[] = [];
  try {
    while (opened.length < SPARE_DESCRIPTORS) opened.push(openSync(process.execPath, 'r'));
  } catch (error) {
    // Node's permission model may forbid this file.
    if (systemErrorCode(error) !== 'ERR_ACCESS_DENIED') throw error;
  } finally {
    for (const fd of opened) closeSync(fd);
  }
}
