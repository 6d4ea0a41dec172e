import { hkdfSync } from 'node:crypto';
import type { SecureContextOptions, TLSSocket } from 'node:tls';

const IDENTITY = 'uactor';
const KEY_BYTES = 32;
/** The hash of the cipher has to be the one that OpenSSL uses with keys from callbacks, SHA-256. */
const KEY_CIPHERS = 'TLS_AES_128_GCM_SHA256:PSK';

/** The exporter of TLS that binds a channel (RFC 9266): 32 bytes that only the two ends of this connection have. */
const EXPORTER = { label: 'EXPORTER-Channel-Binding', bytes: 32 };

/** What OpenSSL says to a client whose key is another one. */
const OTHER_KEY = /ALERT_(?:ILLEGAL_PARAMETER|DECRYPT_ERROR)/;

/** What OpenSSL says to a listener whose client has another key. */
const OTHER_CLIENT_KEY = 'BINDER_DOES_NOT_VERIFY';

/** The one version in use: what is older is weaker. */
export const TLS_VERSION = { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3' } as const;

/** A key for TLS, and the name that goes with it. */
export interface PresharedKey {
  readonly psk: Uint8Array;
  readonly identity: string;
}

/** TLS with a key that is derived from the authkey and the transport's own `label`, for a client. */
export function clientKeyTls(
  authkey: Uint8Array,
  label: string,
): SecureContextOptions & { readonly pskCallback: () => PresharedKey } {
  const key = { psk: tlsKeyOf(authkey, label), identity: IDENTITY };
  // Without an authority no certificate can ever stand in for the key.
  return { ...TLS_VERSION, ciphers: KEY_CIPHERS, ca: [], pskCallback: () => key };
}

/** The same for a listener. */
export function serverKeyTls(
  authkey: Uint8Array,
  label: string,
): SecureContextOptions & { readonly pskCallback: (socket: unknown, identity: string) => Uint8Array | null } {
  const psk = tlsKeyOf(authkey, label);
  // What a callback of TLS throws ends the process; this one cannot.
  return {
    ...TLS_VERSION,
    ciphers: KEY_CIPHERS,
    ca: [],
    pskCallback: (_socket, identity) => (identity === IDENTITY ? psk : null),
  };
}

/** Whether OpenSSL's code tells a client that the listener has another key. */
export function listenerHasOtherKey(code: string | undefined): boolean {
  return code !== undefined && OTHER_KEY.test(code);
}

/** Whether it tells a listener that the client has. */
export function clientHasOtherKey(code: string | undefined): boolean {
  return code?.includes(OTHER_CLIENT_KEY) === true;
}

/** The value that belongs to the channel of a secured socket alone. */
export function channelBindingOf(socket: TLSSocket): Uint8Array {
  return socket.exportKeyingMaterial(EXPORTER.bytes, EXPORTER.label, Buffer.alloc(0));
}

/** HKDF-SHA256 of the authkey, so that TLS never sees the key itself. */
function tlsKeyOf(authkey: Uint8Array, label: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', authkey, new Uint8Array(0), label, KEY_BYTES));
}
