import { hasEnded, isAlive, scratch } from '../support/leaks.ts';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { actorProcess, ActorSpawnError, ended, Host, HostError, release, supervise, terminate } from 'uactor';
import { Hosted } from '#fixtures/hosted.js';
import { Member } from '#fixtures/member.js';
import { Quitting } from '#fixtures/quitting.js';
import { expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { failure } from '../support/failure.ts';
import { authkey, modules, startHost } from '../support/host-program.ts';
import { Program } from '../support/program.ts';
import { shared } from '../support/shared.ts';

/** A host for tests that leave it unchanged. */
const lasting = shared(() => startHost({}, { shared: true }));

/** Places as a host does whose timer fires before the time of the spawn is over. */
async function timeOutEarly(): Promise<never> {
  throw new ActorSpawnError('not ready', { code: 'SPAWN_TIMEOUT', executed: 'no' });
}

test('U69 a class is spawned on a host with its arguments, and its proxies are of its own classes', async () => {
  const served = lasting();
  using host = await Host.connect(served.address, { authkey });
  await using hosted = await Hosted.with({ on: host }).spawn('good day');
  expect(await hosted.greet('Ada')).toBe('good day Ada');
  using note = await hosted.note('by heart');
  expect(await note.read()).toBe('by heart');
  expect(await hosted.environment(), 'the host decides on the environment').toBeUndefined();
  const [report] = await host.list();
  expect(report).toMatchObject({ className: 'Hosted', module: 'hosted', name: undefined, pid: await hosted.process() });
  expect(await hosted.pid()).toBe(report?.pid);
  expect(report?.addresses.some((each) => each.startsWith('ipc://'))).toBe(true);
  expect(report?.addresses.some((each) => each.startsWith('tcp://127.0.0.1:'))).toBe(true);
});

test('U69 a timer of the last host that fires early makes the spawn a SPAWN_TIMEOUT, which names the time for all', async () => {
  const on = ['one', 'two'].map((name) => ({ name, place: timeOutEarly }));
  expect(await failure(Hosted.with({ on, spawnTimeout: 20_000 }).spawn('hello'))).toMatchObject({
    code: 'SPAWN_TIMEOUT',
    message: expect.stringMatching(/^none of 2 hosts .* within options.spawnTimeout, 20000 ms: /),
  });
  expect(await failure(Hosted.with({ on }).spawn('hello'))).toMatchObject({
    message: expect.stringContaining('within options.spawnTimeout, 30000 ms: '),
  });
});

test('U69 callbacks and proxies among the arguments work on the host', async () => {
  await using served = await startHost();
  using host = await Host.connect(served.address, { authkey });
  const On = Hosted.with({ on: host });
  await using first = await On.spawn('hello', undefined, () => 'called back');
  expect(await first.callKept()).toBe('called back');
  const other = await On.spawn('hi');
  await using second = await On.spawn('hello', undefined, other);
  const pid = await other.process();
  release(other);
  expect(await second.callKept()).toBe('hi from afar');
  await second.shutdown();
  // Only the argument kept the actor alive; the host held no reference.
  await hasEnded(pid);
});

test('U69 what the constructor throws rejects spawn, and leaves no process', async () => {
  const served = lasting();
  using host = await Host.connect(served.address, { authkey });
  const error = await failure(Hosted.with({ on: host }).spawn(''));
  expect(error).toBeInstanceOf(RangeError);
  expect(error).toMatchObject({ message: 'a greeting is missing' });
  await eventually(async () => expect(await host.list()).toEqual([]));
});

test('U69 an anonymous actor ends with its last proxy, a named one lives until it is stopped', async () => {
  await using served = await startHost();
  using host = await Host.connect(served.address, { authkey });
  const anonymous = await Hosted.with({ on: host }).spawn();
  const pid = await anonymous.process();
  release(anonymous);
  await hasEnded(pid);

  const farewell = join(scratch, 'named');
  const named = await Hosted.with({ on: host, name: 'desk' }).spawn('hi', farewell);
  const desk = await named.process();
  await named[Symbol.asyncDispose]();
  const found = await host.get(Hosted, 'desk');
  expect(await found.greet('you')).toBe('hi you');
  expect(await failure(terminate(found))).toMatchObject({ code: 'NOT_ALLOWED' });
  const taken = await failure(Hosted.with({ on: host, name: 'desk' }).spawn());
  expect(taken).toMatchObject({ name: 'HostError', code: 'NAME_TAKEN', executed: 'no' });
  const Other = class extends Member {
    static override readonly module: string = Member.module;
    static override readonly name: string = 'Hosted';
  };
  for (const [actorClass, text] of [
    [Member, "'desk' is a Hosted of the module 'hosted', not a Member of 'member'"],
    [Other, "'desk' is a Hosted of the module 'hosted', not a Hosted of 'member'"],
  ] as const) {
    expect(await failure(host.get(actorClass, 'desk'))).toMatchObject({
      name: 'ProxyError',
      code: 'WRONG_ACTOR',
      message: expect.stringContaining(text),
    });
  }
  const again = await host.get(Hosted.with({ keepAlive: 5_000 }), 'desk');
  release(again);
  release(found);
  expect(isAlive(desk)).toBe(true);
  await host.stop('desk');
  expect(isAlive(desk)).toBe(false);
  expect(existsSync(farewell)).toBe(true);
  expect(await failure(host.get(Hosted, 'desk'))).toMatchObject({ code: 'NO_SUCH_ACTOR' });
});

test('U69 the proxy that spawn gave shuts the actor down, terminates it, and tells its end', async () => {
  const served = lasting();
  using host = await Host.connect(served.address, { authkey });
  const farewell = join(scratch, 'shut-down');
  const first = await Hosted.with({ on: host }).spawn('hi', farewell);
  const handle = await actorProcess(first);
  await first.shutdown();
  expect(isAlive(handle.pid)).toBe(false);
  expect(existsSync(farewell)).toBe(true);
  expect(await handle.ended).toMatchObject({ reason: 'process', exitCode: 0, signal: null });
  await first.shutdown();

  const second = await Hosted.with({ on: host, name: 'second' }).spawn();
  const end = ended(second);
  const under = failure(second.after(60_000));
  await terminate(second);
  expect(await under).toMatchObject({ code: 'ACTOR_DIED', executed: 'maybe', signal: 'SIGKILL' });
  expect(await end).toMatchObject({ reason: 'process', exitCode: null, signal: 'SIGKILL' });

  const third = await Hosted.with({ on: host }).spawn();
  expect(await failure(third.die(7))).toMatchObject({ code: 'ACTOR_DIED', exitCode: 7, executed: 'maybe' });
});

test('U69 a host takes as many actors as it has slots, of listed modules, with its labels and its build', async () => {
  await using served = await startHost({ slots: 1, labels: { gpu: '1' }, modules: [fileURLToPath(Hosted.module)] });
  using host = await Host.connect(served.address, { authkey });
  expect(await host.describe()).toMatchObject({ slots: 1, free: 1, labels: { gpu: '1' }, modules: ['hosted'] });
  const one = await Hosted.with({ on: host, label: { gpu: '1' } }).spawn();
  const refusals = await Promise.all([
    failure(Hosted.with({ on: host, label: { gpu: '2' } }).spawn()),
    failure(Hosted.with({ on: host }).spawn()),
  ]);
  expect(refusals.map((error) => (error instanceof HostError ? error.code : error))).toEqual([
    'LABEL_MISMATCH',
    'NO_SLOTS',
  ]);
  await one.shutdown();
  expect(await failure(Member.with({ on: host }).spawn())).toMatchObject({
    code: 'MODULE_NOT_LISTED',
    message: expect.stringContaining('--modules'),
  });
  const mismatch = await failure(Hosted.with({ on: host, build: 'another' }).spawn());
  expect(mismatch).toMatchObject({ code: 'BUILD_MISMATCH', message: expect.stringMatching(/deploy the same files/) });
});

test('U69 a module that differs in a file that it imports is another build', async () => {
  const [near, far] = [join(scratch, 'near.mjs'), join(scratch, 'sub.mjs')];
  writeFileSync(near, `export * from './sub.mjs';\nexport * from ${JSON.stringify(Hosted.module)};\n`);
  writeFileSync(far, 'export const version = 1;\n');
  await using served = await startHost({ modules: [near] });
  using host = await Host.connect(served.address, { authkey });
  const Here = class Hosted2 extends Hosted {
    static override readonly module: string = near;
  };
  Object.defineProperty(Here, 'name', { value: 'Hosted' });
  const first = Here.with({ on: host });
  await using hosted = await first.spawn();
  expect(await hosted.greet('you')).toBe('hello you');
  writeFileSync(far, 'export const version = 2;\n');
  // This process still has the files that it imported; the host compares the files that a new process would import.
  expect(await failure(first.spawn())).toMatchObject({ code: 'BUILD_MISMATCH' });
});

test('U69 of several hosts one that takes the actor does', async () => {
  await using full = await startHost({ slots: 1 });
  await using other = await startHost({ slots: 3, labels: { gpu: '1' } });
  using one = await Host.connect(full.address, { authkey });
  using two = await Host.connect(other.address, { authkey });
  const Anywhere = Hosted.with({ on: [one, two] });
  const actors = await Promise.all(Array.from({ length: 4 }, () => Anywhere.spawn()));
  expect([(await one.list()).length, (await two.list()).length]).toEqual([1, 3]);
  expect(await failure(Anywhere.spawn())).toMatchObject({ code: 'NO_HOST', message: expect.stringContaining('slots') });
  for (const actor of actors) await actor.shutdown();
  await using labelled = await Anywhere.with({ label: { gpu: '1' } }).spawn();
  expect((await two.list()).map(({ pid }) => pid)).toEqual([await labelled.process()]);
});

test('U69 a host that cannot build the actor passes it on to the next, and says so when it is the only one', async () => {
  await using elsewhere = await startHost();
  using other = await Host.connect(elsewhere.address, { authkey });
  await using taken = await Hosted.with({ authkey, address: 'tcp://127.0.0.1:0' }).spawn();
  await using blocked = await startHost({ actorAddresses: [taken.connectionAddress ?? ''] });
  using host = await Host.connect(blocked.address, { authkey });
  expect(await failure(Hosted.with({ on: host }).spawn())).toMatchObject({
    name: 'AddressInUseError',
    executed: 'no',
    message: expect.stringContaining(taken.connectionAddress ?? ''),
  });
  for (const on of [
    [host, other],
    [other, host],
  ]) {
    await using actor = await Hosted.with({ on }).spawn();
    expect((await other.list()).map(({ pid }) => pid)).toEqual([await actor.process()]);
    await eventually(async () => expect(await host.list()).toEqual([]));
  }
});

test('U69 an actor whose process ends in its constructor may have been built, and is built nowhere else', async () => {
  await using served = await startHost();
  await using elsewhere = await startHost();
  using host = await Host.connect(served.address, { authkey });
  using other = await Host.connect(elsewhere.address, { authkey });
  const error = await failure(Quitting.with({ on: [host, other] }).spawn(7));
  expect(error).toBeInstanceOf(ActorSpawnError);
  expect(error).toMatchObject({
    code: 'SPAWN_FAILED',
    executed: 'maybe',
    message: expect.stringContaining('exit code 7'),
  });
});

test('U69 a drained host takes no more actors, lets calls end, and is over', async () => {
  await using served = await startHost();
  using host = await Host.connect(served.address, { authkey });
  const farewell = join(scratch, 'drained');
  const hosted = await Hosted.with({ on: host, name: 'drained' }).spawn('finished', farewell);
  const call = hosted.after(300);
  const draining = host.drain();
  expect(await failure(Hosted.with({ on: host }).spawn())).toMatchObject({ code: 'DRAINING', executed: 'no' });
  expect(await call).toBe('finished');
  await draining;
  expect(existsSync(farewell)).toBe(true);
  expect(await served.ended).toEqual({ exitCode: 0, signal: null });
  expect(await failure(hosted.greet('you'))).toMatchObject({ code: 'ACTOR_DIED', executed: 'no' });
});

test('U65 U69 an actor that is supervised on several hosts is restarted on one that is left', async () => {
  await using first = await startHost();
  await using second = await startHost();
  using one = await Host.connect(first.address, { authkey });
  using two = await Host.connect(second.address, { authkey });
  await using hosted = await supervise(Hosted.with({ on: [one, two] }), [], {
    maxRestarts: 20,
    backoff: { initialMs: 1 },
  });
  const pid = await hosted.process();
  const home = (await one.list()).some((actor) => actor.pid === pid) ? first : second;
  home.child.kill('SIGKILL');
  await hasEnded(pid);
  const next = await eventually(async () => await hosted.process());
  expect(next).not.toBe(pid);
});

test('U69 misuse is a TypeError before anything is asked of a host', async () => {
  const served = lasting();
  using host = await Host.connect(served.address, { authkey });
  const wrong: (() => unknown)[] = [
    async () => await Hosted.with({ label: { gpu: '1' } }).spawn(),
    async () => await Hosted.with({ name: 'desk' }).spawn(),
    async () => await Hosted.with({ build: 'b' }).spawn(),
    async () => await Hosted.with({ restart: 'always' }).spawn(),
    // @ts-expect-error -- that is what is tried
    () => Hosted.with({ restart: 'sometimes' }),
    () => Hosted.with({ on: [] }),
    () => Hosted.with({ on: host, name: '' }),
    () => Hosted.with({ on: host, env: {} }),
    // @ts-expect-error -- that is what is tried
    () => Hosted.with({ on: served.address }),
    // @ts-expect-error -- that is what is tried
    () => Hosted.with({ on: host, label: { gpu: 1 } }),
  ];
  for (const make of wrong) {
    expect(await failure(Promise.resolve().then(make))).toMatchObject({ name: 'TypeError', code: 'MISUSE' });
  }
  writeFileSync(join(scratch, 'hosted.js'), '');
  const serve = { address: 'tcp://127.0.0.1:0', authkey, modules };
  for (const options of [
    { modules: [] },
    { modules: ['./nowhere.js'] },
    { modules: [5] },
    { slots: 0 },
    { modules: [...modules, join(scratch, 'hosted.js')] },
  ]) {
    // @ts-expect-error -- that is what is tried
    expect(await failure(Host.serve({ ...serve, ...options }))).toMatchObject({ name: 'TypeError', code: 'MISUSE' });
  }
  const nothing: unknown = undefined;
  const asking: (() => Promise<unknown>)[] = [
    // @ts-expect-error -- that is what is tried
    () => Host.serve(nothing),
    // @ts-expect-error -- that is what is tried
    () => host.get(nothing, 'desk'),
    // @ts-expect-error -- that is what is tried
    () => host.get(Hosted, 5),
    // @ts-expect-error -- that is what is tried
    () => host.stop(host),
    () => host.kill(''),
  ];
  for (const ask of asking) {
    expect(await failure(Promise.resolve().then(ask))).toMatchObject({ name: 'TypeError', code: 'MISUSE' });
  }
  await using counter = await Member.with({ authkey, address: 'tcp://127.0.0.1:0' }).spawn();
  expect(await failure(Host.connect(counter.connectionAddress ?? '', { authkey }))).toMatchObject({
    name: 'TypeError',
    message: expect.stringContaining('uactor host'),
  });
});

test('U69 a program serves a host of its own, and closes it with its actors', async () => {
  await using server = await Host.serve({ address: 'tcp://127.0.0.1:0', authkey, modules, slots: 2 });
  const client = new Program('host-client', [server.address, authkey]);
  const pid = await client.saidNumber('spawned');
  expect(isAlive(pid)).toBe(true);
  expect(await server.proxy.describe()).toMatchObject({ slots: 2, free: 1 });
  await server.close();
  expect(isAlive(pid)).toBe(false);
  expect(await client.said('lost')).toBe('ActorDiedError maybe');
  expect(await client.ended).toEqual({ exitCode: 0, signal: null });
});

test('U69 a host that is served with handleSignals ends on SIGTERM as by a drain', async () => {
  await using served = await startHost({ handleSignals: true });
  using host = await Host.connect(served.address, { authkey });
  const farewell = join(scratch, 'terminated');
  const hosted = await Hosted.with({ on: host, name: 'terminated' }).spawn('finished', farewell);
  const call = hosted.after(300);
  await hosted.greet('you');
  served.child.kill('SIGTERM');
  expect(await call).toBe('finished');
  expect(await served.ended).toEqual({ exitCode: 0, signal: null });
  expect(existsSync(farewell)).toBe(true);
});

test('U69 admit of a host is asked before its own methods, and not before those of its actors', async () => {
  const asked: (string | undefined)[] = [];
  await using server = await Host.serve({
    address: 'tcp://127.0.0.1:0',
    authkey,
    modules: modules.slice(0, 1),
    admit: ({ member }) => {
      asked.push(member);
      return member !== 'drain()';
    },
  });
  const client = new Program('host-client', [server.address, authkey]);
  const pid = await client.saidNumber('spawned');
  expect(asked).toContain('spawn()');
  expect(asked).not.toContain('process()');
  await server.close();
  expect(isAlive(pid)).toBe(false);
  expect(await client.ended).toEqual({ exitCode: 0, signal: null });
});
