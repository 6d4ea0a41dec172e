import { inspect } from 'node:util';
import { escapeControls } from '../core/values/error-text.ts';
import { BaseProxy } from '../core/proxy/base-proxy.ts';

const RED = '\u001B[31m';
const BOLD = '\u001B[1m';
const PLAIN = '\u001B[0m';

/** Where results go: `process.stdout`, and where everything else goes: `process.stderr`. */
export interface Streams {
  readonly out: NodeJS.WriteStream;
  readonly error: NodeJS.WriteStream;
}

/** Writes for people, in colours where a terminal shows them and NO_COLOR does not forbid it, or as JSON for programs. */
export class Printer {
  readonly #streams: Streams;

  constructor(streams: Streams) {
    this.#streams = streams;
  }

  /** A line of text. */
  line(text: string): void {
    this.#streams.out.write(`${text}\n`);
  }

  /** A heading and what stands under it. */
  section(heading: string, lines: readonly string[]): void {
    const shown = hasColours(this.#streams.out) ? `${BOLD}${heading}${PLAIN}` : heading;
    this.line(lines.length === 0 ? `${shown} none` : [shown, ...lines.map((line) => `  ${line}`)].join('\n'));
  }

  /** A value, in full, as Node shows it. */
  value(value: unknown): void {
    this.line(
      inspect(value, {
        colors: hasColours(this.#streams.out),
        depth: Infinity,
        maxArrayLength: Infinity,
        maxStringLength: Infinity,
      }),
    );
  }

  /** A value as one line of JSON: a `Map` as an array of pairs, a `Set` or typed array as an array, a bigint as a string. */
  json(value: unknown): void {
    this.line(JSON.stringify(value, jsonValue) ?? 'null');
  }

  warning(text: string): void {
    this.#streams.error.write(`warning: ${oneLine(text)}\n`);
  }

  /** What went wrong, in one line, whatever characters are in it; with `stack`, all that is known. */
  failure(error: unknown, stack: boolean): void {
    const { error: stream } = this.#streams;
    const label = hasColours(stream) ? `${RED}error:${PLAIN}` : 'error:';
    stream.write(`${label} ${stack ? inspect(error) : oneLine(messageOf(error))}\n`);
  }
}

function hasColours(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && (process.env['NO_COLOR'] ?? '') === '' && stream.hasColors();
}

/** Text that may come from elsewhere, without what could change the terminal. */
function oneLine(text: string): string {
  return escapeControls(text.replaceAll(/\s*\n\s*/g, ' '));
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return `something that is no error was thrown: ${inspect(error)}`;
  return error.name === 'Error' || error.name === 'UsageError' ? error.message : `${error.name}: ${error.message}`;
}

function jsonValue(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Map) return [...value];
  if (value instanceof Set) return [...value];
  if (BaseProxy.isProxy(value)) return inspect(value);
  if (ArrayBuffer.isView(value) && 'length' in value) return Array.prototype.slice.call(value);
  return value instanceof Error ? { name: value.name, message: value.message } : value;
}
