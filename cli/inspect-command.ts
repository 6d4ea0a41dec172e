import { type ActorReport, inspectActor } from '../index.ts';
import { CLIENT_HELP, CLIENT_OPTIONS, connectTo } from './client-options.ts';
import type { Command, CommandLine } from './command-line.ts';
import { UsageError } from './usage-error.ts';
import type { Printer } from './printer.ts';

/** `uactor inspect`: the references and calls of an actor's process. */
export const inspectCommand: Command = {
  name: 'inspect',
  summary: "show an actor's members, references and calls in progress",
  help: `Usage: uactor inspect ADDRESS --authkey-file FILE

Shows the methods and typeids of the actor that listens on ADDRESS, the objects that it has handed out with their
holders, and its sessions. The actor must allow this: uactor serve --inspectable, or options.inspectable.
${CLIENT_HELP}`,
  options: CLIENT_OPTIONS,
  run: inspect,
};

async function inspect(line: CommandLine, printer: Printer): Promise<void> {
  if (line.positionals.length > 1) throw new UsageError('inspect takes one argument, the address of an actor');
  await using actor = await connectTo(line, printer, 'inspect');
  const report = await inspectActor(actor);
  if (line.flag('json')) printer.json(report);
  else show(report, printer);
}

function show(report: ActorReport, printer: Printer): void {
  const { name, pid, uptimeMs, addresses, methods, properties, typeids, objects, sessions, stats } = report;
  printer.section('actor', [`${name}, process ${pid}, up ${(uptimeMs / 1000).toFixed(1)} s`]);
  printer.section('addresses', addresses);
  printer.section('methods', methods);
  printer.section('properties', properties);
  printer.section('typeids', [typeids.join(', ')]);
  printer.section(
    'objects',
    objects.map(({ id, typeid, count, home, holders }) => {
      const held = holders.map(({ instance, count: times }) => `${instance} ${times}×`).join(', ');
      return `${id} ${typeid}: ${count} references, ${home} here${held === '' ? '' : `; held by ${held}`}`;
    }),
  );
  printer.section(
    'sessions',
    sessions.map(
      ({ peer, instance, running, calls, exports, imports, bytesQueued }) =>
        `${peer} (${instance}): ${running} calls running, ${calls} awaited, holds ${exports}, held ${imports}, ` +
        `${bytesQueued} bytes queued`,
    ),
  );
  printer.section('in all', [
    `${stats.references} references, ${stats.callsRunning} calls running, ${stats.tickets} tickets`,
  ]);
}
