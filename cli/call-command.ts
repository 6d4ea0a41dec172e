import { proxyReference } from '../core/proxy/base-proxy.ts';
import { type ActorProxy, callOptions, IteratorProxy, ProxyError, TimeoutError } from '../index.ts';
import { CLIENT_HELP, CLIENT_OPTIONS, connectTo } from './client-options.ts';
import { argumentValue, type Command, type CommandLine, type OptionTable } from './command-line.ts';
import { UsageError } from './usage-error.ts';
import type { Printer } from './printer.ts';

const OPTIONS: OptionTable = { ...CLIENT_OPTIONS, timeout: { type: 'string', short: 't' } };

/** `uactor call`: one call of a running actor. */
export const callCommand: Command = {
  name: 'call',
  summary: 'call a method of a running actor, and print the result',
  help: `Usage: uactor call ADDRESS METHOD [ARGUMENT...] --authkey-file FILE

Calls a method, or reads a property, of the actor that listens on ADDRESS. Each ARGUMENT is parsed as JSON, or is a
string if it is not JSON: 5 is a number, '"5"' a string, '{"a":1}' an object, blue a string. Text that looks like JSON
but is not valid, such as 007, is rejected. If the method returns an iterator, each value is printed when it arrives.

  -t, --timeout MS          the time limit for connecting, and then for the call. Default: no limit${CLIENT_HELP}`,
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

/** Connects within the timeout, because an actor may accept the connection and then stay silent. */
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
    throw new ProxyError(`the actor does not expose ${member}; it exposes ${known}`);
  }
  if (args.length > 0) throw new UsageError(`${member} is a property, which takes no arguments`);
  const value: unknown = await Reflect.get(actor, member);
  return value;
}
