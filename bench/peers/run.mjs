/**
 * Compares calls of this library with those of other libraries, of Node itself, and of Python, in turns within one run. `npm run
 * bench:peers` first installs their packages into this folder.
 */
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseOptions, REPORT, USAGE } from './options.mjs';

const build = resolve(import.meta.dirname, '..', '..', 'build', 'bench');
const load = (name) => import(join(build, name));
const { Book } = await load('book.js');
const { timeCalls, timeInFlight } = await load('clock.js');
const { openActor, openBare, openRaw } = await load('contender.js');
const { compete } = await load('contest.js');
const { pinToOneCore } = await load('cpu.js');
const { describeMachine } = await load('machine.js');
const { Progress } = await load('progress.js');
const { makeFile, reportOn } = await load('report.js');
const { page } = await load('reporting/page.js');
const { textReport } = await load('reporting/text.js');
const { median } = await load('statistics.js');
const { CALL_VALUES, plainBytes } = await load('values.js');
const peers = await import('./contenders.mjs');
const { openPython } = await import('./python.mjs');
const { versionsOfPeers } = await import('./versions.mjs');

const options = readOptions();
if (options === undefined) process.exit();
const VALUES = ['small object', '1,000 rows', 'text of 100 KB', 'bytes of 1 MiB'];
/** The maximum number of bytes that wait in memory at a time. */
const MAX_BYTES_IN_FLIGHT = 16 * 1024 * 1024;
const IN_FLIGHT = 100;

// On Node 20 this variable costs every start of a process 40 ms.
delete process.env.NODE_EXTRA_CA_CERTS;
const own = describeMachine(options.unpinned ? undefined : pinToOneCore());
const machine = { ...own, packages: { ...own.packages, ...options.versions } };
const progress = new Progress();
const book = new Book();
const python = openPython();
const contenders = [
  ...(await Promise.all(['pipe', 'ipc', 'tcp'].map((carrier) => openRaw(carrier)))),
  await openBare(),
  ...(await Promise.all(['msgpack', 'superjson', 'protobuf'].map((name) => openActor(name, 'pipe')))),
  // The channels of Python's managers and of gRPC.
  ...(await Promise.all(['ipc', 'tcp-plain'].map((transport) => openActor('msgpack', transport)))),
  ...(await Promise.all(Object.values(peers).map((open) => open()))),
];

const subjectOf = (measure, contender, unit) => ({
  section: 'calls',
  measure,
  contender,
  unit,
  better: unit === 'µs' ? 'lower' : 'higher',
});

/** Returns the options; `undefined` when there is nothing to measure. */
function readOptions() {
  try {
    const read = parseOptions();
    if (!read.help) {
      for (const file of [REPORT, read.json]) makeFile(file);
      return { ...read, versions: versionsOfPeers() };
    }
    console.log(USAGE);
  } catch (error) {
    console.error(`${error.message}\n\n${USAGE}`);
    process.exitCode = 2;
  }
  return undefined;
}

/** Measures one contender with one value, `undefined` for an addition. */
async function measureCalls(contender, job) {
  const once = () => (job.name === undefined ? contender.add(1, 2) : contender.echo(job.value, job.bytes, job.name));
  const { perSecond, p50Us } = await timeCalls(once, options.sampleMs);
  const calls = [
    { ...subjectOf(`${job.title}, one at a time`, contender.name, 'calls/s'), value: perSecond },
    { ...subjectOf(`${job.title}, latency p50`, contender.name, 'µs'), value: p50Us },
  ];
  if (job.bytes * IN_FLIGHT > MAX_BYTES_IN_FLIGHT) return calls;
  const value = await timeInFlight(once, IN_FLIGHT, options.sampleMs);
  return [...calls, { ...subjectOf(`${job.title}, ${IN_FLIGHT} in flight`, contender.name, 'calls/s'), value }];
}

async function measurePython({ name, title }) {
  const times = await python.measure(name, options.sampleMs);
  const seconds = times.reduce((sum, time) => sum + time, 0);
  return [
    { ...subjectOf(`${title}, one at a time`, python.name, 'calls/s'), value: times.length / seconds },
    { ...subjectOf(`${title}, latency p50`, python.name, 'µs'), value: median(times) * 1e6 },
  ];
}

const jobs = [
  { name: undefined, title: 'add(1, 2)', value: undefined, bytes: 64 },
  ...CALL_VALUES.filter(({ name }) => VALUES.includes(name)).map(({ name, make }) => {
    const value = make();
    return { name, title: `echo of ${name}`, value, bytes: plainBytes([value]) };
  }),
];
for (const job of jobs) {
  progress.begin(job.title);
  const entrants = [...contenders.map((contender) => () => measureCalls(contender, job)), () => measurePython(job)];
  await compete(job.title, entrants, { options, book, progress });
}
for (const contender of contenders) await contender.close();
await python.close();

const report = reportOn({ options, book, progress }, machine, []);
console.log(textReport(report));
writeFileSync(REPORT, page(report));
writeFileSync(options.json, JSON.stringify(report, undefined, 1));
console.log(`\nwith charts: ${REPORT}`);
