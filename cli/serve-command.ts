import type { ActorServer, ServeOptions } from '../index.ts';
import { misuse } from '../core/seam/errors.ts';
import { argumentValue, type CommandLine, type OptionTable } from './command-line.ts';
import type { Command } from './command.ts';
import { readAuthkey } from './key-file.ts';
import { loadClass } from './load-class.ts';
import type { Printer } from './printer.ts';
import { notifySystemd } from './systemd-notify.ts';
import { UsageError } from './usage-error.ts';

/** How long something that the actor left running may keep the process, in milliseconds. */
const LEFT_OVER_MS = 100;

const OPTIONS: OptionTable = {
  listen: { type: 'string', multiple: true, short: 'l' },
  advertise: { type: 'string', multiple: true },
  'authkey-file': { type: 'string', short: 'k' },
  serializer: { type: 'string', short: 's' },
  grace: { type: 'string' },
  'redact-errors': { type: 'boolean' },
  inspectable: { type: 'boolean' },
  json: { type: 'boolean' },
};

/** `uactor serve`: makes this process an actor's, until it is told to end. */
export const serveCommand: Command = {
  name: 'serve',
  summary: 'make this process the process of an actor, until SIGTERM or Ctrl-C',
  help: `Usage: uactor serve MODULE#CLASS [ARGUMENT...] --listen ADDRESS --authkey-file FILE

Builds an actor, or starts a manager, in this process, and listens for others. MODULE is the path of a JavaScript
module ('uactor' itself for its managers), CLASS the name of what it exports. Each ARGUMENT for the constructor is
read as JSON, and is a string where it is none.

  -l, --listen ADDRESS      where to listen: tcp://host:port or ipc:///path.sock; may be repeated. Default: what the
                            class says. With systemd's socket activation, one for each socket, in their order.
      --advertise ADDRESS   what proxies name as the actor's place instead; may be repeated
  -k, --authkey-file FILE   the file of the secret that callers must know. Default: $UACTOR_AUTHKEY_FILE
  -s, --serializer NAME     superjson, msgpack or protobuf. Default: what the class says, or superjson
      --grace MS            how long calls under way may take at the end. Default: 5000
      --redact-errors       tell callers nothing of the inside in errors
      --inspectable         let callers ask for reports (uactor inspect)
      --json                say where it listens as one line of JSON
      --verbose             show errors with their stacks
`,
  options: OPTIONS,
  run: serve,
};

async function serve(line: CommandLine, printer: Printer): Promise<void> {
  const [name, ...args] = line.positionals;
  if (name === undefined) throw new UsageError('serve needs the name of a class: ./counter.js#Counter');
  const listen = line.texts('listen');
  const grace = line.milliseconds('grace');
  const serializer = line.text('serializer');
  const authkey = readAuthkey(line.text('authkey-file'), (text) => printer.warning(text));
  const options: ServeOptions = {
    ...(listen.length > 0 && { addresses: listen }),
    ...(serializer !== undefined && { serializer }),
    ...(line.text('grace') !== undefined && { shutdownTimeout: grace ?? Infinity }),
    ...(line.flag('redact-errors') && { redactErrors: true }),
    ...(line.flag('inspectable') && { inspectable: true }),
    authkey,
    advertise: line.texts('advertise'),
    socketActivation: true,
    handleSignals: true,
  };
  const server = await begin(name, args.map(argumentValue), options);
  announce(server, line.flag('json'), printer);
  await notifySystemd('--ready', (text) => printer.warning(text));
  await server.closed;
  // What the actor left running, a timer say, was its business; now it keeps nobody.
  setTimeout(() => process.exit(), LEFT_OVER_MS).unref();
}

async function begin(name: string, args: readonly unknown[], options: ServeOptions): Promise<ActorServer> {
  const served = await loadClass(name);
  const declared = 'actor' in served ? served.actor.options : served.manager.options;
  if (options.addresses === undefined && declared.address === undefined) {
    throw new UsageError(
      `where to listen is missing: give --listen tcp://127.0.0.1:7000, or 'address' in the options of ${name}`,
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

function announce(server: ActorServer, json: boolean, printer: Printer): void {
  const { name, pid } = server.report();
  const { addresses } = server;
  if (json) printer.json({ name, pid, addresses });
  else printer.line(`${name} listens on ${addresses.join(', ')}`);
}
