import {
  type ActorOptions,
  advertisedAddresses,
  isServed,
  listenAddresses,
  mergeOptions,
  OPTION_NAMES,
  type ServedOptions,
} from '../declaration/actor-options.ts';
import { checkOptions } from '../declaration/check-options.ts';
import { ActorServer } from './actor-server.ts';
import { Authkey } from '../trust/authkey.ts';
import { type ActorStatics, readDeclaration } from '../declaration/declaration.ts';
import { misuse, UActorError } from '../seam/errors.ts';
import { isOptionsObject } from '../seam/call-options.ts';
import { demandKnownRole } from '../runtime/self-start.ts';
import { Runtime } from '../runtime/runtime.ts';
import { reportHookError } from '../process/actor/actor-life.ts';
import { isClass } from '../declaration/find-class.ts';
import { ServedActor } from '../process/actor/served-actor.ts';
import { ActorProxy } from '../proxy/actor-proxy.ts';
import { makeProxy } from '../proxy/proxy-class.ts';
import { spokenSerializers } from '../runtime/registry.ts';
import type { TypeidTable } from '../declaration/typeid-table.ts';
import { process } from '../seam/environment.ts';

/** Options for serving an actor; see {@link Actor.serve}. */
export interface ServeOptions extends ServedOptions {
  /** Closes the server on SIGTERM and on SIGINT; a second signal ends the process at once. Default `false`. */
  readonly handleSignals?: boolean;
  /**
   * Uses the sockets that systemd opened for this process, if any, for the addresses in order; there must be as many sockets as
   * addresses. Default `false`.
   */
  readonly socketActivation?: boolean;
}

/** @throws `TypeError` for an option of a process to be spawned, which has no effect in one that runs already. */
function demandServed(options: ActorOptions, name: string): void {
  const other = OPTION_NAMES.find((option) => options[option] !== undefined && !isServed(option));
  if (other === undefined) return;
  throw misuse(
    `${name}.serve: the option ${other} is for spawn(); it has no effect in a process that runs already: omit it`,
  );
}

/**
 * Runs an actor in this process.
 *
 * @param typeids - The kinds of objects that the actor hands out, with their proxy classes.
 */
export async function serveActor(
  actorClass: ActorStatics,
  typeids: TypeidTable,
  options: ServeOptions,
  args: readonly unknown[],
): Promise<ActorServer> {
  const declaration = readDeclaration(actorClass);
  const { name } = declaration;
  demandKnownRole(`${name}.serve()`);
  if (!isOptionsObject(options)) {
    throw misuse(`${name}.serve: the options must be an object, such as { address, authkey }`);
  }
  const { handleSignals = false, socketActivation = false, ...own } = options;
  if (typeof handleSignals !== 'boolean') throw misuse(`${name}.serve: handleSignals must be true or false`);
  if (typeof socketActivation !== 'boolean') throw misuse(`${name}.serve: socketActivation must be true or false`);
  checkOptions(own, `${name}.serve`);
  demandServed(own, name);
  const merged = mergeOptions([declaration.options, own]);
  if (!isClass(actorClass)) throw misuse(`${name}.serve: expected a class`);
  const addresses = listenAddresses(merged, `${name}.serve`);
  const runtime = Runtime.current;
  const { actor, entry, ...places } = await ServedActor.begin({
    runtime,
    actorClass,
    declaration: { ...declaration, options: merged },
    args,
    typeids,
    ...spokenSerializers(merged),
    options: merged,
    authkey: merged.authkey === undefined ? undefined : new Authkey(merged.authkey),
    addresses,
    fds: socketActivation ? activatedFor(name, addresses) : [],
    advertise: advertisedAddresses(merged, `${name}.serve`),
  });
  const proxy = makeProxy(runtime.home(entry), typeids.proxyClass);
  if (!(proxy instanceof ActorProxy)) throw new UActorError(`${name}.proxyClass does not extend ActorProxy`);
  const server = new ActorServer(actor, proxy, places.addresses);
  if (handleSignals) {
    const stop = onEndSignal(() => void server.close().catch(reportHookError));
    void server.closed.then(stop);
  }
  return server;
}

function activatedFor(name: string, addresses: readonly string[]): readonly number[] {
  const fds = takeActivatedSockets();
  if (fds.length === 0 || fds.length === addresses.length) return fds;
  throw misuse(
    `${name}.serve: ${fds.length} sockets were handed over by socket activation, and ${addresses.length} addresses were ` +
      'given: name one address for each, in the same order',
  );
}

const END_SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/**
 * Calls `handler` once when a signal asks the process to end; a second signal ends the process as if there were no handler.
 *
 * @returns a function that stops listening.
 */
function onEndSignal(handler: (signal: NodeJS.Signals) => void): () => void {
  const heard = (signal: NodeJS.Signals): void => {
    stop();
    handler(signal);
  };
  const stop = (): void => {
    for (const signal of END_SIGNALS) process.off(signal, heard);
  };
  for (const signal of END_SIGNALS) process.on(signal, heard);
  return stop;
}

/** The first inherited descriptor. */
const FIRST_FD = 3;

/**
 * Returns the listening descriptors that systemd, or another program following `sd_listen_fds(3)`, opened for this process, in
 * the order of the unit's `Listen…=` lines. Returns none if they were meant for another process. Removes the variables that
 * announce them, so that no child process claims them.
 */
function takeActivatedSockets(env: NodeJS.ProcessEnv = process.env): readonly number[] {
  const { LISTEN_PID: pid, LISTEN_FDS: count } = env;
  if (pid !== String(process.pid) || count === undefined || !/^\d{1,4}$/.test(count)) return [];
  for (const name of ['LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES']) delete env[name];
  return Array.from({ length: Number(count) }, (_, index) => FIRST_FD + index);
}
