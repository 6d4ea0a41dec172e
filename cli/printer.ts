import { inspect } from 'node:util';
import { BaseProxy } from '../core/proxy/base-proxy.ts';
import { escapeControls } from '../core/values/error-text.ts';

const RED = '\u001B[31m';
const BOLD = '\u001B[1m';
const PLAIN = '\u001B[0m';

/** Control characters and direction marks that JSON leaves unescaped; they occur only in strings. */
const RAW_IN_JSON = /[\u007F-\u009F\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;

/** `out` receives results, `error` everything else. */
export interface Streams {
  readonly out: NodeJS.WriteStream;
  readonly error: NodeJS.WriteStream;
}

/**
 * Writes text for people, in colours if a terminal supports them and NO_COLOR is not set, or JSON for programs. Control
 * characters that could change a terminal (ESC, BEL, C1) are always escaped, because the texts come from the actor.
 */
export class Printer {
  /** Whether the command serves until a signal ends it. */
  serving = false;
  readonly #streams: Streams;

  constructor(streams: Streams) {
    this.#streams = streams;
  }

  /** Prints a line of text. */
  line(text: string): void {
    this.#write(escapeControls(text));
  }

  /** Prints a heading and the lines below it. */
  section(heading: string, lines: readonly string[]): void {
    const shown = hasColours(this.#streams.out) ? `${BOLD}${heading}${PLAIN}` : heading;
    const below = lines.map((line) => `  ${oneLine(line)}`);
    this.#write(below.length === 0 ? `${shown} none` : [shown, ...below].join('\n'));
  }

  /** Prints a value in full, like Node's `inspect`. */
  value(value: unknown): void {
    const options = { depth: Infinity, maxArrayLength: Infinity, maxStringLength: Infinity };
    const plain = inspect(value, options);
    const shown = escapeControls(plain);
    // Colours are escape sequences too, so a text that contains its own is shown without colours.
    const isClean = shown === plain && hasColours(this.#streams.out);
    this.#write(isClean ? inspect(value, { ...options, colors: true }) : shown);
  }

  /**
   * Prints a value as one line of JSON: a `Map` as an array of pairs, a `Set` or typed array as an array, a bigint as a string.
   */
  json(value: unknown): void {
    this.#write((JSON.stringify(value, jsonValue) ?? 'null').replace(RAW_IN_JSON, unicodeEscape));
  }

  warning(text: string): void {
    this.#streams.error.write(`warning: ${oneLine(text)}\n`);
  }

  /** Prints an error in one line, with control characters escaped; with `stack`, prints its stack too. */
  failure(error: unknown, stack: boolean): void {
    const { error: stream } = this.#streams;
    const label = hasColours(stream) ? `${RED}error:${PLAIN}` : 'error:';
    stream.write(`${label} ${stack ? escapeControls(inspect(error)) : oneLine(messageOf(error))}\n`);
  }

  #write(text: string): void {
    this.#streams.out.write(`${text}\n`);
  }
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function hasColours(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && (process.env['NO_COLOR'] ?? '') === '' && stream.hasColors();
}

/** Returns text from another process or module in one line, with control characters escaped. */
export function oneLine(text: string): string {
  return escapeControls(text.replaceAll(/\s*\n\s*/g, ' '));
}

/** Returns the cells of a table's row in columns of these widths. */
export function tableRow(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, column) => cell.padEnd(widths[column] ?? 0))
    .join('  ')
    .trimEnd();
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return `a value that is not an error was thrown: ${inspect(error)}`;
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
