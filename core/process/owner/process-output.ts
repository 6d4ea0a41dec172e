import type { ChildProcess } from 'node:child_process';
import { Console } from 'node:console';
import { once } from 'node:events';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type { ActorLog, LogSource } from '../../declaration/actor-log.ts';
import { withDeadline } from '../../references/waiting.ts';
import { isThenable } from '../../references/current-call.ts';
import { process } from '../../seam/environment.ts';
import { escapeControls, shownText } from '../../values/error-text.ts';

/** How long the end of a process waits for its last lines, in milliseconds: a process that it left behind may hold its output open. */
const LAST_LINES_MS = 500;

/** The streams that a log reads. */
const STREAMS = ['stdout', 'stderr'] as const;

/** The longest line that is passed on as a whole, in UTF-16 units: a longer one is passed on in parts. */
const MAX_LINE_LENGTH = 64 * 1024;

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

/** Splits a line into parts of at most {@link MAX_LINE_LENGTH}, none of which ends within a character. */
function partsOf(line: string): string[] {
  const parts: string[] = [];
  let rest = line;
  while (rest.length > MAX_LINE_LENGTH) {
    const end = /[\ud800-\udbff]/.test(rest.charAt(MAX_LINE_LENGTH - 1)) ? MAX_LINE_LENGTH - 1 : MAX_LINE_LENGTH;
    parts.push(rest.slice(0, end));
    rest = rest.slice(end);
  }
  return [...parts, rest];
}

/** Splits the output of a process into lines. Its chunks may end within a line, or within a character. */
class LineSplitter {
  readonly #decoder = new StringDecoder('utf8');
  #begun = '';

  /** The lines that end in this chunk. */
  push(chunk: Buffer): readonly string[] {
    const lines = `${this.#begun}${this.#decoder.write(chunk)}`.split('\n');
    this.#begun = lines.pop() ?? '';
    const whole = lines.flatMap((line) => partsOf(line.endsWith('\r') ? line.slice(0, -1) : line));
    const begun = partsOf(this.#begun);
    this.#begun = begun.pop() ?? '';
    return [...whole, ...begun];
  }

  /** The last line, if the output does not end with a line feed. */
  end(): readonly string[] {
    const last = this.#begun + this.#decoder.end();
    return last === '' ? [] : [last];
  }
}

/** Returns a function that passes a line of one stream of a process to its log; a promise that it returns makes the process wait. */
function lineTaker(log: ActorLog, source: LogSource): (line: string) => unknown {
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
