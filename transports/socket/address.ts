import { isIPv6 } from 'node:net';
import { TransportError } from '../../core/seam/errors.ts';
import type { AddressInfo } from '../../core/seam/transport.ts';

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
    throw invalid(address, 'it is not tcp://host:port, with an IPv6 address in brackets: tcp://[::1]:7000');
  }
  if (literal !== undefined && !isIPv6(literal))
    throw invalid(address, 'the text in its brackets is not an IPv6 address');
  const port = Number(digits);
  if (port > MAX_PORT) throw invalid(address, `a port is at most ${MAX_PORT}`);
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

function invalid(address: string, reason: string): TransportError {
  return new TransportError(`The address ${JSON.stringify(address)} cannot be used: ${reason}.`, {
    code: 'ADDRESS_INVALID',
  });
}
