import type { ChildProcess } from 'node:child_process';

/** How a process ended. */
export interface ProcessExit {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Why it never began. */
  readonly error?: Error;
}

/** A process's end in words: `exit code 3`, `signal SIGKILL`. */
export function describeExit({ exitCode, signal, error }: ProcessExit): string {
  if (error !== undefined) return `a failure to start: ${error.message}`;
  return signal === null ? `exit code ${exitCode}` : `signal ${signal}`;
}

/** Resolves when a process has ended, or could not be started. */
export function exitOf(child: ChildProcess): Promise<ProcessExit> {
  return new Promise((resolve) => {
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }));
    // A process that runs has this event, too: when it cannot be signalled.
    child.on('error', (error) => {
      if (child.pid === undefined) resolve({ exitCode: null, signal: null, error });
    });
  });
}
