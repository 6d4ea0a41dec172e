import { Console } from 'node:console';
import { once } from 'node:events';
import type { ActorLog, LogSource } from '../../declaration/actor-log.ts';
import { process } from '../../seam/environment.ts';
import { escapeControls } from '../../values/error-text.ts';

/** Returns a function that passes a line of one stream of a process to its log; a promise that it returns makes the process wait. */
export function lineTaker(log: ActorLog, source: LogSource): (line: string) => unknown {
  const { stream, actor, pid } = source;
  const prefix = `[${actor} ${pid}] `;
  if (log === true || log === 'prefix') return (line) => writeLine(process[stream], prefix + line);
  if (typeof log === 'function') return (line) => log(line, source);
  const method = stream === 'stdout' ? 'info' : 'error';
  // A console writes for people, and may write to a terminal.
  if (log instanceof Console) return (line) => log[method](escapeControls(prefix + line));
  return (line) => log[method](source, line);
}

/** Writes a line to an output of this process, with control characters made visible in a terminal. */
function writeLine(to: NodeJS.WriteStream, line: string): Promise<unknown> | undefined {
  // A stream that broke never asks for more.
  if (!to.writable || to.write(`${to.isTTY ? escapeControls(line) : line}\n`) || !to.writableNeedDrain)
    return undefined;
  return once(to, 'drain');
}
