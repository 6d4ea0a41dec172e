import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { checkServerIdentity, createSecureContext, type PeerCertificate, type SecureContextOptions } from 'node:tls';
import { misuse } from '../../core/seam/errors.ts';
import { clientKeyTls, type PresharedKey, serverKeyTls, TLS_VERSION } from '../../core/seam/key-tls.ts';
import type { Security, TcpCertificates } from './options.ts';

const KEY_LABEL = 'uactor tcp pre-shared key 1';

/** The result of {@link clientOptions}, for `tls.connect`. */
export interface ClientTls extends SecureContextOptions {
  readonly pskCallback?: () => PresharedKey;
  /** Returns the fault of a certificate without the expected name. */
  readonly checkServerIdentity?: (host: string, certificate: PeerCertificate) => Error | undefined;
  /** The name that the listener sees; an IP address is not sent. */
  readonly servername?: string;
}

/** The result of {@link serverOptions}, for `tls.createServer`. */
export interface ServerTls extends SecureContextOptions {
  readonly pskCallback?: (socket: unknown, identity: string) => Uint8Array | null;
  readonly requestCert?: boolean;
  readonly rejectUnauthorized?: boolean;
}

/** A kind of protection with TLS. */
export type TlsSecurity = Exclude<Security, { readonly kind: 'none' }>;

/** Returns the TLS options of a client. */
export function clientOptions(security: TlsSecurity, authkey: Uint8Array, host: string): ClientTls {
  if (security.kind === 'certificates') {
    const name = security.certificates.servername ?? host;
    return {
      ...TLS_VERSION,
      ...pemsOf(security.certificates),
      checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate),
      ...(isIP(name) === 0 && { servername: name }),
    };
  }
  return clientKeyTls(authkey, KEY_LABEL);
}

/** Returns the TLS options of a listener. */
export function serverOptions(security: TlsSecurity, authkey: Uint8Array): ServerTls {
  if (security.kind === 'certificates') {
    // The listener itself rejects a client without a valid certificate, so that it can log the reason.
    return { ...TLS_VERSION, ...pemsOf(security.certificates), requestCert: true, rejectUnauthorized: false };
  }
  return serverKeyTls(authkey, KEY_LABEL);
}

/** @throws `TypeError` when OpenSSL cannot read the certificates. */
export function checkTls(options: SecureContextOptions): void {
  try {
    createSecureContext(options);
    // OpenSSL ignores a `ca` without certificates, such as the path of a file, and then trusts none.
    if (typeof options.ca === 'string') void new X509Certificate(options.ca);
  } catch (error) {
    throw Object.assign(
      misuse(
        `options.transport.tcp.tls cannot be used (${error instanceof Error ? error.message : String(error)}): ` +
          'cert, key and ca must be the PEM texts of files, not their paths, and the key must be that of the certificate',
      ),
      { cause: error },
    );
  }
}

function pemsOf({ cert, key, ca }: TcpCertificates): SecureContextOptions {
  return { cert: pem(cert), key: pem(key), ca: pem(ca) };
}

function pem(value: string | Uint8Array): string {
  return typeof value === 'string' ? value : Buffer.from(value).toString('latin1');
}
