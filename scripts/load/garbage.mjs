import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { ms, percentile } from './figures.mjs';

/** The number of connections per tick, and the length of a tick: 1,000 a second are 10 in each 10 ms. */
const TICK_MS = 10;
const GARBAGE_BYTES = 512;
/** Limits apply per address, so the garbage comes from another address than the clients' calls. */
const STRANGERS = '127.0.0.2';

/** Unauthenticated peers connect, send garbage and disconnect, while a client calls: its calls take at most twice as long. */
export async function garbageConnections(scene, { rate, seconds }) {
  const [client] = await scene.clients(1);
  await client.run('latencies', { ms: 1000 });
  const quiet = await client.run('latencies', { ms: seconds * 1000 });
  const stop = new AbortController();
  const flood = strangers(scene.actor.connectionAddress, rate, stop.signal);
  const flooded = await client.run('latencies', { ms: seconds * 1000 });
  const opened = await client.run('open', { count: 10, atOnce: false });
  stop.abort();
  const connections = await flood;
  const [before, during] = [percentile(quiet, 0.99), percentile(flooded, 0.99)];
  return [
    { what: 'connections of strangers', found: `${connections}, ${Math.round(connections / seconds)} a second` },
    {
      what: 'calls meanwhile, p99',
      found: `${ms(during)}, ${(during / before).toFixed(2)} of ${ms(before)} without them`,
    },
    {
      what: 'new clients meanwhile',
      found: `${opened.took.length} of 10 ${opened.failures[0] ?? ''}`,
      wrong: opened.failures.length > 0,
    },
  ];
}

async function strangers(address, rate, signal) {
  const { hostname, port, pathname, protocol } = new URL(address);
  const target =
    protocol === 'ipc:'
      ? { path: decodeURIComponent(pathname) }
      : { host: hostname, port: Number(port), localAddress: STRANGERS };
  let connections = 0;
  const live = new Set();
  for (let next = performance.now(); !signal.aborted; next += TICK_MS) {
    for (let count = (rate * TICK_MS) / 1000; count > 0; count--) {
      const socket = connect(target, () => socket.end(randomBytes(GARBAGE_BYTES)));
      live.add(socket);
      connections++;
      socket
        .on('error', () => undefined)
        .on('close', () => live.delete(socket))
        .resume();
    }
    await pause(Math.max(0, next + TICK_MS - performance.now()));
  }
  await Promise.all([...live].map((socket) => (socket.destroy(), socket.closed ? undefined : once(socket, 'close'))));
  return connections;
}
