import type { CommandLine, OptionTable } from './command-line.ts';
import type { Printer } from './printer.ts';

/** One command of the program. */
export interface Command {
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** What `--help` prints. */
  readonly help: string;
  readonly options: OptionTable;
  /** Carries it out; what it throws is reported, and is the exit code. */
  run(line: CommandLine, printer: Printer): Promise<void>;
}
