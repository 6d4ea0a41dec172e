/**
 * An owner of the chaos run: `node owner.mjs PLAN`, the key on standard input. It spawns workers, registers them with the depot,
 * and calls its own and all others in every way until its time is over. Then it releases everything, prints `resting`, and when
 * told that all owners rest, checks whether anything is left over.
 */
import { createInterface } from 'node:readline';
import { callOptions, release, setAuthkey, setDialPolicy, stats, transfer } from 'uactor';
import { dice } from '../../dice.mjs';
import { Depot } from './depot-class.mjs';
import { DEADLINE_MS, Ledger } from './ledger.mjs';
import { Worker } from './worker.mjs';

const plan = JSON.parse(process.argv[2]);
const { name, seconds, seed, serializer, transport, depot: depotAddress, workers, everybody, record } = plan;
const LOOPS = 5;
const SETTLE_MS = 60_000;

const lines = createInterface(process.stdin)[Symbol.asyncIterator]();
const { value: authkey } = await lines.next();
setAuthkey(authkey);
setDialPolicy(() => true);
const ledger = new Ledger(record, name);
const random = dice(seed);
const pick = (list) => list[random(list.length)];
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const say = (word, ...rest) => process.stdout.write(`${[word, ...rest].join(' ')}\n`);
const endAt = performance.now() + seconds * 1_000;
const over = () => performance.now() >= endAt;

process.on('unhandledRejection', (error) => ledger.violation(`unhandled rejection: ${error?.stack ?? error}`));

async function again(attempt) {
  while (!over()) {
    try {
      return await attempt();
    } catch {
      await pause(100 + random(300));
    }
  }
  return undefined;
}

const depot = await again(() =>
  Depot.with({ keepAlive: 2_000, transport }).connect(depotAddress, {
    authkey,
    transport,
    dial: () => true,
    signal: AbortSignal.timeout(4_000),
  }),
);
const timedDepot = depot && callOptions(depot, { timeout: DEADLINE_MS });

/** This process's workers by name; one that dies is replaced by a new incarnation. */
const own = new Map();
let incarnations = 0;

async function raise({ name: place, listen, advertise }) {
  const incarnation = `${place}.${name.split('.')[1]}.${++incarnations}`;
  const Placed = Worker.with({
    serializer,
    transport,
    addresses: [listen],
    advertise: [advertise],
    execArgv: ['--expose-gc'],
  });
  const worker = await again(() => Placed.spawn(`${plan.folder}/worker-${incarnation}`, incarnation));
  if (worker === undefined) return;
  own.set(place, { name: incarnation, worker });
  say('worker', incarnation, await worker.pid().catch(() => 0));
  await again(() => timedDepot.enrol(place, { name: incarnation, worker }));
}

async function keepUp(each) {
  while (!over()) {
    const mine = own.get(each.name);
    if (mine === undefined) await raise(each);
    else {
      const alive = await mine.worker.pid().then(
        () => true,
        () => false,
      );
      if (!alive) own.delete(each.name);
      else await pause(200);
    }
  }
}

/** Returns any worker that the depot knows; the caller releases it. */
async function find() {
  try {
    return await timedDepot.find(pick(everybody));
  } catch {
    return undefined;
  }
}

const anyOwn = () => pick([...own.values()]);

/** Calls `use` with one of this process's workers, or with one from the depot. */
async function withOne(use) {
  if (random(2) === 0) {
    const mine = anyOwn();
    if (mine) await use(mine.name, mine.worker);
    return;
  }
  const found = await find();
  if (found === undefined) return;
  try {
    await use(found.name, found.worker);
  } finally {
    release(found.worker);
  }
}

const kinds = {
  burst: () =>
    withOne((to, worker) => Promise.all(Array.from({ length: 1 + random(10) }, () => ledger.call(to, worker, 'mark')))),
  /** The proxy from `spawn` and one from the depot lead to the same actor over one session. */
  async twoWays() {
    const [place, mine] = pick([...own]) ?? [];
    if (mine === undefined) return;
    const found = await timedDepot.find(place).catch(() => undefined);
    if (found === undefined) return;
    const same = found.name === mine.name;
    if (same) {
      await Promise.all(
        Array.from({ length: 8 }, (_, index) => ledger.call(mine.name, index % 2 ? mine.worker : found.worker, 'mark')),
      );
    }
    release(found.worker);
  },
  slow: () => withOne((to, worker) => ledger.call(to, worker, 'slow', [random(400)], { timeout: 50 + random(3_000) })),
  abort: () =>
    withOne(async (to, worker) => {
      const controller = new AbortController();
      setTimeout(() => controller.abort(new Error('given up')), random(60));
      await ledger.call(to, worker, 'slow', [random(100)], { signal: controller.signal });
    }),
  bytes: () =>
    withOne(async (to, worker) => {
      const value = {
        bytes: new Uint8Array(random(300_000)).fill(7),
        at: new Date(5),
        tags: new Map([['a', [1n, -0]]]),
      };
      const { id, result } = await ledger.call(to, worker, 'echo', [value]);
      if (result === undefined) return;
      const { bytes, at, tags } = result;
      const right = bytes.length === value.bytes.length && (bytes.at(-1) ?? 7) === 7 && at.getTime() === 5;
      if (!right || tags.get('a')[0] !== 1n || !Object.is(tags.get('a')[1], -0))
        ledger.violation(`${id} answered with something else`);
    }),
  /** Passed on to another worker and released at once: the receiver's reference must hold it. */
  handOver: () =>
    withOne(async (to, worker) => {
      const { id: made, result: list } = await ledger.call(to, worker, 'list');
      if (list === undefined) return;
      await withOne(async (other, receiver) => {
        const away = random(2) === 0;
        const pending = ledger.call(other, receiver, 'append', [away ? transfer(list) : list, made]);
        if (random(2) === 0) release(list);
        const { id, result } = await pending;
        if (result?.code === 'OBJECT_GONE') ledger.suspect(`${id} ${made}`, { stack: result.text });
        if (result?.last !== undefined && result.last !== made) ledger.violation(`${id} the list had another element`);
      });
      release(list);
    }),
  callback: () =>
    withOne(async (to, worker) => {
      const value = random(1_000);
      const { id, result } = await ledger.call(to, worker, 'callBack', [(given) => given + 1, value]);
      if (result?.value !== undefined && result.value !== value + 1)
        ledger.violation(`${id} a callback came to ${result.value}`);
    }),
  passOn: () =>
    withOne((to, worker) =>
      withOne(async (other, receiver) => {
        if (to === other) return;
        const value = random(1_000);
        const { id, result } = await ledger.call(to, worker, 'passOn', [other, receiver, (given) => given + 1, value]);
        if (result?.value !== undefined && result.value !== value + 1)
          ledger.violation(`${id} a function that was passed on came to ${result.value}`);
      }),
    ),
  relay: () =>
    withOne((to, worker) =>
      withOne(async (other, receiver) => {
        if (to !== other) await ledger.call(to, worker, 'relay', [other, receiver, 1 + random(5)]);
      }),
    ),
  rows: () =>
    withOne(async (to, worker) => {
      const { id, result: rows } = await ledger.call(to, worker, 'rows', [400]);
      if (rows === undefined) return;
      const stopAt = random(500);
      let expected = 0;
      try {
        for await (const row of callOptions(rows, { timeout: DEADLINE_MS })) {
          if (row !== expected++) ledger.violation(`${id} row ${row} came instead of ${expected - 1}`);
          if (row === stopAt) break;
        }
        if (stopAt >= 400 && expected !== 400) ledger.violation(`${id} ended after ${expected} rows`);
      } catch {
        // The connection or the worker is gone: the rows stop.
      } finally {
        release(rows);
      }
    }),
  put: () =>
    withQueue(async (queue, incarnation) => {
      const item = `${incarnation}/${ledger.next('queue')}`;
      ledger.write('putting', item);
      try {
        await callOptions(queue, { timeout: DEADLINE_MS }).put(item, { timeout: 1_000 });
        ledger.write('put', item);
      } catch (error) {
        if (error.code === 'QUEUE_FULL') ledger.write('refused', item);
      }
    }),
  get: () =>
    withQueue(async (queue) => {
      try {
        const item = await callOptions(queue, { timeout: random(2) ? 20 + random(500) : DEADLINE_MS }).get({
          timeout: 1_000,
        });
        ledger.write('got', item);
      } catch {
        // The object or its process is gone: items in transit return.
      }
    }),
  async lock() {
    const lock = await timedDepot.lock().catch(() => undefined);
    if (lock === undefined) return;
    const [incarnation, timed] = [
      await timedDepot.incarnation().catch(() => undefined),
      callOptions(lock, { timeout: DEADLINE_MS }),
    ];
    try {
      if (incarnation === undefined || !(await timed.acquire({ timeout: random(1_000) }))) return;
      const fence = await timed.fencingNumber();
      const from = process.hrtime.bigint();
      await pause(random(30));
      const to = process.hrtime.bigint();
      await timed.release();
      // Only a process that still held it at the end held it all the time.
      ledger.write('held', incarnation, from, to, fence);
    } catch {
      // Lost with its connection, or too late: nothing is known.
    } finally {
      release(timed);
      release(lock);
    }
  },
};

async function withQueue(use) {
  const incarnation = await timedDepot.incarnation().catch(() => undefined);
  const queue = await timedDepot.queue().catch(() => undefined);
  if (queue === undefined) return;
  // The depot may have been replaced meanwhile: then its name is unknown.
  const after = await timedDepot.incarnation().catch(() => undefined);
  try {
    if (incarnation !== undefined && incarnation === after) await use(queue, incarnation);
  } finally {
    release(queue);
  }
}

async function loop() {
  while (!over()) {
    await pick(Object.values(kinds))();
    if (random(4) === 0) await pause(random(150));
  }
}

async function until(what, check) {
  const deadline = performance.now() + SETTLE_MS;
  for (;;) {
    globalThis.gc?.();
    const left = await check();
    if (left === undefined) return;
    if (performance.now() > deadline) {
      ledger.violation(`${what}: ${JSON.stringify(left)}`);
      return;
    }
    await pause(200);
  }
}

const some = (counts) => (Object.values(counts).some((count) => count > 0) ? counts : undefined);

if (depot) {
  await Promise.all([...workers.map(keepUp), ...Array.from({ length: LOOPS }, loop)]);
  if (ledger.open > 0) ledger.violation(`${ledger.open} calls never settled`);
  // The links are repaired by now; a stopped depot continues.
  for (const { name: place } of workers) {
    await until(`withdrawing ${place}`, () => timedDepot.withdraw(place).then(() => undefined, String));
  }
  release(timedDepot);
  release(depot);
}
say('resting');
await lines.next();
for (const [, { name: each, worker }] of own) {
  await until(`${each} has something left`, async () => {
    try {
      const { objects, references, imports, sessions, callsInFlight, tickets } = await worker.stats();
      return some({
        objects: objects - 1,
        references: references - 1,
        imports,
        sessions: sessions - 1,
        callsInFlight,
        tickets,
      });
    } catch {
      // The worker has been killed.
      return undefined;
    }
  });
}
await Promise.all(
  [...own.values()].map(({ worker }) =>
    worker.shutdown().catch((error) => ledger.violation(`shutdown: ${error.stack}`)),
  ),
);
own.clear();
await until('left over', async () => {
  const { sessions, imports, callsInFlight, objects, tickets } = stats();
  return some({ sessions, imports, callsInFlight, objects, tickets });
});
ledger.write('done');
lines.return?.();
process.stdin.destroy();
