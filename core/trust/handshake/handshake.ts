/**
 * The handshake, in which two ends of a connection that know nothing of each other prove that both know the authkey, without
 * revealing it. `docs/protocol.md` describes the messages and the attacks that they prevent.
 */
import { ClientRole, type ClientOptions } from './client-role.ts';
import { Exchange, type ExchangeOptions } from './exchange.ts';
import { HandshakeFailure, type Role } from './role.ts';
import { ListenerRole, type ListenerOptions } from './listener-role.ts';
import type { Connection, Receiver } from '../../seam/transport.ts';

/** Options of {@link acceptHandshake}. */
export type AcceptOptions = ListenerOptions;

/** Options of {@link requestHandshake}. */
export interface RequestOptions extends ClientOptions {
  /** Aborts when the connection is no longer wanted. */
  readonly signal: AbortSignal | undefined;
}

/** An open connection whose peer has proved that it knows the authkey. */
export interface Handshake {
  /** The proven identity of the peer: 32 hexadecimal digits. */
  readonly peerInstance: string;
  /** The serializer of the connection: the one that the client requested, or the actor's first. */
  readonly serializer: string;
  /** Whether the client wants its own connection, besides the one that the two processes share. */
  readonly own: boolean;
  /** For the client: whether the listener's process already has a session that both share. */
  readonly known: boolean;
  /**
   * Passes the connection on, once. `receiver` immediately gets all events since the handshake: bytes that followed it,
   * `drained`, `closed`. Until then the connection is paused.
   */
  attach(receiver: Receiver): void;
}

/**
 * Performs the listener's side of the handshake. Opens the connection in this turn, and destroys it after any failure.
 *
 * @throws {@link HandshakeFailure} with the `reason`, for the log, when the peer did not prove itself in time. It is thrown after
 * a rejected peer's connection has closed, so that the handshake counts as in progress until then.
 */
export function acceptHandshake(connection: Connection, options: AcceptOptions): Promise<Handshake> {
  const { maxHandshakeBytes: maxBytes, handshakeMs: deadlineMs, firstBytesMs } = options.limits;
  const silent = (): Error => new HandshakeFailure(`sent nothing within ${firstBytesMs} ms (limits.firstBytesMs)`);
  return carryOut(connection, new ListenerRole(options, () => connection.info.channelBinding), {
    maxBytes,
    deadlineMs,
    firstBytes: { ms: firstBytesMs, silent },
    signal: undefined,
  });
}

/**
 * Performs the client's side of the handshake. Opens the connection in this turn, and destroys it after any failure.
 *
 * @throws {@link AuthkeyError} when the actor refused, did not prove itself, or is not the intended one; its `address` is the
 * given one.
 * @throws {@link SerializerError} `SERIALIZER_MISMATCH` when the actor uses another serializer.
 * @throws {@link ConnectionLostError} when the connection closed without a message; with the code `PROTOCOL` when the listener is
 * not an actor, or one of another protocol version.
 * @throws {@link ActorUnreachableError} when it took longer than `limits.handshakeMs`, or `signal` aborted.
 */
export function requestHandshake(connection: Connection, options: RequestOptions): Promise<Handshake> {
  const { maxHandshakeBytes: maxBytes, handshakeMs: deadlineMs } = options.limits;
  return carryOut(connection, new ClientRole(options, () => connection.info.channelBinding), {
    maxBytes,
    deadlineMs,
    signal: options.signal,
  });
}

async function carryOut(connection: Connection, role: Role, options: ExchangeOptions): Promise<Handshake> {
  const { peer, handOver } = await new Exchange(connection, role, options).outcome;
  return {
    peerInstance: Buffer.from(peer.instance).toString('hex'),
    serializer: peer.serializer,
    own: peer.own,
    known: peer.known,
    attach: (receiver) => {
      handOver.attach(receiver);
    },
  };
}
