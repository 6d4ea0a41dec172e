/**
 * Counts the files of the package whose functions run for a plain call, a hand-over and a `spawn`, on each side: the files that a
 * maintainer must read to follow them. The sources are compiled file by file, not joined; V8's precise coverage shows which
 * functions ran between two moments.
 *
 * `node scripts/files-entered.mjs [--files]` prints the numbers, with `--files` the names too; `--json` prints everything as
 * JSON.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { transform } from 'esbuild';

const root = resolve(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'files-entered-'));
const home = join(folder, 'node_modules', 'uactor');
mkdirSync(home, { recursive: true });

/** The specifier of a file of the package in the compiled code. */
const SOURCE_IMPORT = /(?<=\b(?:from|import)\s*\(?\s*["']\.{1,2}\/[^"'\n]*)\.ts(?=["'])/g;

/** Compiles file by file, without checking types; the package's own name leads there. */
async function compile() {
  const folders = ['core', 'serializers', 'transports', 'cluster', 'opentelemetry'];
  const inFolders = folders.flatMap((name) =>
    readdirSync(join(root, name), { recursive: true }).map((file) => join(name, file)),
  );
  const sources = ['index.ts', 'plugin.ts', 'bootstrap.ts', ...inFolders.filter((file) => file.endsWith('.ts'))];
  for (const source of sources) {
    const { code } = await transform(readFileSync(join(root, source), 'utf8'), { loader: 'ts', target: 'es2022' });
    const target = join(home, 'dist', source.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, code.replaceAll(SOURCE_IMPORT, '.js'));
  }
  cpSync(join(root, 'package.json'), join(home, 'package.json'));
  symlinkSync(join(root, 'node_modules'), join(home, 'node_modules'));
}

/** Code for each process: starts and takes coverage when the program says so. */
const COVER = `
import { Session } from 'node:inspector';
const session = new Session();
session.connect();
const post = (method, params) => { let out; session.post(method, params, (error, result) => { if (error) throw error; out = result; }); return out; };
export function begin() {
  post('Profiler.enable');
  post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  post('Profiler.takePreciseCoverage');
}
export function taken() {
  const { result } = post('Profiler.takePreciseCoverage');
  post('Profiler.stopPreciseCoverage');
  return result
    .filter(({ url, functions }) => url.includes('/uactor/dist/') && functions.some(({ functionName, ranges }) => functionName !== '' && ranges[0].count > 0))
    .map(({ url }) => url.split('/uactor/dist/')[1].replace(/\\.js$/, '.ts'))
    .sort();
}
`;

const ACTOR = `
import { Actor } from 'uactor';
import { begin, taken } from './cover.mjs';
export class Thing { value() { return 7; } }
export class Subject extends Actor {
  static module = import.meta.url;
  static options = { serializer: 'msgpack' };
  static methodToTypeid = { thing: 'auto' };
  increment(by) { return by + 1; }
  thing() { return new Thing(); }
  async use(thing) { return await thing.value(); }
  async keep(thing) { this.kept = thing; }
  begin() { begin(); }
  taken() { return taken(); }
}
`;

const PROGRAM = `
import { Subject } from './subject.mjs';
import { begin, taken } from './cover.mjs';
const figures = {};
await (await Subject.spawn()).shutdown();
begin();
const subject = await Subject.spawn();
figures.spawn = { owner: taken() };
const other = await Subject.spawn();
for (let round = 0; round < 3; round++) await subject.increment(round);
await subject.begin();
begin();
await subject.increment(5);
figures.call = { caller: taken(), actor: await subject.taken() };
const first = await subject.thing();
await other.use(first);
const thing = await subject.thing();
for (const actor of [subject, other]) await actor.begin();
begin();
await other.keep(thing);
figures['hand-over'] = { sender: taken(), receiver: await other.taken(), owner: await subject.taken() };
console.log(JSON.stringify(figures));
await other.shutdown();
await subject.shutdown();
`;

function measured() {
  const run = spawnSync(process.execPath, [join(folder, 'program.mjs')], { encoding: 'utf8', timeout: 60_000 });
  if (run.status !== 0) throw new Error(`the program failed: ${run.stderr}`);
  return JSON.parse(run.stdout);
}

function inBoth(one, other) {
  const both = ([what, sides]) => [what, mapped(sides, ([side, files]) => [side, common(files, other[what][side])])];
  return mapped(one, both);
}

function mapped(record, change) {
  return Object.fromEntries(Object.entries(record).map(change));
}

function common(files, others) {
  return files.filter((file) => others.includes(file));
}

try {
  await compile();
  for (const [name, text] of Object.entries({ 'cover.mjs': COVER, 'subject.mjs': ACTOR, 'program.mjs': PROGRAM })) {
    writeFileSync(join(folder, name), text);
  }
  // Concurrent activity (a timer, a collection) does not belong to it, and does not happen each time.
  const figures = [measured(), measured(), measured()].reduce(inBoth);
  if (process.argv.includes('--json')) {
    console.log(JSON.stringify(figures));
  } else {
    for (const [what, sides] of Object.entries(figures)) {
      for (const [side, files] of Object.entries(sides)) {
        console.log(`${what}, ${side}: ${files.length} files`);
        if (process.argv.includes('--files')) for (const file of files) console.log(`    ${file}`);
      }
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
