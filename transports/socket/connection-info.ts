import { channelBindingOf } from '../../core/seam/key-tls.ts';
import type { ConnectionInfo } from '../../core/seam/transport.ts';
import { TLSSocket } from 'node:tls';
import type { Socket } from 'node:net';
import type { Security } from './security.ts';

/**
 * Returns the properties of a TCP connection. It is never `local`, not even over the loopback interface, where the listener may
 * be a tunnel: only pings can detect a lost peer.
 */
export function connectionInfo(
  peer: string,
  security: Security,
  ip: string | undefined,
  channelBinding?: Uint8Array,
): ConnectionInfo {
  return {
    peer,
    ...(ip !== undefined && { ip }),
    local: false,
    encrypted: security.kind !== 'none',
    authenticated: false,
    keyed: security.kind === 'key',
    ...(channelBinding && { channelBinding }),
  };
}

/** Returns the value that only the two ends of a secured socket share; none without TLS. */
export function bindingOf(socket: Socket): Uint8Array | undefined {
  return socket instanceof TLSSocket ? channelBindingOf(socket) : undefined;
}
