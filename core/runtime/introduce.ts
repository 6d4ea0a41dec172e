import type { Authkey } from '../trust/authkey.ts';
import { demandSafeProof, type DialPolicy, type Permission } from '../trust/dial-policy.ts';
import { type Handshake, requestHandshake } from '../trust/handshake/handshake.ts';
import type { Identity } from '../trust/identity.ts';
import { hasLimits, limitsFor, type Limits } from '../seam/limits.ts';
import type { Connection, ConnectionInfo } from '../seam/transport.ts';
import type { SessionTerms } from '../session/session-terms.ts';
import { addressInfo, loadTransport } from './registry.ts';

/** A connection after its handshake. */
export interface Introduced {
  readonly connection: Connection;
  readonly handshake: Handshake;
}

/** What is proved to the other end, and expected of it. */
export interface Introduction {
  readonly authkey: Authkey;
  readonly instance: string | undefined;
  readonly serializer: string | undefined;
  readonly limits: Partial<Limits>;
  readonly transport: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly permit?: Permission | undefined;
}

/**
 * Connects and carries out the handshake.
 *
 * @param own - Whether the connection is to be one of this process's own, given which process answers.
 */
export async function introduce(
  identity: Identity,
  address: string,
  { authkey, instance, serializer, limits, transport: options, permit }: Introduction,
  signal: AbortSignal,
  own: (instance: string) => boolean,
): Promise<Introduced> {
  const transport = await loadTransport(address);
  const connection = await transport.connect(address, {
    authkey: () => authkey.bytes(),
    signal,
    transport: options[transport.scheme] ?? {},
    ...(permit && { permit: (ip: string) => permit(address, addressInfo(address), ip) }),
  });
  if (permit) demandSafe(connection, address, authkey, permit);
  const handshake = await requestHandshake(connection, {
    authkey,
    identity,
    target: instance === undefined ? undefined : Buffer.from(instance, 'hex'),
    serializer,
    own: (listener) => own(listener.toString('hex')),
    limits: limitsFor(limits, false),
    signal,
    address,
  });
  return { connection, handshake };
}

/** What the user asked of a connection, as far as a session that stands may lack it. */
export interface Demands {
  readonly limits: Partial<Limits>;
  /** How long the other end may be silent, in milliseconds; `undefined` when nothing was asked. */
  readonly keepAlive: number | undefined;
  /** What may be connected to because the peer names it; `undefined` when nothing was asked. */
  readonly dial: DialPolicy | undefined;
}

/** A session that stands, and what it was opened with. */
export interface Standing {
  readonly info: ConnectionInfo;
  readonly serializer: string;
  readonly terms: Pick<SessionTerms, 'limits' | 'keepAliveMs' | 'takes'>;
}

/** Whether the session that stands has what was asked of a connection, and no less protection. */
export function serves(
  { info, serializer, terms }: Standing,
  { connection, handshake }: Introduced,
  asked: Pick<Introduction, 'serializer'> & { readonly demands?: Demands | undefined },
): boolean {
  const speaks = asked.serializer === undefined || serializer === handshake.serializer;
  if (!speaks || !(info.local || info.encrypted || !connection.info.encrypted)) return false;
  const { demands } = asked;
  if (demands === undefined) return true;
  // A connection within this machine is told by the system when the other end is gone.
  const asAlive =
    demands.keepAlive === undefined || info.local || demands.keepAlive === (terms.keepAliveMs ?? Infinity);
  return asAlive && hasLimits(terms.limits, demands.limits) && terms.takes(demands.dial);
}

/** The connection is closed when nothing may be proved over it. */
function demandSafe(connection: Connection, address: string, authkey: Authkey, permit: Permission): void {
  try {
    demandSafeProof(connection.info, address, authkey, permit);
  } catch (error) {
    connection.destroy();
    throw error;
  }
}
