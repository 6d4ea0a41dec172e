import { Host } from '../index.ts';
import type { Command, CommandLine, OptionTable } from './command-line.ts';
import { UsageError } from './usage-error.ts';
import { readAuthkey } from './key-file.ts';
import type { Printer } from './printer.ts';
import { SERVER_HELP, SERVER_OPTIONS, serverOptions, serveUntilClosed } from './server-options.ts';

const OPTIONS: OptionTable = {
  ...SERVER_OPTIONS,
  modules: { type: 'string', multiple: true, short: 'm' },
  slots: { type: 'string' },
  label: { type: 'string', multiple: true },
  build: { type: 'string' },
  'actors-listen': { type: 'string', multiple: true },
};

/** `uactor host`: spawns actors for other machines until a signal or a drain ends it. */
export const hostCommand: Command = {
  name: 'host',
  summary: 'spawn actors of listed modules for callers on other machines',
  help: `Usage: uactor host --listen ADDRESS --modules MODULE --authkey-file FILE

Spawns actors on this machine for callers that know the key: Counter.with({ on: await Host.connect(ADDRESS) }).spawn().
The host spawns only classes of the listed modules, and only if the caller has the same build. SIGTERM, Ctrl-C or a
drain (uactor call ADDRESS drain) ends its actors and then the host.

  -m, --modules MODULE      the path of a module whose classes the host spawns; may be repeated
      --slots N             the maximum number of actors. Default: one per processor
      --label NAME=VALUE    a label that callers can require with label: { NAME: 'VALUE' }; may be repeated
      --build ID            the name of the build, instead of a hash of the modules' files
      --actors-listen ADDRESS
                            the address where its actors listen; may be repeated. Default: a private address, and the
                            network addresses of --listen with a separate port
${SERVER_HELP}`,
  options: OPTIONS,
  run: host,
};

async function host(line: CommandLine, printer: Printer): Promise<void> {
  const [surplus] = line.positionals;
  if (surplus !== undefined) throw new UsageError(`host takes no arguments; is '${surplus}' one of --modules?`);
  const modules = line.texts('modules');
  if (modules.length === 0) throw new UsageError('host needs at least one module: --modules ./actors.js');
  const listen = line.texts('listen');
  if (listen.length === 0)
    throw new UsageError('the address to listen on is missing: add --listen tcp://10.0.0.7:7000');
  const actorAddresses = line.texts('actors-listen');
  const slots = line.text('slots');
  const build = line.text('build');
  const authkey = readAuthkey(line.text('authkey-file'), (text) => printer.warning(text));
  const server = await Host.serve({
    ...serverOptions(line),
    authkey,
    modules,
    labels: labelsOf(line.texts('label')),
    ...(slots !== undefined && { slots: countOf(slots) }),
    ...(build !== undefined && { build }),
    ...(actorAddresses.length > 0 && { actorAddresses }),
  });
  await serveUntilClosed(server, line, printer);
}

/** Parses the labels given by `--label`. */
export function labelsOf(texts: readonly string[]): Readonly<Record<string, string>> {
  const labels = new Map<string, string>();
  for (const text of texts) {
    const at = text.indexOf('=');
    if (at < 1) throw new UsageError(`--label needs a name and a value, such as gpu=1; got '${text}'`);
    const name = text.slice(0, at);
    if (labels.has(name)) throw new UsageError(`--label ${name} was given twice, but a label has one value`);
    labels.set(name, text.slice(at + 1));
  }
  return Object.fromEntries(labels);
}

/** Parses the number given by `--slots`. */
export function countOf(text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new UsageError(`--slots must be a whole number of at least 1; got '${text}'`);
}
