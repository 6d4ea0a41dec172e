import { invalidAddress } from '../../core/seam/errors.ts';
import type { AddressInfo } from '../../core/seam/transport.ts';

const ADDRESS =
  /^nats:\/\/(?<cluster>[\w-]{1,64})\/(?<namespace>[\w-]{1,64})(?:\/(?<name>[\w-]{1,64})(?:@(?<incarnation>[\w-]{1,64}))?)?$/i;

/** The parts of an address. */
export interface Place {
  /** The name under which a process knows its brokers. An address contains neither brokers nor credentials. */
  readonly cluster: string;
  readonly namespace: string;
  /** Absent if the listener may choose one. */
  readonly name: string | undefined;
  /** One incarnation of a listener; absent for any. */
  readonly incarnation: string | undefined;
}

/**
 * Parses an address: `nats://cluster/namespace/name`, with `@incarnation` at the end of addresses in use.
 *
 * @throws {@link TransportError} `ADDRESS_INVALID`.
 */
export function parseAddress(address: string): Place {
  const { cluster, namespace, name, incarnation } = ADDRESS.exec(address)?.groups ?? {};
  if (cluster === undefined || namespace === undefined) {
    throw invalidAddress(
      address,
      'it is not nats://cluster/namespace/name, with at most 64 letters, digits, - and _ in each part',
    );
  }
  return { cluster, namespace, name, incarnation };
}

/**
 * Parses an address to connect to.
 *
 * @throws {@link TransportError} `ADDRESS_INVALID`.
 */
export function parseTarget(address: string): Place & { readonly name: string } {
  const place = parseAddress(address);
  if (place.name === undefined) throw invalidAddress(address, 'it has no name: nats://cluster/namespace/name');
  return { ...place, name: place.name };
}

/** Returns the address of one incarnation. */
export function formatAddress(cluster: string, namespace: string, name: string, incarnation: string): string {
  return `nats://${cluster}/${namespace}/${name}@${incarnation}`;
}

/** Classifies this transport's addresses. They lead only to brokers that the user has configured. */
export function addressInfo(): AddressInfo {
  return { reach: 'relay', guarded: true };
}
