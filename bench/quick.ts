/**
 * The figures of one glance: calls one at a time and in flight beside a raw ping-pong over the same kind of pipe, the
 * time from `spawn` to the first reply beside the start of a bare Node, and the memory of an idle actor beside its.
 * Everything that is compared runs in turns within one run, because machines drift.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Counter } from './counter.js';
import { Raw } from './raw.js';

const ROUNDS = 7;
const SEQUENTIAL = 5_000;
const IN_FLIGHT = 100;
const BATCHES = 300;

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

async function sequential(call: () => Promise<unknown>): Promise<{ perSecond: number; p50: number }> {
  const times: number[] = [];
  const began = performance.now();
  for (let i = 0; i < SEQUENTIAL; i++) {
    const at = performance.now();
    await call();
    times.push(performance.now() - at);
  }
  return { perSecond: SEQUENTIAL / ((performance.now() - began) / 1000), p50: median(times) * 1000 };
}

async function inFlight(call: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  for (let i = 0; i < BATCHES; i++) await Promise.all(Array.from({ length: IN_FLIGHT }, call));
  return (BATCHES * IN_FLIGHT) / ((performance.now() - began) / 1000);
}

function residentMiB(pid: number): { resident: number; private: number } {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0) / 1024;
  return { resident: field('Rss'), private: field('Private_Clean') + field('Private_Dirty') };
}

const chosen = process.argv[2] ?? 'superjson';
const ActorClass = Counter.with({ serializer: chosen });
const actor = await ActorClass.spawn();
const raw = new Raw();
const rows: { raw: number; rawP50: number; actor: number; actorP50: number; inFlight: number }[] = [];
await sequential(() => actor.add(1, 2));
await sequential(() => raw.roundTrip());
for (let round = 0; round < ROUNDS; round++) {
  const limit = await sequential(() => raw.roundTrip());
  const own = await sequential(() => actor.add(1, 2));
  rows.push({
    raw: limit.perSecond,
    rawP50: limit.p50,
    actor: own.perSecond,
    actorP50: own.p50,
    inFlight: await inFlight(() => actor.add(1, 2)),
  });
}
const of = (name: keyof (typeof rows)[number]): number => median(rows.map((row) => row[name]));
console.log(`serializer ${chosen}, Node ${process.version}`);
console.log(`raw ping-pong       ${of('raw').toFixed(0)} calls/s, p50 ${of('rawP50').toFixed(1)} µs`);
console.log(`add(1, 2)           ${of('actor').toFixed(0)} calls/s, p50 ${of('actorP50').toFixed(1)} µs`);
console.log(`ratio               ${(of('actor') / of('raw')).toFixed(2)}`);
console.log(
  `100 in flight       ${of('inFlight').toFixed(0)} calls/s, ${(of('inFlight') / of('raw')).toFixed(1)} × raw one at a time`,
);

const starts: { bare: number; spawn: number }[] = [];
for (let round = 0; round < ROUNDS; round++) {
  let at = performance.now();
  spawnSync(process.execPath, ['-e', '0']);
  const bare = performance.now() - at;
  at = performance.now();
  const one = await ActorClass.spawn();
  await one.add(1, 2);
  starts.push({ bare, spawn: performance.now() - at });
  await one.shutdown();
}
const bareMs = median(starts.map(({ bare }) => bare));
const spawnMs = median(starts.map(({ spawn }) => spawn));
console.log(`bare node -e 0      ${bareMs.toFixed(1)} ms`);
console.log(`spawn to 1st reply  ${spawnMs.toFixed(1)} ms, + ${(spawnMs - bareMs).toFixed(1)} ms`);

if (process.platform === 'linux') {
  const idle = await ActorClass.spawn();
  const own = residentMiB(await idle.pid());
  const script = `process.stdout.write(require('fs').readFileSync('/proc/self/smaps_rollup','utf8'))`;
  const text = execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  const bare = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0) / 1024;
  const barePrivate = bare('Private_Clean') + bare('Private_Dirty');
  console.log(
    `idle actor          ${own.resident.toFixed(1)} MiB resident (bare ${bare('Rss').toFixed(1)}), ` +
      `${own.private.toFixed(1)} MiB private (bare ${barePrivate.toFixed(1)})`,
  );
  await idle.shutdown();
}
raw.close();
await actor.shutdown();
