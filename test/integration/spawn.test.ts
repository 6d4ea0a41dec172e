import { closeSync, existsSync, openSync, readdirSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import nodeModule, { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Counter } from '#fixtures/counter.js';
import { Failing, Overdrawn } from '#fixtures/failing.js';
import { Heir, Homeless, Inline, Relative, secretClass } from '#fixtures/misdeclared.js';
import { Surroundings } from '#fixtures/surroundings.js';
import { Unimportable } from '#fixtures/throws-at-import.js';
import { Actor, ActorSpawnError, type DeclaresModule, stats } from 'uactor';
import { describe, expect, test } from 'vitest';
import { failure, thrown } from '../support/failure.ts';
import { childrenOf, hasEnded, isActorProcess, scratch } from '../support/leaks.ts';
import { Program } from '../support/program.ts';
import { runProgram } from '../support/run-program.ts';

const dist = fileURLToPath(new URL('../../dist/', import.meta.url));
const cacheFolder = join(dist, '.cache');

/** Returns the number of this process's actor processes. */
function actorProcesses(): number {
  return childrenOf(process.pid).filter(({ pid }) => isActorProcess(pid)).length;
}

describe('U1 spawn', () => {
  test('U1 starts one process, which is not this one, and builds the object there', async () => {
    const before = actorProcesses();
    await using actor = await Surroundings.spawn();
    expect(actorProcesses()).toBe(before + 1);
    expect(await actor.pid()).not.toBe(process.pid);
    expect(await actor.processId()).toBe(await actor.pid());
    expect(stats()).toMatchObject({ sessions: 1, imports: 1, callsInFlight: 0 });
  });

  test('U1 each spawn is a process and an object of its own', async () => {
    await using one = await Counter.spawn();
    await using other = await Counter.spawn();
    expect(await one.pid()).not.toBe(await other.pid());
    expect(await one.increment(5)).toBe(5);
    expect(await other.increment()).toBe(1);
  });

  test('U1 new makes a plain local object', () => {
    expect(new Counter().increment(3)).toBe(3);
  });
});

describe('U2 the module', () => {
  test.each([
    [
      'missing',
      // @ts-expect-error the compiler says so too
      () => Homeless.spawn(),
      /^Homeless does not tell its process where to find it: add `static override readonly module/,
    ],
    [
      'inherited',
      () => Heir.spawn(),
      /^Heir does not tell its process where to find it.*an inherited one names the parent's file/,
    ],
    [
      'relative',
      () => Relative.spawn(),
      /^Relative\.module is "\.\/misdeclared\.js", which another process cannot find/,
    ],
    [
      'a data: URL',
      () => Inline.spawn(),
      /^Inline\.module is "data:.*must be import\.meta\.url, a file: URL or an absolute path/,
    ],
  ])('U2 a module that is %s is refused before a process starts', async (_, spawn, message) => {
    const before = actorProcesses();
    const error = await failure(spawn());
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({ message: expect.stringMatching(message), code: 'MISUSE' });
    expect(actorProcesses()).toBe(before);
  });

  test('U2 a class that its module does not export is a TypeError that says what to write', async () => {
    const error = await failure(secretClass().spawn());
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({
      message: expect.stringMatching(/misdeclared\.js does not export Secret.*export class/),
    });
  });

  test.each([
    ['a file URL', new URL('../../build/fixtures/counter.js', import.meta.url)],
    ['the text of one', new URL('../../build/fixtures/counter.js', import.meta.url).href],
    ['an absolute path', fileURLToPath(new URL('../../build/fixtures/counter.js', import.meta.url))],
  ])('U2 a module is named by %s', async (_, module) => {
    class Named extends Counter {
      static override readonly module: string = String(module);
      static override readonly name = 'Counter';
    }
    await using actor = await Named.spawn();
    expect(await actor.add(1, 2)).toBe(3);
  });

  test('U2 a CommonJS module names itself by __filename', async () => {
    const loaded: unknown = createRequire(import.meta.url)('../fixtures/plain-commonjs.cjs');
    await using actor = await plainClass(loaded).spawn();
    expect(await actor.callMethod('add', [2, 3])).toBe(5);
  });

  test('U2 a CommonJS module that uses its own actor guards the use by require.main', async () => {
    const run = await runProgram([fileURLToPath(new URL('../fixtures/plain-commonjs.cjs', import.meta.url))]);
    expect(run).toEqual({ exitCode: 0, signal: null, stdout: '3\n', stderr: '' });
  });
});

describe('U3 a start that fails', () => {
  test.each([
    ['constructor', RangeError, 'the constructor does not like it'],
    ['init', SyntaxError, 'init does not like it'],
    ['registered', Overdrawn, 'too little'],
  ])('U3 what the %s throws rejects spawn with that class, message and remote stack', async (where, type, message) => {
    const error = await failure(Failing.spawn(where));
    expect(error).toBeInstanceOf(type);
    expect(error).toMatchObject({ message, stack: expect.stringMatching(/--- in .*[\s\S]*failing\.js/) });
    expect(actorProcesses()).toBe(0);
    expect(stats().sessions).toBe(0);
  });

  test('U3 what the module throws rejects spawn', async () => {
    const error = await failure(Unimportable.spawn());
    expect(error).toBeInstanceOf(EvalError);
    expect(error).toMatchObject({ message: 'the module cannot be evaluated here' });
    expect(actorProcesses()).toBe(0);
  });

  test('U3 a flag that Node does not know is an ActorSpawnError with what Node said', async () => {
    const error = await failure(Counter.with({ execArgv: ['--no-such-flag'] }).spawn());
    expect(error).toBeInstanceOf(ActorSpawnError);
    expect(error).toMatchObject({
      code: 'SPAWN_FAILED',
      message: expect.stringMatching(
        /^Counter was not ready yet: the process of Counter has ended with exit code 9. Node said:/,
      ),
      stderr: expect.stringContaining('bad option: --no-such-flag'),
    });
  });

  test('U3 a folder that does not exist is an ActorSpawnError that names it', async () => {
    const error = await failure(Counter.with({ cwd: '/nonexistent/folder' }).spawn());
    expect(error).toBeInstanceOf(ActorSpawnError);
    expect(error).toMatchObject({ code: 'SPAWN_FAILED', message: expect.stringContaining('/nonexistent/folder') });
  });
});

test('U4 a module that spawns while it is imported fails with the cure, and does not multiply', async () => {
  const log = join(scratch, 'greedy');
  await using program = new Program('spawns-at-import', [log]);
  expect(await program.ended).toMatchObject({ exitCode: 1 });
  expect(program.stderr).toMatch(/Greedy\.spawn\(\) was called while the actor process of Greedy was importing/);
  expect(program.stderr).toContain('if (isMain(import.meta))');
  expect(program.stderr).toContain('if (require.main === module)');
  const pids = readFileSync(log, 'utf8').trim().split('\n').map(Number);
  expect(pids).toHaveLength(2);
  for (const pid of pids) await hasEnded(pid);
});

describe('U5 the surroundings of the process', () => {
  test('U5 the whole of process.execArgv reaches the process, so a loader of TypeScript works', async () => {
    const file = '../fixtures/programs/typescript.ts';
    await using program = new Program('typescript', [], {
      execArgv: ['--import', 'tsx', '--stack-trace-limit=42'],
      file,
    });
    expect(await program.ended, program.stderr).toMatchObject({ exitCode: 0 });
    expect(await program.said('pids')).toBe('true');
    expect(await program.said('module')).toMatch(/typescript\.ts$/);
  });

  test('U5 options.execArgv replaces them', async () => {
    await using actor = await Surroundings.with({ execArgv: ['--stack-trace-limit=17'] }).spawn();
    expect(await actor.execArgv()).toEqual(['--stack-trace-limit=17']);
  });

  test('U5 what Node compiles is kept for the next process, where Node can, and the actor sees nothing of it', async () => {
    await using first = await Surroundings.spawn();
    expect(await first.variable('NODE_COMPILE_CACHE')).toBeUndefined();
    await first.shutdown();
    const hasCache = 'enableCompileCache' in nodeModule;
    if (hasCache) expect(existsSync(new URL('../../dist/.cache', import.meta.url))).toBe(true);
    await using second = await Surroundings.with({ env: { NODE_COMPILE_CACHE: scratch } }).spawn();
    expect(await second.variable('NODE_COMPILE_CACHE')).toBe(scratch);
  });

  test('U5 H88 the first actor that ends leaves the compiled core to the next, for this user alone', async () => {
    const core = readdirSync(dist).find((name) => /^core-\w+\.cjs$/.test(name)) ?? '';
    // Its own flags give it its own cache, unaffected by other tests.
    const OneOfAKind = Surroundings.with({
      execArgv: [`--stack-trace-limit=${1000 + Math.floor(Math.random() * 9000)}`],
    });
    const caches = (): readonly string[] =>
      existsSync(cacheFolder) ? readdirSync(cacheFolder).filter((name) => name.startsWith(core.slice(0, -4))) : [];
    for (const name of caches()) rmSync(join(cacheFolder, name), { force: true });
    const first = await OneOfAKind.spawn();
    await first.shutdown();
    const written = caches().filter((name) => !/\.\d+$/.test(name));
    expect(written).not.toEqual([]);
    expect(written.map((name) => statSync(join(cacheFolder, name)).mode & 0o777)).toEqual(written.map(() => 0o600));
    await using second = await OneOfAKind.spawn();
    expect(await second.variable('NODE_COMPILE_CACHE')).toBeUndefined();
  });

  test('U5 options.env adds and removes variables', async () => {
    process.env['UACTOR_TEST_REMOVED'] = 'here';
    try {
      const env = { UACTOR_TEST_ADDED: 'there', UACTOR_TEST_REMOVED: undefined };
      await using actor = await Surroundings.with({ env }).spawn();
      expect(await actor.variable('UACTOR_TEST_ADDED')).toBe('there');
      expect(await actor.variable('UACTOR_TEST_REMOVED')).toBeUndefined();
      expect(await actor.variable('PATH')).toBe(process.env['PATH']);
    } finally {
      delete process.env['UACTOR_TEST_REMOVED'];
    }
  });

  test('U5 options.cwd is the working folder', async () => {
    await using actor = await Surroundings.with({ cwd: tmpdir() }).spawn();
    expect(await actor.folder()).toBe(realpathSync(tmpdir()));
  });

  test('U5 options.title is what ps shows', async () => {
    await using actor = await Surroundings.with({ title: 'uactor-under-test' }).spawn();
    expect(await actor.title()).toBe('uactor-under-test');
    const command = childrenOf(process.pid).find(({ command: text }) => text.startsWith('uactor-under-test'));
    expect(command?.pid).toBe(await actor.pid());
  });

  test('U5 options.resourceLimits bounds the heap', async () => {
    await using actor = await Surroundings.with({ resourceLimits: { maxOldGenerationSizeMb: 96 } }).spawn();
    const mebibytes = (await actor.heapLimit()) / 2 ** 20;
    expect(mebibytes).toBeGreaterThanOrEqual(96);
    expect(mebibytes).toBeLessThan(256);
  });

  test('U5 options.stdio sends each stream where it says', async () => {
    const file = join(scratch, 'output');
    const descriptor = openSync(file, 'w');
    try {
      await using actor = await Surroundings.with({ stdio: ['ignore', descriptor, 'ignore'] }).spawn();
      await actor.say('hello');
    } finally {
      closeSync(descriptor);
    }
    expect(readFileSync(file, 'utf8')).toBe('hello');
  });

  test('U5 one choice of options.stdio stands for all three streams', async () => {
    const file = join(scratch, 'both');
    const descriptor = openSync(file, 'w');
    try {
      await using actor = await Surroundings.with({ stdio: descriptor }).spawn();
      await actor.say('hello');
    } finally {
      closeSync(descriptor);
    }
    expect(readFileSync(file, 'utf8')).toBe('helloHELLO');
  });

  test.each([
    [{ stdio: 'pipe' }, /Surroundings\.options\.stdio must be 'inherit', 'ignore' or a file descriptor/],
    [{ stdio: ['inherit', 'inherit'] }, /Surroundings\.options\.stdio must be/],
    [{ env: { PORT: 80 } }, /Surroundings\.options\.env must be an object of strings/],
    [{ cwd: 7 }, /Surroundings\.options\.cwd must be the path of a folder/],
    [{ title: '' }, /Surroundings\.options\.title must be a string that is not empty/],
    [{ serializer: 5 }, /Surroundings\.options\.serializer must be the name of a serializer.* or a Serializer/],
    [{ serializer: { name: 'mine' } }, /Surroundings\.options\.serializer must be/],
    [{ transport: 'tcp' }, /Surroundings\.options\.transport must be an object of options by scheme/],
    [{ transport: { tcp: true } }, /Surroundings\.options\.transport must be an object of options by scheme/],
    [{ title: 7 }, /Surroundings\.options\.title must be a string/],
    [{ execArgv: '--inspect' }, /Surroundings\.options\.execArgv must be a list of strings/],
    [
      { resourceLimits: { maxOldGenerationSizeMb: 0.5 } },
      /maxOldGenerationSizeMb must be a whole number of at least 1/,
    ],
    [
      { resourceLimits: { maxOldGeneration: 64 } },
      /resourceLimits\.maxOldGeneration is not known; the only one is maxOld/,
    ],
    [{ address: 7 }, /Surroundings\.options\.address must be a string/],
    [{ tilte: 'x' }, /Surroundings\.options\.tilte is not an option; the options are serializer, serializers, address/],
    [{ concurrency: 0 }, /Surroundings\.options\.concurrency must be a whole number of at least 1; it is 0/],
    [{ spawnSignal: 5 }, /Surroundings\.options\.spawnSignal must be an AbortSignal/],
    [{ spawnTimeout: Number.NaN }, /Surroundings\.options\.spawnTimeout must be a number of milliseconds/],
    [{ limits: { maxDepth: -1 } }, /Surroundings\.options\.limits\.maxDepth must be a number of at least 1; it is -1/],
    [
      { limits: { maxDepth: 0.5 } },
      /Surroundings\.options\.limits\.maxDepth must be a number of at least 1; it is 0\.5/,
    ],
    [
      { limits: { maxDepth: 5_000 } },
      /limits\.maxDepth must be at most 1500, or Infinity for this maximum; it is 5000/,
    ],
    [{ limits: { maxMessageBytes: 2 ** 33 } }, /limits\.maxMessageBytes must be at most 4294967295, or Infinity/],
    [{ limits: { maxWidth: 1 } }, /Surroundings\.options\.limits\.maxWidth is not a limit; the limits are maxSessions/],
  ])('U5 the options %o are a TypeError that names what is wrong', (options: object, message) => {
    const error = thrown(() => Surroundings.with(options));
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({ message: expect.stringMatching(message), code: 'MISUSE' });
  });
});

function plainClass(loaded: unknown): typeof Actor & DeclaresModule {
  const found: unknown = typeof loaded === 'object' && loaded !== null ? Reflect.get(loaded, 'Plain') : undefined;
  if (isActorClass(found)) return found;
  throw new Error('the module does not export Plain');
}

function isActorClass(value: unknown): value is typeof Actor & DeclaresModule {
  return typeof value === 'function' && value.prototype instanceof Actor;
}
