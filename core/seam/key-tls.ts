import { hkdfSync } from 'node:crypto';
import type { SecureContextOptions, TLSSocket } from 'node:tls';

const IDENTITY = 'uactor';
const KEY_BYTES = 32;
/** The cipher's hash must be the one that OpenSSL uses with keys from callbacks, SHA-256. */
const KEY_CIPHERS = 'TLS_AES_128_GCM_SHA256:PSK';

/** The TLS exporter that binds a channel (RFC 9266): 32 bytes that only the two ends of a connection have. */
const EXPORTER = { label: 'EXPORTER-Channel-Binding', bytes: 32 };

/** OpenSSL's error at a client with another key. */
const OTHER_KEY = /ALERT_(?:ILLEGAL_PARAMETER|DECRYPT_ERROR)/;

/** OpenSSL's error at a listener whose client has another key. */
const OTHER_CLIENT_KEY = 'BINDER_DOES_NOT_VERIFY';

/** The only version in use: older ones are weaker. */
export const TLS_VERSION = { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3' } as const;

/** A TLS key and its name. */
export interface PresharedKey {
  readonly psk: Uint8Array;
  readonly identity: string;
}

/** Returns the TLS options of a client, with a key that is derived from the authkey and the transport's own `label`. */
export function clientKeyTls(
  authkey: Uint8Array,
  label: string,
): SecureContextOptions & { readonly pskCallback: () => PresharedKey } {
  const key = { psk: tlsKeyOf(authkey, label), identity: IDENTITY };
  // Without an authority, no certificate can ever replace the key.
  return { ...TLS_VERSION, ciphers: KEY_CIPHERS, ca: [], pskCallback: () => key };
}

/** Returns the TLS options of a listener. */
export function serverKeyTls(
  authkey: Uint8Array,
  label: string,
): SecureContextOptions & { readonly pskCallback: (socket: unknown, identity: string) => Uint8Array | null } {
  const psk = tlsKeyOf(authkey, label);
  // An error in a TLS callback would end the process; this one cannot throw.
  return {
    ...TLS_VERSION,
    ciphers: KEY_CIPHERS,
    ca: [],
    pskCallback: (_socket, identity) => (identity === IDENTITY ? psk : null),
  };
}

/** Whether an OpenSSL code tells a client that the listener has another key. */
export function listenerHasOtherKey(code: string | undefined): boolean {
  return code !== undefined && OTHER_KEY.test(code);
}

/** Whether an OpenSSL code tells a listener that the client has another key. */
export function clientHasOtherKey(code: string | undefined): boolean {
  return code?.includes(OTHER_CLIENT_KEY) === true;
}

/** Returns the value that only the two ends of a secured socket share. */
export function channelBindingOf(socket: TLSSocket): Uint8Array {
  return socket.exportKeyingMaterial(EXPORTER.bytes, EXPORTER.label, Buffer.alloc(0));
}

/** Derives the TLS key from the authkey by HKDF-SHA256, so that TLS never sees the authkey. */
function tlsKeyOf(authkey: Uint8Array, label: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', authkey, new Uint8Array(0), label, KEY_BYTES));
}
