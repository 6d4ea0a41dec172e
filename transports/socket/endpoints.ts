import { hostname, networkInterfaces } from 'node:os';
import { formatAddress, type Place } from './address.ts';

/** Hosts that stand for every address of the machine, with the families of these addresses. */
const WILDCARDS: ReadonlyMap<string, readonly string[]> = new Map([
  ['0.0.0.0', ['IPv4']],
  ['::', ['IPv4', 'IPv6']],
]);

/** The maximum number of this machine's addresses that are announced: each unreachable one costs the dialling process time. */
const MAX_ADDRESSES = 4;

/**
 * Returns the addresses at which peers can reach a listener, best first. For a wildcard, these are the machine's name, if peers
 * can resolve it, or the addresses of its networks, and for processes of this machine the wildcard.
 */
export function endpointsOf(place: Place): readonly string[] {
  const families = WILDCARDS.get(place.host);
  const hosts = families === undefined ? [] : [hostname(), ...machineAddresses(families)];
  return [...hosts, place.host].map((host) => formatAddress({ host, port: place.port }));
}

/** Returns the addresses of this machine's networks, without link-local ones, which mean nothing elsewhere. */
function machineAddresses(families: readonly string[]): readonly string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, family, address }) => !internal && families.includes(family) && !isOfOneLink(address))
    .map(({ address }) => address)
    .slice(0, MAX_ADDRESSES);
}

function isOfOneLink(ip: string): boolean {
  return ip.startsWith('169.254.') || /^fe[89ab]/i.test(ip);
}
