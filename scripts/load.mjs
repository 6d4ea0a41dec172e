/**
 * Puts an actor under load from several client processes, and reports the results:
 *
 *     node scripts/load.mjs calls    [--calls 1000000] [--processes 8]
 *     node scripts/load.mjs reader   [--megabytes 1024] [--rate 32]
 *     node scripts/load.mjs clients  [--clients 10000] [--processes 10]
 *     node scripts/load.mjs connects [--clients 1000] [--processes 4] [--block 2000]
 *     node scripts/load.mjs bytes    [--large 100] [--total 10240]
 *     node scripts/load.mjs actors   [--actors 500]
 *     node scripts/load.mjs garbage  [--rate 1000] [--seconds 10]
 *     node scripts/load.mjs mixed    [--minutes 30]
 *
 * each with `--transport ipc` (the default), `tcp` or `tcp-plain`. It prints one line for each measurement, and fails when calls
 * are lost or duplicated, a connection fails, or memory grows; slowness is only reported, because it also depends on the machine.
 * Build first.
 */
import { parseArgs } from 'node:util';
import { underBlockedActor } from './load/connects.mjs';
import { manyActors } from './load/actors.mjs';
import { manyBytes } from './load/bytes.mjs';
import { manyCalls } from './load/calls.mjs';
import { manyClients } from './load/clients.mjs';
import { garbageConnections } from './load/garbage.mjs';
import { mixedCalls } from './load/mixed.mjs';
import { slowReader } from './load/reader.mjs';
import { openScene } from './load/scene.mjs';

const LOADS = {
  calls: [manyCalls, { calls: 1_000_000, processes: 8 }],
  reader: [slowReader, { megabytes: 1024, rate: 32 }],
  clients: [manyClients, { clients: 10_000, processes: 10 }],
  connects: [underBlockedActor, { clients: 1_000, processes: 4, block: 2_000 }],
  bytes: [manyBytes, { large: 100, total: 10_240 }],
  actors: [manyActors, { actors: 500 }],
  garbage: [garbageConnections, { rate: 1000, seconds: 10 }],
  mixed: [mixedCalls, { minutes: 30 }],
};

const [name = '', ...rest] = process.argv.slice(2);
const [load, defaults] = LOADS[name] ?? [];
if (load === undefined) throw new Error(`there is no load '${name}'; the loads are ${Object.keys(LOADS).join(', ')}`);
const { values } = parseArgs({
  args: rest,
  options: Object.fromEntries(['transport', ...Object.keys(defaults)].map((option) => [option, { type: 'string' }])),
});
const { transport = 'ipc', ...figures } = values;
const given = Object.fromEntries(Object.entries(figures).map(([option, text]) => [option, Number(text)]));

const scene = await openScene(transport);
const startedAt = performance.now();
try {
  const findings = await load(scene, { ...defaults, ...given });
  console.log(`${name} over ${transport}, ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  for (const { what, found, wrong = false } of findings) {
    console.log(`${wrong ? 'WRONG' : '  ok '} ${what}: ${found}`);
    if (wrong) process.exitCode = 1;
  }
} finally {
  await scene.close();
}
