import type { ActorOptions } from '../../declaration/actor-options.ts';
import { process } from '../../seam/environment.ts';

/** Flags that two processes cannot share: each would want the same port. */
const INSPECT = /^--(inspect|inspect-brk|inspect-wait)(=.*)?$/;
const INSPECT_PORT = /^--inspect-port(=.*)?$/;

/**
 * Flags by which Node runs something else than the file that it is given: a text (`-e`, `-p` and their kin), a prompt, its
 * tests, a program that it starts anew when a file changes. An actor's process with one of them would run its owner's
 * program again, or none.
 */
const OTHER_PROGRAM =
  /^(?:-[cip]*[ceip]|--(?:eval|print|interactive|check|input-type|test|test-[a-z-]+|experimental-test-[a-z-]+|watch|watch-[a-z-]+))(?:=|$)/;

/** Node's own variable with more of them; it splits at blanks that are not in double quotes. */
const NODE_OPTIONS = 'NODE_OPTIONS';
const WORD = /(?:"(?:\\.|[^"\\])*"|[^\s"])+/g;

/** The arguments for Node itself, before the program. */
export function nodeArguments(options: ActorOptions): readonly string[] {
  const { execArgv = process.execArgv, resourceLimits, title } = options;
  const args = forAnActor(execArgv);
  const heap = resourceLimits?.maxOldGenerationSizeMb;
  if (heap !== undefined) args.push(`--max-old-space-size=${heap}`);
  if (title !== undefined) args.push(`--title=${title}`);
  return args;
}

/** The environment of the new process. */
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

/** Whether the new process stops until a debugger is attached. */
export function waitsForDebugger(options: ActorOptions): boolean {
  const words: readonly string[] = environment(options)[NODE_OPTIONS]?.match(WORD) ?? [];
  return [...nodeArguments(options), ...words].some((word) => /^--inspect-(?:brk|wait)(?:=|$)/.test(word));
}

function forAnActor(args: readonly string[]): string[] {
  return withoutOtherPrograms(args).flatMap((argument) =>
    INSPECT_PORT.test(argument) ? [] : [withFreePort(argument)],
  );
}

/** What is left without {@link OTHER_PROGRAM}. A value may be an argument of its own, which never begins with a dash. */
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
