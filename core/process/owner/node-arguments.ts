import type { ActorOptions } from '../../declaration/actor-options.ts';
import { registeringFiles } from '../../declaration/registered-classes.ts';
import { SELF_START } from '../../runtime/self-start.ts';
import { process } from '../../seam/environment.ts';

/** Flags that two processes cannot share, because both would use the same port. */
const INSPECT = /^--(inspect|inspect-brk|inspect-wait)(=.*)?$/;
const INSPECT_PORT = /^--inspect-port(=.*)?$/;

/**
 * Flags that make Node run something else than the given file: a text (`-e`, `-p` and similar), a prompt, its tests, or a program
 * that it restarts when a file changes. With one of them, an actor's process would run its owner's program again, or none.
 */
const OTHER_PROGRAM =
  /^(?:-[cip]*[ceip]|--(?:eval|print|interactive|check|input-type|test|test-[a-z-]+|experimental-test-[a-z-]+|watch|watch-[a-z-]+))(?:=|$)/;

/** Node's variable with further flags; it splits at spaces outside double quotes. */
const NODE_OPTIONS = 'NODE_OPTIONS';
const WORD = /(?:"(?:\\.|[^"\\])*"|[^\s"])+/g;

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
export interface NodeCall {
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
  const words = [env['NODE_OPTIONS'] ?? '', ...args.map((argument) => JSON.stringify(argument))];
  if (args.length > 0) env['NODE_OPTIONS'] = words.join(' ').trim();
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
