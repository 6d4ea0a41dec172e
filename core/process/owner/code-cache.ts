import { lstatSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';
import { process } from '../../seam/environment.ts';
import { isCachingOff, isSafeFolder } from './compile-cache.ts';

/** How many of these files are kept: one for each set of flags that actors of this Node are started with. */
const MAX_FILES = 16;

/** What the build's file evaluates to: the core as a function of what only an ES module has. */
type Core = (url: string, load: (specifier: string) => Promise<object>) => object;

/**
 * Runs the core out of V8's code cache, which halves the time that it takes to load. The build calls it in the module that
 * all entries share, so a program and the library have one core between them.
 *
 * V8 refuses a cache of another version, of other flags and of a text of another length; it looks at nothing else, so the
 * file's name says which build it is of. What lies in the cache is run as code, so it has to be in a folder of this user's.
 *
 * @param file - The URL of the core's file; its name changes with its text.
 * @param url - The URL of the module that calls this one.
 * @param load - That module's `import()`: code out of a `Script` has none on Node 20.
 * @throws Error when the file is not there, because a bundler has moved that module out of its place.
 */
export function runCore(file: string, url: string, load: (specifier: string) => Promise<object>): object {
  const path = fileURLToPath(file);
  const folder = join(dirname(path), '.cache');
  const cache = isCachingOff(process.env) ? undefined : join(folder, cacheName(path));
  const cachedData = cache === undefined ? undefined : read(cache, folder);
  // The build writes ASCII only, which V8 keeps as it is.
  const script = new Script(textOf(path), { filename: file, ...(cachedData && { cachedData }) });
  const core: Core = script.runInThisContext();
  const exports = core(url, load);
  const isKnown = cachedData !== undefined && script.cachedDataRejected !== true;
  if (cache !== undefined && !isKnown && isActor(url)) {
    // By then it contains the code that an actor uses, and no caller waits for this process.
    process.on('exit', () => write(cache, folder, script));
  }
  return exports;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch (cause) {
    throw new Error(
      `uactor: a file of the library is not there: ${path}. A bundler has probably joined uactor with the program: leave the package ` +
        'out of the bundle (esbuild --external:uactor, `external` of rollup and vite, `externals` of webpack) and install it beside it',
      { cause },
    );
  }
}

/** What the cache of a core's file is called in this process. */
export function cacheName(path: string): string {
  let flags = 0;
  for (const character of [...process.execArgv, process.env['NODE_OPTIONS']].join(' ')) {
    flags = (Math.imul(flags, 31) + (character.codePointAt(0) ?? 0)) >>> 0;
  }
  return `${basename(path, '.cjs')}.${process.version}-${process.arch}-${flags.toString(36)}`;
}

/** Only an actor's process writes, of which there are many alike: a program is not made slower at its end. */
function isActor(url: string): boolean {
  return process.argv[1] === fileURLToPath(new URL('./bootstrap.js', url));
}

function read(cache: string, folder: string): Buffer | undefined {
  try {
    return isSafeFolder(folder) && lstatSync(cache).isFile() ? readFileSync(cache) : undefined;
  } catch {
    // There is none yet, or it may not be read: V8 compiles.
    return undefined;
  }
}

function write(cache: string, folder: string, script: Script): void {
  // Node's permission model may forbid it, and then refuses to clean up as well.
  if (Reflect.has(process, 'permission')) return;
  const unfinished = `${cache}.${process.pid}`;
  try {
    if (!isSafeFolder(folder)) return;
    const build = basename(cache).split('.', 1)[0];
    const files = readdirSync(folder).filter((name) => name.startsWith('core-'));
    const ours = files.filter((name) => name.startsWith(`${build}.`));
    for (const name of files) if (!ours.includes(name)) rmSync(join(folder, name), { force: true });
    if (ours.length >= MAX_FILES && !ours.includes(basename(cache))) return;
    writeFileSync(unfinished, script.createCachedData(), { mode: 0o600 });
    // A concurrent reader finds the complete old or new file.
    renameSync(unfinished, cache);
  } catch {
    // A full disk, or a permission that is missing: the next actor compiles as this one did, and tries again.
    rmSync(unfinished, { force: true });
  }
}
