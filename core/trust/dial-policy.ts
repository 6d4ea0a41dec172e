import { misuse, ProxyError } from '../seam/errors.ts';
import type { AddressInfo, ConnectionInfo } from '../seam/transport.ts';
import { DEPTH, depthOf, depthOfPeer, isDialable } from './address-depth.ts';
import type { Authkey } from './authkey.ts';

/** The sender of an address, in a proxy of an actor to which this process has no connection. */
export interface DialSource {
  /** The sender's address: at which it was reached or from which it came, or `pipe`. */
  readonly address: string;
  /** The sender's IP address; `undefined` without a network. */
  readonly ip: string | undefined;
  /** Whether the sender is on this machine, reached without a network. */
  readonly local: boolean;
}

/** The details, besides the address, on which a {@link DialPolicy} decides. */
export interface DialQuestion {
  /** The IP address to connect to; `undefined` in the first call, before a host name is resolved. */
  readonly ip: string | undefined;
  /** The transport's classification of the address. */
  readonly info: AddressInfo;
  /** The sender of the address. */
  readonly from: DialSource;
}

/**
 * Decides whether this process may connect to an address named by a received proxy. It is called with the address, and for a
 * network address again with each IP address that it resolves to, immediately before connecting, so that a changed name
 * resolution has no effect.
 */
export type DialPolicy = (address: string, question: DialQuestion) => boolean;

/**
 * Checks a user's policy.
 *
 * @param where - the function or option that received it, for the message
 * @throws `TypeError` when it is not a function.
 */
export function checkedPolicy(dial: DialPolicy | undefined, where: string): DialPolicy | undefined {
  if (dial === undefined || typeof dial === 'function') return dial;
  throw misuse(`${where}: dial must be a function that takes an address and returns true or false`);
}

/** Decides on addresses that a peer names. */
export interface Permission {
  /**
   * Checks an address, and then each IP address behind it. @throws {@link ProxyError} `NOT_ALLOWED` if this process may not
   * connect.
   */
  (address: string, info: AddressInfo, ip?: string): void;
  /** The key with which the peer proved itself, or is trusted without a proof; `undefined` when none was needed. */
  readonly authkey?: Authkey | undefined;
}

/**
 * Checks whether a proof for `authkey` may be sent over a connection to an address that a peer named. The peer could listen
 * there, and relay the proof to an actor whose key it lacks. That is impossible over a channel that needs the key for its set-up,
 * and over a Unix socket of this user; and a peer with the same key gains nothing by it.
 *
 * @throws {@link ProxyError} `NOT_ALLOWED` if not.
 */
export function demandSafeProof(info: ConnectionInfo, address: string, authkey: Authkey, namedBy: Permission): void {
  if (info.local || info.keyed) return;
  const why = !info.encrypted
    ? 'it is not encrypted'
    : namedBy.authkey?.equals(authkey)
      ? undefined
      : 'the process that sent the proxy has another authkey';
  if (why === undefined) return;
  throw new ProxyError(
    `a received proxy leads to ${address}, but this process does not prove its authkey there, because ${why}: connect() to ` +
      'the actor first, or let it listen with encryption by its authkey',
    { code: 'NOT_ALLOWED' },
  );
}

/** Creates the permission for addresses that arrive over one connection: by the present policy, or by the default one. */
export function permissionOf(
  policy: () => DialPolicy | undefined,
  { peer, ip, local }: Pick<ConnectionInfo, 'peer' | 'ip' | 'local'>,
  authkey?: Authkey,
): Permission {
  const from: DialSource = { address: peer, ip, local };
  const permit = (address: string, info: AddressInfo, resolved?: string): void => {
    const decide = policy() ?? defaultDialPolicy;
    if (decide(address, { ip: resolved, info, from })) return;
    const where = resolved === undefined || address.includes(resolved) ? address : `${address} (${resolved})`;
    throw new ProxyError(
      `a proxy from ${peer} leads to ${where}, where this process may not connect for that peer: connect to the ` +
        'actor yourself first, or allow the address with options.dial, connect(…, { dial }) or setDialPolicy()',
      { code: 'NOT_ALLOWED' },
    );
  };
  return Object.assign(permit, { authkey });
}

/**
 * The default policy: a sender cannot make this process reach deeper into a network than the sender itself is. A process of this
 * machine may name any address of the machine, one of the same site the site's addresses, and any other only public ones.
 * Link-local addresses, where clouds offer their secrets, are refused to all.
 */
export const defaultDialPolicy: DialPolicy = (_address, { ip, info, from }) => {
  // A socket file, for instance, must belong to this user; a network's transport asks again for each IP address.
  if (ip === undefined) return from.local || info.guarded === true;
  return isDialable(ip) && depthOf(ip) <= depthOfSender(from);
};

function depthOfSender({ local, ip }: DialSource): number {
  if (local) return DEPTH.machine;
  return ip === undefined ? DEPTH.world : depthOfPeer(ip);
}
