import { ConnectionLostError, otherAuthkey, TransportError, type UActorError } from '../../core/seam/errors.ts';
import { clientHasOtherKey, listenerHasOtherKey } from '../../core/seam/key-tls.ts';
import { systemErrorCode } from '../../core/seam/system-errors.ts';
import type { Security } from './options.ts';

/** OpenSSL's errors about bytes that are not TLS. */
const NO_TLS = /WRONG_VERSION_NUMBER|HTTP_REQUEST|PACKET_LENGTH|UNEXPECTED_MESSAGE|BAD_RECORD_TYPE|UNKNOWN_PROTOCOL/;

/** Returns a client's error for a failed TLS handshake with `address`. */
export function clientFailure(address: string, security: Security, cause: unknown): UActorError {
  const code = systemErrorCode(cause);
  if (code === undefined || code === 'ECONNRESET' || code === 'EPIPE') {
    return new ConnectionLostError(
      `The connection to ${address} was closed during the TLS handshake: the actor ended, has as many connections in ` +
        'their handshake as it allows, or something else listens there.',
      { cause },
    );
  }
  if (NO_TLS.test(code)) {
    return new TransportError(
      `The listener at ${address} does not use TLS (${code}): it is an actor with \`encryption: false\`, which ` +
        'options.transport.tcp must set at both ends, or not an actor.',
      { cause },
    );
  }
  return security.kind === 'key' ? keyFailure(address, code, cause) : certificateFailure(address, code, cause);
}

function keyFailure(address: string, code: string, cause: unknown): UActorError {
  if (listenerHasOtherKey(code)) return otherAuthkey(address, { cause });
  return new TransportError(
    `The listener at ${address} did not accept the authkey as the TLS key (${code}): if the actor has certificates, ` +
      'give options.transport.tcp.tls at this end too.',
    { cause },
  );
}

function certificateFailure(address: string, code: string, cause: unknown): UActorError {
  if (/ALERT_HANDSHAKE_FAILURE/.test(code)) {
    return new TransportError(
      `The actor at ${address} has no certificate (${code}): it was started without options.transport.tcp.tls, which ` +
        'has to be given at both ends or at neither.',
      { cause },
    );
  }
  if (code.includes('_ALERT_')) return refusedCertificate(address, cause);
  return new TransportError(
    `The certificate of the actor at ${address} is not accepted (${code}): it must be signed by ` +
      'options.transport.tcp.tls.ca, be valid today, and name the host of the address or tls.servername.',
    { cause },
  );
}

/**
 * Returns the reason for the end of a client's open connection, as far as the transport knows it.
 *
 * @param cause - the socket's error
 * @param heard - whether any bytes had arrived
 */
export function clientEnd(
  address: string,
  security: Security,
  cause: Error | undefined,
  heard: boolean,
): Error | undefined {
  // An actor sends the first message, so its silence means that it rejected this end.
  if (heard || security.kind === 'key') return cause;
  if (security.kind === 'certificates') return refusedCertificate(address, cause);
  return new ConnectionLostError(
    `The listener at ${address} closed the connection silently: it is an actor that expects TLS (this end has ` +
      '`encryption: false`), it ended, or it has as many connections in their handshake as it allows.',
    { cause },
  );
}

function refusedCertificate(address: string, cause: unknown): UActorError {
  return new TransportError(
    `The actor at ${address} did not accept the certificate of this end: it must be signed by the actor's ` +
      'options.transport.tcp.tls.ca, and be valid today.',
    { cause },
  );
}

/**
 * Returns the error for the listener's log about a client whose TLS handshake failed. It contains nothing that the client sent.
 */
export function serverFailure(cause: unknown): TransportError {
  const code = systemErrorCode(cause) ?? 'no code';
  return new TransportError(`its TLS handshake failed: ${reasonOf(code)} (${code})`, { cause });
}

function reasonOf(code: string): string {
  if (clientHasOtherKey(code)) return 'it has another authkey';
  if (code.includes('NO_SUITABLE_SIGNATURE_ALGORITHM')) return 'it does not use the authkey as the key of TLS';
  if (NO_TLS.test(code)) return 'it does not use TLS';
  return 'OpenSSL or the system reports an error';
}
