import { execFile } from 'node:child_process';
import type { ActorOptions } from '../../declaration/actor-options.ts';
import { environment, nodeArguments, type ProgramStart } from './node-arguments.ts';
import { process } from '../../seam/environment.ts';

const DIAGNOSIS_MS = 5_000;
/** How much of the error output is kept, in characters. */
const TAIL_LENGTH = 4096;

/**
 * What Node says about a start that failed before the library's code ran (a flag it does not know, a preload that
 * throws). The actor's own error output goes where the user's does, so Node is asked again, with an empty program.
 */
export function diagnoseStart(options: ActorOptions, { kind }: ProgramStart): Promise<string> {
  // It would run its program.
  if (kind === 'executable') return Promise.resolve('');
  return new Promise((resolve) => {
    const args = [...nodeArguments(options), '--eval', '0'];
    const settings = { cwd: options.cwd, env: environment(options), timeout: DIAGNOSIS_MS };
    execFile(process.execPath, args, settings, (error, _output, errorOutput) => {
      resolve(error === null ? '' : errorOutput.slice(-TAIL_LENGTH));
    });
  });
}
