import { isOptionsObject, refuseUnknownMembers } from '../../core/seam/call-options.ts';
import { misuse } from '../../core/seam/errors.ts';
import type { ConnectionSettings } from './broker.ts';

/** How to reach the brokers of a cluster: `options.transport.nats`, and the argument of {@link setNatsBrokers}. */
export interface NatsOptions {
  /** `host:port` of one or several brokers of the cluster. */
  readonly servers: string | readonly string[];
  /** The user for the brokers, with `pass`. */
  readonly user?: string;
  /** The user's password. */
  readonly pass?: string;
  /** A token for the brokers, in place of user and password. */
  readonly token?: string;
  /** The content of a `.creds` file. */
  readonly creds?: string;
  /** The seed of an nkey. */
  readonly nkey?: string;
  /**
   * `false` sends the bytes of calls through the broker unencrypted, for your own broker; both ends must agree. The authkey is
   * still proved. Default `true`: TLS with the authkey, from process to process.
   */
  readonly encryption?: boolean;
  /** TLS between this process and the broker, as PEM texts. `{}` enables TLS with the authorities that Node knows. */
  readonly tls?: NatsTls;
  /** How long a peer may be silent while the broker is available, in milliseconds; then it counts as gone. Default: 30,000. */
  readonly silenceMs?: number;
  /** How long a connection waits for an unavailable broker, in milliseconds. Default: 60,000. */
  readonly outageMs?: number;
}

/** The authority that signed the broker's certificate, and this end's certificate, if the broker requires one. */
export interface NatsTls {
  /** The authority that signed the brokers' certificates, as PEM. */
  readonly ca?: string;
  /** The client's certificate, as PEM. */
  readonly cert?: string;
  /** The key of the client's certificate, as PEM. */
  readonly key?: string;
}

const TEXTS = ['user', 'pass', 'token', 'creds', 'nkey'] as const;
const TIMES = ['silenceMs', 'outageMs'] as const;
const TLS = ['ca', 'cert', 'key'] as const;

/** The minimum for times: a confirmation and a reply need some time. */
const LEAST_MS = 1_000;

/**
 * Checks the user's options; `undefined` when they are empty.
 *
 * @throws `TypeError` that names the option and says what to do.
 */
export function natsOptions(given: Readonly<Record<string, unknown>>, where: string): NatsOptions | undefined {
  if (Object.keys(given).length === 0) return undefined;
  refuseUnknownMembers(given, ['servers', 'encryption', ...TEXTS, 'tls', ...TIMES], where);
  const servers = serversOf(given['servers'], where);
  const texts = textsOf(given, TEXTS, where);
  const times: { [name in (typeof TIMES)[number]]?: number } = {};
  for (const name of TIMES) {
    const value = given[name];
    if (value === undefined) continue;
    if (typeof value !== 'number' || !(value >= LEAST_MS))
      throw misuse(`${where}.${name} must be a number of ${LEAST_MS} or more`);
    times[name] = value;
  }
  const { tls, encryption = true } = given;
  if (typeof encryption !== 'boolean') throw misuse(`${where}.encryption must be true or false`);
  return { servers, encryption, ...texts, ...times, ...(tls !== undefined && { tls: tlsOf(tls, `${where}.tls`) }) };
}

/** Returns the settings of connections. */
export function settingsOf({ silenceMs = 30_000, outageMs = 60_000 }: NatsOptions): ConnectionSettings {
  return { silenceMs, outageMs, firstNumber: 0 };
}

function serversOf(value: unknown, where: string): readonly string[] {
  const servers: readonly unknown[] = Array.isArray(value) ? value : [value];
  const texts = servers.filter((server) => typeof server === 'string' && server !== '');
  // The message does not contain the address, which holds a secret.
  if (texts.some((server) => String(server).includes('@')))
    throw misuse(`${where}.servers must not contain credentials: use the options user and pass, or token`);
  if (texts.length === servers.length && texts.length > 0) return texts.map(String);
  throw misuse(`${where}.servers must be the broker's host:port, or a list of them: servers: 'localhost:4222'`);
}

function tlsOf(value: unknown, where: string): NatsTls {
  if (!isOptionsObject(value)) throw misuse(`${where} must be an object of ca, cert and key`);
  refuseUnknownMembers(value, TLS, where);
  return textsOf(value, TLS, where);
}

function textsOf<Name extends string>(
  object: object,
  names: readonly Name[],
  where: string,
): { [name in Name]?: string } {
  const texts: { [name in Name]?: string } = {};
  for (const name of names) {
    const value: unknown = Reflect.get(object, name);
    if (value === undefined) continue;
    // The message does not contain the value: it may be a secret.
    if (typeof value !== 'string') throw misuse(`${where}.${name} must be a text`);
    texts[name] = value;
  }
  return texts;
}
