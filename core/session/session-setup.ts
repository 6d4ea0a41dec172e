import type { ProxyClassOf } from '../proxy/proxy-class.ts';
import type { Exposure, LocalExposure } from '../references/exposure.ts';
import type { ObjectTable, Tickets } from '../references/object-table.ts';
import type { Peer, ReferenceSession } from '../references/reference.ts';
import type { Limits } from '../seam/limits.ts';
import type { Serializer } from '../seam/serializer.ts';
import type { Connection, Receiver } from '../seam/transport.ts';
import type { Authkey } from '../trust/authkey.ts';
import type { DialPolicy } from '../trust/dial-policy.ts';
import type { RevivalRuntime } from './extension-reader.ts';
import type { ReplacementRuntime } from './extension-writer.ts';
import type { BufferedBytes } from './flow-control.ts';
import type { CallRuntime, ClaimRuntime } from './inbound-context.ts';
import type { EndCause } from './session-life.ts';
import type { Farewell } from './session-terms.ts';

/** The parts of its process that a session uses. */
export interface SessionRuntime extends ReplacementRuntime, RevivalRuntime, ClaimRuntime, CallRuntime {
  readonly objects: ObjectTable;
  readonly tickets: Tickets;
  /** The bytes that the sessions of this process buffer. */
  readonly buffered: BufferedBytes;
  readonly endpoints: readonly string[];
  /** The dial policy for addresses that peers name. Default: the one of `defaultDialPolicy`. */
  readonly dialPolicy: DialPolicy | undefined;
  /** Called when a session has begun. This and the following receive the same object as was set up. */
  began(session: ReferenceSession): void;
  /** Called when references or calls of a session have decreased. */
  settled(session: ReferenceSession): void;
}

/** The parts and settings of a session. */
export interface SessionSetup {
  readonly runtime: SessionRuntime;
  readonly connection: Connection;
  /** Passes the connection to the session. */
  readonly attach: (receiver: Receiver) => void;
  readonly serializer: Serializer;
  /** The user's limits; the others have their defaults, which depend on the peer's location. */
  readonly limits: Partial<Limits>;
  /** How long a peer on another machine may be silent, in milliseconds; `undefined`: no limit. */
  readonly keepAliveMs?: number | undefined;
  /** Whether errors are sent without internals of this process. Default: to peers on other machines. */
  readonly redactErrors?: boolean;
  /** The key that both ends proved, or that an owner gave to its actor. */
  readonly authkey?: Authkey | undefined;
  readonly peer: Peer;
  /** The peer's name in messages: its class, or its address. */
  readonly label: string;
  /** The object of the peer's control calls, and its exposure. */
  readonly control: { readonly object: object; readonly exposure: LocalExposure };
  /** The exposure of the peer's control object. */
  readonly peerControl: Exposure;
  readonly classOf: ProxyClassOf;
  /** The dial policy for addresses that this peer names. Default {@link SessionRuntime.dialPolicy}. */
  readonly dial?: DialPolicy | undefined;
  /** Whether the session replaces a lost one. */
  readonly reconnect?: boolean | undefined;
  /** Called when the peer begins to use the session. */
  readonly greeted?: () => void;
  /** Determines why the session ended, after the connection is gone. */
  readonly explain: (farewell: Farewell | undefined, cause: Error | undefined) => EndCause | Promise<EndCause>;
}
