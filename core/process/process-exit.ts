/** How a process ended. */
export interface ProcessExit {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process's end in words: `exit code 3`, `signal SIGKILL`. */
export function describeExit({ exitCode, signal }: ProcessExit): string {
  return signal === null ? `exit code ${exitCode}` : `signal ${signal}`;
}
