import { Socket } from 'node:net';
import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { ActorLog, LogSource } from '../../declaration/actor-log.ts';
import { withDeadline } from '../../references/deadlines.ts';
import { isThenable } from '../../references/invoke.ts';
import { process } from '../../seam/environment.ts';
import { shownText } from '../../values/error-text.ts';
import { LineSplitter } from './line-splitter.ts';
import { lineTaker } from './line-taker.ts';

/** How long the end of a process waits for its last lines, in milliseconds: a process that it left behind may hold its output open. */
const LAST_LINES_MS = 500;

/** The streams that a log reads. */
const STREAMS = ['stdout', 'stderr'] as const;

/** The output of a process, read from its pipes. It keeps this process alive only while the last lines of an ended process are read. */
export class ProcessOutput {
  readonly #streams: readonly (readonly [LogSource['stream'], Socket])[];
  #read: Promise<unknown> = Promise.resolve();

  constructor(child: ChildProcess) {
    this.#streams = STREAMS.flatMap((name) => {
      const stream: unknown = child[name];
      return stream instanceof Socket ? [[name, stream] as const] : [];
    });
    for (const [, stream] of this.#streams) stream.unref();
  }

  /** Passes each line on, the lines of one stream in their order. */
  tell(log: ActorLog, actor: string, pid: number): void {
    this.#read = Promise.all(
      this.#streams.map(async ([stream, readable]) => await readLines(readable, log, { stream, actor, pid })),
    );
  }

  /** Called when the process has ended. Resolves when its last lines have been passed on, or another process holds its output open. */
  async ended(): Promise<void> {
    for (const [, stream] of this.#streams) stream.ref();
    await withDeadline(this.#read, LAST_LINES_MS);
    for (const [, stream] of this.#streams) stream.unref();
  }
}

/** Reads no further while the log handles a line, so that the process has to wait as well. */
async function readLines(readable: Readable, log: ActorLog, source: LogSource): Promise<void> {
  const lines = new LineSplitter();
  const take = lineTaker(log, source);
  let told = false;
  const pass = async (line: string): Promise<void> => {
    try {
      const taken = take(line);
      if (isThenable(taken)) await taken;
    } catch (error) {
      if (told) return;
      told = true;
      const { actor, pid } = source;
      const warning = `The log option of ${actor} failed for a line of process ${pid}, which is lost: ${shownText(error)}`;
      process.emitWarning(warning, { type: 'UActorWarning', code: 'UACTOR_LOG' });
    }
  };
  try {
    for await (const chunk of readable) for (const line of lines.push(Buffer.from(chunk))) await pass(line);
  } catch {
    // The pipe broke: nothing more of it can be read.
  } finally {
    for (const line of lines.end()) await pass(line);
  }
}
