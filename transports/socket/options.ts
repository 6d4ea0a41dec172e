import { isOptionsObject, refuseUnknownMembers } from '../../core/seam/call-options.ts';
import { misuse } from '../../core/seam/errors.ts';

/** A PEM text, or its bytes as `readFileSync` gives them. */
export type Pem = string | Uint8Array;

/** The certificate of one end, its private key, and the authority that must have signed the peer's certificate. */
export interface TcpCertificates {
  /** This process's certificate, as PEM. */
  readonly cert: Pem;
  /** The certificate's key, as PEM. */
  readonly key: Pem;
  /** The authority that signs the peers' certificates, as PEM. */
  readonly ca: Pem;
  /** The name that the actor's certificate must have, for clients. Default: the host of the address. */
  readonly servername?: string;
}

/** The options in `options.transport.tcp`; they must match at both ends. */
export interface TcpOptions {
  /** `false` sends everything unencrypted, for trusted networks; the authkey is still proved. Default `true`. */
  readonly encryption?: boolean;
  /** Certificates at both ends, in place of the key that TLS derives from the authkey. */
  readonly tls?: TcpCertificates;
}

/** The protection of a connection's bytes. */
export type Security =
  /** TLS with a key that is derived from the authkey. */
  | { readonly kind: 'key' }
  | { readonly kind: 'certificates'; readonly certificates: TcpCertificates }
  | { readonly kind: 'none' };

const WHERE = 'options.transport.tcp';

/**
 * Checks the transport's own options.
 *
 * @throws `TypeError` that names the option, what is wrong, and what to do.
 */
export function securityOf(options: Readonly<Record<string, unknown>>): Security {
  refuseUnknownMembers(options, ['encryption', 'tls'], WHERE);
  const { encryption = true, tls } = options;
  if (typeof encryption !== 'boolean') throw misuse(`${WHERE}.encryption must be true or false`);
  if (tls === undefined) return { kind: encryption ? 'key' : 'none' };
  if (!encryption) throw misuse(`${WHERE} has certificates in tls, and encryption: false: omit one of them`);
  return { kind: 'certificates', certificates: certificatesOf(tls) };
}

function certificatesOf(tls: unknown): TcpCertificates {
  if (!isOptionsObject(tls)) throw misuse(`${WHERE}.tls must be an object of cert, key and ca`);
  refuseUnknownMembers(tls, ['cert', 'key', 'ca', 'servername'], `${WHERE}.tls`);
  const servername = 'servername' in tls ? tls.servername : undefined;
  if (servername !== undefined && typeof servername !== 'string') {
    throw misuse(`${WHERE}.tls.servername must be the name in the actor's certificate`);
  }
  const certificates = { cert: pemOf(tls, 'cert'), key: pemOf(tls, 'key'), ca: pemOf(tls, 'ca') };
  return servername === undefined ? certificates : { ...certificates, servername };
}

function pemOf(tls: object, name: keyof TcpCertificates): Pem {
  const value: unknown = Reflect.get(tls, name);
  // The message does not contain the value: it may be a private key in the wrong format.
  if (typeof value === 'string' || value instanceof Uint8Array) return value;
  throw misuse(`${WHERE}.tls.${name} must be a PEM text or its bytes; each end needs cert, key and ca`);
}
