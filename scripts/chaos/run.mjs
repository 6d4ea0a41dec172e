/**
 * Real processes under random kills, stops, cut and silent links: `npm run chaos -- --minutes 10 --seed 1`. The carriers (Unix
 * socket, plain TCP, TLS) and the serializers alternate in rounds of 40 s. Each call is recorded when it is made, when it starts
 * and when it has settled; afterwards the records are compared. The run fails when a call was lost, ran twice, started out of
 * order, never settled or had a wrong `executed`, or when anything is left over.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { dice } from '../dice.mjs';
import { Link } from './link.mjs';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    round: { type: 'string', default: '40' },
    keep: { type: 'boolean', default: false },
  },
});

const ACTORS = 3;
const CLIENTS = 4;
const CARRIERS = ['ipc', 'plain', 'tls'];
const SERIALIZERS = ['superjson', 'msgpack', 'protobuf'];
/** How long a client may take to end by itself after its time is over, in milliseconds. */
const CLIENT_END_MS = 45_000;

const random = dice(Number(values.seed));
const pick = (list) => list[random(list.length)];
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const children = new Map();

function start(program, args, key, options = {}) {
  const child = spawn(process.execPath, ['--expose-gc', join(import.meta.dirname, program), ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    ...options,
  });
  child.stdin.on('error', () => undefined).end(key);
  child.errors = '';
  child.stderr.on('data', (chunk) => (child.errors += chunk));
  child.ended = new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal })));
  children.set(child.pid, child);
  void child.ended.then(() => children.delete(child.pid));
  return child;
}

const violations = [];
const totals = { rounds: 0, made: 0, yes: 0, no: 0, maybe: 0, open: 0, started: 0, events: 0, unsettled: 0 };

async function round(number, carrier, serializer, temporary) {
  const where = `round ${number}, ${serializer} over ${carrier}`;
  const folder = join(temporary, `round-${number}`);
  mkdirSync(folder);
  const key = randomBytes(32).toString('hex');
  const env = { ...process.env, TMPDIR: folder };
  delete env.XDG_RUNTIME_DIR;
  const actors = Array.from({ length: ACTORS }, (_, index) => ({ index, incarnation: 0 }));

  async function startActor(actor) {
    const record = join(folder, `actor-${actor.index}-${++actor.incarnation}`);
    const socket = join(folder, `a${actor.index}-${actor.incarnation}.sock`);
    const address = carrier === 'ipc' ? `ipc://${socket}` : 'tcp://127.0.0.1:0';
    const child = start('serve.mjs', [record, address, serializer, carrier], key, { env });
    actor.child = child;
    const [line] = await Promise.race([
      new Promise((resolve) => child.stdout.once('data', (chunk) => resolve([String(chunk).trim()]))),
      child.ended.then(() => [undefined]),
    ]);
    if (line === undefined) {
      violations.push(`${where}: an actor did not start: ${child.errors}`);
      return;
    }
    actor.target = carrier === 'ipc' ? { path: socket } : { host: '127.0.0.1', port: Number(new URL(line).port) };
  }

  await Promise.all(actors.map(startActor));
  for (const actor of actors) {
    const listenAt =
      carrier === 'ipc' ? { path: join(folder, `l${actor.index}.sock`) } : { host: '127.0.0.1', port: 0 };
    actor.link = new Link(() => actor.target);
    const bound = await actor.link.listen(listenAt);
    actor.address = carrier === 'ipc' ? `ipc://${bound}` : `tcp://127.0.0.1:${bound.port}`;
  }

  const seconds = Number(values.round);
  const endAt = performance.now() + seconds * 1_000;
  const clients = [];
  let started = 0;
  function startClient() {
    const name = `c${++started}`;
    const record = join(folder, `client-${name}`);
    const left = Math.max(1, Math.round((endAt - performance.now()) / 1_000));
    const child = start('client.mjs', [record, name, String(left), carrier, ...actors.map((a) => a.address)], key, {
      env,
    });
    const client = { name, record, child, killed: false };
    clients.push(client);
    return client;
  }
  const places = Array.from({ length: CLIENTS }, startClient);

  const faults = {
    async killActor() {
      const actor = pick(actors);
      actor.child.kill('SIGKILL');
      await actor.child.ended;
      await pause(random(500));
      await startActor(actor);
    },
    async killClient() {
      const place = random(CLIENTS);
      places[place].killed = true;
      places[place].child.kill('SIGKILL');
      await places[place].child.ended;
      places[place] = startClient();
    },
    async stop() {
      const { child } = random(2) === 0 ? pick(actors) : pick(places);
      child.kill('SIGSTOP');
      await pause(random(3_000));
      child.kill('SIGCONT');
    },
    async cut() {
      pick(actors).link.cut();
    },
    async silence() {
      // A carrier never drops bytes without closing, so after a silence the link is cut.
      const { link } = pick(actors);
      link.lose();
      await pause(random(6_000));
      link.cut();
      link.heal();
    },
  };
  while (performance.now() < endAt - 8_000) {
    await faults[pick(Object.keys(faults))]();
    totals.events++;
    await pause(random(1_500));
  }

  for (const { name, child, killed, record } of clients) {
    const timer = setTimeout(
      () => {
        violations.push(
          `${where}: client ${name} did not end by itself; its last lines: ${readFileSync(record, 'utf8').slice(-300)}`,
        );
        child.kill('SIGKILL');
      },
      CLIENT_END_MS + Math.max(0, endAt - performance.now()),
    );
    const { code, signal } = await child.ended;
    clearTimeout(timer);
    if (!killed && code !== 0)
      violations.push(`${where}: client ${name} ended with ${code ?? signal}: ${child.errors}`);
  }
  for (const { child, link } of actors) {
    child.kill('SIGTERM');
    const { code, signal } = await child.ended;
    if (code !== 0 && signal !== 'SIGTERM')
      violations.push(`${where}: an actor ended with ${code ?? signal}: ${child.errors}`);
    await link.close();
  }
  compare(where, folder, clients, actors);
  const left = readdirSync(folder).filter((name) => !/^(?:client|actor|l\d|a\d)/.test(name));
  // A killed process leaves its folder to the next program; after an orderly end, leftovers count.
  if (left.length > 0 && !clients.some(({ killed }) => killed))
    violations.push(`${where}: left in the temporary folder: ${left}`);
}

function lines(file) {
  try {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean);
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}

function compare(where, folder, clients, actors) {
  const startedTimes = new Map();
  for (const { index, incarnation } of actors) {
    for (let each = 1; each <= incarnation; each++) {
      const last = new Map();
      for (const id of lines(join(folder, `actor-${index}-${each}`))) {
        startedTimes.set(id, (startedTimes.get(id) ?? 0) + 1);
        totals.started++;
        const [client, , number] = id.split(':');
        if (Number(number) <= (last.get(client) ?? 0))
          violations.push(`${where}: ${id} started after ${last.get(client)}`);
        last.set(client, Number(number));
      }
    }
  }
  for (const [id, times] of startedTimes) if (times > 1) violations.push(`${where}: ${id} ran ${times} times`);
  for (const { record, name, killed } of clients) {
    const open = new Set();
    let done = false;
    for (const line of lines(record)) {
      const [word, id, executed] = line.split(' ');
      if (word === 'made') {
        open.add(id);
        totals.made++;
      } else if (word === 'ended') {
        if (!open.delete(id)) violations.push(`${where}: ${id} settled twice`);
        totals[executed]++;
        const times = startedTimes.get(id) ?? 0;
        if (executed === 'yes' && times !== 1) violations.push(`${where}: '${line}', and it ran ${times} times`);
        if (executed === 'no' && times !== 0) violations.push(`${where}: '${line}', and it ran`);
      } else if (word === 'violation') {
        violations.push(`${where}: ${line}`);
      } else if (word === 'done') {
        done = true;
      }
    }
    if (!killed && open.size > 0)
      violations.push(
        `${where}: ${name} has ${open.size} calls that never settled: ${[...open].slice(0, 5).join(' ')}`,
      );
    if (!killed && !done) violations.push(`${where}: ${name} did not come to its end`);
  }
}

const temporary = mkdtempSync(join(tmpdir(), 'chaos-'));
const endAt = Date.now() + Number(values.minutes) * 60_000;
console.log(`seed ${values.seed}`);
for (let number = 0; Date.now() < endAt; number++) {
  const carrier = CARRIERS[number % CARRIERS.length];
  const serializer = SERIALIZERS[Math.floor(number / CARRIERS.length) % SERIALIZERS.length];
  const before = violations.length;
  await round(number, carrier, serializer, temporary);
  totals.rounds++;
  const found = violations.slice(before);
  console.log(
    `round ${number}: ${serializer} over ${carrier}: ${JSON.stringify(totals)}${found.length > 0 ? `; ${found.length} violations` : ''}`,
  );
  for (const violation of found.slice(0, 10)) console.log(`  ${violation}`);
}
for (const child of children.values()) child.kill('SIGKILL');
if (values.keep) console.log(temporary);
else rmSync(temporary, { recursive: true, force: true });
console.log(`${totals.rounds} rounds, ${totals.events} faults, ${totals.made} calls: ${violations.length} violations`);
process.exitCode = violations.length === 0 ? 0 : 1;
