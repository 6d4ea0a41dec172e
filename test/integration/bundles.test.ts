import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build as esbuild, type BuildOptions } from 'esbuild';
import { build as vite } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ProgramRun, runProgram } from '../support/run-program.ts';
import { FULL_MATRIX } from '../support/serializers.ts';

/** A project in which the package is installed; the bundles are in another folder, where nothing can be imported by name. */
const project = realpathSync(mkdtempSync(join(tmpdir(), 'uactor-bundling-')));
const output = realpathSync(mkdtempSync(join(tmpdir(), 'uactor-bundle-')));
const tasks = join(output, 'tasks.mjs');

beforeAll(() => {
  cpSync('test/setups/sources', project, { recursive: true });
  mkdirSync(join(project, 'node_modules'));
  symlinkSync(resolve('.'), join(project, 'node_modules', 'uactor'));
  cpSync(join(project, 'tasks.mjs'), tasks);
});
afterAll(() => {
  for (const folder of [project, output]) rmSync(folder, { recursive: true });
});

/** The output of `whole.mjs`. */
const WHOLE = `superjson 5 0,1,2 TypeError
msgpack 5 0,1,2 TypeError
protobuf 5 0,1,2 TypeError
passed on 11
RangeError: as it should
manager 2
shared item
pool 49
`;
/** Generous: a dozen processes run, one after the other. */
const PROGRAM_MS = 80_000;
const WORKS: ProgramRun = { exitCode: 0, signal: null, stdout: WHOLE, stderr: '' };

async function bundled(entry: string, outfile: string, options: BuildOptions = {}): Promise<string> {
  const file = join(output, outfile);
  const { warnings } = await esbuild({
    absWorkingDir: project,
    entryPoints: [entry],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'esm',
    // An ES module that contains bundled CommonJS packages needs a `require`.
    ...(options.format !== 'cjs' && {
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    }),
    logLevel: 'silent',
    ...options,
  });
  // CommonJS has no import.meta, which the program itself uses; about the library there must be no warning.
  expect(
    warnings.filter(({ location }) => location?.file.includes('node_modules') || location?.file.includes('dist')),
  ).toEqual([]);
  return file;
}

describe('a program of one file', () => {
  const variants: readonly (readonly [string, string, BuildOptions])[] = [
    ['a minified ES module', 'whole.min.mjs', { minify: true }],
    ['minified CommonJS', 'whole.min.cjs', { format: 'cjs', minify: true }],
    // A bundle that keeps its names, its blanks and its comments works if a minified one does.
    ...(FULL_MATRIX
      ? ([
          ['an ES module', 'whole.mjs', {}],
          ['CommonJS', 'whole.cjs', { format: 'cjs' }],
        ] as const)
      : []),
  ];
  test.for(variants)('U73 %s by esbuild spawns actors, managers and pools', async ([, file, options]) => {
    expect(await runProgram([await bundled('whole.mjs', file, options), tasks], { timeoutMs: PROGRAM_MS })).toEqual(
      WORKS,
    );
  });

  test.for(['es', 'cjs'] as const)('U73 as %s by vite spawns actors, managers and pools', async (format) => {
    const outDir = join(output, `vite-${format}`);
    await vite({
      root: project,
      configFile: false,
      logLevel: 'silent',
      build: {
        ssr: 'whole.mjs',
        outDir,
        emptyOutDir: false,
        rolldownOptions: { output: { format, entryFileNames: `whole.${format === 'es' ? 'mjs' : 'cjs'}` } },
      },
      ssr: { noExternal: true },
    });
    expect(
      await runProgram([join(outDir, `whole.${format === 'es' ? 'mjs' : 'cjs'}`), tasks], { timeoutMs: PROGRAM_MS }),
    ).toEqual(WORKS);
  });
});

const REGISTERING = `import { Actor, isActorProcess, registerActor } from 'uactor';
class Inner extends Actor {
  static module = import.meta.url;
  twice(number) {
    return 2 * number;
  }
}
class Outer extends Actor {
  static module = import.meta.url;
  async programName() {
    return typeof process.argv[1];
  }
  async viaInner(number) {
    const inner = await Inner.spawn();
    const result = await inner.twice(number);
    await inner.shutdown();
    return result;
  }
}
registerActor(Inner);
registerActor(Outer);
if (!isActorProcess()) {
  const outer = await Outer.spawn();
  console.log(await outer.viaInner(21), await outer.programName());
  await outer.shutdown();
}
`;

test('U73 registered classes are found where a bundler leaves the library in a file of its own, by actors of actors too', async () => {
  writeFileSync(join(project, 'registering.mjs'), REGISTERING);
  const outdir = join(output, 'apart');
  await esbuild({
    absWorkingDir: project,
    entryPoints: ['registering.mjs', 'actors.mjs'],
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
  });
  const finished = await runProgram([join(outdir, 'registering.mjs')]);
  expect(finished).toEqual({ exitCode: 0, signal: null, stdout: '42 string\n', stderr: '' });
});

test('U73 two copies of the library in one bundle are an error that says what to do', async () => {
  const copy = join(project, 'copy');
  cpSync('dist/bundled', join(copy, 'dist', 'bundled'), { recursive: true });
  symlinkSync(resolve('node_modules'), join(copy, 'node_modules'));
  writeFileSync(join(project, 'two.mjs'), `import './copy/dist/bundled/index.js';\n${REGISTERING}`);
  const finished = await runProgram([await bundled('two.mjs', 'two.mjs')]);
  expect(finished).toMatchObject({ exitCode: 1, stdout: '' });
  expect(finished.stderr).toContain('the bundle contains more than one copy of uactor');
});

test('U73 a main part without a guard that tries again for ever is told of at once', async () => {
  const program = REGISTERING.replace(
    /if \(!isActorProcess[\s\S]*/,
    `for (;;) {
  try {
    await Outer.spawn();
    break;
  } catch (error) {
    if (!isActorProcess()) {
      console.log(error.message);
      process.exit();
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
`,
  );
  writeFileSync(join(project, 'retrying.mjs'), program);
  const finished = await runProgram([await bundled('retrying.mjs', 'retrying.mjs')], { timeoutMs: 25_000 });
  expect(finished).toMatchObject({ exitCode: 0, signal: null });
  expect(finished.stdout).toContain('put the main part of the program into `if (!isActorProcess()) { … }`');
});

test('U73 in a bundle that esbuild splits, a class is found in its chunk', async () => {
  const program = join(project, 'split.mjs');
  writeFileSync(
    program,
    `const { Counter } = await import('./actors.mjs');
import { isMain } from 'uactor';
export * from './actors.mjs';
if (isMain(import.meta)) {
  const counter = await Counter.spawn();
  console.log(await counter.passOn(await counter.thing()));
  await counter.shutdown();
}
`,
  );
  const outdir = join(output, 'split');
  await esbuild({
    absWorkingDir: project,
    entryPoints: ['split.mjs'],
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    minify: true,
    platform: 'node',
    format: 'esm',
  });
  expect(await runProgram([join(outdir, 'split.mjs')])).toEqual({
    exitCode: 0,
    signal: null,
    stdout: '11\n',
    stderr: '',
  });
});

/** Returns a program that prints the outcome of a spawn of `Counter`, and how often the program runs. */
function spawning(guard: string, before = ''): string {
  return `import { appendFileSync } from 'node:fs';
import { isActorProcess, registerActor } from 'uactor';
import { Counter } from './actors.mjs';
appendFileSync(process.env.STARTS, 'x');
if (readDepth() > 8) process.exit(9);
function readDepth() { return Number((process.env.DEPTH = String(Number(process.env.DEPTH ?? 0) + 1))); }
${before}
${guard} {
  const counter = await Counter.spawn().catch((error) => console.log(error.name, error.message)); await counter?.shutdown();
}
`;
}

async function run(
  name: string,
  text: string,
  options: BuildOptions = {},
): Promise<ProgramRun & { readonly starts: number }> {
  writeFileSync(join(project, `${name}.mjs`), text);
  const starts = join(output, `${name}.starts`);
  writeFileSync(starts, '');
  const file = await bundled(`${name}.mjs`, `${name}.mjs`, options);
  const ran = await runProgram([file], { env: { ...process.env, STARTS: starts } });
  return { ...ran, starts: readFileSync(starts, 'utf8').length };
}

describe('a bundle that cannot work says so', () => {
  test('U73 a main part without its guard is refused in the first process that it starts', async () => {
    const { stdout, starts } = await run('unguarded', spawning('', "registerActor(Counter, 'Counter');"));
    expect(stdout).toContain('UActorError Counter.spawn() was called while a bundled program runs again');
    expect(stdout).toContain('put the main part of the program into `if (!isActorProcess()) { … }`');
    expect(starts).toBe(2);
  });

  test('U73 what an unguarded main part does later is refused, too', async () => {
    const text = `import { appendFileSync, readFileSync } from 'node:fs';
import { registerActor } from 'uactor';
import { Counter } from './actors.mjs';
registerActor(Counter, 'Counter');
appendFileSync(process.env.STARTS, 'x');
process.env.DEPTH = Number(process.env.DEPTH ?? 0) + 1;
const later = () => new Promise((resolve) => setTimeout(resolve, 50));
void (async () => {
  await later();
  if (process.env.DEPTH > 8) throw new Error('too many');
  try {
    const counter = await Counter.spawn();
    while (!readFileSync(process.env.STARTS, 'utf8').includes('-')) await later();
    await counter.shutdown();
  } catch (error) {
    console.log(error.message);
    appendFileSync(process.env.STARTS, '-');
  }
})();
`;
    const { stdout, starts } = await run('later', text);
    expect(stdout).toMatch(
      /^Counter\.spawn\(\) was called (?:by code that was still running after|while a bundled program runs again)/,
    );
    expect(starts).toBe('xx-'.length);
  });

  test('U73 a class that its process would not find is refused before a process starts', async () => {
    const text = spawning('if (!isActorProcess())').replace(
      "import { Counter } from './actors.mjs';",
      "import { Counter as Declared } from './actors.mjs'; class Counter extends Declared { static module = 'file:///elsewhere/counter.ts'; }",
    );
    const { stdout, starts } = await run('unfound', text);
    expect(stdout).toMatch(/^TypeError the process of Counter2 cannot import .*counter\.ts, which does not exist: /);
    expect(stdout).toContain(
      'call registerActor(Counter2) at the start of the program, before its guarded main part, or keep the package uactor out of the bundle',
    );
    expect(starts).toBe(1);
  });

  test('U73 a registration behind the guard is an error that says where it belongs', async () => {
    const { stdout, starts } = await run(
      'behind',
      spawning("if (!isActorProcess()) { registerActor(Counter, 'Counter');").replace(/\}\n$/, '} }\n'),
    );
    expect(stdout).toContain(
      'registerActor did not register Counter in its process: call it before the guarded main part',
    );
    expect(starts).toBe(2);
  });

  test('U73 two classes of one name are told apart by the names that they are registered with', async () => {
    const { stdout } = await run(
      'twice',
      `import { Actor, registerActor } from 'uactor';
class One extends Actor {}
class Other extends Actor {}
registerActor(One, 'Same');
try { registerActor(Other, 'Same'); } catch (error) { console.log(error.code, error.message); }
registerActor(Other);
try { registerActor(class {}); } catch (error) { console.log(error.message); }
`,
    );
    expect(stdout).toContain('MISUSE registerActor: another class is registered as Same');
    expect(stdout).toContain('registerActor takes a class that extends Actor, or a manager');
  });
});
