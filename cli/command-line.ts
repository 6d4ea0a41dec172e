import { type ParseArgsConfig, parseArgs } from 'node:util';
import { checkedTimeoutMs } from '../core/seam/call-options.ts';
import type { Printer } from './printer.ts';
import { UsageError } from './usage-error.ts';

/** Precedes an argument that only looks like an option: a negative number. No argument can contain it. */
const MARK = '\0';

const NEGATIVE_NUMBER = /^-(?:\d|\.\d)/;

/** The options of a command, as `parseArgs` takes them. */
export type OptionTable = NonNullable<ParseArgsConfig['options']>;

/** The part of a command line after the name of the command. */
export interface CommandLine {
  readonly positionals: readonly string[];
  /** Returns the value of an option that was given once at most. */
  text(name: string): string | undefined;
  /** Returns every value of an option. */
  texts(name: string): readonly string[];
  /** Whether a flag was given. */
  flag(name: string): boolean;
  /** Returns the value of an option that is a number of milliseconds. */
  milliseconds(name: string): number | undefined;
}

/** One command of the program. */
export interface Command {
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** The output of `--help`. */
  readonly help: string;
  readonly options: OptionTable;
  /** Runs the command. An error that it throws is printed and determines the exit code. */
  run(line: CommandLine, printer: Printer): Promise<void>;
}

/**
 * Reads a command line. A negative number is an argument, not an option.
 *
 * @throws {@link UsageError}
 */
export function readCommandLine(args: readonly string[], options: OptionTable): CommandLine {
  const marked = args.map((arg) => (NEGATIVE_NUMBER.test(arg) ? `${MARK}${arg}` : arg));
  const { values, positionals } = parse(marked, options);
  const texts = (name: string): readonly string[] => {
    const value: unknown = values[name];
    const all: readonly unknown[] = Array.isArray(value) ? value : [value];
    return all.filter((each) => typeof each === 'string').map(unmarked);
  };
  const text = (name: string): string | undefined => texts(name)[0];
  return {
    positionals: positionals.map(unmarked),
    text,
    texts,
    flag: (name) => values[name] === true,
    milliseconds: (name) => {
      const given = text(name);
      if (given === undefined) return undefined;
      const number = given.trim() === '' ? Number.NaN : Number(given);
      if (!(number >= 0)) throw new UsageError(`--${name} must be a number of milliseconds; got '${given}'`);
      return checkedTimeoutMs(number, `--${name}`);
    },
  };
}

function parse(args: readonly string[], options: OptionTable): ReturnType<typeof parseArgs> {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    // An invalid argument is the user's mistake, and Node's message describes it well.
    if (error instanceof TypeError) throw new UsageError(firstSentence(error.message), { cause: error });
    throw error;
  }
}

/** Node's message continues with advice on arguments that begin with a dash, which does not apply here. */
function firstSentence(text: string): string {
  return text.split(/\.\s/)[0] ?? text;
}

function unmarked(text: string): string {
  return text.startsWith(MARK) ? text.slice(MARK.length) : text;
}

/**
 * Converts an argument for a method: parses it as JSON, or returns the text itself if it is not JSON.
 *
 * @throws {@link UsageError} for text that looks like JSON but is not valid, such as `007`, and for an integer with more digits
 * than a number keeps.
 */
export function argumentValue(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'number' || !LONG_INTEGER.test(text) || BigInt(text).toString() === toDigits(value))
      return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    if (!ALMOST_JSON.test(text)) return text;
    throw new UsageError(
      `the argument ${text} looks like JSON but is not valid: ${error.message}. To pass the text itself, write '${JSON.stringify(text)}'`,
    );
  }
  throw new UsageError(
    `the argument ${text} has more digits than a number keeps. To pass it as text, write '${JSON.stringify(text)}'`,
  );
}

function toDigits(value: number): string {
  return Number.isFinite(value) ? BigInt(value).toString() : String(value);
}

/** An identifier of so many digits would arrive as another one. */
const LONG_INTEGER = /^-?\d{16,}$/;

/** Text that was probably meant as a number, a list, an object or a quoted text. */
const ALMOST_JSON = /^\s*(?:[-+]?\.?\d[\d_]*\.?\d*(?:e[-+]?\d*)?\s*$|0x[\da-f]+\s*$|[[{"])/i;
