import { misuse } from '../seam/errors.ts';
import { builtInChoices } from './built-in-choices.ts';

/** Where an actor listens: `ipc:///run/a.sock`, `tcp://host:port`, or host and port of the latter. */
export type Address = string | readonly [host: string, port: number];

const MAX_PORT = 65_535;

/**
 * An address as a string: `['0.0.0.0', 0]` is `tcp://0.0.0.0:0`, `['::1', 80]` is `tcp://[::1]:80`. A string stays as it
 * is; its transport checks it.
 *
 * @param where - what the address was given to, for the message
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

/**
 * The addresses of a `capture` option, as strings.
 *
 * @param where - what the option was given to, for the message
 * @throws `TypeError` when it is no list of addresses.
 */
export function capturedAddresses(capture: readonly Address[] | undefined, where: string): readonly string[] {
  return addressList(capture ?? [], `${where}.capture`);
}

/**
 * A list of addresses, as strings.
 *
 * @param where - what the list was given to, for the message
 * @throws `TypeError` when it is no list of addresses.
 */
export function addressList(addresses: readonly Address[], where: string): readonly string[] {
  if (!Array.isArray(addresses)) throw misuse(`${where} must be a list of addresses`);
  return addresses.map((address: Address) => normaliseAddress(address, `an address of ${where}`));
}

function isPair(address: unknown): address is readonly [string, number] {
  if (!Array.isArray(address) || address.length !== 2) return false;
  const [host, port]: readonly unknown[] = address;
  if (typeof host !== 'string' || host === '') return false;
  return typeof port === 'number' && Number.isInteger(port) && port >= 0 && port <= MAX_PORT;
}
