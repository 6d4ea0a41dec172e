import { type ActorProxy, callOptions, IteratorProxy, ProxyError, TimeoutError } from '../index.ts';
import { proxyReference } from '../core/proxy/base-proxy.ts';
import { CLIENT_HELP, CLIENT_OPTIONS, connectTo } from './client-options.ts';
import { argumentValue, type CommandLine, type OptionTable } from './command-line.ts';
import type { Command } from './command.ts';
import type { Printer } from './printer.ts';
import { UsageError } from './usage-error.ts';

const OPTIONS: OptionTable = { ...CLIENT_OPTIONS, timeout: { type: 'string', short: 't' } };

/** `uactor call`: one call of an actor that runs. */
export const callCommand: Command = {
  name: 'call',
  summary: 'call a method of an actor that runs, and print the result',
  help: `Usage: uactor call ADDRESS METHOD [ARGUMENT...] --authkey-file FILE

Calls a method, or reads a property, of the actor that listens on ADDRESS. Each ARGUMENT is read as JSON, and is a
string where it is none: 5 is a number, '"5"' a string, '{"a":1}' an object, blue a string. What looks like JSON and
is none, such as 007, is refused. A method that gives several values one after the other has each of them printed as
it comes.

  -t, --timeout MS          how long connecting, and then the call, may take. Default: no limit${CLIENT_HELP}`,
  options: OPTIONS,
  run: call,
};

async function call(line: CommandLine, printer: Printer): Promise<void> {
  const [, method, ...texts] = line.positionals;
  if (method === undefined)
    throw new UsageError('call needs an address and a method: tcp://127.0.0.1:7000 increment 5');
  const args = texts.map(argumentValue);
  const timeout = line.milliseconds('timeout');
  const print = (value: unknown): void => (line.flag('json') ? printer.json(value) : printer.value(value));
  await using actor = await connectWithin(timeout, line, printer);
  const result = await ask(timeout === undefined ? actor : callOptions(actor, { timeout }), method, args);
  if (result instanceof IteratorProxy) for await (const value of result) print(value);
  else print(result);
}

/** Connects; the actor may be there and say nothing. */
async function connectWithin(timeout: number | undefined, line: CommandLine, printer: Printer): Promise<ActorProxy> {
  if (timeout === undefined) return await connectTo(line, printer, 'call');
  const late = new AbortController();
  const timer = setTimeout(() => {
    late.abort(new TimeoutError(`no actor answered at ${line.positionals[0]} within ${timeout} ms`));
  }, timeout);
  try {
    return await connectTo(line, printer, 'call', late.signal);
  } finally {
    clearTimeout(timer);
  }
}

async function ask(actor: ActorProxy, member: string, args: readonly unknown[]): Promise<unknown> {
  const { methods, properties } = proxyReference(actor).exposure;
  if (methods.includes(member)) return await actor.callMethod(member, args);
  if (!properties.includes(member)) {
    const known = [...methods, ...properties].join(', ');
    throw new ProxyError(`the actor does not expose ${member}; it has ${known}`);
  }
  if (args.length > 0) throw new UsageError(`${member} is a property, which takes no arguments`);
  const value: unknown = await Reflect.get(actor, member);
  return value;
}
