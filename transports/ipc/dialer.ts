import { createConnection } from 'node:net';
import { abortAfter, process } from '../../core/seam/environment.ts';
import { TransportError, unreachable } from '../../core/seam/errors.ts';
import { StreamConnection, StreamInput } from '../../core/seam/stream-connection.ts';
import {
  EXHAUSTED_MS,
  lacksDescriptors,
  type Pace,
  pauseBeforeRetry,
  systemErrorCode,
} from '../../core/seam/system-errors.ts';
import type { Connection } from '../../core/seam/transport.ts';
import { connectionInfo } from './address.ts';
import { assertOwnSocket, assertSafeFolder } from './private-folder.ts';

/** The delay before another attempt when the actor's queue of connections is full, first and at most, in milliseconds. */
const BUSY_MS: Pace = { first: 2, most: 200 };
/** How long {@link answers} waits, in milliseconds; a Unix socket connects or fails within the call. */
const PROBE_MS = 5_000;

/**
 * Connects to the socket at `path`. While the queue is full (`EAGAIN`, which Linux returns at once for a Unix socket) or file
 * descriptors are lacking (`EMFILE`, `ENFILE`), it retries until the signal aborts; any other error means that nothing listens.
 *
 * @throws {@link ActorUnreachableError} with the attempts; {@link TransportError} `UNSAFE_FOLDER` when the socket could be
 * another user's.
 */
export async function dial(path: string, address: string, signal: AbortSignal): Promise<Connection> {
  let attempts = 0;
  let last: unknown;
  while (!signal.aborted) {
    assertTrusted(path, address);
    attempts++;
    try {
      return await connectOnce(path, address, signal);
    } catch (error) {
      last = error;
    }
    const pace = paceOf(last);
    if (pace === undefined && !signal.aborted) throw unreachable(address, 'nothing listens there', last);
    if (pace === undefined) break;
    await pauseBeforeRetry(pace, attempts, signal);
  }
  const code = systemErrorCode(last);
  const tried =
    code === undefined ? 'the attempt was abandoned' : `gave up after ${attempts} attempts, the last ended in ${code}`;
  throw unreachable(address, tried, last ?? signal.reason);
}

/** Whether a process accepts connections at `path`: `undefined` when a lack of descriptors prevents the check. */
export async function answers(path: string): Promise<boolean | undefined> {
  try {
    const connection = await connectOnce(path, path, abortAfter(PROBE_MS));
    connection.destroy();
    return true;
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'ECONNREFUSED' || code === 'ENOENT') return false;
    return lacksDescriptors(error) ? undefined : true;
  }
}

function assertTrusted(path: string, address: string): void {
  if (process.platform === 'win32') return;
  try {
    assertSafeFolder(path);
    if (assertOwnSocket(path)) return;
  } catch (error) {
    if (error instanceof TransportError) throw error;
    throw unreachable(address, 'its folder cannot be entered', error);
  }
  throw unreachable(address, 'there is no such socket, so the actor has ended or never listened there', undefined);
}

/** Connects once. Only a named pipe may take time; a Unix socket connects or fails within the call. */
function connectOnce(path: string, address: string, signal: AbortSignal): Promise<StreamConnection> {
  return new Promise((resolve, reject) => {
    const input = new StreamInput();
    const socket = createConnection({ path, onread: input.onread });
    const connection = new StreamConnection(socket, connectionInfo(address, 'dialled'), input);
    const abort = (): void => {
      connection.destroy();
      reject(signal.reason);
    };
    const fail = (error: Error): void => {
      signal.removeEventListener('abort', abort);
      reject(error);
    };
    signal.addEventListener('abort', abort, { once: true });
    socket.once('error', fail);
    socket.once('connect', () => {
      signal.removeEventListener('abort', abort);
      socket.off('error', fail);
      resolve(connection);
    });
  });
}

function paceOf(error: unknown): Pace | undefined {
  const code = systemErrorCode(error);
  if (code === 'EAGAIN' || code === 'EBUSY') return BUSY_MS;
  return lacksDescriptors(error) ? EXHAUSTED_MS : undefined;
}
