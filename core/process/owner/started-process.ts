import type { ActorLog } from '../../declaration/actor-log.ts';
import type { ActorOptions } from '../../declaration/actor-options.ts';
import type { Connection } from '../../seam/transport.ts';

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

/** A process that was started for an actor, as its owner sees it. */
export interface StartedProcess {
  /** The process id; `undefined` when the process could not be started. */
  readonly pid: number | undefined;
  /** The owner's end of the inherited pipe, not open yet. */
  readonly pipe: Connection;
  /** Resolves when the process has ended. */
  readonly exit: Promise<ProcessExit>;
  kill(signal: 'SIGTERM' | 'SIGKILL'): void;
  /** Passes the lines that the process writes to a log. Only a process that was started with a log can. */
  log?(log: ActorLog, actor: string): void;
  /** Sets whether the process keeps this one alive. */
  hold(wanted: boolean): void;
}

/** The settings of a new process. */
export interface StartPlan {
  readonly name: string;
  readonly options: ActorOptions;
  /** The name of the serializer that the process will use. */
  readonly serializer: string;
  /** The URL of the actor's module. */
  readonly module: string;
  /** The folder of its private socket, if it has one. */
  readonly folder: string | undefined;
}

/** Starts processes: with Node in production, inside a single process in the simulation. */
export interface ProcessStarter {
  /**
   * Called before anything is created that this process must clean up.
   *
   * @throws {@link ActorSpawnError} if this process may not start any.
   */
  prepare?(name: string): void;
  /** Called as soon as a folder exists that this process must clean up. */
  cleanUp?(folder: string): void;
  /** @throws {@link ActorSpawnError} when the system refuses at once. */
  start(plan: StartPlan): StartedProcess;
  /** Returns what is known about a process that ended before the library's code ran in it. */
  diagnose(options: ActorOptions): Promise<string>;
}
