import type { ConnectionInfo } from '../../core/seam/transport.ts';
import type { Security } from './security.ts';

/**
 * What a TCP connection is. It is never `local`, not even over the loopback interface, where a tunnel may be all that
 * listens: a peer that is gone without a word is found out by asking, not by looking.
 */
export function connectionInfo(peer: string, security: Security, ip: string | undefined): ConnectionInfo {
  return {
    peer,
    ...(ip !== undefined && { ip }),
    local: false,
    encrypted: security.kind !== 'none',
    authenticated: false,
  };
}
