import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Actor, ActorSpawnError, type DeclaresModule, terminate } from 'uactor';
import { Counter } from '#fixtures/counter.js';
import { Mistaken, Thing } from '#fixtures/mistaken.js';
import { failure } from '../support/failure.ts';
import { brokenClass } from '../support/broken-class.ts';
import { scratch } from '../support/leaks.ts';
import { runProgram } from '../support/run-program.ts';
import { shared } from '../support/shared.ts';

const folder = mkdtempSync(join(scratch, 'messages-'));

/** Returns a class whose module is `file`, with this text. */
function classIn(file: string, text?: string): typeof Actor & DeclaresModule {
  return brokenClass(join(folder, file), text);
}

/** Matches the library's frames, as opposed to those of the test tools. */
const OWN_FRAMES = /\/dist\/(?:core|serializers|transports|bootstrap)/;

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? '') : '';
}

describe('a module that its process cannot import', () => {
  writeFileSync(join(folder, 'empty.mjs'), '');
  writeFileSync(join(folder, 'source.ts'), '');
  test.each([
    ['that is not there', 'gone.mjs', undefined, 'ERR_MODULE_NOT_FOUND', /there is no such file: build it, or correct/],
    [
      'of a language',
      'jsx.tsx',
      'export {}',
      'ERR_UNKNOWN_FILE_EXTENSION',
      /--import tsx.*Node 22\.18 or newer.*build/,
    ],
    ['of `node -e`', '[eval1]', undefined, 'ERR_MODULE_NOT_FOUND', /has no file: put the class into a file/],
    ['of a kind', 'a.txt', 'export {}', 'ERR_UNKNOWN_FILE_EXTENSION', /start the program with a loader/],
    ['without a package', 'b.mjs', "import 'no-such-package';", 'ERR_MODULE_NOT_FOUND', /install the package/],
    ['without a file', 'c.mjs', "import './no-such.mjs';", 'ERR_MODULE_NOT_FOUND', /or correct the path/],
    ['by require', 'd.cjs', "require('no-such-package');", 'MODULE_NOT_FOUND', /install the package/],
    ['of wrong syntax', 'e.mjs', 'export class {', undefined, /Unexpected token '\{': correct it, or build it/],
    ['without an export', 'f.mjs', "import { x } from './empty.mjs';", undefined, /export named 'x': correct it/],
  ])('F08 %s: the error names class, module, cause and cure (%s)', async (_, file, text, code, message) => {
    const error = await failure(classIn(file, text).spawn());
    expect(error).toBeInstanceOf(ActorSpawnError);
    expect(error).toMatchObject({ code: 'SPAWN_FAILED', executed: 'no', message: expect.stringMatching(message) });
    expect(error).toMatchObject({
      message: expect.stringContaining(`the process of Broken cannot import ${join(folder, file)}: `),
      cause: code === undefined ? expect.any(SyntaxError) : expect.objectContaining({ code }),
    });
  });

  test('F08 what a module throws itself is thrown, though it be the error of a parser', async () => {
    const error = await failure(classIn('g.mjs', "JSON.parse('{');").spawn());
    expect(error).toBeInstanceOf(SyntaxError);
  });

  test('F08 what Node says of an uncaught error during the import is in stderr and in the message', async () => {
    const throwsLater = `setTimeout(() => { throw new RangeError('too late'); });
      await new Promise(() => undefined);`;
    const error = await failure(classIn('h.mjs', throwsLater).spawn());
    expect(error).toMatchObject({
      name: 'ActorSpawnError',
      message: expect.stringContaining('RangeError: too late'),
      stderr: expect.stringContaining('RangeError: too late'),
    });
  });
});

test('F09 a process that waits for a debugger is not said to hang', async () => {
  const waiting = Counter.with({ execArgv: ['--inspect-brk'], spawnTimeout: 300, stdio: 'ignore' });
  const error = await failure(waiting.spawn());
  expect(error).toMatchObject({
    code: 'SPAWN_TIMEOUT',
    message: expect.stringMatching(/waits for a debugger.*inspect-brk/),
  });
});

const mistaken = shared(() => Mistaken.spawn());

test.each(['thing', 'self', 'things'] as const)(
  'U46 the result of %s() that cannot be sent: the error names the method, proxy() and registerClass',
  async (method) => {
    const actor = mistaken();
    const error = await failure(actor[method]());
    expect(error).toMatchObject({
      code: 'UNSERIALIZABLE',
      executed: 'yes',
      message: expect.stringMatching(
        new RegExp(
          `^the result of ${method}\\(\\) cannot be sent: .* an instance of \\w+, found at .*registerClass.*proxy\\(`,
        ),
      ),
    });
    expect(stackOf(error)).not.toMatch(OWN_FRAMES);
  },
);

test('U46 a class is refused as an argument and as a result, and functions are not', async () => {
  await using actor = await Mistaken.spawn();
  const message = expect.stringMatching(/cannot send the class Thing, found at .*a class stays in its process/);
  expect(await failure(actor.typeOf(Thing))).toMatchObject({ code: 'UNSERIALIZABLE', path: '$[0]', message });
  expect(await failure(actor.typeOf({ deep: [Thing] }))).toMatchObject({ path: '$[0].deep[0]', message });
  expect(await failure(actor.cls())).toMatchObject({ code: 'UNSERIALIZABLE', message });
  const callables = [String, () => 1, async () => {}, Math.max];
  expect(await Promise.all(callables.map((callable) => actor.typeOf(callable)))).toEqual(
    callables.map(() => 'function'),
  );
});

test('U16 a call after the own shutdown, or the own terminate, says so, at the line of the call', async () => {
  const shut = await Counter.spawn();
  await shut.shutdown();
  const error = await failure(shut.increment());
  expect(error).toMatchObject({ code: 'ACTOR_DIED', message: expect.stringContaining('it was shut down here') });
  expect(stackOf(error)).toContain('messages.test.ts');
  expect(stackOf(error)).not.toMatch(OWN_FRAMES);
  const killed = await Counter.spawn();
  await terminate(killed);
  expect(await failure(killed.increment())).toMatchObject({
    message: expect.stringContaining('it was terminated here'),
  });
});

test('F08 the stack of a failed spawn shows the line that spawned, and none of the library', async () => {
  const stack = stackOf(await failure(classIn('gone.mjs').spawn()));
  expect(stack).toContain('messages.test.ts');
  expect(stack).not.toMatch(OWN_FRAMES);
});

test('F08 where a tool maps frames to sources, a syntax error has its cure, too, and the stack none of the library', async () => {
  // Like source-map-support, which ts-node uses.
  const maps = String.raw`Error.prepareStackTrace = (error, frames) =>
    [error, ...frames].join('\n    at ').replace(/\bdist\/[\w.-]+\.c?js/g, 'core/seam/environment.ts');`;
  const execArgv = ['--import', `data:text/javascript,${encodeURIComponent(maps)}`];
  const error = await failure(classIn('broken.cjs', 'exports = ;').with({ execArgv }).spawn());
  expect(error).toBeInstanceOf(ActorSpawnError);
  expect(error).toMatchObject({ message: expect.stringContaining('correct it, or build it from its source again') });
  expect(stackOf(error)).not.toMatch(/\/core\/\w/);
});

test('U11 a member of an actor that is asked for on the promise of spawn: the error says to await it', async () => {
  const spawning = Counter.spawn();
  for (const member of ['increment', 'shutdown'] as const) {
    expect(() => Reflect.get(spawning, member)).toThrow(
      `Counter.spawn() returns a promise: await it before you use ${member}: (await Counter.spawn()).${member}`,
    );
  }
  expect(Reflect.get(spawning, 'no-member')).toBeUndefined();
  expect(spawning).toBeInstanceOf(Promise);
  await using counter = await spawning.then((actor) => actor).finally(() => undefined);
  expect(await counter.increment()).toBe(1);
});

test('F08 a bundler that takes the files for Node: the error says what to leave out', async () => {
  const outfile = join(folder, 'bundle.mjs');
  bundle(outfile, '@nats-io/*', '--conditions=');
  const run = await runProgram([outfile]);
  expect(run).toMatchObject({ exitCode: 1, stdout: '' });
  expect(run.stderr).toMatch(/Error: uactor: a file of the library is missing: .*leave the package out of the bundle/);
});

test('F08 a program that is joined with its actor, and without the library, spawns it', async () => {
  const outfile = join(mkdtempSync(join(import.meta.dirname, '../../build/bundle-')), 'bundle.mjs');
  try {
    bundle(outfile, 'uactor');
    expect(await runProgram([outfile])).toEqual({ exitCode: 0, signal: null, stdout: '42\n', stderr: '' });
  } finally {
    rmSync(dirname(outfile), { recursive: true });
  }
});

/** Bundles a program in a separate process, because esbuild's library leaves a process behind. */
function bundle(outfile: string, external: string, ...more: readonly string[]): void {
  const entry = join(import.meta.dirname, '../../build/fixtures/programs/bundled.js');
  const esbuild = join(import.meta.dirname, '../../node_modules/.bin/esbuild');
  const flags = [
    '--bundle',
    '--minify',
    '--keep-names',
    '--format=esm',
    '--platform=node',
    '--log-level=error',
    ...more,
  ];
  execFileSync(esbuild, [entry, `--outfile=${outfile}`, `--external:${external}`, ...flags], { timeout: 60_000 });
}
