import { loadTransport } from './registry.ts';
import type { Connection } from '../seam/transport.ts';
import { abortAfter, clearTimeout, setTimeout } from '../seam/environment.ts';

/** How long the answer may take; an actor that is busy gives none, and listens all the same. In milliseconds. */
const PROBE_MS = 1_000;

/** How often a listener that hangs up without a word is asked again. */
const PROBES = 3;

/**
 * Whether a process listens on a local address. That a connection is accepted proves nothing: the system accepts for a
 * process that is being killed as long as its listening socket is not closed yet. But a listener speaks first, and one
 * that is dead hangs up instead.
 */
export async function probeListener(address: string): Promise<boolean> {
  for (let probe = 0; probe < PROBES; probe++) {
    const signal = abortAfter(PROBE_MS);
    let connection: Connection;
    try {
      const transport = await loadTransport(address);
      connection = await transport.connect(address, { authkey: () => new Uint8Array(), signal, transport: {} });
    } catch {
      // Whatever the reason, nobody is there; but when the time was up, nobody had said no.
      return signal.aborted;
    }
    if (await staysOpen(connection)) return true;
  }
  return true;
}

/** Whether the other end says something, or at least does not hang up. */
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
