/**
 * Spawns an actor, calls it and shuts it down, repeatedly, and prints what this process holds before, meanwhile and afterwards:
 * children, file descriptors, socket folders, memory. `node scripts/soak.mjs [CYCLES]`, by default 500; it fails when anything is
 * left over. Build first.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const cycles = Number(process.argv[2] ?? 500);
const WARM_UP = 20;
const REPORTS = 10;

// A separate folder, so that other programs' sockets are not counted.
const temporary = mkdtempSync(join(tmpdir(), 'soak-'));
process.env.TMPDIR = temporary;
delete process.env.XDG_RUNTIME_DIR;

const { Counter } = await import('#fixtures/counter.js');
const { stats } = await import('uactor');

function children() {
  return readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').split(' ').filter(Boolean).length;
}

function measure() {
  globalThis.gc?.();
  const { sessions, imports, callsInFlight } = stats();
  return {
    processes: children(),
    descriptors: readdirSync('/proc/self/fd').length,
    socketFolders: readdirSync(temporary).length,
    sessions,
    imports,
    callsInFlight,
    rssMb: Math.round(process.memoryUsage.rss() / 1024 / 1024),
  };
}

async function cycle(number) {
  const actor = await Counter.spawn();
  if ((await actor.increment(number)) !== number) throw new Error(`cycle ${number}: the actor miscounted`);
  await actor.shutdown();
}

for (let number = 1; number <= WARM_UP; number++) await cycle(number);
const before = measure();
const rows = { [`after ${WARM_UP}`]: before };
const startedAt = performance.now();
for (let number = 1; number <= cycles; number++) {
  await cycle(number);
  if (number % Math.ceil(cycles / REPORTS) === 0) rows[`after ${WARM_UP + number}`] = measure();
}
const perCycleMs = (performance.now() - startedAt) / cycles;
const after = measure();
rows['at the end'] = after;
console.table(rows);
console.log(`${cycles} cycles, ${perCycleMs.toFixed(1)} ms each`);
rmSync(temporary, { recursive: true, force: true });

const grown = ['processes', 'descriptors', 'socketFolders', 'sessions', 'imports', 'callsInFlight'].filter(
  (name) => after[name] > before[name],
);
if (grown.length > 0) {
  console.error(`left over: ${grown.map((name) => `${name} ${before[name]} → ${after[name]}`).join(', ')}`);
  process.exitCode = 1;
}
