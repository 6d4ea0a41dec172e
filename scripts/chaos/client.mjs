/**
 * A client of the chaos run: `node client.mjs RECORD NAME SECONDS ENCRYPTION ADDRESS…`, the key on standard input. It calls the
 * actors in every way, and records each call's number when it makes the call and when the call has settled.
 */
import { writeSync, openSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { callOptions, release, stats, UActorError } from 'uactor';
import { Witness } from './actor.mjs';

const [record, name, seconds, encryption, ...addresses] = process.argv.slice(2);
const authkey = (await text(process.stdin)).trim();
const file = openSync(record, 'a');
const write = (line) => writeSync(file, `${line}\n`);
const endAt = performance.now() + Number(seconds) * 1_000;

const DEADLINE_MS = 4_000;
/** The tolerance for deadlines on a busy machine, in milliseconds. */
const LATE_MS = 6_000;
const WORKERS = 6;

let calls = 0;
let open = 0;

process.on('unhandledRejection', (error) => {
  write(`violation an unhandled rejection: ${error?.stack ?? error}`);
});

/** Makes a call and records its outcome. Resolves to the result, or to `undefined` after an error of the library. */
async function call(actor, method, ...args) {
  const id = `${name}:${actor.index}:${++calls}`;
  write(`made ${id} ${method}`);
  open++;
  const startedAt = performance.now();
  try {
    const result = await actor.timed[method](id, ...args);
    write(`ended ${id} yes`);
    return { id, result };
  } catch (error) {
    if (error instanceof UActorError && ['no', 'maybe', 'yes'].includes(error.executed)) {
      write(`ended ${id} ${error.executed} ${error.name} ${error.code}`);
    } else {
      write(`violation ${id} ${method} rejected with ${error?.stack ?? error}`);
    }
    return { id, error };
  } finally {
    open--;
    const tookMs = performance.now() - startedAt;
    if (tookMs > DEADLINE_MS + LATE_MS) write(`violation ${id} ${method} settled after ${Math.round(tookMs)} ms`);
  }
}

const random = (below) => Math.floor(Math.random() * below);
const pick = (list) => list[random(list.length)];

async function connect(index, address) {
  const transport = encryption === 'plain' ? { tcp: { encryption: false } } : {};
  for (;;) {
    if (performance.now() > endAt) return undefined;
    try {
      const actor = await Witness.with({ keepAlive: 2_000 }).connect(address, {
        authkey,
        transport,
        dial: () => true,
        signal: AbortSignal.timeout(3_000),
      });
      return { index, address, actor, timed: callOptions(actor, { timeout: DEADLINE_MS }) };
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100 + random(200)));
    }
  }
}

const actors = (await Promise.all(addresses.map((address, index) => connect(index, address)))).filter(Boolean);

const kinds = {
  async mark(actor) {
    await Promise.all(Array.from({ length: 1 + random(8) }, () => call(actor, 'mark')));
  },
  async slow(actor) {
    await call(actor, 'markSlowly', random(300));
  },
  async bytes(actor) {
    const payload = new Uint8Array(random(300_000)).fill(7);
    const { id, result } = await call(actor, 'echo', payload);
    if (result !== undefined && (result.length !== payload.length || result.at(-1) !== payload.at(-1))) {
      write(`violation ${id} answered with other bytes`);
    }
  },
  async list(actor) {
    const { id, result: list } = await call(actor, 'list');
    if (list === undefined) return;
    try {
      const timed = callOptions(list, { timeout: DEADLINE_MS });
      await timed.push(1);
      if ((await timed.at(0)) !== 1) write(`violation ${id} a list lost its element`);
      release(timed);
    } catch (error) {
      if (error.code === 'OBJECT_GONE') write(`violation ${id} a held object is gone: ${error.stack}`);
    } finally {
      release(list);
    }
  },
  async handOver(actor) {
    const other = pick(actors);
    const { result: list } = await call(actor, 'list');
    if (list === undefined) return;
    // Passed on and released at once: the receiver's reference must hold the object.
    const pending = call(other, 'append', list, calls);
    if (random(2) === 0) release(list);
    const { id, error } = await pending;
    if (error?.code === 'OBJECT_GONE')
      write(`violation ${id} a proxy handed over found its object gone: ${error.stack}`);
    release(list);
  },
  async callback(actor) {
    const asked = calls;
    const { id, result } = await call(actor, 'call', (value) => value + 1, asked);
    if (result !== undefined && result !== asked + 1) write(`violation ${id} a callback's result is ${result}`);
  },
  async rows(actor) {
    const { id, result: rows } = await call(actor, 'rows', 50);
    if (rows === undefined) return;
    const stopAt = random(60);
    let expected = 0;
    try {
      for await (const row of callOptions(rows, { timeout: DEADLINE_MS })) {
        if (row !== expected++) write(`violation ${id} row ${row} came instead of ${expected - 1}`);
        if (row === stopAt) break;
      }
    } catch {
      // The connection or the actor is gone: the rows stop.
    } finally {
      release(rows);
    }
  },
  async abort(actor) {
    const controller = new AbortController();
    const id = `${name}:${actor.index}:${++calls}`;
    write(`made ${id}`);
    setTimeout(() => controller.abort(new Error('given up')), random(50));
    try {
      await callOptions(actor.timed, { signal: controller.signal }).markSlowly(id, random(100));
      write(`ended ${id} yes`);
    } catch (error) {
      write(`ended ${id} ${error instanceof UActorError ? error.executed : 'maybe'}`);
    }
  },
};

async function work() {
  while (performance.now() < endAt && actors.length > 0) {
    await pick(Object.values(kinds))(pick(actors));
    if (random(10) === 0) await new Promise((resolve) => setTimeout(resolve, random(100)));
  }
}

await Promise.all(Array.from({ length: WORKERS }, work));
if (open > 0) write(`violation ${open} calls never settled`);
for (const { actor, timed } of actors) {
  release(timed);
  release(actor);
}
// Releases and ends of idle sessions take a moment; then nothing may be left over.
const settleUntil = performance.now() + 20_000;
const left = () => {
  const { sessions, imports, callsInFlight, objects } = stats();
  return { sessions, imports, callsInFlight, objects };
};
while (Object.values(left()).some((count) => count > 0) && performance.now() < settleUntil) {
  globalThis.gc?.();
  await new Promise((resolve) => setTimeout(resolve, 100));
}
if (Object.values(left()).some((count) => count > 0)) write(`violation left over: ${JSON.stringify(left())}`);
write('done');
