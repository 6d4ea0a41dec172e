/**
 * Tests the packed package like a user: `node scripts/smoke.mjs RESULTS NODE…` packs it, installs it in a new project and runs
 * small programs there with each of the given Node binaries. RESULTS receives the counts.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const [resultsFile, ...nodes] = process.argv.slice(2);
if (resultsFile === undefined || nodes.length === 0) {
  console.error('usage: node scripts/smoke.mjs RESULTS NODE…');
  process.exit(2);
}

const PROGRAM_MS = 60_000;

const esmActor = `import { Actor } from 'uactor';
export class Adder extends Actor {
  static module = import.meta.url;
  add(a, b) { return a + b; }
  *upTo(n) { for (let i = 0; i < n; i++) yield i; }
}
`;
const esmMain = `import { Adder } from './adder.mjs';
for (const serializer of ['superjson', 'msgpack', 'protobuf']) {
  const adder = await Adder.with({ serializer }).spawn();
  const seen = [];
  for await (const i of await adder.upTo(3)) seen.push(i);
  console.log(serializer, await adder.add(1, 2), seen.join());
  await adder.shutdown();
}
`;
const cjs = `const { Actor } = require('uactor');
class Adder extends Actor {
  static module = __filename;
  add(a, b) { return a + b; }
}
exports.Adder = Adder;
if (require.main === module) {
  void (async () => {
    const adder = await Adder.spawn();
    console.log(await adder.add(1, 2));
    await adder.shutdown();
  })();
}
`;
const jestModule = `import { inProcess } from 'uactor/testing';
import { Adder } from './adder.mjs';
test('an actor in this process, from an ES module', async () => {
  const adder = await inProcess(Adder);
  expect(await adder.add(1, 2)).toBe(3);
  await adder.shutdown();
});
`;
const jestCommonJs = `test('an actor in this process, from CommonJS', async () => {
  const { inProcess } = await import('uactor/testing');
  const { Adder } = await import('./adder.mjs');
  const adder = await inProcess(Adder);
  expect(await adder.add(1, 2)).toBe(3);
  await adder.shutdown();
});
`;
const jestConfig = 'export default { testMatch: ["**/*.test.?js"], transform: {} };';
const three = 'superjson 3 0,1,2\nmsgpack 3 0,1,2\nprotobuf 3 0,1,2\n';

/** The programs: arguments for Node, expected output, and the first major version of Node that runs each. */
const programs = [
  { name: 'ES modules', args: ['main.mjs'], prints: three, from: 20 },
  { name: 'CommonJS', args: ['main.cjs'], prints: '3\n', from: 20 },
  // Type stripping without a flag: 22.18 and later.
  {
    name: 'TypeScript, the first example of the README',
    args: ['first-actor.ts'],
    prints: 'a separate process\n6\n',
    from: 22,
  },
  {
    name: 'the command line',
    args: [join('node_modules', 'uactor', 'dist', 'cli', 'main.js'), '--help'],
    prints: undefined,
    from: 20,
  },
  {
    name: 'inProcess in Jest, ES modules and CommonJS',
    args: ['--experimental-vm-modules', join('node_modules', 'jest', 'bin', 'jest.js'), '--runInBand'],
    prints: '',
    // Jest writes its report to standard error.
    reports: /^Tests: +2 passed, 2 total$/m,
    from: 20,
  },
];

function run(command, args, options = {}) {
  const { error, status, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    timeout: PROGRAM_MS,
    killSignal: 'SIGKILL',
    ...options,
  });
  return { status: error ? String(error) : status, stdout, stderr };
}

function demand(command, args, options) {
  const done = run(command, args, { timeout: 10 * PROGRAM_MS, ...options });
  if (done.status === 0) return done.stdout;
  throw new Error(`${command} ${args.join(' ')} failed (${done.status}):\n${done.stdout}${done.stderr}`);
}

/** Packs only the sources, like `npm publish` and an install from the repository: `prepack` must build everything. */
function pack(folder) {
  const sources = join(folder, 'sources');
  const list = demand('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root });
  for (const file of list.split('\0').filter((name) => name !== '')) {
    mkdirSync(dirname(join(sources, file)), { recursive: true });
    copyFileSync(join(root, file), join(sources, file));
  }
  symlinkSync(join(root, 'node_modules'), join(sources, 'node_modules'));
  demand('npm', ['pack', '--pack-destination', folder], { cwd: sources });
  const { name, version } = JSON.parse(readFileSync(join(sources, 'package.json'), 'utf8'));
  return join(folder, `${name}-${version}.tgz`);
}

const folder = mkdtempSync(join(tmpdir(), 'uactor-smoke-'));
let passed = 0;
let failed = 0;
try {
  const packed = pack(folder);
  const project = join(folder, 'project');
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  writeFileSync(join(project, 'adder.mjs'), esmActor);
  writeFileSync(join(project, 'main.mjs'), esmMain);
  writeFileSync(join(project, 'main.cjs'), cjs);
  writeFileSync(join(project, 'esm.test.mjs'), jestModule);
  writeFileSync(join(project, 'commonjs.test.cjs'), jestCommonJs);
  writeFileSync(join(project, 'jest.config.mjs'), jestConfig);
  copyFileSync(join(root, 'examples', 'first-actor.ts'), join(project, 'first-actor.ts'));
  const packages = [packed, 'superjson', 'jest@30'];
  demand('npm', ['install', '--no-audit', '--no-fund', ...packages], { cwd: project });
  for (const node of nodes.map((path) => (path.includes('/') ? resolve(root, path) : path))) {
    const version = demand(node, ['--version']).trim();
    const major = Number(/^v(\d+)/.exec(version)?.[1]);
    for (const { name, args, prints, reports, from } of programs) {
      if (major < from) continue;
      const { status, stdout, stderr } = run(node, args, { cwd: project });
      const quiet = reports === undefined ? stderr === '' : reports.test(stderr);
      const good = status === 0 && quiet && (prints === undefined ? stdout !== '' : stdout === prints);
      if (good) passed += 1;
      else failed += 1;
      console.log(`${good ? 'passed' : 'FAILED'}: ${name}, Node ${version}`);
      if (!good) console.log(`exit ${status}\n${stdout}\n${stderr}`);
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}
const results = { numPassedTests: passed, numFailedTests: failed, success: failed === 0 };
writeFileSync(resultsFile, JSON.stringify(results));
process.exitCode = results.success ? 0 : 1;
