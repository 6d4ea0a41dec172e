/**
 * Owners, their actors and a shared depot, as real processes under kills, stops and broken wires: `npm run chaos:owners --
 * --minutes 10 --seed 1`. The wires (Unix socket, plain TCP, TLS) and the serializers alternate in rounds of 40 s. Each call is
 * recorded when it is made, when it starts and when it has settled; `judge.mjs` compares the records. The run fails when a call
 * was lost, ran twice, started out of order, never settled or had a wrong `executed`; when a queue lost an item, or two processes
 * held a lock; and when a process, a folder, a connection or a table entry is left over.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { dice } from '../../dice.mjs';
import { judge } from './judge.mjs';
import { Link } from '../link.mjs';
import { birth, childrenOf, commandOf, describe, freePort, MARK, marked, until } from './processes.mjs';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    round: { type: 'string', default: '40' },
    keep: { type: 'boolean', default: false },
  },
});

const OWNERS = 3;
const WORKERS = 2;
const WIRES = ['ipc', 'plain', 'tls'];
const SERIALIZERS = ['superjson', 'msgpack', 'protobuf'];
/** The time between the start of the last fault and the end of a round, in milliseconds. */
const QUIET_MS = 8_000;
/** How long an owner may take to rest, and then to end, and the remains of a killed one to disappear, in milliseconds. */
const REST_MS = 150_000;
const LEFT_MS = 30_000;
/** More processes than this would be a chain of spawns. */
const MAX_PROCESSES = 40;

const random = dice(Number(values.seed));
const pick = (list) => list[random(list.length)];
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const live = new Set();
let round;
const totals = { rounds: 0, faults: 0 };
const violations = [];

/** Repairs a wire after a while. */
async function mend({ link }, ms) {
  await pause(ms);
  link.heal();
}

class Round {
  violations = [];
  killed = new Set();
  faults = [];
  /** Every process that was seen, with its start time. */
  seen = new Map();
  output = '';

  constructor(number, wire, serializer, temporary) {
    this.where = `round ${number}, ${serializer} over ${wire}`;
    this.mark = `${process.pid}.${number}`;
    this.wire = wire;
    this.serializer = serializer;
    this.folder = join(temporary, `${number}`);
    mkdirSync(join(this.folder, 'tmp'), { recursive: true });
    this.key = randomBytes(32).toString('hex');
    this.env = { ...process.env, TMPDIR: join(this.folder, 'tmp'), [MARK]: this.mark };
    delete this.env.XDG_RUNTIME_DIR;
    this.transport = wire === 'plain' ? { tcp: { encryption: false } } : {};
  }

  start(program, plan) {
    const child = spawn(process.execPath, ['--expose-gc', join(import.meta.dirname, program), JSON.stringify(plan)], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: this.env,
    });
    live.add(child);
    child.stdin.on('error', () => undefined).write(`${this.key}\n`);
    child.stderr.on('data', (chunk) => (this.output += chunk));
    child.ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
    void child.ended.then(() => live.delete(child));
    child.lines = createInterface(child.stdout);
    this.see(child.pid);
    return child;
  }

  see(pid) {
    const born = birth(pid);
    if (born !== undefined) this.seen.set(pid, born);
  }

  /** Returns an address to listen at, with a link in front of it. */
  async place(name) {
    if (this.wire === 'ipc') {
      const path = join(this.folder, `${name}.sock`);
      const link = new Link(() => ({ path }));
      const front = await link.listen({ path: join(this.folder, `${name}-link.sock`) });
      return { name, party: name, link, listen: `ipc://${path}`, advertise: `ipc://${front}` };
    }
    const port = await freePort();
    const link = new Link(() => ({ host: '127.0.0.1', port }));
    const { port: front } = await link.listen({ host: '127.0.0.1', port: 0 });
    return { name, party: name, link, listen: `tcp://127.0.0.1:${port}`, advertise: `tcp://127.0.0.1:${front}` };
  }

  fault(...parties) {
    this.faults.push([Date.now(), ...parties]);
  }
}

async function run(number, wire, serializer, temporary) {
  round = new Round(number, wire, serializer, temporary);
  const { folder, transport } = round;
  const endAt = performance.now() + Number(values.round) * 1_000;

  const depot = { ...(await round.place('depot')), party: '', incarnation: 0, child: undefined };
  async function startDepot() {
    const incarnation = `depot.${++depot.incarnation}`;
    const plan = { address: depot.listen, serializer, transport, incarnation };
    // A port may take a moment to become free.
    for (let attempt = 0; attempt < 50; attempt++) {
      depot.child = round.start('depot.mjs', plan);
      depot.child.answers = depot.child.lines[Symbol.asyncIterator]();
      const { value } = await depot.child.answers.next();
      if (value !== undefined) return;
      await pause(200);
    }
    throw new Error(`the depot does not start: ${round.output}`);
  }
  await startDepot();

  const owners = [];
  for (let index = 0; index < OWNERS; index++) {
    const workers = [];
    for (let each = 0; each < WORKERS; each++) workers.push(await round.place(`w${index}${each}`));
    owners.push({ index, incarnation: 0, workers, pids: new Map(), child: undefined, resting: false });
  }
  const places = owners.flatMap(({ workers }) => workers);
  const everybody = places.map(({ name }) => name);

  function startOwner(owner) {
    const name = `o${owner.index}.${++owner.incarnation}`;
    const seconds = Math.max(1, (endAt - performance.now()) / 1_000);
    const record = join(folder, `owner-${name}`);
    const workers = owner.workers.map(({ name: place, listen, advertise }) => ({ name: place, listen, advertise }));
    const seed = random(2 ** 31);
    const plan = {
      name,
      seconds,
      seed,
      serializer,
      transport,
      depot: depot.advertise,
      workers,
      everybody,
      record,
      folder,
    };
    const child = round.start('owner.mjs', plan);
    Object.assign(owner, { name, child, pids: new Map(), resting: false, falling: false });
    child.lines.on('line', (line) => {
      const [word, worker, pid] = line.split(' ');
      if (word === 'worker') {
        owner.pids.set(worker, Number(pid));
        round.see(Number(pid));
      } else if (word === 'resting') owner.resting = true;
    });
  }
  owners.forEach(startOwner);

  const anyPlace = () => pick([depot, ...places]);
  const anyWorker = () => pick(owners.flatMap(({ pids }) => [...pids]));
  const signal = (pid, which) => {
    try {
      if (pid > 0 && round.seen.get(pid) === birth(pid)) process.kill(pid, which);
    } catch {
      // The process has already ended.
    }
  };
  /** A worker's name is `PLACE.OWNER.INCARNATION`. */
  async function killOwner(how) {
    const owner = pick(owners.filter(({ falling }) => !falling));
    if (owner === undefined) return;
    owner.falling = true;
    const { child, name, pids } = owner;
    const below = childrenOf(child.pid);
    for (const pid of below) round.see(pid);
    round.killed.add(name);
    for (const worker of pids.keys()) round.killed.add(worker);
    round.fault(name, ...pids.keys());
    await how(child.pid);
    await child.ended;
    const family = [...below, ...pids.values()].filter((pid) => round.seen.has(pid));
    const gone = await until(() => family.every((pid) => birth(pid) !== round.seen.get(pid)), LEFT_MS);
    if (!gone) {
      const left = family.filter((pid) => birth(pid) === round.seen.get(pid));
      round.violations.push(`processes of ${name} outlive it: ${left.map(describe).join(',')}`);
    }
    startOwner(owner);
  }
  const faults = {
    killOwner: () => killOwner((pid) => signal(pid, 'SIGKILL')),
    endOwner: () => killOwner((pid) => signal(pid, 'SIGTERM')),
    stopAndKillOwner: () =>
      killOwner(async (pid) => {
        signal(pid, 'SIGSTOP');
        await pause(random(1_500));
        signal(pid, 'SIGKILL');
      }),
    async killWorker() {
      const [name, pid] = anyWorker() ?? [];
      if (name === undefined) return;
      round.killed.add(name);
      round.fault(name);
      signal(pid, pick(['SIGKILL', 'SIGKILL', 'SIGTERM', 'SIGABRT']));
    },
    async killDepot() {
      if (depot.falling || random(2) === 0) return;
      depot.falling = true;
      round.killed.add(`depot.${depot.incarnation}`);
      round.fault('');
      signal(depot.child.pid, 'SIGKILL');
      await depot.child.ended;
      await pause(random(500));
      await startDepot();
      depot.falling = false;
    },
    async killGuardian() {
      const owner = pick(owners);
      const workers = new Set(owner.pids.values());
      for (const pid of childrenOf(owner.child.pid)) {
        round.see(pid);
        if (!workers.has(pid) && commandOf(pid).startsWith('/bin/sh')) signal(pid, 'SIGKILL');
      }
    },
    async interrupt() {
      const [, pid] = anyWorker() ?? [];
      signal(pid, pick(['SIGINT', 'SIGHUP']));
    },
    async stop() {
      const [name, pid] = pick([
        [`depot`, depot.child.pid],
        ...owners.map(({ name: each, child }) => [each, child.pid]),
        ...owners.flatMap(({ pids }) => [...pids]),
      ]);
      round.fault(name === 'depot' ? '' : name);
      signal(pid, 'SIGSTOP');
      await pause(random(4_000));
      signal(pid, 'SIGCONT');
    },
    async cut() {
      const place = anyPlace();
      round.fault(place.party);
      place.link.cut();
    },
    async stall() {
      const place = anyPlace();
      round.fault(place.party);
      place.link.stall();
      await mend(place, random(5_000));
    },
    async lose() {
      const place = anyPlace();
      round.fault(place.party);
      place.link.lose(pick([undefined, 'there', 'back']));
      await mend(place, random(7_000));
      round.fault(place.party);
    },
    async abandon() {
      const place = anyPlace();
      round.fault(place.party);
      place.link.abandon();
      await mend(place, random(5_000));
      round.fault(place.party);
    },
  };
  const names = Object.keys(faults);
  // Two at a time: a stop while a wire is down, a kill during a stop.
  await Promise.all(
    [0, 1].map(async () => {
      while (performance.now() < endAt - QUIET_MS) {
        await faults[pick(names)]();
        totals.faults++;
        const count = marked(round.mark).length;
        if (count > MAX_PROCESSES) round.violations.push(`${count} processes at a time`);
        await pause(random(1_200));
      }
    }),
  );
  for (const { link } of [depot, ...places]) link.heal();

  const rested = await until(() => owners.every(({ resting, child }) => resting || child.exitCode !== null), REST_MS);
  if (!rested)
    round.violations.push(
      `owners do not rest: ${owners
        .filter((owner) => !owner.resting)
        .map(({ name }) => name)
        .join(' ')}`,
    );
  for (const { child } of owners) child.stdin.end('check\n');
  for (const { name, child } of owners) {
    const timer = setTimeout(() => {
      round.violations.push(`${name} does not end by itself: ${lastLines(folder, name)}`);
      child.kill('SIGKILL');
    }, REST_MS);
    const { code, signal: by } = await child.ended;
    clearTimeout(timer);
    if (code !== 0) round.violations.push(`${name} ended with ${code ?? by}`);
  }
  const remaining = new Map();
  const ask = async (question) => {
    depot.child.stdin.write(`${question}\n`);
    return JSON.parse((await depot.child.answers.next()).value);
  };
  remaining.set(`depot.${depot.incarnation}`, await ask('rest'));
  let counts;
  const empty = await until(async () => {
    counts = await ask('stats');
    const { objects, references, imports, sessions, callsInFlight, tickets, handshakes } = counts;
    return objects + references + imports + sessions + callsInFlight + tickets + handshakes <= 2;
  }, LEFT_MS);
  if (!empty) round.violations.push(`the depot has something left: ${JSON.stringify(counts)}`);
  depot.child.stdin.end();
  const { code } = await depot.child.ended;
  if (code !== 0) round.violations.push(`the depot ended with ${code}`);
  for (const { link } of [depot, ...places]) await link.close();

  const ended = await until(
    () => marked(round.mark).length === 0 && [...round.seen].every(([pid, born]) => birth(pid) !== born),
    LEFT_MS,
  );
  if (!ended) {
    const left = [...round.seen].filter(([pid, born]) => birth(pid) === born).map(([pid]) => pid);
    round.violations.push(
      `processes are left: ${[...new Set([...left, ...marked(round.mark)])].map(describe).join(',')}`,
    );
  }
  const files = readdirSync(join(folder, 'tmp'));
  if (files.length > 0) round.violations.push(`left in the temporary folder: ${files}`);
  const found = judge(folder, { killed: round.killed, faults: round.faults, remaining });
  const unexpected = round.output
    .split('\n')
    .filter((line) => /Error|Warning|Unhandled|Uncaught|unsettled/.test(line) && !/^\s*at /.test(line));
  if (unexpected.length > 0)
    round.violations.push(`written to standard error: ${[...new Set(unexpected)].slice(0, 5).join(' | ')}`);
  for (const [name, count] of Object.entries(found.totals)) totals[name] = (totals[name] ?? 0) + count;
  return [...round.violations, ...found.violations].map((text) => `${round.where}: ${text}`);
}

function lastLines(folder, name) {
  return readFileSync(join(folder, `owner-${name}`), 'utf8')
    .split('\n')
    .slice(-4)
    .join(' | ');
}

process.on('exit', () => {
  for (const child of live) child.kill('SIGKILL');
});
const temporary = mkdtempSync(join(tmpdir(), 'chaos-'));
const endAt = Date.now() + Number(values.minutes) * 60_000;
console.log(`seed ${values.seed}`);
for (let number = 0; Date.now() < endAt; number++) {
  const wire = WIRES[number % WIRES.length];
  const serializer = SERIALIZERS[Math.floor(number / WIRES.length) % SERIALIZERS.length];
  const found = await run(number, wire, serializer, temporary);
  violations.push(...found);
  totals.rounds++;
  console.log(
    `round ${number}: ${serializer} over ${wire}: ${JSON.stringify(totals)}${found.length > 0 ? `; ${found.length} violations` : ''}`,
  );
  for (const violation of found.slice(0, 20)) console.log(`  ${violation.slice(0, 1_500)}`);
  if (!values.keep && found.length === 0) rmSync(join(temporary, `${number}`), { recursive: true, force: true });
}
if (values.keep || violations.length > 0) console.log(temporary);
else rmSync(temporary, { recursive: true, force: true });
console.log(`${JSON.stringify(totals)}: ${violations.length} violations`);
process.exitCode = violations.length === 0 ? 0 : 1;
