import { connect as connectTls, TLSSocket } from 'node:tls';
import { ConnectionLostError, otherAuthkey, TransportError, unreachable } from '../../core/seam/errors.ts';
import {
  channelBindingOf,
  clientHasOtherKey,
  clientKeyTls,
  listenerHasOtherKey,
  serverKeyTls,
} from '../../core/seam/key-tls.ts';
import { StreamConnection } from '../../core/seam/stream-connection.ts';
import { systemErrorCode } from '../../core/seam/system-errors.ts';
import type { Connection } from '../../core/seam/transport.ts';
import type { BrokerConnection } from './broker-connection.ts';
import { BrokerStream } from './broker-stream.ts';

const KEY_LABEL = 'uactor nats pre-shared key 1';

/**
 * A connection over a broker, in TLS 1.3 with a key that is derived from the authkey: the broker sees the amount of data, and
 * nothing else.
 */
class SecuredConnection extends StreamConnection {
  readonly #carrier: BrokerConnection;
  readonly #stream: BrokerStream;

  constructor(carrier: BrokerConnection, stream: BrokerStream, socket: TLSSocket) {
    const info = {
      ...carrier.info,
      encrypted: true,
      keyed: true,
      // Read when bytes have arrived, so TLS is established.
      get channelBinding() {
        return channelBindingOf(socket);
      },
    };
    super(socket, info, undefined, (cause) => (cause === undefined || !isOfTls(cause) ? cause : failed(cause)));
    this.#carrier = carrier;
    this.#stream = stream;
  }

  get heard(): boolean {
    return this.#stream.heard;
  }

  // There is no system socket below it to `unref`.
  override hold(wanted: boolean): void {
    this.#carrier.hold(wanted);
  }
}

/** Secures a connection that a listener accepted; the handshake follows when the core opens it. */
export function securedByListener(carrier: BrokerConnection, authkey: Uint8Array): Connection {
  const stream = new BrokerStream(carrier);
  const socket = new TLSSocket(stream, { isServer: true, ...serverKeyTls(authkey, KEY_LABEL) });
  // The core's first bytes wait for the handshake: Node does not send the alert about a wrong key while a write is in progress.
  socket.cork();
  socket.once('secure', () => socket.uncork());
  return new SecuredConnection(carrier, stream, socket);
}

/**
 * Secures a client's connection, including the handshake.
 *
 * @throws {@link AuthkeyError} when the listener has another key; {@link ActorUnreachableError} when the signal aborts; {@link
 * ConnectionLostError} when the peer closes meanwhile.
 */
export function securedByClient(
  carrier: BrokerConnection,
  authkey: Uint8Array,
  address: string,
  signal: AbortSignal,
): Promise<Connection> {
  const stream = new BrokerStream(carrier);
  return new Promise((resolve, reject) => {
    const socket = connectTls({ socket: stream, ...clientKeyTls(authkey, KEY_LABEL) });
    const settle = (): void => {
      signal.removeEventListener('abort', abort);
      socket.off('close', closed);
    };
    const fail = (error: Error): void => {
      settle();
      socket.destroy();
      stream.destroy();
      reject(error);
    };
    const abort = (): void => {
      const why = 'it did not finish the TLS handshake in time (limits.handshakeMs)';
      fail(unreachable(address, why, signal.reason));
    };
    const closed = (): void => fail(hungUp(address));
    // The listener stays: an error after the promise is settled has no effect.
    socket.on('error', (error) => fail(clientFailure(address, error)));
    socket.once('close', closed);
    socket.once('secureConnect', () => {
      settle();
      // A pre-shared key counts as a resumed session. Otherwise an actor has presented a certificate instead.
      if (socket.isSessionReused()) resolve(new SecuredConnection(carrier, stream, socket));
      else fail(failed(new Error('it did not use the authkey as the key of TLS')));
    });
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
  });
}

function clientFailure(address: string, error: Error): Error {
  if (listenerHasOtherKey(systemErrorCode(error))) return otherAuthkey(address, { cause: error });
  if (systemErrorCode(error) === 'ECONNRESET') return hungUp(address, error);
  return isOfTls(error) ? failed(error) : error;
}

function hungUp(address: string, cause?: Error): ConnectionLostError {
  const why = 'the actor ended, or has reached its limit of connections in the handshake';
  return new ConnectionLostError(`The connection to ${address} was closed during the TLS handshake: ${why}.`, {
    cause,
  });
}

function failed(cause: Error): TransportError {
  const what = clientHasOtherKey(systemErrorCode(cause)) ? 'it has another authkey' : cause.message;
  return new TransportError(`its TLS handshake failed: ${what}`, { cause });
}

function isOfTls(error: Error): boolean {
  return systemErrorCode(error)?.startsWith('ERR_SSL_') === true;
}
