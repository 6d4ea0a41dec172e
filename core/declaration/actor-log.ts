/** Where a line of an actor's output came from. */
export interface LogSource {
  /** The stream that the process wrote to. */
  readonly stream: 'stdout' | 'stderr';
  /** The name of the actor's class. */
  readonly actor: string;
  /** The id of its process. */
  readonly pid: number;
}

/** A logger whose methods take fields and a message, such as pino's. */
export interface LineLogger {
  /** Takes a line of the standard output. */
  info(source: LogSource, line: string): unknown;
  /** Takes a line of the standard error. */
  error(source: LogSource, line: string): unknown;
}

/** The receiver of each line that an actor's process writes; the option `log` of an actor. */
export type ActorLog = true | 'prefix' | ((line: string, source: LogSource) => unknown) | LineLogger;

/** Whether a value is an {@link ActorLog}. */
export function isLog(log: unknown): boolean {
  if (log === true || log === 'prefix' || typeof log === 'function') return true;
  if (typeof log !== 'object' || log === null || !('info' in log) || !('error' in log)) return false;
  return typeof log.info === 'function' && typeof log.error === 'function';
}
