import type { CommandLine, OptionTable } from './command-line.ts';
import type { Printer } from './printer.ts';

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
