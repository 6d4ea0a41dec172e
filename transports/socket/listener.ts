import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { AddressInUseError, TransportError } from '../../core/seam/errors.ts';
import { StreamConnection } from '../../core/seam/stream-connection.ts';
import { systemErrorCode } from '../../core/seam/system-errors.ts';
import type { Connection, Listener } from '../../core/seam/transport.ts';
import { bindingOf, connectionInfo, endpointsOf, formatAddress, type Place } from './address.ts';
import { expectPreamble, expectTls } from './first-bytes.ts';
import type { Security } from './options.ts';
import { PendingConnection } from './pending-connection.ts';
import { serverFailure } from './tls-failure.ts';
import { checkTls, type ServerTls, serverOptions } from './tls-options.ts';

/** The maximum number of connections that wait to be accepted while the actor is busy; the system may allow fewer. */
const BACKLOG = 4096;

/** The settings of a listener. */
export interface ListenPlan {
  readonly place: Place;
  readonly security: Security;
  readonly authkey: () => Uint8Array;
  readonly accept: (connection: Connection) => void;
  /** An inherited listening descriptor. */
  readonly fd?: number | undefined;
}

/** A TCP socket that accepts connections. The core already watches each one while it is being secured. */
export class TcpListener implements Listener {
  readonly address: string;
  readonly endpoints: readonly string[];
  readonly #server: Server;

  private constructor(place: Place, server: Server) {
    this.address = formatAddress(place);
    this.endpoints = endpointsOf(place);
    this.#server = server;
  }

  /**
   * Starts to listen.
   *
   * @throws {@link AddressInUseError} when another listener uses the address; {@link TransportError} when the address cannot be
   * used; `TypeError` for invalid certificates.
   */
  static async listen({ place, security, authkey, accept, fd }: ListenPlan): Promise<TcpListener> {
    const tls = security.kind === 'none' ? undefined : serverOptions(security, authkey());
    if (tls !== undefined) checkTls(tls);
    const server = createServer({ noDelay: true }, (socket) => {
      const peer = formatAddress({ host: socket.remoteAddress ?? 'unknown', port: socket.remotePort ?? 0 });
      const pending = new PendingConnection(connectionInfo(peer, security, socket.remoteAddress), () =>
        socket.destroy(),
      );
      // The final connection reports errors; an 'error' without a listener would end the process.
      socket.on('error', () => undefined);
      socket.once('close', () => pending.fail(undefined));
      if (tls === undefined) greet(socket, pending);
      else begin(socket, pending, tls);
      accept(pending);
    });
    return new TcpListener(await listening(server, place, fd), server);
  }

  async close(): Promise<void> {
    if (this.#server.listening) this.#server.close();
  }
}

/** Waits for the preamble of a client without TLS. */
function greet(socket: Socket, pending: PendingConnection): void {
  socket.once('data', () => pending.hear());
  expectPreamble(
    socket,
    () => pending.stand(new StreamConnection(socket, pending.info)),
    (reason) => pending.fail(new TransportError(reason)),
  );
}

/** Waits for the client's first TLS bytes, and closes connections that begin with anything else. */
function begin(socket: Socket, pending: PendingConnection, tls: ServerTls): void {
  expectTls(
    socket,
    () => pending.hear(),
    () => secure(socket, pending, tls),
    () => {
      socket.destroy();
      pending.fail(new TransportError('it does not use TLS'));
    },
  );
}

/**
 * Performs TLS after the client's first bytes: TLS state takes milliseconds, too much for a client that sends nothing. The bytes
 * read so far go through TLS too. Each connection gets its own server, which never listens: its events concern only this
 * connection, and its session tickets are useless for any other.
 */
function secure(socket: Socket, pending: PendingConnection, tls: ServerTls): void {
  const refuse = (cause: unknown): void => {
    socket.destroy();
    pending.fail(serverFailure(cause));
  };
  const server = createTlsServer(tls);
  server.once('secureConnection', (secured) => {
    const fault = faultOf(secured, tls);
    if (fault === undefined) {
      const channelBinding = bindingOf(secured);
      pending.stand(new StreamConnection(secured, { ...pending.info, ...(channelBinding && { channelBinding }) }));
    } else {
      secured.destroy();
      pending.fail(new TransportError(fault));
    }
  });
  server.on('tlsClientError', refuse);
  try {
    server.emit('connection', socket);
  } catch (error) {
    refuse(error);
  }
}

/** Returns the fault of a client that TLS itself has accepted. */
function faultOf(secured: TLSSocket, { requestCert }: ServerTls): string | undefined {
  if (requestCert === true) {
    return secured.authorized ? undefined : `its certificate is not accepted (${String(secured.authorizationError)})`;
  }
  // A connection with a pre-shared key counts as a resumed session.
  return secured.isSessionReused() ? undefined : 'it did not use the authkey as the key of TLS';
}

/** Resolves to the host and port in use. */
function listening(server: Server, place: Place, fd: number | undefined): Promise<Place> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => reject(failed(place, error));
    server.once('error', fail);
    const where = fd === undefined ? { ...place, exclusive: true } : { fd };
    server.listen({ ...where, backlog: BACKLOG }, () => {
      server.off('error', fail);
      // Accepting can fail temporarily for lack of file descriptors; the listener continues.
      server.on('error', () => undefined);
      const bound = server.address();
      if (typeof bound === 'object' && bound !== null) {
        resolve({ host: fd === undefined ? place.host : bound.address, port: bound.port });
      } else {
        server.close();
        reject(new TransportError(`Descriptor ${fd} is not a TCP socket, so it cannot serve ${formatAddress(place)}.`));
      }
    });
  });
}

function failed(place: Place, cause: Error): TransportError {
  const address = formatAddress(place);
  const code = systemErrorCode(cause) ?? cause.message;
  if (code === 'EADDRINUSE') {
    return new AddressInUseError(
      `Another process already listens on ${address}; choose another port, or 0 for a free one.`,
      {
        cause,
      },
    );
  }
  return new TransportError(
    `Listening on ${address} failed (${code}); the host must be an address of this machine (0.0.0.0 for all of them), and ` +
      'ports below 1024 need privileges.',
    { cause },
  );
}
