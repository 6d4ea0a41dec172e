import type { ActorOptions } from '../../declaration/actor-options.ts';
import { process } from '../../seam/environment.ts';

/** Flags that two processes cannot share: each would want the same port. */
const INSPECT = /^--(inspect|inspect-brk|inspect-wait)(=.*)?$/;
const INSPECT_PORT = /^--inspect-port(=.*)?$/;

/** The arguments for Node itself, before the program. */
export function nodeArguments(options: ActorOptions): readonly string[] {
  const { execArgv = process.execArgv, resourceLimits, title } = options;
  const args = execArgv.flatMap((argument) => (INSPECT_PORT.test(argument) ? [] : [withFreePort(argument)]));
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
  return env;
}

function withFreePort(argument: string): string {
  const flag = INSPECT.exec(argument)?.[1];
  return flag === undefined ? argument : `--${flag}=127.0.0.1:0`;
}
