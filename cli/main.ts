#!/usr/bin/env node
/** The program `uactor`. Exit codes: 0, 1 for an error, 2 for a wrong command line. */
import { createRequire } from 'node:module';
import { UActorError } from '../core/seam/errors.ts';
import { limitReached, systemErrorCode } from '../core/seam/system-errors.ts';
import { benchCommand } from './bench-command.ts';
import { callCommand } from './call-command.ts';
import { clusterCommand } from './cluster-command.ts';
import { type Command, type OptionTable, readCommandLine } from './command-line.ts';
import { UsageError } from './usage-error.ts';
import { completionCommand } from './completion-command.ts';
import { hostCommand } from './host-command.ts';
import { inspectCommand } from './inspect-command.ts';
import { Printer } from './printer.ts';
import { psCommand } from './ps-command.ts';
import { serveCommand } from './serve-command.ts';

/** Options of every command. */
const GENERAL: OptionTable = {
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'V' },
  verbose: { type: 'boolean', short: 'v' },
};

const COMMANDS: readonly Command[] = [
  serveCommand,
  hostCommand,
  clusterCommand,
  callCommand,
  inspectCommand,
  psCommand,
  benchCommand,
  completionCommand(() => COMMANDS, GENERAL),
];

const HELP = `Usage: uactor COMMAND

${COMMANDS.map(({ name, summary }) => `  ${name.padEnd(10)} ${summary}`).join('\n')}

  --help      show this text, or after a command, the help of that command
  --version   show the version

Keys are read from files, never from the command line. Exit codes: 0, 1 for an error, 2 for a wrong command line.
`;

const ERROR = 1;
const USAGE = 2;

async function main(args: readonly string[], printer: Printer): Promise<void> {
  const [first, ...rest] = args;
  const command = commandNamed(first);
  const line = readCommandLine(command === undefined ? args : rest, { ...GENERAL, ...command?.options });
  if (line.flag('help')) printer.line((command?.help ?? HELP).trimEnd());
  else if (line.flag('version')) printer.line(version());
  else if (command !== undefined) await command.run(line, printer);
  else if (first === undefined) throw new UsageError('a command is missing');
  else
    throw new UsageError(
      `there is no command '${first}'; the commands are ${COMMANDS.map(({ name }) => name).join(', ')}`,
    );
}

function commandNamed(wanted: string | undefined): Command | undefined {
  return COMMANDS.find(({ name }) => name === wanted);
}

function version(): string {
  const manifest: unknown = createRequire(import.meta.url)('uactor/package.json');
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : 'unknown';
}

/** Whether stacks were requested, even on an invalid command line. */
const verbose = process.argv.some((arg) => arg === '--verbose' || arg === '-v');
const printer = new Printer({ out: process.stdout, error: process.stderr });
process.stdout.on('error', (error) => {
  // A server continues without the output of its class.
  if (printer.serving) return;
  // The reader of the output may close it early; that is not an error.
  if (systemErrorCode(error) === 'EPIPE') process.exit();
  const why = limitReached(error) ?? error.message;
  printer.failure(new UActorError(`standard output cannot be written: ${why}`, { cause: error }), verbose);
  process.exit(ERROR);
});
process.stderr.on('error', () => undefined);
const neverEnds = (): void => {
  const what = 'a top-level await of the module, or of one that this imports, never ends';
  printer.failure(new UActorError(what), false);
  process.exitCode = ERROR;
};
process.once('beforeExit', neverEnds);
try {
  await main(process.argv.slice(2), printer);
} catch (error) {
  const wrong = error instanceof UsageError;
  printer.failure(error, verbose && !wrong);
  if (wrong)
    process.stderr.write(
      `Try: ${['uactor', commandNamed(process.argv[2])?.name, '--help'].filter(Boolean).join(' ')}\n`,
    );
  process.exitCode = wrong ? USAGE : ERROR;
} finally {
  process.off('beforeExit', neverEnds);
}
