/**
 * The transport `ipc`: Unix sockets, and named pipes on Windows, between processes of one user on one machine. Addresses are
 * `ipc:///absolute/path.sock`, on Windows `ipc:////./pipe/name`.
 *
 * @module uactor/transports/ipc
 */
import type { Transport } from '../../core/seam/transport.ts';
import { addressInfo, parseAddress } from './address.ts';
import { dial } from './dialer.ts';
import { IpcListener } from './listener.ts';
import { PrivateFolder } from './private-folder.ts';

/** Creates an `ipc` transport with its own private folder; a program needs only {@link ipc}. */
export function createIpc(): Transport {
  const privateFolder = new PrivateFolder();
  return {
    scheme: 'ipc',
    addressInfo,
    listen: async (address, accept, { fd }) => IpcListener.listen(parseAddress(address), accept, fd),
    connect: async (address, { signal }) => dial(parseAddress(address), address, signal),
    privateAddress: () => privateFolder.reserve(),
  };
}

/** Unix sockets and named pipes; the transport of every actor without a given address. */
export const ipc: Transport = createIpc();
