import type { Authkey } from '../trust/authkey.ts';
import type { DialPolicy } from '../trust/dial-policy.ts';
import type { Limits } from '../seam/limits.ts';
import type { ProxyClassOf } from '../proxy/make-proxy.ts';
import type { Exposure, LocalExposure } from '../references/exposure.ts';
import type { ObjectTable } from '../references/object-table.ts';
import type { Peer } from '../references/peer.ts';
import type { ReferenceSession } from '../references/remote-reference.ts';
import type { Tickets } from '../references/tickets.ts';
import type { MessageAllowance } from '../seam/codec/message-allowance.ts';
import type { Codec, Extensions, Serializer } from '../seam/serializer.ts';
import type { Connection, Receiver } from '../seam/transport.ts';
import type { BufferedBytes } from './buffered-bytes.ts';
import type { Farewell } from './session-text.ts';
import type { CallRuntime } from './inbound-context.ts';
import type { EndCause } from './outbound-context.ts';
import type { ExtensionRuntime } from './session-extensions.ts';

/** What a session needs of its process. */
export interface SessionRuntime extends ExtensionRuntime, CallRuntime {
  readonly objects: ObjectTable;
  readonly tickets: Tickets;
  /** What the sessions of this process keep. */
  readonly buffered: BufferedBytes;
  readonly endpoints: readonly string[];
  /** What this process may connect to because others name it. Default {@link defaultDialPolicy}. */
  readonly dialPolicy: DialPolicy | undefined;
  /** A session starts talking: the very one that was set up, as in all that follows. */
  began(session: ReferenceSession): void;
  /** References or calls of a session have become fewer. */
  settled(session: ReferenceSession): void;
}

/** What a session is made of. */
export interface SessionSetup {
  readonly runtime: SessionRuntime;
  readonly connection: Connection;
  /** Hands the connection over to the session. */
  readonly attach: (receiver: Receiver) => void;
  readonly serializer: Serializer;
  /** What the user asked for; the rest is by default, which depends on where the peer is. */
  readonly limits: Partial<Limits>;
  /** How long a peer beyond a network may be silent, in milliseconds; `undefined` for as long as it likes. */
  readonly keepAliveMs?: number | undefined;
  /** Whether errors are sent without what they say about the inside of this process. Default: to peers beyond a network. */
  readonly redactErrors?: boolean;
  /** The key that both ends proved, or that an actor was given by its owner. */
  readonly authkey?: Authkey | undefined;
  readonly peer: Peer;
  /** The name of the peer, for messages: its class, or its address. */
  readonly label: string;
  /** What the peer may ask of this process itself. */
  readonly control: { readonly object: object; readonly exposure: LocalExposure };
  /** What this process may ask of the peer's. */
  readonly peerControl: Exposure;
  readonly classOf: ProxyClassOf;
  /** What this process may connect to because this peer names it. Default {@link SessionRuntime.dialPolicy}. */
  readonly dial?: DialPolicy | undefined;
  /** The peer has begun to use the session. */
  readonly greeted?: () => void;
  /** Finds out why the session ended, once the connection is gone. */
  readonly explain: (farewell: Farewell | undefined, cause: Error | undefined) => EndCause | Promise<EndCause>;
}

/** The codec of a session with these limits. */
export function openCodec(
  serializer: Serializer,
  extensions: Extensions,
  { maxDepth, maxNodes, maxMessageBytes }: Limits,
  allowance: MessageAllowance,
): Codec {
  const charge = (bytes: number): void => allowance.charge(bytes);
  const inflated = (bytes: number): void => allowance.begin(bytes);
  return serializer.open({ extensions, maxDepth, maxNodes, maxMessageBytes, charge, inflated });
}
