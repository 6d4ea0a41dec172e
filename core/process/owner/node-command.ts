/**
 * The command that starts Node with an actor: arguments and environment, the compile cache, and the flags that Node's permission model
 * requires.
 */
import { lstatSync, mkdirSync } from 'node:fs';
import { dirname, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ActorOptions } from '../../declaration/actor-options.ts';
import { registeringFiles } from '../../declaration/registered-classes.ts';
import { SELF_START } from '../../runtime/self-start.ts';
import { process } from '../../seam/environment.ts';
import { ActorSpawnError } from '../../seam/errors.ts';
import { isWrittenByOwner } from '../../seam/ownership.ts';

/** The program of an actor's process. */
export type ProgramStart =
  /** The library's bootstrap program. */
  | { readonly kind: 'bootstrap'; readonly path: string }
  /** A bundle of the library and a program. */
  | { readonly kind: 'bundle'; readonly url: string }
  /** The single executable that this process runs. */
  | { readonly kind: 'executable' };

/** The symbol under which a bundle exposes its function that runs an actor's process. */
export const LIVE: unique symbol = Symbol.for('uactor.live as an actor');

/** The arguments and the environment for Node. */
interface NodeCall {
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** Returns the arguments and the environment that start an actor's process. */
export function nodeCall(start: ProgramStart, options: ActorOptions): NodeCall {
  const args = nodeArguments(options);
  const env = environment(options);
  if (start.kind === 'bootstrap') return { args: [...args, start.path], env };
  env[SELF_START] = '1';
  if (start.kind === 'bundle')
    return { args: [...args, '--input-type=module', '--eval', script([...registeringFiles(), start.url])], env };
  // A single executable passes its arguments to the program; Node reads its own flags from this variable.
  const words = [env[NODE_OPTIONS] ?? '', ...args.map((argument) => JSON.stringify(argument))];
  if (args.length > 0) env[NODE_OPTIONS] = words.join(' ').trim();
  return { args: [], env };
}

/**
 * Returns a script that imports the bundle, so that the bundle is not the main module and its main part, if guarded, does not
 * run. Import errors are sent to the owner. Packages may expect a program name, which must not be the bundle's.
 */
function script(urls: readonly string[]): string {
  const [file = ''] = urls.map((url) => JSON.stringify(url));
  const imports = urls.map((url) => `await import(${JSON.stringify(url)}); `).join('');
  return (
    `process.argv[1] = (await import('node:url')).fileURLToPath(new URL('uactor-actor', ${file})); ` +
    `let failure; try { ${imports}} catch (error) { failure = { error }; } ` +
    `const live = globalThis[Symbol.for(${JSON.stringify(LIVE.description)})]; ` +
    `if (live === undefined) throw failure?.error ?? new Error('uactor was not loaded by ' + ${file}); ` +
    'await live(failure);'
  );
}

/** Returns the flags for Node itself, before the program. */
export function nodeArguments(options: ActorOptions): readonly string[] {
  const { execArgv = process.execArgv, resourceLimits, title } = options;
  const args = forAnActor(execArgv);
  const heap = resourceLimits?.maxOldGenerationSizeMb;
  if (heap !== undefined) args.push(`--max-old-space-size=${heap}`);
  if (title !== undefined) args.push(`--title=${title}`);
  return args;
}

/** Node's variable with further flags; it splits at spaces outside double quotes. */
const NODE_OPTIONS = 'NODE_OPTIONS';
const WORD = /(?:"(?:\\.|[^"\\])*"|[^\s"])+/g;

/** Returns the environment of the new process. */
export function environment(options: ActorOptions): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env };
  for (const [name, value] of Object.entries(options.env ?? {})) {
    if (value === undefined) delete env[name];
    else env[name] = value;
  }
  const given = env[NODE_OPTIONS];
  if (given !== undefined) {
    const words: readonly string[] = given.match(WORD) ?? [];
    const kept = withoutOtherPrograms(words);
    if (kept.length < words.length) env[NODE_OPTIONS] = kept.join(' ');
  }
  return env;
}

/** Whether the new process waits for a debugger. */
export function waitsForDebugger(options: ActorOptions): boolean {
  const words: readonly string[] = environment(options)[NODE_OPTIONS]?.match(WORD) ?? [];
  return [...nodeArguments(options), ...words].some((word) => /^--inspect-(?:brk|wait)(?:=|$)/.test(word));
}

/** Flags that two processes cannot share, because both would use the same port. */
const INSPECT = /^--(inspect|inspect-brk|inspect-wait)(=.*)?$/;
const INSPECT_PORT = /^--inspect-port(=.*)?$/;

/**
 * Flags that make Node run something else than the given file: a text (`-e`, `-p` and similar), a prompt, its tests, or a program
 * that it restarts when a file changes. With one of them, an actor's process would run its owner's program again, or none.
 */
const OTHER_PROGRAM =
  /^(?:-[cip]*[ceip]|--(?:eval|print|interactive|check|input-type|test|test-[a-z-]+|experimental-test-[a-z-]+|watch|watch-[a-z-]+))(?:=|$)/;

function forAnActor(args: readonly string[]): string[] {
  return withoutOtherPrograms(args).flatMap((argument) =>
    INSPECT_PORT.test(argument) ? [] : [withFreePort(argument)],
  );
}

/** Removes the flags in {@link OTHER_PROGRAM} with their values, which may be separate arguments without a leading dash. */
function withoutOtherPrograms(args: readonly string[]): readonly string[] {
  let isValue = false;
  return args.filter((argument) => {
    if (argument.startsWith('-')) {
      isValue = OTHER_PROGRAM.test(argument) && !argument.includes('=');
      return !OTHER_PROGRAM.test(argument);
    }
    return !isValue;
  });
}

function withFreePort(argument: string): string {
  const flag = INSPECT.exec(argument)?.[1];
  return flag === undefined ? argument : `--${flag}=127.0.0.1:0`;
}

/**
 * The variable for the folder in which Node, from 22.1 on, keeps code that V8 compiled, so that the next process need not compile
 * it.
 */
const FOLDER = 'NODE_COMPILE_CACHE';

/** Variables with which a user requires everything to be compiled: coverage is less exact for cached code. */
const OFF = ['NODE_DISABLE_COMPILE_CACHE', 'NODE_V8_COVERAGE'];

/** Adds the compile cache to the environment of a new process, if its folder is safe. */
export function withCompileCache(env: NodeJS.ProcessEnv, folder: string): NodeJS.ProcessEnv {
  const isOff = isCachingOff(env) || env[FOLDER] !== undefined || !makeSafe(folder);
  return isOff ? env : { ...env, [FOLDER]: folder };
}

/** Whether the environment turns caches off. */
export function isCachingOff(env: NodeJS.ProcessEnv): boolean {
  return OFF.some((name) => env[name] !== undefined);
}

/** Removes the variable, which Node has already read: it must not affect processes that an actor starts. */
export function hideCompileCache(folder: string): void {
  if (process.env[FOLDER] === folder) delete process.env[FOLDER];
}

const OWNER_ONLY = 0o700;

/** Creates a folder that only this user can enter, unless it exists. */
function makeSafe(folder: string): boolean {
  try {
    // The umask only removes permissions from this mode.
    mkdirSync(folder, { mode: OWNER_ONLY });
  } catch {
    // The folder exists, or cannot be created: the check below decides.
  }
  return isSafeFolder(folder);
}

/** Whether a folder exists and only this user can write to it: its files are run as code. */
export function isSafeFolder(folder: string): boolean {
  if (process.platform === 'win32') return true;
  const found = lstatSync(folder, { throwIfNoEntry: false });
  return found?.isDirectory() === true && isWrittenByOwner(found);
}

/** The Node version from which the permission model covers the network, including pipes and Unix sockets. */
const COVERS_NETWORK = 25;

/** The resources that an actor's process will use. */
export interface Needs {
  readonly name: string;
  /** The arguments for Node, including those in its environment. */
  readonly args: readonly string[];
  readonly cwd: string | undefined;
  /** The URL of the actor's module. */
  readonly module: string;
  /** The file that Node runs. */
  readonly program: string | undefined;
  /** The folder of its private socket. */
  readonly folder: string | undefined;
}

/**
 * Checks whether this process may start the guardian, which it needs before it creates anything.
 *
 * @throws {@link ActorSpawnError} that names the missing flag.
 */
export function demandOwnPermission(name: string): void {
  const permission: unknown = Reflect.get(process, 'permission');
  if (!isPermission(permission) || permission.has('child')) return;
  throw new ActorSpawnError(
    `this process may not start the process of ${name}: Node's permission model requires the flag --allow-child-process`,
    { executed: 'no' },
  );
}

/**
 * Checks Node's permission model before a process starts: without access to its pipe it could not report what it lacks.
 *
 * @throws {@link ActorSpawnError} that names the missing flags.
 */
export function demandPermissions(needs: Needs): void {
  const { name, args } = needs;
  if (!args.some((argument) => /^--(?:experimental-)?permission$/.test(argument))) return;
  const missing = missingFlags(needs);
  if (missing.length === 0) return;
  throw new ActorSpawnError(
    `the process of ${name} runs under Node's permission model and needs more permissions: add ${missing.join(' ')} to Node's flags ` +
      "(options.execArgv). The packages and files that the actor's module imports must be readable, too",
    { executed: 'no' },
  );
}

function missingFlags({ args, cwd, module, program, folder }: Needs): readonly string[] {
  const missing: string[] = [];
  const readable = [program === undefined ? undefined : dirname(dirname(program)), fileOf(module)];
  for (const path of readable) {
    if (path !== undefined && !isAllowed(path, '--allow-fs-read', args, cwd)) missing.push(`--allow-fs-read=${path}`);
  }
  for (const flag of ['--allow-fs-read', '--allow-fs-write']) {
    // Each program has its own folder with an unpredictable name.
    if (folder !== undefined && !isAllowed(folder, flag, args, cwd))
      missing.push(`${flag}=${folder.replace(/-[^-]*$/, '-*')}`);
  }
  const major = Number.parseInt(process.versions.node, 10);
  if (major >= COVERS_NETWORK && !args.includes('--allow-net')) missing.push('--allow-net');
  return missing;
}

function fileOf(url: string): string | undefined {
  return url.startsWith('file:') ? fileURLToPath(url) : undefined;
}

/** Whether a flag names the path, a folder that contains it, or a prefix of it followed by an asterisk. */
function isAllowed(path: string, flag: string, args: readonly string[], cwd: string | undefined): boolean {
  // Node takes a comma for a part of the path.
  const places = args.flatMap((argument, index) => {
    if (argument.startsWith(`${flag}=`)) return [argument.slice(flag.length + 1)];
    return argument === flag ? [args[index + 1] ?? ''] : [];
  });
  return places.some((allowed) => {
    if (allowed === '*') return true;
    const place = resolve(cwd ?? '.', allowed);
    if (place.endsWith('*'))
      return path.startsWith(place.slice(0, -1)) || `${path}${sep}`.startsWith(place.slice(0, -1));
    return path === place || path.startsWith(place.endsWith(sep) ? place : `${place}${sep}`);
  });
}

function isPermission(value: unknown): value is { has(scope: string): boolean } {
  return typeof value === 'object' && value !== null && 'has' in value;
}
