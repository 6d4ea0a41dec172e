import { hasEnded, isAlive, scratch } from '../support/leaks.ts';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Host, transfer } from 'uactor';
import { Hosted } from '#fixtures/hosted.js';
import { type Gates, SlowStart } from '#fixtures/slow-start.js';
import { expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { failure } from '../support/failure.ts';
import { authkey, type HostProgram, startHost } from '../support/host-program.ts';

const modules = [fileURLToPath(Hosted.module), fileURLToPath(SlowStart.module)];

/** Returns the files of one test. */
function gates(): Required<Gates> & { readonly importing: string } {
  const folder = mkdtempSync(join(scratch, 'gates-'));
  const at = (name: string): string => join(folder, name);
  writeFileSync(at('log'), '');
  return { log: at('log'), closed: at('closed'), farewell: at('farewell'), importing: at('importing') };
}

/** Returns the ids of the processes whose constructors ran. */
function built({ log }: Gates): readonly number[] {
  return readFileSync(log, 'utf8').split('\n').filter(Boolean).map(Number);
}

function stopped(host: HostProgram): HostProgram {
  host.child.kill('SIGSTOP');
  return host;
}

test('U69 a stopped host is skipped for another host, and builds nothing when it continues', async () => {
  await using hung = await startHost({ modules });
  await using well = await startHost({ modules, slots: 8 });
  using one = await Host.connect(hung.address, { authkey });
  using two = await Host.connect(well.address, { authkey });
  const files = gates();
  stopped(hung);
  // With this many spawns, some begin with the stopped host.
  const Anywhere = SlowStart.with({ on: [one, two] });
  const nowhere = failure(Anywhere.with({ label: { gpu: '1' } }).spawn({ log: files.log }));
  const actors = await Promise.all(Array.from({ length: 6 }, () => Anywhere.spawn({ log: files.log })));
  const pids = await Promise.all(actors.map((actor) => actor.process()));
  expect(await nowhere).toMatchObject({
    code: 'NO_HOST',
    message: expect.stringMatching(/(?=.*did not answer within 5000 ms)(?=.*the label gpu=1)/),
  });
  hung.child.kill('SIGCONT');
  // For the orders that it had read before, the host may start processes, which no caller confirms.
  await eventually(async () => expect(await one.list()).toEqual([]));
  expect(new Set(built(files))).toEqual(new Set(pids));
  expect(built(files)).toHaveLength(6);
  for (const actor of actors) await actor.shutdown();
});

test('U69 objects that are transferred to a constructor go to the host that takes the actor', async () => {
  await using full = await startHost({ slots: 1 });
  await using other = await startHost();
  using one = await Host.connect(full.address, { authkey });
  using two = await Host.connect(other.address, { authkey });
  await using only = await Hosted.with({ on: one }).spawn();
  expect(await only.greet('you')).toBe('hello you');
  for (let turn = 0; turn < 3; turn++) {
    const kept = await Hosted.with({ on: two }).spawn('hi');
    await using keeper = await Hosted.with({ on: [one, two] }).spawn('hello', undefined, transfer(kept));
    expect(await keeper.callKept()).toBe('hi from afar');
  }
});

test('U69 spawnTimeout covers a host that does not reply, and an actor that is not ready', async () => {
  await using served = await startHost({ modules });
  using host = await Host.connect(served.address, { authkey });
  const files = gates();
  writeFileSync(files.closed, '');
  // On a busy machine, the constructor may need more than the first timeout.
  for (let spawnTimeout = 1_000; built(files).length === 0; spawnTimeout *= 2) {
    const slow = await failure(SlowStart.with({ on: host, spawnTimeout }).spawn(files));
    expect(slow).toMatchObject({ name: 'ActorSpawnError', code: 'SPAWN_TIMEOUT' });
    if (built(files).length > 0) expect(slow).toMatchObject({ executed: 'maybe' });
  }
  await eventually(async () => expect(await host.describe()).toMatchObject({ free: 4 }));
  for (const pid of built(files)) expect(isAlive(pid)).toBe(false);
  stopped(served);
  expect(await failure(SlowStart.with({ on: host, spawnTimeout: 300 }).spawn(files))).toMatchObject({
    name: 'ActorSpawnError',
    code: 'SPAWN_TIMEOUT',
    executed: 'no',
    message: expect.stringContaining(`on the host ${served.address} within 300 ms`),
  });
  const several = await failure(SlowStart.with({ on: [host, host], spawnTimeout: 300 }).spawn(files));
  expect(several).toMatchObject({
    code: 'SPAWN_TIMEOUT',
    executed: 'no',
    message: expect.stringContaining('none of 2 hosts'),
  });
  expect(await failure(SlowStart.with({ on: host }).spawn(files))).toMatchObject({ code: 'TIMEOUT', executed: 'no' });
  served.child.kill('SIGCONT');
  await eventually(async () => expect(await host.describe()).toMatchObject({ free: 4 }));
  expect(built(files), 'the stopped host built nothing').toHaveLength(1);
});

test('U69 every request to a stopped host rejects soon, and does not run later', async () => {
  await using served = await startHost();
  using host = await Host.connect(served.address, { authkey });
  const desk = await Hosted.with({ on: host, name: 'desk' }).spawn();
  const pid = await desk.process();
  stopped(served);
  const asked = {
    describe: host.describe(),
    list: host.list(),
    get: host.get(Hosted, 'desk'),
    stop: host.stop('desk'),
    kill: host.kill('desk'),
    drain: host.drain(),
    shutdown: desk.shutdown(),
  };
  const errors = await Promise.all(Object.values(asked).map(async (each) => await failure(each)));
  for (const [index, error] of errors.entries()) {
    expect(error, Object.keys(asked)[index]).toMatchObject({
      name: 'TimeoutError',
      message: expect.stringMatching(/the host tcp:.* did not answer within 5000 ms.* end it/),
    });
  }
  served.child.kill('SIGCONT');
  expect((await host.list()).map((actor) => actor.pid)).toEqual([pid]);
  expect(await host.describe()).toMatchObject({ draining: false });
  await host.stop('desk');
  await hasEnded(pid);
});

test("U69 a drain while the actor's process starts rejects the spawn, and the next host gets it", async () => {
  const files = gates();
  await using served = await startHost({ modules }, { env: { SLOW_IMPORT: files.importing } });
  await using other = await startHost({ modules });
  using one = await Host.connect(served.address, { authkey });
  using two = await Host.connect(other.address, { authkey });
  writeFileSync(files.importing, '');
  const only = failure(SlowStart.with({ on: one }).spawn({ log: files.log }));
  const several = Array.from({ length: 3 }, () => SlowStart.with({ on: [one, two] }).spawn({ log: files.log }));
  await eventually(() => expect(existsSync(`${files.importing}.begun`)).toBe(true));
  await eventually(async () => expect((await one.list()).length + (await two.list()).length).toBe(4));
  await one.drain();
  expect(await only).toMatchObject({ name: 'HostError', code: 'DRAINING', executed: 'no' });
  const actors = await Promise.all(several);
  expect(await two.list()).toHaveLength(3);
  expect(await served.ended).toEqual({ exitCode: 0, signal: null });
  expect(built(files)).toHaveLength(3);
  for (const actor of actors) await actor.shutdown();
});

test('U69 a drain while an actor is built waits for the build, shuts the actor down, and does not try another host', async () => {
  const files = gates();
  await using served = await startHost({ modules });
  await using full = await startHost({ slots: 1 });
  using one = await Host.connect(served.address, { authkey });
  using two = await Host.connect(full.address, { authkey });
  await using other = await Hosted.with({ on: two }).spawn();
  expect(await other.greet('you')).toBe('hello you');
  writeFileSync(files.closed, '');
  const spawning = failure(SlowStart.with({ on: [one, two], shutdownTimeout: 20_000 }).spawn(files));
  await eventually(() => expect(built(files)).toHaveLength(1));
  const draining = one.drain();
  await eventually(async () => expect(await one.describe()).toMatchObject({ draining: true }));
  rmSync(files.closed);
  expect(await spawning).toMatchObject({ name: 'HostError', code: 'DRAINING', executed: 'maybe' });
  await draining;
  expect(existsSync(files.farewell), 'its hook ran').toBe(true);
  expect(await served.ended).toEqual({ exitCode: 0, signal: null });
  expect(built(files)).toHaveLength(1);
});

test('U69 a constructor that never ends does not prevent a drain', async () => {
  const files = gates();
  await using served = await startHost({ modules });
  using host = await Host.connect(served.address, { authkey });
  writeFileSync(files.closed, '');
  const spawning = failure(SlowStart.with({ on: host, shutdownTimeout: 200 }).spawn(files));
  await eventually(() => expect(built(files)).toHaveLength(1));
  await host.drain();
  expect(await spawning).toMatchObject({ name: 'HostError', code: 'DRAINING', executed: 'maybe' });
  expect(await served.ended).toEqual({ exitCode: 0, signal: null });
});
