/**
 * Creates and drops proxies, half by `release`, half by forgetting them, and prints what the actor holds meanwhile and
 * afterwards; then passes one proxy through a chain of processes. `node --expose-gc scripts/reference-soak.mjs [PROXIES]
 * [PROCESSES]`, by default 1,000,000 and 100; it fails when anything is left over, or the memory of either process grew. Build
 * first.
 */
import { setTimeout as delay } from 'node:timers/promises';

const proxies = Number(process.argv[2] ?? 1_000_000);
const processes = Number(process.argv[3] ?? 100);
const BATCH = 10_000;
const REPORTS = 10;
const DEADLINE_MS = 120_000;
/** The permitted ratio of the memory in use at the end to that after the first tenth. */
const GROWTH = 1.1;
/** The growth of a process's heap for other reasons. */
const SLACK_BYTES = 16 * 1024 * 1024;

if (globalThis.gc === undefined) throw new Error('run it with --expose-gc');

const { Holder } = await import('#fixtures/holder.js');
const { release, stats } = await import('uactor');

/** Resolves when `check` is true, with a garbage collection before each check. */
async function until(what, check) {
  const deadline = performance.now() + DEADLINE_MS;
  for (;;) {
    globalThis.gc();
    if (await check()) return;
    if (performance.now() > deadline) throw new Error(`${what} did not happen within ${DEADLINE_MS} ms`);
    await delay(10);
  }
}

async function measure(holder) {
  globalThis.gc();
  await holder.collect();
  const { objects, references } = await holder.stats();
  const heap = await holder.heapBytes();
  return {
    objects,
    references,
    imports: stats().imports,
    actorMb: toMb(heap),
    clientMb: toMb(process.memoryUsage().heapUsed),
  };
}

function toMb(bytes) {
  return Math.round(bytes / 1024 / 102.4) / 10;
}

async function batch(holder, size, explicit) {
  const made = await holder.makeMany(Array.from({ length: size }, (_, index) => `${index}`));
  if (explicit) for (const each of made) release(each);
}

async function dropMany() {
  const holder = await Holder.spawn();
  const rows = {};
  const startedAt = performance.now();
  const batches = Math.ceil(proxies / BATCH);
  let first;
  for (let number = 1; number <= batches; number++) {
    await batch(holder, Math.min(BATCH, proxies), number % 2 === 0);
    // Forgotten proxies are found by a garbage collection, and released in a later turn.
    if (number % 2 === 1) await until('collecting a batch', () => stats().imports === 1);
    if (number % Math.ceil(batches / REPORTS) === 0 || number === batches) {
      rows[`${number * Math.min(BATCH, proxies)} proxies`] = await measure(holder);
      first ??= rows[`${number * Math.min(BATCH, proxies)} proxies`];
    }
  }
  const seconds = (performance.now() - startedAt) / 1000;
  await until('the end of every object', async () => {
    await holder.collect();
    return (await holder.stats()).objects === 1;
  });
  const last = await measure(holder);
  rows['at the end'] = last;
  console.table(rows);
  console.log(
    `${proxies} proxies made and dropped in ${seconds.toFixed(1)} s, ${Math.round(proxies / seconds)} a second`,
  );
  await holder.shutdown();
  const slackMb = toMb(SLACK_BYTES);
  const grown = ['actorMb', 'clientMb'].filter((name) => last[name] > first[name] * GROWTH + slackMb);
  if (last.objects !== 1 || last.imports !== 1) throw new Error(`left over: ${JSON.stringify(last)}`);
  if (grown.length > 0) throw new Error(`memory has grown: ${JSON.stringify({ first, last })}`);
}

/** Runs two processes at a time: the one that has the proxy, and the one that gets it next. */
async function passThroughMany() {
  const owner = await Holder.spawn();
  const thing = await owner.make('thing');
  let holder = await Holder.spawn();
  await holder.keep('slot', thing);
  release(thing);
  const startedAt = performance.now();
  for (let number = 1; number < processes; number++) {
    const next = await Holder.spawn();
    await holder.pass('slot', next);
    await holder.shutdown();
    holder = next;
  }
  const used = await holder.use('slot');
  const { objects, references, tickets } = await owner.stats();
  console.log(
    `a proxy passed through ${processes} processes in ${((performance.now() - startedAt) / 1000).toFixed(1)} s: '${String(used)}', ` +
      `${objects} objects, ${references} references, ${tickets} tickets`,
  );
  if (used !== 'thing 1' || objects !== 2 || references !== 2 || tickets !== 0) throw new Error('references are left');
  await holder.shutdown();
  await owner.shutdown();
}

await dropMany();
await passThroughMany();
