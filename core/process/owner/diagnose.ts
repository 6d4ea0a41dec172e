import { execFile } from 'node:child_process';
import type { ActorOptions } from '../../declaration/actor-options.ts';
import { environment, nodeArguments, type ProgramStart } from './node-arguments.ts';
import { process } from '../../seam/environment.ts';

const DIAGNOSIS_MS = 5_000;
/** The maximum length of the kept error output, in characters. */
const TAIL_LENGTH = 4096;

/**
 * Finds out why Node failed before the library's code ran, such as an unknown flag or a preload that throws. The actor's own
 * error output goes directly to the user's, so Node is started again with an empty program.
 */
export function diagnoseStart(options: ActorOptions, { kind }: ProgramStart): Promise<string> {
  // A single executable would run its program.
  if (kind === 'executable') return Promise.resolve('');
  return new Promise((resolve) => {
    const args = [...nodeArguments(options), '--eval', '0'];
    const settings = { cwd: options.cwd, env: environment(options), timeout: DIAGNOSIS_MS };
    execFile(process.execPath, args, settings, (error, _output, errorOutput) => {
      resolve(error === null ? '' : errorOutput.slice(-TAIL_LENGTH));
    });
  });
}
