import { isIPv6, type Socket } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { TLSSocket } from 'node:tls';
import { invalidAddress } from '../../core/seam/errors.ts';
import { channelBindingOf } from '../../core/seam/key-tls.ts';
import type { AddressInfo, ConnectionInfo } from '../../core/seam/transport.ts';
import type { Security } from './options.ts';

const ADDRESS = /^tcp:\/\/(?:\[(?<literal>[^\]]*)\]|(?<name>[^\s:/?#@[\]%]+)):(?<port>\d{1,5})$/i;
const MAX_PORT = 65_535;

/** A host and a port to listen at or connect to. */
export interface Place {
  /** A name or an IP address, an IPv6 one without its brackets. */
  readonly host: string;
  readonly port: number;
}

/**
 * Returns the host and port of an address: `tcp://host:port`, `tcp://[::1]:port`. Port 0 is for listening: the system chooses one
 * then.
 *
 * @throws {@link TransportError} `ADDRESS_INVALID`.
 */
export function parseAddress(address: string): Place {
  const { literal, name, port: digits } = ADDRESS.exec(address)?.groups ?? {};
  const host = literal ?? name;
  if (host === undefined || digits === undefined) {
    throw invalidAddress(address, 'it is not tcp://host:port, with an IPv6 address in brackets: tcp://[::1]:7000');
  }
  if (literal !== undefined && !isIPv6(literal))
    throw invalidAddress(address, 'the text in its brackets is not an IPv6 address');
  const port = Number(digits);
  if (port > MAX_PORT) throw invalidAddress(address, `a port is at most ${MAX_PORT}`);
  return { host, port };
}

/** Classifies this transport's addresses. Peers may name them: the dial policy is asked for each IP address. */
export function addressInfo(): AddressInfo {
  return { reach: 'direct', guarded: true };
}

/** Returns the address of a host and port; the inverse of {@link parseAddress}. */
export function formatAddress({ host, port }: Place): string {
  return host.includes(':') ? `tcp://[${host}]:${port}` : `tcp://${host}:${port}`;
}

/**
 * Returns the properties of a TCP connection. It is never `local`, not even over the loopback interface, where the listener may
 * be a tunnel: only pings can detect a lost peer.
 */
export function connectionInfo(
  peer: string,
  security: Security,
  ip: string | undefined,
  channelBinding?: Uint8Array,
): ConnectionInfo {
  return {
    peer,
    ...(ip !== undefined && { ip }),
    local: false,
    encrypted: security.kind !== 'none',
    authenticated: false,
    keyed: security.kind === 'key',
    ...(channelBinding && { channelBinding }),
  };
}

/** Returns the value that only the two ends of a secured socket share; none without TLS. */
export function bindingOf(socket: Socket): Uint8Array | undefined {
  return socket instanceof TLSSocket ? channelBindingOf(socket) : undefined;
}

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
