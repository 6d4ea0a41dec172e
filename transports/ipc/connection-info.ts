import type { ConnectionInfo } from '../../core/seam/transport.ts';

/**
 * What a Unix socket or a named pipe is. The kernel itself carries the bytes from one process to the other, so nobody but
 * root is on the way: that is what `encrypted` promises. Who connects is not known, so the core asks for proof of the key.
 *
 * @param address - The address of the listening end; the other one has none.
 */
export function connectionInfo(address: string, side: 'dialled' | 'accepted'): ConnectionInfo {
  const peer = side === 'dialled' ? address : `a process that connected to ${address}`;
  return { peer, local: true, encrypted: true, authenticated: false };
}
