/**
 * Tries the packed package as its users do: packs it, installs it with each package manager, bundles a program with each bundler, and
 * runs every row of `rows.mjs` on each of the given Nodes.
 *
 *   node test/setups/run.mjs [--results FILE] [--only PATTERN] NODE…
 */
import { execFile } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { makeBundles } from './bundle.mjs';
import { rows } from './rows.mjs';

const root = resolve(import.meta.dirname, '..', '..');
const sources = join(import.meta.dirname, 'sources');
const tools = join(import.meta.dirname, 'node_modules');
const yarn = join(tools, '@yarnpkg', 'cli-dist', 'bin', 'yarn.js');
const pnpm = join(tools, 'pnpm', 'bin', 'pnpm.cjs');
const PROGRAM_MS = 300_000;
const INSTALL_MS = 600_000;
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

const { values, positionals } = parseArgs({
  options: { results: { type: 'string' }, only: { type: 'string', default: '' } },
  allowPositionals: true,
});
if (positionals.length === 0) {
  console.error('usage: node test/setups/run.mjs [--results FILE] [--only PATTERN] NODE…');
  process.exit(2);
}

/** A tool's settings are not the user's, and certificates that this machine asks for slow each start of Node 20. */
const { NODE_EXTRA_CA_CERTS: _certificates, NODE_OPTIONS: _options, ...env } = process.env;

const execute = promisify(execFile);

/** Runs a program of which everything else depends. */
async function demand(command, args, options) {
  const settings = { encoding: 'utf8', timeout: INSTALL_MS, killSignal: 'SIGKILL', maxBuffer: 2 ** 26, ...options };
  try {
    return await execute(command, args, settings);
  } catch (error) {
    throw new Error(`${command} ${args.join(' ')} failed:\n${error.message}\n${error.stdout}${error.stderr}`);
  }
}

/** Fails when all have ended: what still runs writes into the folder. */
async function allOf(steps) {
  const ended = await Promise.allSettled(steps);
  const failed = ended.find(({ status }) => status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** Packs the sources alone, as `npm publish` and an install from the repository do: `prepack` has to build all of it. */
async function pack(folder) {
  const copy = join(folder, 'sources');
  const list = await demand('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root });
  for (const file of list.stdout.split('\0').filter((name) => name !== '')) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    copyFileSync(join(root, file), join(copy, file));
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  await demand('npm', ['pack', '--pack-destination', folder], { cwd: copy });
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  return join(folder, `uactor-${version}.tgz`);
}

/** A project of a package manager, with the programs in it and the package installed, which warns of nothing. */
async function project(folder, manager, warning, install) {
  const home = join(folder, manager);
  cpSync(sources, home, { recursive: true });
  copyFileSync(join(root, 'examples', 'first-actor.ts'), join(home, 'first-actor.ts'));
  writeFileSync(join(home, 'package.json'), JSON.stringify({ name: 'user', private: true, type: 'module' }));
  const { stdout, stderr } = await install(home);
  const said = `${stdout}${stderr}`;
  if (warning.test(said)) throw new Error(`the install by ${manager} warns:\n${said}`);
}

/** Makes the folders that rows are run in, and no others. */
async function installAll(folder, tarball, wanted) {
  const needs = new Set(wanted.flatMap((row) => row.folder.split('/')));
  // npm speaks of the build of a package that is installed from a file, yarn of its own loader.
  const byNpm = async () => {
    await project(folder, 'npm', /^npm warn .*@\d(?!.*\(prepare)/m, (cwd) =>
      demand('npm', ['install', '--no-audit', '--no-fund', tarball], { cwd }),
    );
    const home = join(folder, 'npm');
    await allOf([
      needs.has('bundles') && makeBundles(home, join(folder, 'bundles')),
      needs.has('built') && buildTyped(home),
    ]);
  };
  const byPnpm = () =>
    project(folder, 'pnpm', /warn|ignored/i, (cwd) =>
      demand(process.execPath, [pnpm, 'add', '--reporter=append-only', tarball], { cwd }),
    );
  const byYarn = () =>
    project(folder, 'yarn', /^(?=.*(?:YN0004|YN0060|YN0086))/m, (cwd) => {
      writeFileSync(join(cwd, 'yarn.lock'), '');
      writeFileSync(join(cwd, '.yarnrc.yml'), 'nodeLinker: pnp\nenableGlobalCache: false\nenableTelemetry: false\n');
      return demand(process.execPath, [yarn, 'add', `uactor@file:${tarball}`], { cwd });
    });
  await allOf([
    (needs.has('npm') || needs.has('bundles')) && byNpm(),
    needs.has('pnpm') && byPnpm(),
    needs.has('yarn') && byYarn(),
  ]);
}

/** Compiles a program with the settings that the documentation recommends. */
async function buildTyped(home) {
  const [, settings] = /```json\n([^`]*"compilerOptions"[^`]*)```/.exec(
    await readFile(join(root, 'docs', 'typescript.md'), 'utf8'),
  );
  const folder = join(home, 'built');
  mkdirSync(folder);
  for (const file of ['disposing.ts', 'typed.ts', 'step.ts']) copyFileSync(join(sources, file), join(folder, file));
  writeFileSync(join(folder, 'tsconfig.json'), settings);
  await demand(process.execPath, [join(tools, 'typescript', 'bin', 'tsc'), '-p', folder]);
}

/** A single executable of that Node with the bundle in it. */
async function executableOf(node, version, bundles) {
  const { stdout } = await demand(node, ['-p', 'process.execPath']);
  const file = join(bundles, `program-${version}`);
  const config = { main: 'esbuild.min.cjs', output: `${file}.blob`, disableExperimentalSEAWarning: true };
  writeFileSync(`${file}.json`, JSON.stringify(config));
  await demand(node, ['--experimental-sea-config', `${file}.json`], { cwd: bundles });
  copyFileSync(stdout.trim(), file);
  chmodSync(file, 0o755);
  const postject = join(tools, 'postject', 'dist', 'cli.js');
  await demand(process.execPath, [postject, file, 'NODE_SEA_BLOB', `${file}.blob`, '--sentinel-fuse', FUSE]);
  return file;
}

/** What is wrong with how a row runs on a Node; `undefined` when nothing is. */
async function fault(row, node, version) {
  const cwd = join(folder, row.folder);
  const args = row.args.map((argument) =>
    argument
      .replace('{tools}', tools)
      .replace('{yarn}', yarn)
      .replace(/^tasks/, `${cwd}/tasks`),
  );
  const program = row.isExecutable ? await executableOf(node, version, cwd) : node;
  const settings = { cwd, env, timeout: PROGRAM_MS, killSignal: 'SIGKILL', encoding: 'utf8' };
  return await new Promise((settle) => {
    execFile(program, args, settings, (error, stdout, stderr) => {
      const isRight =
        error === null &&
        (row.reports === undefined
          ? stdout === row.prints && (row.isQuiet === false || stderr === '')
          : row.reports.test(stdout + stderr));
      settle(isRight ? undefined : `${error ?? 'it printed something else'}\n${stdout}${stderr}`);
    });
  });
}

const folder = mkdtempSync(join(tmpdir(), 'uactor-setups-'));
const counts = { passed: 0, failed: 0 };
try {
  const nodes = await Promise.all(
    positionals.map(async (given) => {
      const node = given.includes('/') ? resolve(given) : given;
      const version = (await demand(node, ['--version'])).stdout.trim();
      return { node, version, major: Number.parseInt(version.slice(1), 10) };
    }),
  );
  mkdirSync(join(folder, 'bundles'));
  copyFileSync(join(sources, 'tasks.mjs'), join(folder, 'bundles', 'tasks.mjs'));
  symlinkSync(tools, join(folder, 'node_modules'));
  const wanted = rows.filter(({ name }) => new RegExp(values.only).test(name));
  await installAll(folder, await pack(folder), wanted);
  const queue = nodes.flatMap(({ node, version, major }) =>
    wanted
      .filter(({ since = 0, except = [] }) => major >= since && !except.includes(major))
      .map((row) => ({ node, version, row })),
  );
  const work = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const { node, version, row } = next;
      const began = performance.now();
      const wrong = await fault(row, node, version).catch(String);
      counts[wrong === undefined ? 'passed' : 'failed']++;
      const seconds = ((performance.now() - began) / 1000).toFixed(1);
      console.log(`${wrong === undefined ? 'passed' : 'FAILED'}: ${row.name}, Node ${version} (${seconds} s)`);
      if (wrong !== undefined) console.log(wrong);
    }
  };
  await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, work));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${counts.passed} passed, ${counts.failed} failed`);
if (values.results !== undefined) {
  const results = { numPassedTests: counts.passed, numFailedTests: counts.failed, success: counts.failed === 0 };
  writeFileSync(values.results, JSON.stringify(results));
}
process.exitCode = counts.failed === 0 && counts.passed > 0 ? 0 : 1;
