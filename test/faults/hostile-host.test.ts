import { scratch } from '../support/leaks.ts';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { callOptions, Host, type HostServeOptions, release, type Remote } from 'uactor';
import { type HandmadeOrder, HandmadeOrders } from '#fixtures/handmade-order.js';
import { Hosted } from '#fixtures/hosted.js';
import { expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { failure } from '../support/failure.ts';
import { Program } from '../support/program.ts';

const authkey = 'a key of more than sixteen bytes';
const build = 'the build';
const modules = [fileURLToPath(Hosted.module), fileURLToPath(HandmadeOrders.module)];
const good: HandmadeOrder = {
  module: 'hosted',
  build,
  className: 'Hosted',
  label: {},
  serializers: ['msgpack'],
  options: {},
};

interface Scene {
  readonly host: Host;
  readonly hand: Remote<typeof HandmadeOrders>;
  readonly program: Program;
}

/** Runs `body` with a host with one slot, and a caller that may send it anything. */
async function withHost(body: (scene: Scene) => Promise<void>, options: Partial<HostServeOptions> = {}): Promise<void> {
  const served = { address: 'tcp://127.0.0.1:0', authkey, build, modules, slots: 1, ...options };
  await using program = new Program('host', [JSON.stringify(served)]);
  const address = await program.said('address');
  using host = await Host.connect(address, { authkey });
  const hand = await HandmadeOrders.connect(address, { authkey });
  try {
    await body({ host, hand, program });
  } finally {
    release(hand);
  }
}

type Build = (args: unknown) => Promise<unknown>;

/** Has the actor constructed, like every caller. */
const reached = async (_place: unknown, construct: Build): Promise<void> => void (await construct([]));

test('U69 only exported actors of listed modules are spawned, whatever name is sent', async () => {
  await withHost(async ({ host, hand }) => {
    for (const module of [
      '../hosted',
      '/hosted',
      'hosted.js',
      './hosted',
      '__proto__',
      'constructor',
      'data:text/javascript,1',
    ]) {
      expect(await failure(hand.spawn({ ...good, module }, reached)), module).toMatchObject({
        code: 'MODULE_NOT_LISTED',
      });
    }
    for (const className of ['__proto__', 'constructor', 'toString', 'NoteProxy2', 'hosted.Hosted']) {
      expect(await failure(hand.spawn({ ...good, className }, reached)), className).toMatchObject({
        name: 'TypeError',
        message: expect.stringContaining('does not export'),
      });
    }
    for (const className of ['Plain', 'plainFunction']) {
      const order = { ...good, module: 'handmade-order', className };
      expect(await failure(hand.spawn(order, reached)), className).toMatchObject({
        name: 'TypeError',
        message: expect.stringContaining('extends Actor'),
      });
    }
    // The module also exports the library's own classes: a worker of a pool would import any module that it is told to.
    for (const className of ['Actor', 'PoolWorker', 'ManagerServer', 'ModuleLook']) {
      const order = { ...good, module: 'handmade-order', className };
      expect(await failure(hand.spawn(order, reached)), className).toMatchObject({
        name: 'TypeError',
        message: expect.stringContaining('a class of the library itself: name a class that extends Actor'),
      });
    }
    await eventually(async () => expect(await host.describe()).toMatchObject({ free: 1 }));
  });
});

test('U69 a host lists modules that can be imported and export an actor, and reports other modules when it starts', async () => {
  const folder = mkdtempSync(join(scratch, 'modules-'));
  const serve = (text: string): Promise<unknown> => {
    const path = join(folder, 'listed.mjs');
    writeFileSync(path, text);
    return failure(
      Host.serve({ address: 'tcp://127.0.0.1:0', authkey, modules: [fileURLToPath(Hosted.module), path] }),
    );
  };
  const library = JSON.stringify(import.meta.resolve('uactor'));
  for (const text of [
    'export const version = 1;',
    'export class Plain {}',
    `export * from ${library};`,
    `import { Actor } from ${library}; class Hidden extends Actor {}`,
  ]) {
    expect(await serve(text), text).toMatchObject({
      name: 'TypeError',
      code: 'MISUSE',
      message: expect.stringMatching(
        /listed\.mjs exports no class that extends Actor.*remove the module from the list/,
      ),
    });
  }
  expect(await serve("throw new Error('no licence')")).toMatchObject({
    code: 'MISUSE',
    message: expect.stringMatching(/listed\.mjs cannot be imported.*no licence/),
  });
  expect(await serve('throw { toString: 1 }')).toMatchObject({
    code: 'MISUSE',
    message: expect.stringMatching(/listed\.mjs cannot be imported.*: a value that cannot be shown$/),
  });
  expect(await serve('process.exit(3)')).toMatchObject({
    code: 'MISUSE',
    message: expect.stringMatching(/listed\.mjs cannot be imported.*exit code 3/),
  });
});

test('U69 an order in another form is rejected before a process starts', async () => {
  await withHost(async ({ host, hand }) => {
    const wrong: readonly unknown[] = [
      undefined,
      null,
      'hosted',
      { ...good, module: '' },
      { ...good, module: ['hosted'] },
      { ...good, build: 7 },
      { ...good, className: {} },
      { ...good, name: { toString: 'desk' } },
      { ...good, label: null },
      { ...good, label: { gpu: 1 } },
      { ...good, serializers: 'msgpack' },
      { ...good, options: null },
      { ...good, options: { title: '' } },
    ];
    for (const order of wrong) {
      expect(await failure(hand.spawn(order, reached)), JSON.stringify(order)).toMatchObject({
        name: 'TypeError',
        code: 'MISUSE',
      });
    }
    expect(await failure(hand.spawn(good, undefined))).toMatchObject({ code: 'MISUSE' });
    expect(await failure(hand.spawn(good, 'abc'))).toMatchObject({ code: 'MISUSE' });
    expect(await host.describe()).toMatchObject({ free: 1 });
  });
});

test('U69 an actor is built once, from a list of arguments, and not without its caller', async () => {
  await withHost(async ({ host, hand }) => {
    for (const wrong of [
      () => Promise.resolve(),
      async (_place: unknown, construct: Build) => void (await construct('abc')),
      async (_place: unknown, construct: Build) => void (await Promise.all([construct([]), construct([])])),
    ]) {
      expect(await failure(hand.spawn(good, wrong)), String(wrong)).toMatchObject({ code: 'MISUSE' });
      await eventually(async () => expect(await host.describe()).toMatchObject({ free: 1 }));
    }
    let kept: Build | undefined;
    const order = hand.spawn({ ...good, name: 'desk' }, async (_place: unknown, construct: Build) => {
      kept = construct;
      await construct(['hi']);
    });
    await order;
    expect(await failure(kept?.(['again']) ?? Promise.resolve())).toMatchObject({ code: 'MISUSE' });
    await host.stop('desk');
  });
});

test('U69 settings in an order that belong to the host have no effect', async () => {
  await withHost(async ({ host, hand }) => {
    const options = {
      env: { HOSTED: 'here' },
      execArgv: ['--no-such-option'],
      cwd: '/no/such/folder',
      address: 'tcp://0.0.0.0:1',
    };
    const ended = hand.spawn({ ...good, options, name: 'desk' }, reached);
    await ended;
    const desk = await host.get(Hosted, 'desk');
    expect(await desk.environment()).toBeUndefined();
    release(desk);
    await host.stop('desk');
  });
});

test('U69 a caller that was not reached, or never replies, leaves no actor', async () => {
  await withHost(async ({ host, hand }) => {
    const error = await failure(hand.spawn(good, () => Promise.reject(new Error('I was not reached'))));
    expect(error).toMatchObject({ message: 'I was not reached' });
    await eventually(async () => expect(await host.describe()).toMatchObject({ free: 1 }));
    const given = new AbortController();
    const waiting = failure(
      callOptions(hand, { signal: given.signal }).spawn(good, () => new Promise(() => undefined)),
    );
    await eventually(async () => expect(await host.list()).toHaveLength(1));
    given.abort(new Error('enough'));
    expect(await waiting).toMatchObject({ message: 'enough' });
    await eventually(async () => expect(await host.describe()).toMatchObject({ free: 1 }));
  });
});

test('U69 a remote shutdown() drains the host: the host ends, and does not stay without accepting actors', async () => {
  await withHost(async ({ host, hand, program }) => {
    await Hosted.with({ on: host, name: 'desk', build }).spawn();
    await hand.shutdown();
    expect(await program.ended).toEqual({ exitCode: 0, signal: null });
  });
});

test('U69 a listed module is one file, can be a link, and is loaded when it is requested', async () => {
  const folder = join(scratch, 'listed');
  mkdirSync(folder);
  const serve = { address: 'tcp://127.0.0.1:0', authkey };
  expect(await failure(Host.serve({ ...serve, modules: [folder] }))).toMatchObject({ code: 'MISUSE' });
  const [file, link] = [join(folder, 'first.mjs'), join(folder, 'second.mjs')];
  writeFileSync(file, `export * from ${JSON.stringify(Hosted.module)};\n`);
  symlinkSync(file, link);
  await using program = new Program('host', [JSON.stringify({ ...serve, modules: [link], slots: 1 })]);
  using host = await Host.connect(await program.said('address'), { authkey });
  class Linked extends Hosted {
    static override readonly module: string = link;
  }
  Object.defineProperty(Linked, 'name', { value: 'Hosted' });
  await using hosted = await Linked.with({ on: host }).spawn();
  expect(await hosted.greet('you')).toBe('hello you');
  rmSync(link);
  await hosted.shutdown();
  expect(await failure(Linked.with({ on: host }).spawn())).toMatchObject({
    name: 'ActorSpawnError',
    code: 'SPAWN_FAILED',
    executed: 'no',
    message: expect.stringContaining('cannot be read'),
  });
  class Missing extends Hosted {
    static override readonly module: string = join(folder, 'third.mjs');
  }
  expect(await failure(Missing.with({ on: host }).spawn())).toMatchObject({ code: 'MISUSE' });
});

test('U69 a host rejects options with which no spawn could succeed', async () => {
  const serve = { address: 'tcp://127.0.0.1:0', authkey, modules };
  for (const [options, text] of [
    [{ build: '' }, 'must not be empty'],
    [{ actorAddresses: ['nonsense'] }, "'nonsense' is not an address"],
    [{ actorAddresses: ['nowhere://x'] }, 'nowhere'],
    [{ actorAddresses: 'ipc://' }, 'must be a list'],
    [{ address: 'tcp://127.0.0.1:0', addresses: ['ipc://'] }, 'Host.serve.options: set address or addresses'],
    [{ slot: 2 }, 'Host.serve.options.slot is not an option'],
    [{ labels: null }, 'labels must be an object'],
  ] as const) {
    // @ts-expect-error -- that is what is tried
    const error = await failure(Host.serve({ ...serve, ...options }));
    expect(error, text).toMatchObject({ message: expect.stringContaining(text) });
  }
});
