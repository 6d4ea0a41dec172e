import { lstatSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';
import { process } from '../../seam/environment.ts';
import { isCachingOff, isSafeFolder } from './node-command.ts';

/** The maximum number of cache files: one for each set of flags with which actors of this Node start. */
const MAX_FILES = 16;

/** The value of the build's script: the core as a function of the things that only an ES module has. */
type Core = (url: string, load: (specifier: string) => Promise<object>) => object;

/**
 * Runs the core from V8's code cache, which halves its load time. The build calls it in the module that all entries share, so a
 * program and the library have a single core.
 *
 * V8 rejects a cache of another version, of other flags or of a text of another length, but checks nothing else, so the file's
 * name identifies the build. The cache is run as code, so it must be in a folder that only this user can write to.
 *
 * @param file - The URL of the core's file; its name changes with its text.
 * @param url - The URL of the module that calls this one.
 * @param load - That module's `import()`: code of a `Script` has none on Node 20.
 * @throws Error when the file does not exist because a bundler has moved the calling module.
 */
export function runCore(file: string, url: string, load: (specifier: string) => Promise<object>): object {
  const path = fileURLToPath(file);
  const folder = join(dirname(path), '.cache');
  const cache = isCachingOff(process.env) ? undefined : join(folder, cacheName(path));
  const cachedData = cache === undefined ? undefined : read(cache, folder);
  const text = textOf(path);
  const script = new Script(text, { filename: file, ...(cachedData && { cachedData }) });
  const core: Core = script.runInThisContext();
  if (Object.getPrototypeOf(core) !== Function.prototype) return inThisRealm(text, file)(url, load);
  const exports = core(url, load);
  const isKnown = cachedData !== undefined && script.cachedDataRejected !== true;
  if (cache !== undefined && !isKnown && isActor(url)) {
    // At exit, the cache contains the code that an actor uses, and no caller waits for this process.
    process.on('exit', () => write(cache, folder, script));
  }
  return exports;
}

/**
 * Runs the core with the globals of this module. A script would have those of the process, but a test runner such as Jest gives
 * each test file separate globals and loads the library there, and a test may compare an error with its own `RangeError`.
 */
function inThisRealm(text: string, file: string): Core {
  // oxlint-disable-next-line eslint/no-eval -- the text is a file of the library, and only this runs it with these globals
  return globalThis.eval(`${text}\n//# sourceURL=${file}`);
}

function textOf(path: string): string {
  try {
    // The build writes only ASCII, which V8 stores without conversion.
    return readFileSync(path, 'latin1');
  } catch (cause) {
    throw new Error(
      `uactor: a file of the library is missing: ${path}. A bundler has probably included uactor in the program: leave the package ` +
        'out of the bundle (esbuild --external:uactor, `external` of rollup and vite, `externals` of webpack) and install it next to the bundle',
      { cause },
    );
  }
}

/** Returns the file name of the cache for this process's Node. */
export function cacheName(path: string): string {
  let flags = 0;
  for (const character of [...process.execArgv, process.env['NODE_OPTIONS']].join(' ')) {
    flags = (Math.imul(flags, 31) + (character.codePointAt(0) ?? 0)) >>> 0;
  }
  return `${basename(path, '.cjs')}.${process.version}-${process.arch}-${flags.toString(36)}`;
}

/** Only an actor's process writes the cache: many run alike, and a program is not delayed at its end. */
function isActor(url: string): boolean {
  return process.argv[1] === fileURLToPath(new URL('./bootstrap.js', url));
}

function read(cache: string, folder: string): Buffer | undefined {
  try {
    return isSafeFolder(folder) && lstatSync(cache).isFile() ? readFileSync(cache) : undefined;
  } catch {
    // No cache exists yet, or it cannot be read: V8 compiles.
    return undefined;
  }
}

function write(cache: string, folder: string, script: Script): void {
  // Node's permission model may forbid it, and would then also refuse the cleanup.
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
    // The disk is full, or a permission is missing: the next actor compiles too, and tries again.
    rmSync(unfinished, { force: true });
  }
}
