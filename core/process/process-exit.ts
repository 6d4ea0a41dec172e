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
