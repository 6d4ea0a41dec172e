import { Actor, type ActorProxy } from '../index.ts';
import type { CommandLine, OptionTable } from './command-line.ts';
import { readAuthkey } from './key-file.ts';
import type { Printer } from './printer.ts';
import { UsageError } from './usage-error.ts';

/** What commands that call an actor have in common. */
export const CLIENT_OPTIONS: OptionTable = {
  'authkey-file': { type: 'string', short: 'k' },
  serializer: { type: 'string', short: 's' },
  json: { type: 'boolean' },
};

/** Their part of the help. */
export const CLIENT_HELP = `
  -k, --authkey-file FILE   the file of the actor's secret. Default: $UACTOR_AUTHKEY_FILE
  -s, --serializer NAME     the serializer that the actor must speak. Default: whatever it speaks
      --json                print one line of JSON
      --verbose             show errors with their stacks
`;

/**
 * Connects to the actor that the first argument is the address of.
 *
 * @param signal - Gives up when it aborts.
 */
export async function connectTo(
  line: CommandLine,
  printer: Printer,
  name: string,
  signal?: AbortSignal,
): Promise<ActorProxy> {
  const [address] = line.positionals;
  if (address === undefined) throw new UsageError(`${name} needs the address of an actor: tcp://127.0.0.1:7000`);
  const serializer = line.text('serializer');
  return await Actor.connect(address, {
    authkey: readAuthkey(line.text('authkey-file'), (text) => printer.warning(text)),
    ...(serializer !== undefined && { serializer }),
    ...(signal && { signal }),
  });
}
