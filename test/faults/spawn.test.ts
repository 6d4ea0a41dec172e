import { Quitting } from '#fixtures/quitting.js';
import { QuitsAtImport } from '#fixtures/quits-at-import.js';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  Actor,
  ActorDiedError,
  ActorSpawnError,
  AddressInUseError,
  type DeclaresModule,
  stats,
  TransportError,
} from 'uactor';
import { Faulty } from '#fixtures/faulty.js';
import { Stuck } from '#fixtures/stuck.js';
import { describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { failure } from '../support/failure.ts';
import { scratch } from '../support/leaks.ts';

let modules = 0;

/** Creates a module with this text, in its own file. */
function moduleOf(text: string): string {
  modules++;
  const path = join(scratch, `module-${modules}.mjs`);
  writeFileSync(path, text);
  return pathToFileURL(path).href;
}

/** Returns a class that names this module as its own. */
function classIn(module: string): typeof Actor & DeclaresModule {
  return class Broken extends Actor {
    static override readonly module: string = module;
    static override readonly options = { stdio: ['ignore', 'ignore', 'ignore'] } as const;
  };
}

describe('an actor that cannot be built', () => {
  test.each([() => 1, Symbol('s'), Infinity, new Date(), { deep: [new Map()] }, URL])(
    'F08 because an option of a transport would be lost in transit: %o',
    async (figure: unknown) => {
      const error = await failure(Faulty.with({ transport: { tcp: { figure } } }).spawn());
      expect(error).toBeInstanceOf(TypeError);
      expect(error).toMatchObject({
        code: 'MISUSE',
        message: expect.stringMatching(/must be plain data.*: Faulty\.options\.transport\.tcp\.figure.* is .*Omit it/),
      });
    },
  );

  test.each([
    ['a syntax error', () => moduleOf('export class {'), ActorSpawnError, /Unexpected token/],
    ['an import that fails', () => moduleOf("import './nowhere.mjs';"), ActorSpawnError, /nowhere\.mjs/],
    ['a module that throws', () => moduleOf("throw new RangeError('no module today');"), RangeError, /no module today/],
    ['no such export', () => moduleOf('export class Other {}'), TypeError, /does not export Broken/],
    [
      'a constructor that throws',
      () =>
        moduleOf(
          `import { Actor } from '${new URL('../../dist/index.js', import.meta.url).href}'; export class Broken extends Actor { constructor() { super(); throw new RangeError('not today'); } }`,
        ),
      RangeError,
      /not today/,
    ],
  ])('F08 because of %s: rejects with that error, and its process ends', async (_why, module, type, message) => {
    const error = await failure(classIn(module()).spawn());
    expect(error).toBeInstanceOf(type);
    expect(error).toMatchObject({ message: expect.stringMatching(message) });
  });

  test('F08 because its module awaits a promise that never settles: rejects with the exit of the process', async () => {
    const error = await failure(classIn(moduleOf('await new Promise(() => undefined);')).spawn());
    expect(error).toBeInstanceOf(ActorSpawnError);
    expect(error).toMatchObject({
      code: 'SPAWN_FAILED',
      message:
        'Broken was not ready yet: the process of Broken has ended with exit code 13: a top-level await of its module, ' +
        'or of one that this imports, never ends',
    });
  });

  test.each([
    ['an empty authkey', { authkey: '' }, TypeError, /The authkey is empty/],
    ['an authkey that is none', { authkey: 5 }, TypeError, /The authkey is of type number/],
    [
      'options of a transport that cannot be told',
      { transport: { tcp: { figure: 1n } } },
      TypeError,
      /Faulty\.options\.transport must be plain data/,
    ],
    [
      'a descriptor that is not open',
      { stdio: 9_999 },
      ActorSpawnError,
      /process of Faulty could not be started.*EBADF/,
    ],
  ])('F08 because of %s: rejects, and no process keeps waiting', async (_why, options: object, type, message) => {
    const error = await failure(Faulty.with(options).spawn());
    expect(error).toBeInstanceOf(type);
    expect(error).toMatchObject({ message: expect.stringMatching(message) });
  });
});

test('F08 because its address is in use: no code of the class has run', async () => {
  const authkey = 'a key of more than sixteen bytes';
  await using first = await Faulty.with({ authkey, address: 'tcp://127.0.0.1:0' }).spawn();
  const error = await failure(Faulty.with({ authkey, address: first.connectionAddress ?? '' }).spawn());
  expect(error).toMatchObject({ name: 'AddressInUseError', code: 'ADDRESS_IN_USE', executed: 'no' });
});

describe('an actor that ends its process before it is ready', () => {
  test('F08 in its constructor: the error contains the end of its output', async () => {
    const error = await failure(Quitting.spawn(3));
    expect(error).toBeInstanceOf(ActorSpawnError);
    expect(error).toMatchObject({
      code: 'SPAWN_FAILED',
      stderr: 'the disk is full\nso there is nothing to do\n',
      executed: 'maybe',
      message: expect.stringMatching(/exit code 3.*It wrote:\nthe disk is full/s),
      cause: expect.objectContaining({ exitCode: 3 }),
    });
  });

  test('F08 at import: the error contains the end of its output', async () => {
    const error = await failure(QuitsAtImport.spawn());
    expect(error).toBeInstanceOf(ActorSpawnError);
    expect(error).toMatchObject({ stderr: 'no licence\n', cause: expect.objectContaining({ exitCode: 4 }) });
  });
});

describe('an actor that hangs before it is ready', () => {
  test.each(['constructor', 'init'] as const)(
    'F09 in its %s: rejects at the deadline, and its process ends',
    async (where) => {
      const error = await failure(Stuck.with({ spawnTimeout: 300, shutdownTimeout: 100 }).spawn(where));
      expect(error).toBeInstanceOf(ActorSpawnError);
      expect(error).toMatchObject({
        code: 'SPAWN_TIMEOUT',
        executed: 'maybe',
        message: expect.stringContaining('within 300 ms'),
      });
    },
  );

  test('F09 F21 in its init, and is terminated without a wait', async () => {
    const log = join(scratch, 'stuck');
    const spawning = failure(Stuck.with({ spawnTimeout: Infinity, shutdownTimeout: Infinity }).spawn('init', log));
    const pid = await eventually(() => {
      const written = existsSync(log) ? Number(readFileSync(log, 'utf8')) : 0;
      expect(written).toBeGreaterThan(0);
      return written;
    });
    process.kill(pid, 'SIGTERM');
    expect(await spawning).toMatchObject({ code: 'SPAWN_FAILED', cause: expect.objectContaining({ exitCode: 0 }) });
  });

  test('F09 during the import of its module: rejects at the deadline, and its process ends', async () => {
    const Busy = classIn(moduleOf('for (;;);')).with({ spawnTimeout: 300 });
    expect(await failure(Busy.spawn())).toMatchObject({ name: 'ActorSpawnError', code: 'SPAWN_TIMEOUT' });
  });
});

describe('U57 a spawn that is cancelled', () => {
  test.each(['constructor', 'init'] as const)(
    'U57 F09 by its signal while its %s hangs rejects with the reason, and its process ends',
    async (where) => {
      const log = join(scratch, `given-up-${where}`);
      const controller = new AbortController();
      const spawning = failure(Stuck.with({ spawnSignal: controller.signal }).spawn(where, log));
      if (where === 'init') {
        const pid = await eventually(() => {
          const written = existsSync(log) ? Number(readFileSync(log, 'utf8')) : 0;
          expect(written).toBeGreaterThan(0);
          return written;
        });
        controller.abort(new RangeError('enough'));
        expect(await spawning).toBe(controller.signal.reason);
        expect(() => process.kill(pid, 0)).toThrow('ESRCH');
      } else {
        await eventually(() => expect(stats().sessions).toBe(1));
        controller.abort(new RangeError('enough'));
        expect(await spawning).toBe(controller.signal.reason);
      }
      await eventually(() => expect(stats()).toMatchObject({ sessions: 0, callsInFlight: 0 }));
    },
  );

  test('U57 F09 by an aborted signal starts no process', async () => {
    const reason = new RangeError('before');
    const spawning = failure(Faulty.with({ spawnSignal: AbortSignal.abort(reason) }).spawn());
    expect(await spawning).toBe(reason);
    expect(stats().sessions).toBe(0);
  });

  test('U57 an actor that is ready ignores its signal', async () => {
    const controller = new AbortController();
    await using actor = await Faulty.with({ spawnSignal: controller.signal }).spawn();
    controller.abort();
    expect(await actor.mark()).toBe(1);
  });
});

describe('an address that cannot be used', () => {
  test.each([
    ['in a folder that is not there', () => `ipc://${join(scratch, 'nowhere', 'a.sock')}`, 'TRANSPORT'],
    ['longer than the system allows', () => `ipc://${join(scratch, 'x'.repeat(200))}`, 'ADDRESS_TOO_LONG'],
    ['of no transport', () => 'carrier-pigeon://loft', 'UNKNOWN_TRANSPORT'],
    ['that is none', () => 'just text', 'ADDRESS_INVALID'],
  ])('F17 %s: rejects spawn with the reason', async (_what, address, code) => {
    const error = await failure(Faulty.with({ address: address() }).spawn());
    expect(error).toBeInstanceOf(TransportError);
    expect(error).toMatchObject({ code });
  });

  test('F18 because of a file at its path: rejects spawn, and the file stays', async () => {
    const path = join(scratch, 'in-the-way');
    mkdirSync(path);
    const error = await failure(Faulty.with({ address: `ipc://${path}` }).spawn());
    expect(error).toBeInstanceOf(TransportError);
    expect(error).toMatchObject({ message: expect.stringContaining(path) });
  });

  test('F18 because two actors race for it: one gets it, the other gets an error', async () => {
    const Placed = Faulty.with({ address: `ipc://${join(scratch, 'raced.sock')}` });
    const outcomes = await Promise.allSettled([Placed.spawn(), Placed.spawn()]);
    const winners = outcomes.filter((outcome) => outcome.status === 'fulfilled').map(({ value }) => value);
    const losers = outcomes.filter((outcome) => outcome.status === 'rejected').map(({ reason }) => reason);
    expect(losers).toEqual([expect.any(AddressInUseError)]);
    for (const winner of winners) {
      expect(await winner.mark()).toBe(1);
      await winner.shutdown();
    }
  });

  test('F18 because a killed actor left it behind: is replaced', async () => {
    const Placed = Faulty.with({ address: `ipc://${join(scratch, 'stale.sock')}` });
    const first = await Placed.spawn();
    const call = failure(first.hang());
    process.kill(await first.pid(), 'SIGKILL');
    expect(await call).toBeInstanceOf(ActorDiedError);
    await using second = await Placed.spawn();
    expect(await second.mark()).toBe(1);
  });
});
