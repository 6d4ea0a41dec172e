import type { ActorOptions } from '../../declaration/actor-options.ts';
import type { Connection } from '../../seam/transport.ts';
import type { ProcessExit } from './process-exit.ts';

/** A process that was started for an actor, as far as its owner deals with it. */
export interface StartedProcess {
  /** The process id; `undefined` when the process could not be started. */
  readonly pid: number | undefined;
  /** The owner's end of the inherited pipe, not open yet. */
  readonly pipe: Connection;
  /** Resolves when the process has ended. */
  readonly exit: Promise<ProcessExit>;
  kill(signal: 'SIGTERM' | 'SIGKILL'): void;
  /** Lets the process keep this one alive or not. */
  hold(wanted: boolean): void;
}

/** What a process is started with. */
export interface StartPlan {
  readonly name: string;
  readonly options: ActorOptions;
  /** The name of the serializer that it is going to speak. */
  readonly serializer: string;
  /** The URL of its module. */
  readonly module: string;
  /** The folder of its private socket, if it has one. */
  readonly folder: string | undefined;
}

/** How processes are started: by Node in production, inside one process in the simulation. */
export interface ProcessStarter {
  /** Called before anything is made that this process has to clean up, and with a folder as soon as that is made. */
  prepare?(folder?: string): void;
  /** @throws {@link ActorSpawnError} when the system refuses at once. */
  start(plan: StartPlan): StartedProcess;
  /** What can be said about a process that ended before the library's code ran in it. */
  diagnose(options: ActorOptions): Promise<string>;
}
