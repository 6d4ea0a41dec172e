import type { Command, CommandLine } from './command-line.ts';
import { UsageError } from './usage-error.ts';
import { type LocalActor, localActors } from './local-actors.ts';
import { type Printer, tableRow } from './printer.ts';

/** `uactor ps`: the actors of this user on this machine. */
export const psCommand: Command = {
  name: 'ps',
  summary: "list this user's actors on this machine",
  help: `Usage: uactor ps [--json]

Lists the processes of actors that this user's programs have spawned on this machine: title, process id, age, processor
time, memory and the process that owns the actor. It needs no key and sends nothing to the actors.

  --json   print the list as JSON
`,
  options: { json: { type: 'boolean' } },
  run: ps,
};

function ps(line: CommandLine, printer: Printer): Promise<void> {
  if (line.positionals.length > 0) throw new UsageError('ps takes no arguments');
  if (process.platform === 'win32') throw new UsageError('uactor ps is not available on Windows');
  const actors = localActors();
  if (line.flag('json')) printer.json(actors);
  else for (const row of table(actors)) printer.line(row);
  return Promise.resolve();
}

function table(actors: readonly LocalActor[]): readonly string[] {
  const rows = [
    ['NAME', 'PID', 'AGE', 'CPU', 'MEMORY', 'OWNER'],
    ...actors.map(({ name, pid, ageSeconds, cpuSeconds, memoryBytes, owner }) => [
      name.replaceAll(/\s+/g, ' '),
      String(pid),
      duration(ageSeconds),
      `${cpuSeconds.toFixed(1)} s`,
      `${Math.round(memoryBytes / 2 ** 20)} MiB`,
      String(owner),
    ]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows.map((row) => tableRow(row, widths));
}

function duration(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} d`;
}
