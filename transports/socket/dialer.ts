import { lookup as lookUp } from 'node:dns';
import { connect, isIP, type LookupFunction, type Socket, type TcpNetConnectOpts } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { UActorError, unreachable } from '../../core/seam/errors.ts';
import { StreamConnection, StreamInput } from '../../core/seam/stream-connection.ts';
import { EXHAUSTED_MS, lacksDescriptors, pauseBeforeRetry, systemErrorCode } from '../../core/seam/system-errors.ts';
import type { Connection } from '../../core/seam/transport.ts';
import { bindingOf, connectionInfo, type Place } from './address.ts';
import { PREAMBLE } from './first-bytes.ts';
import type { Security } from './options.ts';
import { clientEnd, clientFailure } from './tls-failure.ts';
import { checkTls, clientOptions } from './tls-options.ts';

/** How long one of a host's addresses may take before the next one is tried in parallel, in milliseconds. */
const NEXT_ADDRESS_MS = 1_000;

const SILENT = 'it did not answer in time (limits.handshakeMs)';
const UNFINISHED =
  'it did not finish the TLS handshake in time: it is busy, in which case raise limits.handshakeMs, or something else listens ' +
  'there';

/** The options for TLS connections: TypeScript's declarations omit those for the socket. */
type TlsConnectOptions = TcpNetConnectOpts & ConnectionOptions;

/** The target and settings of a connection. */
interface DialPlan {
  readonly address: string;
  readonly place: Place;
  readonly security: Security;
  readonly authkey: () => Uint8Array;
  readonly signal: AbortSignal;
  /** Throws for an IP address to which this process must not connect. */
  readonly permit?: ((ip: string) => void) | undefined;
}

/**
 * Connects over IPv4 or IPv6, whichever responds first, and secures the connection. The signal covers name resolution, connecting
 * and TLS.
 *
 * @throws {@link ActorUnreachableError} when nothing responds in time; {@link AuthkeyError} when the keys differ; any error of
 * `permit`; {@link TransportError} when the two ends protect their bytes in different ways; {@link ConnectionLostError} when the
 * peer closes meanwhile.
 */
export async function dial(plan: DialPlan): Promise<Connection> {
  const { address, place, security, authkey, signal, permit } = plan;
  const end = (cause: Error | undefined, heard: boolean): Error | undefined =>
    clientEnd(address, security, cause, heard);
  // An IP address is used as it is; a name is checked for each address that it resolves to, immediately before connecting.
  if (isIP(place.host) !== 0) permit?.(place.host);
  const lookup = permit && lookupPermitted(permit);
  const options = {
    ...place,
    ...(lookup && { lookup }),
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS,
    noDelay: true,
  };
  if (security.kind === 'none') {
    const input = new StreamInput();
    return await whileExhausted(
      signal,
      async () =>
        await connected(address, { ...options, onread: input.onread }, signal, (socket) => {
          socket.write(PREAMBLE);
          return new StreamConnection(socket, connectionInfo(address, security, socket.remoteAddress), input, end);
        }),
    );
  }
  const tls = clientOptions(security, authkey(), place.host);
  if (security.kind === 'certificates') checkTls(tls);
  const use = (socket: Socket, input: StreamInput): Connection => {
    const info = connectionInfo(address, security, socket.remoteAddress, bindingOf(socket));
    return new StreamConnection(socket, info, input, end);
  };
  return await whileExhausted(signal, async () => await secured(plan, { ...options, ...tls }, use));
}

/**
 * Retries while this process, or the system, has no free file descriptor, until the signal aborts.
 *
 * @throws the error of the last attempt.
 */
async function whileExhausted<T>(signal: AbortSignal, attempt: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof Error && lacksDescriptors(error.cause)) || signal.aborted) throw error;
      await pauseBeforeRetry(EXHAUSTED_MS, tries, signal);
      if (signal.aborted) throw error;
    }
  }
}

/**
 * Connects, and converts the socket within the event that reports it: the first bytes may follow in the same turn, and must find
 * their reader.
 */
function connected<T>(
  address: string,
  options: TcpNetConnectOpts,
  signal: AbortSignal,
  use: (socket: Socket) => T | Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(unreachable(address, 'the attempt was abandoned', signal.reason));
      return;
    }
    const socket = connect(options);
    const abort = (): void => {
      socket.destroy();
      reject(unreachable(address, SILENT, signal.reason));
    };
    const fail = (error: Error): void => {
      signal.removeEventListener('abort', abort);
      reject(unconnected(address, error));
    };
    signal.addEventListener('abort', abort, { once: true });
    socket.once('error', fail);
    socket.once('connect', () => {
      signal.removeEventListener('abort', abort);
      socket.off('error', fail);
      // The final connection reports later errors; an 'error' without a listener would throw.
      socket.on('error', () => undefined);
      try {
        resolve(use(socket));
      } catch (error) {
        socket.destroy();
        reject(error);
      }
    });
  });
}

/** Connects with TLS. The socket connects by itself, because only such a socket reads into memory of ours. */
function secured<T>(
  { address, security, signal }: DialPlan,
  options: TlsConnectOptions,
  use: (socket: Socket, input: StreamInput) => T,
): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(unreachable(address, 'the attempt was abandoned', signal.reason));
      return;
    }
    const input = new StreamInput();
    const withInput = { ...options, onread: input.onread };
    const socket = connectTls(withInput);
    const settled = (): void => {
      signal.removeEventListener('abort', abort);
      socket.off('close', closed);
      socket.off('secureConnect', secure);
    };
    const fail = (error: UActorError): void => {
      settled();
      socket.destroy();
      reject(error);
    };
    const abort = (): void => fail(unreachable(address, socket.connecting ? SILENT : UNFINISHED, signal.reason));
    const closed = (): void => fail(clientFailure(address, security, undefined));
    const secure = (): void => {
      // A pre-shared key counts as a resumed session. Otherwise an actor has presented a certificate instead.
      if (security.kind === 'key' && !socket.isSessionReused()) {
        fail(clientFailure(address, security, undefined));
        return;
      }
      settled();
      resolve(use(socket, input));
    };
    let arrived = false;
    socket.once('connect', () => {
      arrived = true;
      // `tls.connect` has no option for this.
      socket.setNoDelay(true);
    });
    signal.addEventListener('abort', abort, { once: true });
    // The listener stays: an error after the promise is settled has no effect.
    socket.on('error', (error) => {
      fail(arrived ? clientFailure(address, security, error) : unconnected(address, error));
    });
    socket.once('close', closed);
    socket.once('secureConnect', secure);
  });
}

function unconnected(address: string, error: Error): UActorError {
  return error instanceof UActorError ? error : unreachable(address, whyUnreachable(error), error);
}

function whyUnreachable(error: Error): string {
  const code = systemErrorCode(error);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `there is no host of that name (${code})`;
  if (code === 'EMFILE' || code === 'ENFILE') {
    return `there were no file descriptors left (${code}); close some, or raise the limit (ulimit -n)`;
  }
  return code === 'ECONNREFUSED' ? `nothing listens there (${code})` : `connecting failed (${code ?? error.message})`;
}

/**
 * Resolves names like Node, for sockets that may connect only where `permit` does not throw. The socket connects to the checked
 * address: the name is not resolved again.
 */
function lookupPermitted(permit: (ip: string) => void): LookupFunction {
  return (hostname, options, callback) => {
    lookUp(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) {
        callback(error, []);
        return;
      }
      const outcomes = found.map((entry) => ({ entry, refusal: refusalOf(permit, entry.address) }));
      const permitted = outcomes.filter(({ refusal }) => refusal === undefined).map(({ entry }) => entry);
      const [first] = permitted;
      if (first === undefined)
        callback(
          outcomes.find(({ refusal }) => refusal !== undefined)?.refusal ??
            new Error(`${hostname} does not resolve to an address`),
          [],
        );
      else if (options.all === true) callback(null, permitted);
      else callback(null, first.address, first.family);
    });
  };
}

/** Returns the error of `permit`, because an error thrown in a lookup callback could not be caught. */
function refusalOf(permit: (ip: string) => void, ip: string): Error | undefined {
  try {
    permit(ip);
    return undefined;
  } catch (error) {
    return error instanceof Error
      ? error
      : new Error('the policy of options.dial threw a value that is not an error', { cause: error });
  }
}
