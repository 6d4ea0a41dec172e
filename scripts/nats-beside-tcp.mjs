/**
 * Compares calls through a NATS broker with calls over `tcp`, in one run: `node scripts/nats-beside-tcp.mjs [--seconds 3]
 * [--rounds 3] [--kills 5]`.
 *
 * Actors in another process are reached in three ways: over `tcp` with its TLS, over `nats` with TLS from process to process, and
 * over `nats` without TLS. Each is measured several times in turn; a figure is the median. Processor time is that of the two
 * processes and of the broker, as reported by Linux. Then the broker is killed under load and restarted. Build first.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Actor, release } from 'uactor';
import { Brokers } from './cluster-faults/brokers.mjs';
import { NEWER, natsServers } from './nats-server.mjs';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '3' },
    kills: { type: 'string', default: '5' },
  },
});
const [seconds, rounds, kills] = [values.seconds, values.rounds, values.kills].map(Number);

const authkey = 'a key of more than sixteen bytes';
const MIB = 1024 * 1024;

/** Long enough to connect on a busy machine: that is not measured. */
const limits = { handshakeMs: 60_000 };

/** The number of calls in progress in the second measurement, and of messages in the third. */
const CALLERS = 100;
const WRITERS = 4;

/** How long the broker is unavailable. */
const AWAY_MS = 1_000;

class Called extends Actor {
  nothing() {}

  take(bytes) {
    return bytes.length;
  }
}
const Patient = Called.with({ limits });

/** Returns the processor time of a process so far, in milliseconds. */
function cpuMs(pid) {
  let nanoseconds = 0;
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    nanoseconds += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ', 1)[0]);
  }
  return nanoseconds / 1e6;
}

/**
 * Makes this many callers call one after the other for a while. Returns the calls per second, and each process's processor time
 * per call.
 */
async function measure(callers, pids, call) {
  const used = () => pids.map(cpuMs);
  for (let warm = 0; warm < 20; warm++) await call();
  let calls = 0;
  const before = used();
  const startedAt = performance.now();
  const endAt = startedAt + seconds * 1_000;
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (performance.now() < endAt) {
        await call();
        calls++;
      }
    }),
  );
  const passedMs = performance.now() - startedAt;
  const after = used();
  return { rate: (calls * 1_000) / passedMs, cpuMs: after.map((ms, index) => (ms - before[index]) / calls) };
}

/** Returns the time from when the broker accepts connections again until the first of many calls in progress has its reply. */
async function resumed(proxy, brokers) {
  const over = new AbortController();
  const settled = [];
  const callers = Array.from({ length: CALLERS }, async () => {
    while (!over.signal.aborted) {
      await proxy.nothing();
      settled.push(performance.now());
    }
  });
  await brokers.kill(0);
  await new Promise((go) => setTimeout(go, AWAY_MS));
  await brokers.restart(0);
  const backAt = performance.now();
  while (!settled.some((at) => at > backAt)) await new Promise((go) => setTimeout(go, 5));
  over.abort();
  await Promise.all(callers);
  return settled.find((at) => at > backAt) - backAt;
}

function median(numbers) {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)];
}

const folder = mkdtempSync(join(tmpdir(), 'nats-beside-tcp-'));
const brokers = await Brokers.start(natsServers([NEWER]).get(NEWER), folder, 1);
const natsOptions = (encryption) => ({ nats: { servers: brokers.servers, encryption } });
const places = [
  { name: 'tcp, TLS', address: 'tcp://127.0.0.1:0', transport: {} },
  { name: 'nats, TLS from process to process', address: 'nats://secured/secured/actor', transport: natsOptions(true) },
  { name: 'nats', address: 'nats://plain/plain/actor', transport: natsOptions(false) },
];

/** Starts the actor of a place in a process of its own. */
async function start({ name, address, transport }) {
  const options = JSON.stringify({ address, transport, authkey, limits });
  const child = spawn(process.execPath, [join(import.meta.dirname, 'nats-beside-tcp', 'actor.mjs'), options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('the process of an actor has ended')));
  ended.catch(() => undefined);
  const [line] = await Promise.race([once(child.stdout.setEncoding('utf8'), 'data'), ended]);
  const pids = [process.pid, child.pid, brokers.pid(0)];
  return { name, transport, pids, address: line.trim(), one: [], many: [], bytes: [], resumedMs: [] };
}

const children = [];
try {
  const ways = await Promise.all(places.map(start));
  const bytes = new Uint8Array(MIB).fill(7);
  for (let round = 0; round < rounds; round++) {
    for (const way of ways) {
      const proxy = await Patient.connect(way.address, { authkey, transport: way.transport });
      way.one.push(await measure(1, way.pids, () => proxy.nothing()));
      way.many.push(await measure(CALLERS, way.pids, () => proxy.nothing()));
      way.bytes.push(await measure(WRITERS, way.pids, () => proxy.take(bytes)));
      release(proxy);
    }
  }
  for (const way of ways) {
    if (way.transport.nats === undefined) continue;
    const proxy = await Patient.connect(way.address, { authkey, transport: way.transport });
    for (let kill = 0; kill < kills; kill++) way.resumedMs.push(await resumed(proxy, brokers));
    release(proxy);
  }
  const rate = (measured) => Math.round(median(measured.map((each) => each.rate)));
  // Of both ends, and of the broker.
  const cpuUs = (measured) =>
    [0, 1, 2].map((at) => Math.round(median(measured.map((each) => each.cpuMs[at])) * 1_000)).join(' + ');
  const rows = ways.map(({ name, one, many, bytes: large, resumedMs }) => [
    name,
    rate(one),
    cpuUs(one),
    rate(many),
    cpuUs(many),
    rate(large),
    cpuUs(large),
    resumedMs.length === 0 ? '' : `${Math.round(median(resumedMs))} (${Math.round(Math.max(...resumedMs))})`,
  ]);
  const heads = [
    'way',
    'calls/s, one at a time',
    'CPU µs a call: caller + actor + broker',
    `calls/s, ${CALLERS} under way`,
    'CPU µs a call',
    'MiB/s, messages of 1 MiB',
    'CPU µs a message',
    'ms from the broker back to the first answer (worst)',
  ];
  const table = [heads, heads.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`);
  const load = loadavg().map((each) => each.toFixed(1));
  console.log(
    `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}, load ${load.join(', ')}\n\n${table.join('\n')}`,
  );
} finally {
  for (const child of children) child.kill('SIGKILL');
  await brokers.stop();
  rmSync(folder, { recursive: true, force: true });
}
process.exit();
