import { hkdfSync } from 'node:crypto';
import { isIP } from 'node:net';
import { checkServerIdentity, createSecureContext, type PeerCertificate, type SecureContextOptions } from 'node:tls';
import { misuse } from '../../core/seam/errors.ts';
import type { Security, TcpCertificates } from './security.ts';

const IDENTITY = 'uactor';
const KEY_LABEL = 'uactor tcp pre-shared key 1';
const KEY_BYTES = 32;
/** The hash of the cipher has to be the one that OpenSSL uses with keys from callbacks, SHA-256. */
const KEY_CIPHERS = 'TLS_AES_128_GCM_SHA256:PSK';

const VERSION = { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3' } as const;

/** A key for TLS, and the name that goes with it. */
interface PresharedKey {
  readonly psk: Uint8Array;
  readonly identity: string;
}

/** What {@link clientOptions} gives: for `tls.connect`. */
export interface ClientTls extends SecureContextOptions {
  readonly pskCallback?: () => PresharedKey;
  /** Says what is wrong with a certificate that does not bear the name. */
  readonly checkServerIdentity?: (host: string, certificate: PeerCertificate) => Error | undefined;
  /** The name for the listener to see; an IP address is not sent. */
  readonly servername?: string;
}

/** What {@link serverOptions} gives: for `tls.createServer`. */
export interface ServerTls extends SecureContextOptions {
  readonly pskCallback?: (socket: unknown, identity: string) => Uint8Array | null;
  readonly requestCert?: boolean;
  readonly rejectUnauthorized?: boolean;
}

/** A way to protect bytes with TLS. */
export type TlsSecurity = Exclude<Security, { readonly kind: 'none' }>;

/** The client's end of TLS. */
export function clientOptions(security: TlsSecurity, authkey: Uint8Array, host: string): ClientTls {
  if (security.kind === 'certificates') {
    const name = security.certificates.servername ?? host;
    return {
      ...VERSION,
      ...pemsOf(security.certificates),
      checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate),
      ...(isIP(name) === 0 && { servername: name }),
    };
  }
  const key = { psk: tlsKeyOf(authkey), identity: IDENTITY };
  // Without an authority no certificate can ever stand in for the key.
  return { ...VERSION, ciphers: KEY_CIPHERS, ca: [], pskCallback: () => key };
}

/** The listener's end of TLS. */
export function serverOptions(security: TlsSecurity, authkey: Uint8Array): ServerTls {
  if (security.kind === 'certificates') {
    // Whoever shows none, or a wrong one, is refused by the listener, which can then say so in its log.
    return { ...VERSION, ...pemsOf(security.certificates), requestCert: true, rejectUnauthorized: false };
  }
  const psk = tlsKeyOf(authkey);
  // What a callback of TLS throws ends the process; this one cannot.
  const pskCallback = (_socket: unknown, identity: string): Uint8Array | null => (identity === IDENTITY ? psk : null);
  return { ...VERSION, ciphers: KEY_CIPHERS, ca: [], pskCallback };
}

/** @throws `TypeError` when OpenSSL can make nothing of the certificates. */
export function checkTls(options: SecureContextOptions): void {
  try {
    createSecureContext(options);
  } catch (error) {
    throw Object.assign(
      misuse(
        `options.transport.tcp.tls cannot be used (${error instanceof Error ? error.message : String(error)}): ` +
          'cert, key and ca must be PEM, and the key must be that of the certificate',
      ),
      { cause: error },
    );
  }
}

/** HKDF-SHA256 of the authkey, so that TLS never sees the key itself. */
function tlsKeyOf(authkey: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', authkey, new Uint8Array(0), KEY_LABEL, KEY_BYTES));
}

function pemsOf({ cert, key, ca }: TcpCertificates): SecureContextOptions {
  return { cert: pem(cert), key: pem(key), ca: pem(ca) };
}

function pem(value: string | Uint8Array): string {
  return typeof value === 'string' ? value : Buffer.from(value).toString('latin1');
}
