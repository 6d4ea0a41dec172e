/**
 * The handshake: how two ends of a connection that know nothing of each other show that both hold the authkey, without
 * showing it. The layout of the messages and what they protect against is described in `docs/protocol.md`.
 */
import { ClientRole, type ClientOptions } from './client-role.ts';
import { Exchange, type ExchangeOptions } from './exchange.ts';
import { HandshakeFailure } from './handshake-failure.ts';
import { ListenerRole, type ListenerOptions } from './listener-role.ts';
import type { Role } from './role.ts';
import type { Connection, Receiver } from '../../seam/transport.ts';

/** What {@link acceptHandshake} is given beside the connection. */
export type AcceptOptions = ListenerOptions;

/** What {@link requestHandshake} is given beside the connection. */
export interface RequestOptions extends ClientOptions {
  /** Aborts when the connection is no longer wanted. */
  readonly signal: AbortSignal | undefined;
}

/** A connection whose other end has proved that it knows the authkey. It is still open. */
export interface Handshake {
  /** Which process the other end is: 32 hexadecimal digits. It has proved it. */
  readonly peerInstance: string;
  /** The serializer to speak: the one that the client asked for, or the actor's first. */
  readonly serializer: string;
  /** Whether the client wants a connection of its own, beside the one that the two processes share. */
  readonly own: boolean;
  /** For the client: whether the listener's process has a session with this one already that both share. */
  readonly known: boolean;
  /**
   * Hands the connection over, once. `receiver` is told at once whatever has happened since the handshake: bytes that
   * came behind it, `drained`, `closed`. Until then the connection is paused.
   */
  attach(receiver: Receiver): void;
}

/**
 * The handshake of the end that listens. Opens the connection in this turn and destroys it if anything goes wrong.
 *
 * @throws {@link HandshakeFailure} with the `reason`, for the log, when the peer did not prove itself in time. It is
 * told after a refused peer's connection has closed, so that it counts as in progress until then.
 */
export function acceptHandshake(connection: Connection, options: AcceptOptions): Promise<Handshake> {
  const { maxHandshakeBytes: maxBytes, handshakeMs: deadlineMs, firstBytesMs } = options.limits;
  const silent = (): Error => new HandshakeFailure(`said nothing within ${firstBytesMs} ms (limits.firstBytesMs)`);
  return carryOut(connection, new ListenerRole(options, () => connection.info.channelBinding), {
    maxBytes,
    deadlineMs,
    firstBytes: { ms: firstBytesMs, silent },
    signal: undefined,
  });
}

/**
 * The handshake of the end that connected. Opens the connection in this turn and destroys it if anything goes wrong.
 *
 * @throws {@link AuthkeyError} when the actor refused, did not prove itself, or is not the one that was meant; its
 * `address` is the one given.
 * @throws {@link SerializerError} `SERIALIZER_MISMATCH` when the actor speaks another serializer.
 * @throws {@link ConnectionLostError} when the connection closed without a word; with the code `PROTOCOL` when what
 * listens there is no actor, or one of another protocol version.
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
