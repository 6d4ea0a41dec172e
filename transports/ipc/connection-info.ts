import type { ConnectionInfo } from '../../core/seam/transport.ts';

/**
 * What a Unix socket or a named pipe is. The kernel itself carries the bytes from one process to the other, so nobody but
 * root is on the way: that is what `encrypted` promises. Who connects is not known, so the core asks for proof of the key.
 *
 * @param address - the address of the listening end, since the other one has none
 */
export function connectionInfo(address: string): ConnectionInfo {
  return { peer: address, local: true, encrypted: true, authenticated: false };
}
