import { chmodSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { process } from '../../core/seam/environment.ts';
import { AddressInUseError, TransportError } from '../../core/seam/errors.ts';
import { StreamConnection } from '../../core/seam/stream-connection.ts';
import { limitReached, systemErrorCode } from '../../core/seam/system-errors.ts';
import type { Connection, Listener } from '../../core/seam/transport.ts';
import { connectionInfo, formatAddress } from './address.ts';
import { assertSafeFolder } from './private-folder.ts';
import { SocketFile } from './socket-file.ts';

/** The maximum number of connections that wait to be accepted while the actor is busy; the system may allow fewer. */
const BACKLOG = 4096;

/** A Unix socket, or a named pipe, that accepts connections of this user's processes. */
export class IpcListener implements Listener {
  readonly address: string;
  readonly #server: Server;
  readonly #file: SocketFile | undefined;
  #closed = false;

  private constructor(address: string, server: Server, file: SocketFile | undefined) {
    this.address = address;
    this.#server = server;
    this.#file = file;
  }

  /**
   * Listens on `path`. Removes a socket file that a dead process left there, never that of a live one.
   *
   * @param fd - An inherited descriptor that already listens at `path`. Its creator decided who may connect.
   * @throws {@link AddressInUseError} when another listener uses the address; {@link TransportError} `UNSAFE_FOLDER` when other
   * users could replace the socket, `TRANSPORT` when the path cannot be used.
   */
  static async listen(path: string, accept: (connection: Connection) => void, fd?: number): Promise<IpcListener> {
    const address = formatAddress(path);
    const info = connectionInfo(address, 'accepted');
    const server = createServer((socket) => accept(new StreamConnection(socket, info)));
    try {
      if (fd !== undefined) {
        await inherited(server, fd, address);
        return new IpcListener(address, server, undefined);
      }
      if (process.platform === 'win32') {
        await listening(server, { path });
        return new IpcListener(address, server, undefined);
      }
      assertSafeFolder(path);
      const file = new SocketFile(path);
      await listening(server, { path: file.temporaryPath });
      // The umask set other permissions; only this user may connect.
      chmodSync(file.temporaryPath, 0o600);
      await file.publish();
      return new IpcListener(address, server, file);
    } catch (error) {
      // Closing also removes the bound file with its temporary name.
      server.close();
      throw error instanceof TransportError ? error : failed(path, error);
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#file?.remove();
    this.#server.close();
  }
}

/** Listens on an inherited descriptor. Node does not reveal its path, only that it is not a network socket. */
async function inherited(server: Server, fd: number, address: string): Promise<void> {
  await listening(server, { fd });
  if (server.address() === null) return;
  throw new TransportError(`Descriptor ${fd} is not a Unix socket, so it cannot serve ${address}.`);
}

function listening(server: Server, where: { readonly path: string } | { readonly fd: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ ...where, backlog: BACKLOG }, () => {
      server.off('error', reject);
      // Accepting can fail temporarily for lack of file descriptors: libuv closes the connections. The listener continues; an
      // 'error' without a listener would end the process.
      server.on('error', () => undefined);
      resolve();
    });
  });
}

function failed(path: string, error: unknown): TransportError {
  const code = systemErrorCode(error) ?? String(error);
  if (code === 'EADDRINUSE') {
    return new AddressInUseError(
      `Another process already listens on ${path}; choose another address or stop it first.`,
      {
        cause: error,
      },
    );
  }
  const limit = limitReached(error);
  if (limit !== undefined)
    return new TransportError(`Listening on ${path} failed: ${limit} (${code}).`, { cause: error });
  return new TransportError(
    `Listening on ${path} failed (${code}); the folder must exist, and this user must be allowed to write there.`,
    { cause: error },
  );
}
