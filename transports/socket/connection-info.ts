import type { ConnectionInfo } from '../../core/seam/transport.ts';
import { TLSSocket } from 'node:tls';
import type { Socket } from 'node:net';
import type { Security } from './security.ts';

/** The exporter of TLS that binds a channel (RFC 9266): 32 bytes that both ends of this one connection have, and nobody else. */
const EXPORTER = { label: 'EXPORTER-Channel-Binding', bytes: 32 };

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
  if (!(socket instanceof TLSSocket)) return undefined;
  return socket.exportKeyingMaterial(EXPORTER.bytes, EXPORTER.label, Buffer.alloc(0));
}
