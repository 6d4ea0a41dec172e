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

/** The proof for the peer, and the expected one. */
export interface Introduction {
  readonly authkey: Authkey;
  readonly instance: string | undefined;
  readonly serializer: string | undefined;
  readonly limits: Partial<Limits>;
  readonly transport: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly permit?: Permission | undefined;
}

/**
 * Connects and performs the handshake.
 *
 * @param own - Decides, given the instance that responded, whether the connection is for a session of this process's own.
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

/** The user's connection settings that an existing session may lack. */
export interface Demands {
  readonly limits: Partial<Limits>;
  /** How long the peer may be silent, in milliseconds; `undefined` if the user set nothing. */
  readonly keepAlive: number | undefined;
  /** The dial policy for the peer; `undefined` if the user set nothing. */
  readonly dial: DialPolicy | undefined;
}

/** An existing session, and its settings. */
export interface Standing {
  readonly info: ConnectionInfo;
  readonly serializer: string;
  readonly terms: Pick<SessionTerms, 'limits' | 'keepAliveMs' | 'takes'>;
}

/** Whether an existing session has the requested settings, and at least the same protection. */
export function serves(
  { info, serializer, terms }: Standing,
  { connection, handshake }: Introduced,
  asked: Pick<Introduction, 'serializer'> & { readonly demands?: Demands | undefined },
): boolean {
  const speaks = asked.serializer === undefined || serializer === handshake.serializer;
  if (!speaks || !(info.local || info.encrypted || !connection.info.encrypted)) return false;
  const { demands } = asked;
  if (demands === undefined) return true;
  // Within a machine, the operating system reports the peer's end.
  const asAlive =
    demands.keepAlive === undefined || info.local || demands.keepAlive === (terms.keepAliveMs ?? Infinity);
  return asAlive && hasLimits(terms.limits, demands.limits) && terms.takes(demands.dial);
}

/** Closes the connection if a proof must not be sent over it. */
function demandSafe(connection: Connection, address: string, authkey: Authkey, permit: Permission): void {
  try {
    demandSafeProof(connection.info, address, authkey, permit);
  } catch (error) {
    connection.destroy();
    throw error;
  }
}
