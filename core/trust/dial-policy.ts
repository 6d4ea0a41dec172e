import { misuse, ProxyError } from '../seam/errors.ts';
import type { AddressInfo, ConnectionInfo } from '../seam/transport.ts';
import { DEPTH, depthOf, depthOfPeer, isDialable } from './address-depth.ts';
import type { Authkey } from './authkey.ts';

/** Who named an address, in a proxy of an actor that this process has no connection to. */
export interface DialSource {
  /** Where the sender is: the address by which it was reached or from which it came, or `pipe`. */
  readonly address: string;
  /** Its IP address; `undefined` when it came without a network. */
  readonly ip: string | undefined;
  /** Whether it is on this machine, reached without a network. */
  readonly local: boolean;
}

/** What a {@link DialPolicy} is asked about besides the address. */
export interface DialQuestion {
  /** The IP address that would be connected to; `undefined` at first, before the name of a host is resolved. */
  readonly ip: string | undefined;
  /** What the address's transport says of it. */
  readonly info: AddressInfo;
  /** Where the address came from. */
  readonly from: DialSource;
}

/**
 * Decides whether this process may connect to an address named by a received proxy. It is called
 * with the address as it was named, and for a network address once more for each IP address that this leads to, in the
 * moment of connecting, so that a name that changes its meaning changes nothing.
 */
export type DialPolicy = (address: string, question: DialQuestion) => boolean;

/**
 * A policy that a user gave.
 *
 * @param where - what it was given to, for the message
 * @throws `TypeError` when it is no function.
 */
export function checkedPolicy(dial: DialPolicy | undefined, where: string): DialPolicy | undefined {
  if (dial === undefined || typeof dial === 'function') return dial;
  throw misuse(`${where}: dial must be a function of an address that answers true or false`);
}

/** What a peer may have this process connect to because it names an address. */
export interface Permission {
  /** Whether an address may be connected to, and then each IP address behind it. @throws {@link ProxyError} `NOT_ALLOWED` if not. */
  (address: string, info: AddressInfo, ip?: string): void;
  /** The key by which the peer proved itself, or is trusted without; `undefined` when none was needed. */
  readonly authkey?: Authkey | undefined;
}

/**
 * Whether the knowledge of `authkey` may be proved over a connection to an address that a peer named. The peer could listen
 * there itself, and pass the proof on to an actor that it has no key for. It cannot on a channel that takes the key to be
 * set up, nor to a Unix socket of this user's; and a peer that has the same key gains nothing by it.
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
    `a proxy names an actor at ${address}, and this process does not prove its authkey there, because ${why}: connect() to ` +
      'the actor yourself first, or let it listen with an encryption that its authkey protects',
    { code: 'NOT_ALLOWED' },
  );
}

/** Applies the policy of the moment, or else the default one, to what arrives over one connection. */
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
      `a proxy from ${peer} is of an actor at ${where}, which this process may not connect to for it: connect to the ` +
        'actor yourself first, or allow the address with options.dial, connect(…, { dial }) or setDialPolicy()',
      { code: 'NOT_ALLOWED' },
    );
  };
  return Object.assign(permit, { authkey });
}

/**
 * The default policy: a sender cannot make this process reach deeper into a network than the sender itself is. A
 * process of this machine may name any address of it, one of the same site those of the site, and the rest of the world
 * public ones. Addresses of one link, where clouds keep their secrets, are refused to all.
 */
export const defaultDialPolicy: DialPolicy = (_address, { ip, info, from }) => {
  // A socket file, for instance, has to be this user's; the transport of a network asks again for each IP address.
  if (ip === undefined) return from.local || info.guarded === true;
  return isDialable(ip) && depthOf(ip) <= depthOfSender(from);
};

function depthOfSender({ local, ip }: DialSource): number {
  if (local) return DEPTH.machine;
  return ip === undefined ? DEPTH.world : depthOfPeer(ip);
}
