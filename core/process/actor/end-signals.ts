import { process } from '../../seam/environment.ts';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/**
 * Calls `handler` when the process is told to end, once: a second signal ends it as if there were no handler.
 *
 * @returns what stops listening.
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
