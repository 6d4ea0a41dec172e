/**
 * Tries the packed package as its users do: packs it, installs it with each package manager, bundles a program with each bundler, and
 * runs every row of `rows.mjs` on each of the given Nodes.
 *
 *   node test/setups/run.mjs [--results FILE] [--only PATTERN] NODE…
 */
import { execFile, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { makeBundles } from './bundle.mjs';
import { rows } from './rows.mjs';

const root = resolve(import.meta.dirname, '..', '..');
const tools = join(import.meta.dirname, 'node_modules');
const yarn = join(tools, '@yarnpkg', 'cli-dist', 'bin', 'yarn.js');
const pnpm = join(tools, 'pnpm', 'bin', 'pnpm.cjs');
const PROGRAM_MS = 120_000;
const INSTALL_MS = 600_000;
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

const { values, positionals } = parseArgs({
  options: { results: { type: 'string' }, only: { type: 'string', default: '' } },
  allowPositionals: true,
});

function demand(command, args, options) {
  const { error, status, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    timeout: INSTALL_MS,
    killSignal: 'SIGKILL',
    ...options,
  });
  if (error === undefined && status === 0) return { stdout, stderr };
  throw new Error(`${command} ${args.join(' ')} failed (${error ?? status}):\n${stdout}${stderr}`);
}

/** Packs the sources alone, as `npm publish` and an install from the repository do: `prepack` has to build all of it. */
function pack(folder) {
  const sources = join(folder, 'sources');
  const list = demand('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root }).stdout;
  for (const file of list.split('\0').filter((name) => name !== '')) {
    mkdirSync(dirname(join(sources, file)), { recursive: true });
    copyFileSync(join(root, file), join(sources, file));
  }
  symlinkSync(join(root, 'node_modules'), join(sources, 'node_modules'));
  demand('npm', ['pack', '--pack-destination', folder], { cwd: sources });
  copyFileSync(join(folder, `uactor-${manifest.version}.tgz`), join(folder, 'uactor.tgz'));
  return join(folder, 'uactor.tgz');
}

const { default: manifest } = await import('../../package.json', { with: { type: 'json' } });

/** A project of a package manager, with the programs in it and the package installed. */
function project(folder, manager, install) {
  const home = join(folder, manager);
  cpSync(join(import.meta.dirname, 'sources'), home, { recursive: true });
  writeFileSync(join(home, 'package.json'), JSON.stringify({ name: 'user', private: true, type: 'module' }));
  const { stdout, stderr } = install(home);
  // npm speaks of the build of a package that is installed from a file, yarn of its own loader.
  const warning = {
    npm: /^npm warn .*@\d(?!.*\(prepare)/m,
    pnpm: /warn|ignored/i,
    yarn: /^(?=.*(?:YN0004|YN0060|YN0086))/m,
  }[manager];
  const said = `${stdout}${stderr}`;
  if (warning.test(said)) throw new Error(`the install by ${manager} warns:\n${said}`);
}

function installAll(folder, tarball) {
  project(folder, 'npm', (cwd) => demand('npm', ['install', '--no-audit', '--no-fund', tarball], { cwd }));
  project(folder, 'pnpm', (cwd) => demand(process.execPath, [pnpm, 'add', '--reporter=append-only', tarball], { cwd }));
  project(folder, 'yarn', (cwd) => {
    writeFileSync(join(cwd, 'yarn.lock'), '');
    writeFileSync(join(cwd, '.yarnrc.yml'), 'nodeLinker: pnp\nenableGlobalCache: false\nenableTelemetry: false\n');
    return demand(process.execPath, [yarn, 'add', `uactor@file:${tarball}`], { cwd });
  });
}

/** A single executable of that Node with the bundle in it. */
function executableOf(node, bundles) {
  const { stdout } = demand(node, ['-p', 'process.execPath']);
  const file = join(bundles, `program-${nodes.get(node)}`);
  const config = { main: 'esbuild.min.cjs', output: `${file}.blob`, disableExperimentalSEAWarning: true };
  writeFileSync(`${file}.json`, JSON.stringify(config));
  demand(node, ['--experimental-sea-config', `${file}.json`], { cwd: bundles });
  copyFileSync(stdout.trim(), file);
  chmodSync(file, 0o755);
  const postject = join(tools, 'postject', 'dist', 'cli.js');
  demand(process.execPath, [postject, file, 'NODE_SEA_BLOB', `${file}.blob`, '--sentinel-fuse', FUSE]);
  return file;
}

/** What is wrong with how a row runs on a Node; `undefined` when nothing is. */
function fault(row, node) {
  const cwd = join(folder, row.folder);
  const args = row.args.map((argument) =>
    argument
      .replace('{tools}', tools)
      .replace('{yarn}', yarn)
      .replace(/^tasks/, `${cwd}/tasks`),
  );
  return new Promise((settle) => {
    const program = row.executable ? executableOf(node, cwd) : node;
    // Certificates that this machine asks for slow each start of Node 20; and a tool's settings are not the user's.
    const { NODE_EXTRA_CA_CERTS: _certificates, NODE_OPTIONS: _options, ...env } = process.env;
    const settings = { cwd, env, timeout: PROGRAM_MS, killSignal: 'SIGKILL', encoding: 'utf8' };
    execFile(program, args, settings, (error, stdout, stderr) => {
      const said = stdout + stderr;
      const isRight =
        error === null &&
        (row.reports === undefined
          ? stdout === row.prints && (row.quiet === false || stderr === '')
          : row.reports.test(said));
      settle(isRight ? undefined : `${error ?? 'it printed something else'}\n${said}`);
    });
  });
}

const folder = mkdtempSync(join(tmpdir(), 'uactor-setups-'));
const nodes = new Map(
  positionals.map((node) => [
    node.includes('/') ? resolve(node) : node,
    Number.parseInt(demand(node, ['--version']).stdout.slice(1), 10),
  ]),
);
const counts = { passed: 0, failed: 0 };
try {
  if (nodes.size === 0) throw new Error('usage: node test/setups/run.mjs [--results FILE] [--only PATTERN] NODE…');
  installAll(folder, pack(folder));
  symlinkSync(tools, join(folder, 'node_modules'));
  const bundles = join(folder, 'bundles');
  mkdirSync(bundles);
  copyFileSync(join(import.meta.dirname, 'sources', 'tasks.mjs'), join(bundles, 'tasks.mjs'));
  const wanted = rows.filter(({ name }) => new RegExp(values.only).test(name));
  if (wanted.some((row) => row.folder === 'bundles')) await makeBundles(join(folder, 'npm'), bundles);
  const queue = [...nodes].flatMap(([node, version]) =>
    wanted.filter((row) => row.nodes.includes(version)).map((row) => ({ node, version, row })),
  );
  const work = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const { node, version, row } = next;
      const began = performance.now();
      const wrong = await fault(row, node);
      counts[wrong === undefined ? 'passed' : 'failed']++;
      const seconds = ((performance.now() - began) / 1000).toFixed(1);
      console.log(`${wrong === undefined ? 'ok    ' : 'FAILED'} Node ${version}: ${row.name} (${seconds} s)`);
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
