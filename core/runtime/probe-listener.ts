import { loadTransport } from './registry.ts';
import type { Connection } from '../seam/transport.ts';
import { abortAfter, clearTimeout, setTimeout } from '../seam/environment.ts';

/** How long to wait for the listener's first message, in milliseconds. A busy actor sends none in time, but still listens. */
const PROBE_MS = 1_000;

/** How often to retry when a listener closes the connection without a message. */
const PROBES = 3;

/**
 * Whether a process listens on a local address. An accepted connection proves nothing: the operating system accepts for a process
 * that is being killed until its listening socket is closed. But a live listener sends the first message, and a dead one closes
 * the connection.
 */
export async function probeListener(address: string): Promise<boolean> {
  for (let probe = 0; probe < PROBES; probe++) {
    const signal = abortAfter(PROBE_MS);
    let connection: Connection;
    try {
      const transport = await loadTransport(address);
      connection = await transport.connect(address, { authkey: () => new Uint8Array(), signal, transport: {} });
    } catch {
      // Any failure means that no process listens there; a timeout does not.
      return signal.aborted;
    }
    if (await staysOpen(connection)) return true;
  }
  return true;
}

/** Whether the peer sends something, or at least keeps the connection open. */
function staysOpen(connection: Connection): Promise<boolean> {
  return new Promise((resolve) => {
    const answer = (open: boolean): void => {
      clearTimeout(timer);
      resolve(open);
      connection.destroy();
    };
    const timer = setTimeout(() => answer(true), PROBE_MS);
    connection.open({
      data: () => answer(true),
      drained: () => undefined,
      closed: () => answer(false),
    });
  });
}
