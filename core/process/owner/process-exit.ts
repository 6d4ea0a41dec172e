import type { ChildProcess } from 'node:child_process';

/** How a process ended. */
export interface ProcessExit {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The reason why the process never started. */
  readonly error?: Error;
}

const FULL_HEAP =
  'it probably ran out of memory: raise resourceLimits.maxOldGenerationSizeMb. If its output says nothing of a heap, it called ' +
  'process.abort(), or a native module failed';

/** Causes of signals that other processes rarely send. V8 ends a full heap with one of the first two. */
const HINTS: Readonly<Record<string, string>> = {
  SIGABRT: FULL_HEAP,
  SIGTRAP: FULL_HEAP,
  SIGXCPU: 'it has used up its processor time: raise ulimit -t',
  SIGXFSZ: 'it wrote a file beyond its limit: raise ulimit -f',
};

/** Node's exit code when nothing is left that could settle an `await` at the top level of a module. */
const UNSETTLED = 13;
const UNSETTLED_HINT = 'a top-level await of its module, or of one that this imports, never ends';

/** Describes a process's end in words: `exit code 3`, `signal SIGKILL`. */
export function describeExit({ exitCode, signal, error }: ProcessExit): string {
  if (error !== undefined) return `a failure to start: ${error.message}`;
  if (signal === null)
    return exitCode === UNSETTLED ? `exit code ${exitCode}: ${UNSETTLED_HINT}` : `exit code ${exitCode}`;
  const hint = HINTS[signal];
  return hint === undefined ? `signal ${signal}` : `signal ${signal}: ${hint}`;
}

/** Resolves when a process has ended, or could not be started. */
export function exitOf(child: ChildProcess): Promise<ProcessExit> {
  return new Promise((resolve) => {
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }));
    // A running process also emits this, when it cannot be signalled.
    child.on('error', (error) => {
      if (child.pid === undefined) resolve({ exitCode: null, signal: null, error });
    });
  });
}
