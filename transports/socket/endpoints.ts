import { hostname, networkInterfaces } from 'node:os';
import { formatAddress, type Place } from './address.ts';

/** Hosts that stand for every address of the machine, and the families of addresses that they take in. */
const WILDCARDS: ReadonlyMap<string, readonly string[]> = new Map([
  ['0.0.0.0', ['IPv4']],
  ['::', ['IPv4', 'IPv6']],
]);

/** How many addresses of this machine are named at most: each unreachable one costs the dialing process time. */
const MAX_ADDRESSES = 4;

/**
 * Where others can reach who listens at a place, best first. All addresses of the machine: that is, for others, its
 * name, where they can resolve that, or one of the addresses of its networks. Who runs on it can connect to the wildcard.
 */
export function endpointsOf(place: Place): readonly string[] {
  const families = WILDCARDS.get(place.host);
  const hosts = families === undefined ? [] : [hostname(), ...machineAddresses(families)];
  return [...hosts, place.host].map((host) => formatAddress({ host, port: place.port }));
}

/** The addresses of this machine's networks, without those of a single link, which mean nothing elsewhere. */
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
