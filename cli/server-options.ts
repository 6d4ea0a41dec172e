import { execFile } from 'node:child_process';
import type { ActorServer, ServeOptions } from '../index.ts';
import type { CommandLine, OptionTable } from './command-line.ts';
import type { Printer } from './printer.ts';

/** How long timers and handles of a user's module may keep the process alive after the command's work, in milliseconds. */
const LEFT_OVER_MS = 100;

/** The options of commands that serve. */
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

/** The help for these options. */
export const SERVER_HELP = `  -l, --listen ADDRESS      the address to listen on: tcp://host:port or ipc:///path.sock; may be repeated. With
                            systemd's socket activation, give one for each socket, in the same order
      --advertise ADDRESS   the address that proxies carry instead of the address in use; may be repeated
  -k, --authkey-file FILE   the file with the authkey that callers must know. Default: $UACTOR_AUTHKEY_FILE
  -s, --serializer NAME     superjson, msgpack or protobuf. Default: the class's, or superjson
      --grace MS            the time for calls in progress when the server ends. Default: 5000
      --redact-errors       remove internal details from errors sent to callers
      --inspectable         allow callers to use uactor inspect
      --json                print the addresses as one line of JSON
      --verbose             show errors with their stacks
`;

/** Returns the options of `serve` that the command line sets, except the key. */
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

/** Serves until a signal or a caller ends the server: prints its addresses, reports to systemd, and then ends the process. */
export async function serveUntilClosed(server: ActorServer, line: CommandLine, printer: Printer): Promise<void> {
  announce(server, line.flag('json'), printer);
  await notifySystemd((text) => printer.warning(text));
  await server.closed;
  leave();
}

function announce(server: ActorServer, json: boolean, printer: Printer): void {
  const { name, pid } = server.report();
  const { addresses } = server;
  printer.serving = true;
  if (json) printer.json({ name, pid, addresses });
  else printer.line(`${name} listens on ${addresses.join(', ')}`);
}

/** Ends the process after the command's work, even if a user's module left a timer or a handle running. */
export function leave(): void {
  setTimeout(() => process.exit(), LEFT_OVER_MS).unref();
}

/**
 * Reports to systemd that the service is ready, if systemd requested this. The message is a datagram to a Unix socket, which
 * Node does not support, so systemd's own program sends it; the unit must allow this with `NotifyAccess=all`.
 *
 * @param warn - Called when that program cannot be run; the service itself continues.
 */
async function notifySystemd(warn: (text: string) => void): Promise<void> {
  if ((process.env['NOTIFY_SOCKET'] ?? '') === '') return;
  await new Promise<void>((resolve) => {
    execFile('systemd-notify', ['--ready', `--pid=${process.pid}`], (error) => {
      if (error)
        warn(`systemd was not notified that the service is ready (Type=notify needs systemd-notify): ${error.message}`);
      resolve();
    });
  });
}
