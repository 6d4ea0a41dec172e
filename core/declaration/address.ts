/** Addresses as users write them, and the built-in choices that complete them. */
import { misuse, UActorError } from '../seam/errors.ts';

/** An address of an actor: `ipc:///run/a.sock`, `tcp://host:port`, or the host and port of a TCP address. */
export type Address = string | readonly [host: string, port: number];

/**
 * Converts an address to a string: `['0.0.0.0', 0]` becomes `tcp://0.0.0.0:0`, `['::1', 80]` becomes `tcp://[::1]:80`. A string
 * is unchanged; its transport checks it.
 *
 * @param where - the option or function that received the address, for the message
 * @throws `TypeError` when it is neither a string nor a host and a port.
 */
export function normaliseAddress(address: Address, where: string): string {
  if (typeof address === 'string') return address;
  const { privateScheme, hostScheme } = builtInChoices();
  if (isPair(address)) {
    const [host, port] = address;
    return host.includes(':') && !host.startsWith('[')
      ? `${hostScheme}://[${host}]:${port}`
      : `${hostScheme}://${host}:${port}`;
  }
  throw misuse(
    `${where} must be a string such as ${privateScheme}:///run/a.sock or ${hostScheme}://0.0.0.0:0, or a host and a port: ` +
      "['0.0.0.0', 0]",
  );
}

function isPair(address: unknown): address is readonly [string, number] {
  if (!Array.isArray(address) || address.length !== 2) return false;
  const [host, port]: readonly unknown[] = address;
  if (typeof host !== 'string' || host === '') return false;
  return typeof port === 'number' && Number.isInteger(port) && port >= 0 && port <= MAX_PORT;
}

/**
 * Converts a list of addresses to strings.
 *
 * @param where - the option that received the list, for the message
 * @throws `TypeError` when it is not a list of addresses.
 */
export function addressList(addresses: readonly Address[], where: string): readonly string[] {
  if (!Array.isArray(addresses)) throw misuse(`${where} must be a list of addresses`);
  return addresses.map((address: Address) => normaliseAddress(address, `an address of ${where}`));
}

/**
 * Converts a list of addresses at which this process does not listen, so that no transport checks them.
 *
 * @param where - the option that received the list, for the message
 * @throws `TypeError` when it is not a list of addresses with schemes.
 */
export function foreignAddresses(addresses: readonly Address[], where: string): readonly string[] {
  const list = addressList(addresses, where);
  const wrong = list.find((address) => !SCHEME.test(address));
  if (wrong === undefined) return list;
  const { privateScheme, hostScheme } = builtInChoices();
  throw misuse(
    `an address of ${where} must begin with a scheme, such as ${privateScheme}:// or ${hostScheme}://; it is '${wrong}'`,
  );
}

const SCHEME = /^[a-z\d.+-]+:\/\//i;
const MAX_PORT = 65_535;

/**
 * Converts the addresses of a `capture` option to strings.
 *
 * @param where - the function that received the option, for the message
 * @throws `TypeError` when it is not a list of addresses.
 */
export function capturedAddresses(capture: readonly Address[] | undefined, where: string): readonly string[] {
  return foreignAddresses(capture ?? [], `${where}.capture`);
}

/**
 * The built-in serializers and transports for programs that choose none. The package's entry sets them; the core knows no
 * serializer and no transport by name.
 */
interface BuiltInChoices {
  /** The serializer of actors whose options name none. */
  readonly serializer: string;
  /** The serializer between a pool and its workers, whichever one the pool's clients use. */
  readonly taskSerializer: string;
  /** The scheme of the transport with private addresses, for actors without an address. */
  readonly privateScheme: string;
  /** The scheme of an address that is given as a host and a port. */
  readonly hostScheme: string;
  /** Returns the schemes of the registered transports. */
  readonly schemes: () => readonly string[];
}

const state: { choices: BuiltInChoices | undefined } = { choices: undefined };

/** Sets the built-in choices; the package's entry calls it. @internal */
export function useBuiltInChoices(choices: BuiltInChoices): void {
  state.choices = choices;
}

/** @throws {@link UActorError} when the core is used without the package's entry. */
export function builtInChoices(): BuiltInChoices {
  if (state.choices !== undefined) return state.choices;
  throw new UActorError("the core alone has no serializers and no transports: import the package's main entry");
}

/** Returns the placeholder for a private address that is chosen at spawn. */
export function privatePlace(): string {
  return `${builtInChoices().privateScheme}://`;
}
