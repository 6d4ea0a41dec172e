import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, mkdtempSync, openSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { createServer, Socket } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Counter } from '#fixtures/counter.js';
import { Surroundings } from '#fixtures/surroundings.js';
import { ActorUnreachableError, release } from 'uactor';
import { describe, expect, test } from 'vitest';
import { ROOMY_HEAP } from '../conformance/heap.ts';
import { eventually } from '../support/eventually.ts';
import { failure } from '../support/failure.ts';
import { scratch } from '../support/leaks.ts';
import { runProgram } from '../support/run-program.ts';

const counterModule = new URL('../../build/fixtures/counter.js', import.meta.url).href;

/** Returns a program that spawns a counter and prints its count. */
function countingProgram(): string {
  const folder = mkdtempSync(join(scratch, 'program-'));
  const path = join(folder, 'main.mjs');
  writeFileSync(
    path,
    `import { Counter } from ${JSON.stringify(counterModule)};
     const counter = await Counter.spawn();
     console.log('counted', await counter.increment());
     await counter.shutdown();`,
  );
  return path;
}

describe('F43 environment', () => {
  test('F43 NODE_OPTIONS reaches the actor', async () => {
    await using actor = await Surroundings.with({ env: { NODE_OPTIONS: '--max-old-space-size=77' } }).spawn();
    expect(await actor.heapLimit()).toBeLessThan(200 * 1024 * 1024);
  });

  test('F43 --inspect of the owner does not clash with the actor', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const bound = server.address();
    const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
    server.close();
    await once(server, 'close');
    const run = await runProgram([`--inspect=127.0.0.1:${port}`, countingProgram()]);
    expect(run.stdout).toBe('counted 1\n');
    expect(run).toMatchObject({ exitCode: 0 });
    expect(run.stderr).not.toMatch(/address already in use/);
  });

  test('F43 a relative entry path works', async () => {
    const path = countingProgram();
    const run = await runProgram(['./main.mjs'], { cwd: join(path, '..') });
    expect(run, run.stderr).toMatchObject({ exitCode: 0, stdout: 'counted 1\n' });
  });

  test('F43 the error names a working folder that was deleted', async () => {
    const folder = mkdtempSync(join(scratch, 'gone-'));
    const Placed = Surroundings.with({ cwd: folder });
    rmSync(folder, { recursive: true });
    expect(await failure(Placed.spawn())).toMatchObject({
      name: 'ActorSpawnError',
      message: expect.stringContaining(folder),
    });
  });
});

test('F39 after its socket file was deleted, open connections live and new ones are refused', async () => {
  const path = join(scratch, 'deleted.sock');
  const Placed = Counter.with({ address: `ipc://${path}` });
  await using actor = await Placed.spawn();
  const client = await Placed.connect(`ipc://${path}`);
  unlinkSync(path);
  expect(await client.increment()).toBe(1);
  expect(await actor.increment()).toBe(2);
  const error = await failure(Placed.connect(`ipc://${path}`));
  expect(error).toBeInstanceOf(ActorUnreachableError);
  expect(error).toMatchObject({ executed: 'no' });
  release(client);
});

test('F36 an actor that floods its unread output is slowed down, loses nothing, and buffers nothing', async () => {
  const path = join(scratch, 'flood');
  execFileSync('mkfifo', [path]);
  const reading = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writing = openSync(path, constants.O_WRONLY);
  await using actor = await Surroundings.with({ stdio: ['ignore', writing, 'ignore'] }).spawn();
  closeSync(writing);
  const text = 'x'.repeat(1024 * 1024);
  // Until the output is read, the actor keeps it as text and as bytes.
  const count = ROOMY_HEAP ? 64 : 12;
  const flood = Promise.all(Array.from({ length: count }, () => actor.say(text)));
  const reader = new Socket({ fd: reading, readable: true, writable: false });
  let read = 0;
  reader.on('data', (chunk: Buffer) => {
    read += chunk.length;
  });
  await flood;
  await eventually(() => expect(read).toBe(count * text.length));
  reader.destroy();
  await once(reader, 'close');
});

// By default a quarter of the documented gigabyte; F36_MEBIBYTES=1024 for all of it.
const floodMebibytes = Number(process.env['F36_MEBIBYTES'] ?? 256);
test(`F36 ${floodMebibytes} MiB of output take no memory of the actor, with or without a reader`, {
  timeout: 120_000,
}, async () => {
  const path = join(scratch, 'long-flood');
  execFileSync('mkfifo', [path]);
  const reading = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writing = openSync(path, constants.O_WRONLY);
  await using actor = await Surroundings.with({ stdio: ['ignore', writing, 'ignore'] }).spawn();
  closeSync(writing);
  const before = await actor.peakMemory();
  const flood = actor.flood(floodMebibytes);
  // Reading begins only after the owner has had a turn of its event loop, which must not block.
  await new Promise((resolve) => setImmediate(resolve));
  const reader = new Socket({ fd: reading, readable: true, writable: false });
  let read = 0;
  reader.on('data', (chunk: Buffer) => {
    read += chunk.length;
  });
  await flood;
  await eventually(() => expect(read).toBe(floodMebibytes * 1024 * 1024));
  expect((await actor.peakMemory()) - before).toBeLessThan(64 * 1024 * 1024);
  reader.destroy();
  await once(reader, 'close');
});

test('F36 an actor whose output cannot be read any more ends once, with the reason', async () => {
  const path = join(scratch, 'broken-pipe');
  execFileSync('mkfifo', [path]);
  const reading = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writing = openSync(path, constants.O_WRONLY);
  const actor = await Surroundings.with({ stdio: ['ignore', writing, 'ignore'] }).spawn();
  closeSync(writing);
  closeSync(reading);
  for (let attempt = 0; attempt < 2; attempt++) {
    expect(await failure(actor.say('to nobody'))).toMatchObject({
      code: 'ACTOR_DIED',
      message: expect.stringContaining('EPIPE'),
    });
  }
  await actor.shutdown();
});

test('F26 without free descriptors spawn and connect reject or wait, leave nothing behind, and work again later', async () => {
  const run = runStarved('starved');
  expect(run).toBe('spawn SPAWN_FAILED\nconnect UNREACHABLE\nexisting 1\nagain 1\nreconnected 2\n');
});

test('F26 without free descriptors no serializer loads, tcp waits for one, and an actor rejects callers without spinning', () => {
  const { busy, ...said } = Object.fromEntries(
    runStarved('starved-network')
      .trim()
      .split('\n')
      .map((line) => /^(\w+) (.*)$/.exec(line)?.slice(1) ?? []),
  );
  expect(said).toEqual({
    unloaded: 'SERIALIZER_MISSING with a cure',
    loaded: '1',
    starved: 'UNREACHABLE with a cure',
    waited: '1',
    turned: expect.stringMatching(/^away (?:CONNECTION_LOST|UNREACHABLE)(?: UNREACHABLE)?$/),
    existing: '2',
    again: '3',
  });
  expect(Number(busy)).toBeLessThan(200);
});

/** Runs a program that may have 64 open files, as may its actors. */
function runStarved(name: string): string {
  const file = fileURLToPath(new URL(`../../build/fixtures/programs/${name}.js`, import.meta.url));
  const command = ['-c', 'ulimit -n 64; exec "$0" "$1"', process.execPath, file];
  return execFileSync('/bin/sh', command, { encoding: 'utf8', timeout: 25_000 });
}
