import type { ConnectionInfo } from '../../core/seam/transport.ts';

/**
 * Returns the properties of a Unix socket or a named pipe. The kernel passes the bytes directly from one process to the other, so
 * only root could read them: hence `encrypted`. The peer is not known, so the core requires a proof of the key.
 *
 * @param address - The address of the listening end; the other one has none.
 */
export function connectionInfo(address: string, side: 'dialled' | 'accepted'): ConnectionInfo {
  const peer = side === 'dialled' ? address : `a process that connected to ${address}`;
  return { peer, local: true, encrypted: true, authenticated: false };
}
