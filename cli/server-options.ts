import type { ActorServer, ServeOptions } from '../index.ts';
import type { CommandLine, OptionTable } from './command-line.ts';
import type { Printer } from './printer.ts';

/** How long something that the actor left running may keep the process, in milliseconds. */
const LEFT_OVER_MS = 100;

/** What commands that serve have in common. */
export const SERVER_OPTIONS: OptionTable = {
  listen: { type: 'string', multiple: true, short: 'l' },
  advertise: { type: 'string', multiple: true },
  'authkey-file': { type: 'string', short: 'k' },
  serializer: { type: 'string', short: 's' },
  grace: { type: 'string' },
  'redact-errors': { type: 'boolean' },
  inspectable: { type: 'boolean' },
  json: { type: 'boolean' },
};

/** Their part of the help. */
export const SERVER_HELP = `  -l, --listen ADDRESS      where to listen: tcp://host:port or ipc:///path.sock; may be repeated. With systemd's socket
                            activation, one for each socket, in their order
      --advertise ADDRESS   what proxies name as the actor's place instead; may be repeated
  -k, --authkey-file FILE   the file of the secret that callers must know. Default: $UACTOR_AUTHKEY_FILE
  -s, --serializer NAME     superjson, msgpack or protobuf. Default: what the class says, or superjson
      --grace MS            how long calls under way may take at the end. Default: 5000
      --redact-errors       tell callers nothing of the inside in errors
      --inspectable         let callers ask for reports (uactor inspect)
      --json                say where it listens as one line of JSON
      --verbose             show errors with their stacks
`;

/** What they say of how to serve, all but the key. */
export function serverOptions(line: CommandLine): ServeOptions {
  const listen = line.texts('listen');
  const advertise = line.texts('advertise');
  const grace = line.milliseconds('grace');
  const serializer = line.text('serializer');
  return {
    ...(listen.length > 0 && { addresses: listen }),
    ...(serializer !== undefined && { serializer }),
    ...(line.text('grace') !== undefined && { shutdownTimeout: grace ?? Infinity }),
    ...(line.flag('redact-errors') && { redactErrors: true }),
    ...(line.flag('inspectable') && { inspectable: true }),
    ...(advertise.length > 0 && { advertise }),
    socketActivation: true,
    handleSignals: true,
  };
}

/** Says where a server listens. */
export function announce(server: ActorServer, json: boolean, printer: Printer): void {
  const { name, pid } = server.report();
  const { addresses } = server;
  if (json) printer.json({ name, pid, addresses });
  else printer.line(`${name} listens on ${addresses.join(', ')}`);
}

/** Ends the process of a server that was closed. What the actor left running, a timer say, was its business; now it keeps nobody. */
export function leave(): void {
  setTimeout(() => process.exit(), LEFT_OVER_MS).unref();
}
