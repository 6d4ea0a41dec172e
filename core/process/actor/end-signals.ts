import { process } from '../../seam/environment.ts';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/**
 * Calls `handler` once when a signal asks the process to end; a second signal ends the process as if there were no handler.
 *
 * @returns a function that stops listening.
 */
export function onEndSignal(handler: (signal: NodeJS.Signals) => void): () => void {
  const heard = (signal: NodeJS.Signals): void => {
    stop();
    handler(signal);
  };
  const stop = (): void => {
    for (const signal of SIGNALS) process.off(signal, heard);
  };
  for (const signal of SIGNALS) process.on(signal, heard);
  return stop;
}
