/**
 * Causes one fault after the other in clusters under load, and prints the cost of each:
 *
 *     npm run cluster-faults -- [--brokers 1|3] [--repetitions 20] [--fault host-killed …] [--bound 3000] [--ttl 2000]
 *         [--release trixie]
 *
 * Hosts, actors and brokers are real processes. Two clusters share the brokers: in one, callers reach the actors directly, in the other
 * only through the brokers. The faults of `cluster-faults/faults.mjs` are repeated one after the other, half of the repetitions in each
 * cluster; a fault of the brokers affects both clusters. Processes reach the brokers through relays: a partition cuts those of a process
 * and its actors.
 *
 * Every call has an id, and the actor records the id and its epoch before it does anything. The run fails when a call was acknowledged and
 * did not run (lost), ran twice, began after a later actor had its name (expired), was reported as not run but ran (untrue), or never
 * settled; and when a recovery took longer than `--bound`, by default the time of a lease plus a second.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Brokers } from './cluster-faults/brokers.mjs';
import { answered, BROKER_FAULTS, FAULTS } from './cluster-faults/faults.mjs';
import { Lane, ROUTE_NAMES } from './cluster-faults/lane.mjs';
import { judge, nowMs } from './cluster-faults/ledger.mjs';
import { NEWER, natsServers } from './nats-server.mjs';

const ALL = [...Object.keys(FAULTS), ...Object.keys(BROKER_FAULTS)];

const { values } = parseArgs({
  options: {
    brokers: { type: 'string', default: '1' },
    repetitions: { type: 'string', default: '20' },
    fault: { type: 'string', multiple: true, default: ALL },
    ttl: { type: 'string', default: '2000' },
    bound: { type: 'string' },
    route: { type: 'string', multiple: true, default: ROUTE_NAMES },
    /** The release of Debian whose nats-server runs. */
    release: { type: 'string', default: NEWER },
    keep: { type: 'boolean', default: false },
  },
});
const unknown = values.fault.find((name) => !ALL.includes(name));
if (unknown !== undefined) throw new Error(`there is no fault '${unknown}'; the faults are ${ALL.join(', ')}`);
const repetitions = Number(values.repetitions);
const ttlMs = Number(values.ttl);
const boundMs = Number(values.bound ?? ttlMs + 1_000);

const folder = mkdtempSync(join(tmpdir(), 'cluster-faults-'));
// This process's sockets are there too.
process.env.TMPDIR = folder;
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void end().then(() => process.exit(1)));

/** Repeats a fault of single clusters in all of them at the same time. */
async function repeatInLanes(fault, lanes) {
  const recoveries = [];
  await Promise.all(
    lanes.map(async (lane, index) => {
      for (let round = index; round < repetitions; round += lanes.length) {
        recoveries.push(await FAULTS[fault](lane, Math.floor(round / lanes.length)));
        await lane.settled();
      }
    }),
  );
  return { recoveries };
}

async function repeatAtBrokers(fault, lanes, brokers) {
  const recoveries = [];
  const outages = [];
  const streams = lanes.flatMap((lane) => lane.streams);
  for (let round = 0; round < repetitions; round++) {
    const startedMs = nowMs();
    const from = await BROKER_FAULTS[fault](brokers, streams, round);
    outages.push(from - startedMs);
    recoveries.push(...(await Promise.all(lanes.map((lane) => answered(lane, from)))));
  }
  return { recoveries, outages };
}

/** Faults that no call may have. */
const WRONG = ['lost', 'twice', 'expired', 'untrue', 'unsettled'];

/** Returns a fault's results as a line of the table. */
function lineOf(fault, { recoveries, outages = [] }, lanes) {
  const verdicts = lanes.map((lane) => judge(lane.calls, lane.ledgers));
  const all = (what) => verdicts.flatMap((verdict) => verdict[what]);
  const sum = (what) => verdicts.reduce((total, verdict) => total + verdict[what], 0);
  for (const what of WRONG) {
    for (const each of all(what).slice(0, 5))
      console.error(`${fault}: ${what}: ${JSON.stringify(each)} ${String(each.error ?? '')}`);
  }
  const heard = lanes.flatMap((lane) => lane.heardMs.splice(0));
  const noticed = lanes.flatMap((lane) => lane.noticedMs.splice(0));
  const kept = Math.max(...recoveries) <= boundMs;
  const isRight = WRONG.every((what) => all(what).length === 0);
  return {
    line: {
      fault,
      repetitions,
      calls: sum('calls'),
      acknowledged: sum('acknowledged'),
      ...Object.fromEntries(WRONG.map((what) => [what, all(what).length])),
      'recovery, median ms': middle(recoveries),
      'worst ms': most(recoveries),
      [`within ${boundMs} ms`]: kept ? 'yes' : `no: ${recoveries.filter((ms) => ms > boundMs).length} not`,
      'lease given up, median ms': middle(noticed),
      'death heard, median ms': middle(heard),
      'death heard, worst ms': most(heard),
      'brokers away, median ms': middle(outages),
    },
    failed: !kept || !isRight,
  };
}

function middle(numbers) {
  const sorted = numbers.toSorted((one, other) => one - other);
  return sorted.length === 0 ? '' : Math.round(sorted[Math.floor(sorted.length / 2)]);
}

function most(numbers) {
  return numbers.length === 0 ? '' : Math.round(Math.max(...numbers));
}

/** Returns the lines as one Markdown table. */
function tableOf(lines) {
  const heads = Object.keys(lines[0] ?? {});
  const rows = [heads, heads.map(() => '---'), ...lines.map((line) => heads.map((head) => line[head]))];
  return rows.map((row) => `| ${row.join(' | ')} |`).join('\n');
}

const open = { brokers: undefined, lanes: [] };

async function end() {
  await Promise.all(open.lanes.splice(0).map((lane) => lane.close()));
  await open.brokers?.stop();
  if (!values.keep) rmSync(folder, { recursive: true, force: true });
}

async function run(fault) {
  const { brokers, lanes } = open;
  for (const lane of lanes) lane.startCalls();
  await Promise.all(lanes.map((lane) => lane.settled()));
  const found = fault in FAULTS ? await repeatInLanes(fault, lanes) : await repeatAtBrokers(fault, lanes, brokers);
  await Promise.all(lanes.map((lane) => lane.endCalls()));
  return lineOf(fault, found, lanes);
}

/** Returns the hosts' output since the last time, without its numbers, each line once. */
function said(lane) {
  const text = readFileSync(join(lane.folder, 'hosts.log'), 'utf8');
  const lines = text
    .slice(lane.heard ?? 0)
    .split('\n')
    .filter(Boolean);
  lane.heard = text.length;
  return lines.map((line) => line.replaceAll(/\d+/g, 'N'));
}

const lines = [];
try {
  const server = natsServers([values.release]).get(values.release);
  open.brokers = await Brokers.start(server, folder, Number(values.brokers));
  const scene = { brokers: open.brokers, ttlMs, folder };
  await Promise.all(values.route.map(async (route) => open.lanes.push(await Lane.open(route, scene))));
  for (const fault of values.fault) {
    const startedAt = performance.now();
    const { line, failed } = await run(fault);
    lines.push(line);
    if (failed) process.exitCode = 1;
    const seconds = Math.round((performance.now() - startedAt) / 1_000);
    console.log(`${fault}: ${failed ? 'FAILED' : 'ok'}, ${seconds} s, ${JSON.stringify(line)}`);
    for (const text of new Set(open.lanes.flatMap(said))) console.log(`  hosts said: ${text}`);
  }
} finally {
  await end();
}
const load = loadavg().map((each) => each.toFixed(1));
console.log(`\n${values.brokers} broker(s), leases of ${ttlMs} ms, load of the machine ${load.join(', ')}:\n`);
console.log(tableOf(lines));
