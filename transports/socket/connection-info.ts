import { channelBindingOf } from '../../core/seam/key-tls.ts';
import type { ConnectionInfo } from '../../core/seam/transport.ts';
import { TLSSocket } from 'node:tls';
import type { Socket } from 'node:net';
import type { Security } from './security.ts';

/**
 * What a TCP connection is. It is never `local`, not even over the loopback interface, where a tunnel may be all that
 * listens: a peer that is gone without a word is found out by asking, not by looking.
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

/** The value that belongs to the channel of a secured socket alone; none without TLS. */
export function bindingOf(socket: Socket): Uint8Array | undefined {
  return socket instanceof TLSSocket ? channelBindingOf(socket) : undefined;
}
