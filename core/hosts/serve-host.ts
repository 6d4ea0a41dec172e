import { availableParallelism } from 'node:os';
import type { ActorServer } from '../api/actor-server.ts';
import type { Remote } from '../api/remote.ts';
import type { ServeOptions } from '../api/serve-actor.ts';
import { reportHookError } from '../process/actor/actor-life.ts';
import { misuse } from '../seam/errors.ts';
import { isOptionsObject } from '../seam/call-options.ts';
import { listenAddresses } from '../declaration/actor-options.ts';
import { type Address, addressList, privatePlace } from '../declaration/address.ts';
import { checkOptions } from '../declaration/check-options.ts';
import { loadTransport } from '../runtime/registry.ts';
import { HostActor } from './host-actor.ts';
import type { NameKeeper } from './name-keeper.ts';
import { ListedModules } from './listed-modules.ts';
import { demandActors } from './module-look.ts';

/** The options of a host; see {@link Host.serve}. */
export interface HostServeOptions extends Omit<ServeOptions, 'concurrency'> {
  /** The modules whose classes the host spawns, by path or URL. */
  readonly modules: readonly (string | URL)[];
  /** How many actors the host accepts. Default: one for each processor. */
  readonly slots?: number;
  /** Labels that callers can require with `label`. Default: none. */
  readonly labels?: Readonly<Record<string, string>>;
  /** A name for the build of the modules, which callers must then pass as `build`. Default: a hash of the modules' files. */
  readonly build?: string;
  /**
   * The addresses at which the actors listen. Default: a private address of the machine, and each network address at which the
   * host itself listens, with a port of the actor's own.
   */
  readonly actorAddresses?: readonly Address[];
  /** @internal Shares the names of the host's actors with other hosts. */
  readonly keeper?: NameKeeper;
}

/** A host in this process; {@link Host.serve} resolves to it. It closes after it has been drained. */
export type HostServer = ActorServer<Remote<typeof HostActor>>;

/** Makes this process a host. */
export async function serveHost(given: HostServeOptions): Promise<HostServer> {
  if (!isOptionsObject(given)) {
    throw misuse(
      'Host.serve: pass the address, the authkey and the modules: { address, authkey, modules: [new URL(…)] }',
    );
  }
  const { modules, slots = availableParallelism(), labels = {}, build, actorAddresses, keeper, ...serve } = given;
  if (!Array.isArray(modules) || modules.length === 0 || !modules.every((each) => isPath(each))) {
    throw misuse('Host.serve: modules must be a list of the modules whose classes the host spawns: [new URL(…), …]');
  }
  if (!Number.isSafeInteger(slots) || slots < 1) throw misuse('Host.serve: slots must be a whole number of at least 1');
  if (!isOptionsObject(labels) || !Object.values(labels).every((value) => typeof value === 'string')) {
    throw misuse("Host.serve: labels must be an object of strings: { gpu: '1' }");
  }
  if (build === '') throw misuse('Host.serve: build must not be empty; leave it out for a hash of the modules');
  const { handleSignals: _signals, socketActivation: _sockets, ...options } = serve;
  checkOptions(options, 'Host.serve');
  const own = listenAddresses(options, 'Host.serve');
  const places =
    actorAddresses === undefined
      ? placesBeside(own, 'Host.serve')
      : addressList(actorAddresses, 'Host.serve: actorAddresses');
  // Otherwise a misspelt address would only fail for the first caller.
  for (const address of places) await loadTransport(address);
  const listed = new ListedModules(modules, build);
  // Two at a time, because each takes a process.
  for (let at = 0; at < listed.urls.length; at += 2) await Promise.all(listed.urls.slice(at, at + 2).map(demandActors));
  const server: HostServer = await HostActor.serve(serve, {
    modules: listed,
    slots,
    labels,
    actors: {
      addresses: places,
      ...(serve.transport && { transport: serve.transport }),
    },
    keeper,
    drained: () => void server.close().catch(reportHookError),
  });
  return server;
}

function isPath(module: unknown): boolean {
  return typeof module === 'string' || module instanceof URL;
}

/**
 * Returns the addresses for the actors of a host that listens at `addresses`: a private address, and the host's network addresses
 * with a port that the system chooses.
 *
 * @internal
 */
export function placesBeside(addresses: readonly Address[], where: string): readonly string[] {
  const networked = addressList(addresses, where).filter((address) => /:\d+$/.test(address));
  return [privatePlace(), ...networked.map((address) => address.replace(/:\d+$/, ':0'))];
}
