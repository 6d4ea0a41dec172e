import { types } from 'node:util';
import type { Authkey } from '../trust/authkey.ts';
import type { DialPolicy } from '../trust/dial-policy.ts';
import type { Limits } from '../seam/limits.ts';
import type { ProxyClassOf } from '../proxy/proxy-class.ts';
import type { Exposure, LocalExposure } from '../references/exposure.ts';
import type { ObjectTable } from '../references/object-table.ts';
import type { Peer, ReferenceSession } from '../references/remote-reference.ts';
import type { Tickets } from '../references/tickets.ts';
import type { MessageAllowance } from '../seam/codec/budget.ts';
import { misuse } from '../seam/errors.ts';
import type { Codec, Extensions, Serializer } from '../seam/serializer.ts';
import type { Connection, Receiver } from '../seam/transport.ts';
import type { BufferedBytes } from './buffered-bytes.ts';
import type { Farewell } from './session-text.ts';
import type { CallRuntime } from './inbound-context.ts';
import type { EndCause } from './session-life.ts';
import type { ExtensionRuntime } from './session-extensions.ts';

/** The parts of its process that a session uses. */
export interface SessionRuntime extends ExtensionRuntime, CallRuntime {
  readonly objects: ObjectTable;
  readonly tickets: Tickets;
  /** The bytes that the sessions of this process buffer. */
  readonly buffered: BufferedBytes;
  readonly endpoints: readonly string[];
  /** The dial policy for addresses that peers name. Default {@link defaultDialPolicy}. */
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

/**
 * Opens the codec of a session with these limits.
 *
 * @throws any error of the serializer; `TypeError` if it returns something other than a codec.
 */
export function openCodec(
  serializer: Serializer,
  extensions: Extensions,
  { maxDepth, maxNodes, maxMessageBytes }: Limits,
  allowance: MessageAllowance,
): Codec {
  const charge = (bytes: number): void => allowance.charge(bytes);
  const inflated = (bytes: number): void => allowance.begin(bytes);
  const codec: unknown = serializer.open({ extensions, maxDepth, maxNodes, maxMessageBytes, charge, inflated });
  if (isCodec(codec)) {
    demandSynchronous(serializer.name, codec);
    return codec;
  }
  const what = codec instanceof Promise ? 'a promise' : typeof codec === 'object' ? 'another object' : typeof codec;
  throw misuse(
    `the serializer '${serializer.name}': open() must return a codec, an object with encode() and decode(); it returned ${what}`,
  );
}

/** @throws `TypeError` for a method that is `async`. One that returns a promise in another way fails when it is called. */
function demandSynchronous(name: string, codec: Codec): void {
  for (const member of ['encode', 'decode', 'decodeAt'] as const) {
    if (!types.isAsyncFunction(codec[member])) continue;
    throw misuse(
      `the serializer '${name}': ${member}() must not be async, because a message is complete when it returns: do the ` +
        `work synchronously`,
    );
  }
}

function isCodec(value: unknown): value is Codec {
  if (typeof value !== 'object' || value === null) return false;
  if (!('encode' in value) || !('decode' in value)) return false;
  return typeof value.encode === 'function' && typeof value.decode === 'function';
}
