import { Actor, type ActorProxy, AuthkeyError } from '../index.ts';
import type { CommandLine, OptionTable } from './command-line.ts';
import { UsageError } from './usage-error.ts';
import { readAuthkey } from './key-file.ts';
import type { Printer } from './printer.ts';

/** The options of commands that call an actor. */
export const CLIENT_OPTIONS: OptionTable = {
  'authkey-file': { type: 'string', short: 'k' },
  serializer: { type: 'string', short: 's' },
  json: { type: 'boolean' },
};

/** The help for these options. */
export const CLIENT_HELP = `
  -k, --authkey-file FILE   the file with the actor's authkey. Default: $UACTOR_AUTHKEY_FILE
  -s, --serializer NAME     the serializer to use. Default: the actor's
      --json                print one line of JSON
      --verbose             show errors with their stacks
`;

/**
 * Connects to the actor at the address given as the first argument.
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
  const authkey = readAuthkey(line.text('authkey-file'), (text) => printer.warning(text));
  const options = { authkey, ...(serializer !== undefined && { serializer }), ...(signal && { signal }) };
  return await Actor.connect(address, options).catch((error: unknown) => {
    if (!(error instanceof AuthkeyError)) throw error;
    const message = `the actor at ${address} has another authkey: name the file with its key with --authkey-file`;
    throw new AuthkeyError(message, { address, cause: error });
  });
}
