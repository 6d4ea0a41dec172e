import { misuse } from '../core/seam/errors.ts';
import type { ActorServer, ServeOptions } from '../index.ts';
import { argumentValue, type Command, type CommandLine } from './command-line.ts';
import { UsageError } from './usage-error.ts';
import { readAuthkey } from './key-file.ts';
import { loadClass, type Served } from './load-class.ts';
import type { Printer } from './printer.ts';
import { SERVER_HELP, SERVER_OPTIONS, serverOptions, serveUntilClosed } from './server-options.ts';

/** `uactor serve`: runs an actor in this process until a signal ends it. */
export const serveCommand: Command = {
  name: 'serve',
  summary: 'run an actor in this process, until SIGTERM or Ctrl-C',
  help: `Usage: uactor serve MODULE#CLASS [ARGUMENT...] --listen ADDRESS --authkey-file FILE

Runs an actor or a manager in this process and accepts connections. MODULE is the path of a JavaScript module
('uactor' for the package's managers), and CLASS is an exported class. Each ARGUMENT for the constructor is parsed as
JSON, or is a string if it is not valid JSON. Omit --listen if the class has an address.

${SERVER_HELP}`,
  options: SERVER_OPTIONS,
  run: serve,
};

async function serve(line: CommandLine, printer: Printer): Promise<void> {
  const [name, ...args] = line.positionals;
  if (name === undefined) throw new UsageError('serve needs the name of a class: ./counter.js#Counter');
  const options = serverOptions(line);
  // An unknown class is reported before a missing key.
  const served = await loadClass(name);
  const authkey = readAuthkey(line.text('authkey-file'), (text) => printer.warning(text));
  const server = await begin(name, served, args.map(argumentValue), { ...options, authkey });
  await serveUntilClosed(server, line, printer);
}

async function begin(
  name: string,
  served: Served,
  args: readonly unknown[],
  options: ServeOptions,
): Promise<ActorServer> {
  const declared = 'actor' in served ? served.actor.options : served.manager.options;
  if (options.addresses === undefined && declared.address === undefined && declared.addresses === undefined) {
    throw new UsageError(
      `the address to listen on is missing: add --listen tcp://127.0.0.1:7000, or 'address' to the options of ${name}`,
    );
  }
  if ('actor' in served) {
    const actorClass: { serve(options: ServeOptions, ...args: readonly unknown[]): Promise<ActorServer> } =
      served.actor;
    return await actorClass.serve(options, ...args);
  }
  if (args.length > 0) throw misuse(`${name} is a manager, whose constructor takes no arguments`);
  return await served.manager.getServer(options).start();
}
