import { type Address, addressList, normaliseAddress } from './address.ts';
import type { ActorProxy } from '../proxy/actor-proxy.ts';
import type { TypeidTable } from './typeid-table.ts';
import type { Admit } from '../references/around-call.ts';
import type { DialPolicy } from '../trust/dial-policy.ts';
import { checkedTimeoutMs } from '../seam/call-options.ts';
import { misuse } from '../seam/errors.ts';
import type { Limits } from '../seam/limits.ts';
import type { Serializer } from '../seam/serializer.ts';

/** When an actor that ended is started again; Erlang's `permanent`, `transient` and `temporary`. */
export type Restart = 'always' | 'on-failure' | 'never';

export const RESTARTS: readonly Restart[] = ['always', 'on-failure', 'never'];

/** How the actors of one class live; `static options`, merged along the class chain, the subclass winning. */
export interface ActorOptions {
  /** How values are encoded: a registered name, or a serializer. Default `DEFAULT_SERIALIZER`. */
  readonly serializer?: string | Serializer;
  /**
   * Several of them, of which a client chooses one at `connect`. The first is what the owner speaks, and a client that asks
   * for none; a `serializer` given as well comes before it. Default: `serializer` alone.
   */
  readonly serializers?: readonly (string | Serializer)[];
  /** Where the actor listens, besides the pipe to its owner. Default: a private address that only this user can reach. */
  readonly address?: Address;
  /** The same for several places, of which callers take the nearest that they can reach; `'ipc://'` stands for a private one. */
  readonly addresses?: readonly Address[];
  /**
   * What proxies name as the place of the actor, best first, instead of the addresses in use: for an actor behind address
   * translation or in a container. Default: the addresses in use, the name of this machine for `0.0.0.0`.
   */
  readonly advertise?: readonly Address[];
  /** The secret that callers must know. Default: one random key, shared by a process and all actors below it. */
  readonly authkey?: string | Uint8Array;
  /** Addresses that whoever spawns or connects takes for this actor's: see {@link ActorConnectOptions.capture}. Default: none. */
  readonly capture?: readonly Address[];
  /** Arguments for Node itself. Default `process.execArgv`, whole. */
  readonly execArgv?: readonly string[];
  /** Environment variables to set, or with `undefined` to remove, on top of this process's own. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The working folder. Default this process's own. */
  readonly cwd?: string;
  /** Where standard input, output and error go; one choice stands for all three. Default: nowhere, and where this process's own go. */
  readonly stdio?: StdioChoice | readonly [StdioChoice, StdioChoice, StdioChoice];
  /** The name that `ps` shows. */
  readonly title?: string;
  /** What the process may use. */
  readonly resourceLimits?: { readonly maxOldGenerationSizeMb?: number };
  /**
   * Asked before each call of another process starts, in the moment in which it would: `false`, or an error that is thrown, refuses
   * it, and it rejects with `executed: 'no'`. A class that is spawned says it itself, because an actor's process cannot be given a
   * function. Default: every call starts.
   */
  readonly admit?: Admit;
  /**
   * How many spare processes wait for further actors of this class once there has been a first: a spawn that takes one need not start
   * Node and load the library. They serve actors with the same `execArgv`, `env`, `cwd`, `stdio` and `resourceLimits`, take the
   * memory of a bare Node each, some 45 MB resident, and end with this process. At most 64. Default 0.
   */
  readonly prefork?: number;
  /** How many calls of the actor may run at a time, the rest waiting in order. Default: no bound. */
  readonly concurrency?: number;
  /** How long a process may take to come up, in milliseconds. Default 30,000. */
  readonly spawnTimeout?: number;
  /**
   * Gives up a `spawn` when it aborts before the actor is ready: that rejects with the signal's reason, and the process is ended. For
   * one `spawn`, it is said by `with`: `Worker.with({ spawnSignal }).spawn()`. Default: none.
   */
  readonly spawnSignal?: AbortSignal;
  /** How long `shutdown` waits before the process is terminated, in milliseconds; a second later it is killed. Default 5,000. */
  readonly shutdownTimeout?: number;
  /**
   * How long the other end of a network connection may be silent before it counts as gone, in milliseconds: at least 100,
   * `Infinity` for ever. An end that computes for more than three quarters of that without a pause cannot answer, and may
   * count as gone too; what counts is the setting of the end that waits. Default 10,000.
   */
  readonly keepAlive?: number;
  /**
   * What one session, and all of them together, may cost. Default `DEFAULT_LIMITS`, with `DEFAULT_REMOTE_LIMITS` for peers
   * beyond a network.
   */
  readonly limits?: Partial<Limits>;
  /**
   * Whether errors are sent to processes other than the owner without stack, without properties but `code`, and without
   * absolute paths. Default: to those that come over a network, and not to those of this machine.
   */
  readonly redactErrors?: boolean;
  /**
   * Whether everybody who knows the authkey may ask for a report of what the actor's process holds and has under way
   * (`inspectActor`, `uactor inspect`). Default `false`.
   */
  readonly inspectable?: boolean;
  /**
   * What a process may connect to because somebody sent it a proxy of an actor there; addresses that it was told of by
   * `connect` and `capture` always. Holds for what this class's actors send to whoever spawned or connected to them and, as
   * the class itself says it (an actor's process cannot be given a function), for what is sent to the actor. Default: what
   * `setDialPolicy` said, or else addresses that lie no deeper inside a network than their sender does; see `docs/security.md`.
   */
  readonly dial?: DialPolicy;
  /**
   * Where the actor is spawned: on a host, or on one of several that takes it. Its process lives there, and this one may shut it
   * down. What the class says of its process (`address`, `env`, `cwd`, `stdio` …) is then the host's to decide. Default: here.
   */
  readonly on?: ActorHost | readonly ActorHost[];
  /** Labels that the host must have, as `{ gpu: '1' }`. Default: none. */
  readonly label?: Readonly<Record<string, string>>;
  /** The name of the actor on its host, where it then lives until it is stopped. Default: none; it lives by its references. */
  readonly name?: string;
  /**
   * When a cluster starts a named actor again after its end, on its host or on another one: {@link SupervisorOptions.restart}. The end of
   * its host is a failure. Plain hosts start nothing again, and `supervise` takes it from its own options. Default `'on-failure'`.
   */
  readonly restart?: Restart;
  /**
   * What has to be the same at both ends for the host to spawn the class: a commit, for instance. The host has to be given it as
   * well. Default: a hash of the module's file and of those that it imports by relative paths.
   */
  readonly build?: string;
  /** Options for transports, by scheme. */
  readonly transport?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** An actor that is to be spawned elsewhere. */
export interface SpawnOrder {
  /** The class's name. */
  readonly name: string;
  /** The URL of the class's module in this process. */
  readonly module: string;
  /** The class's options, merged and checked. */
  readonly options: ActorOptions;
  /** What the actor's proxies are made of. */
  readonly typeids: TypeidTable;
  /** The constructor's arguments. */
  readonly args: readonly unknown[];
  /** Whether another host is asked when this one does not take it. */
  readonly others: boolean;
}

/** What spawns actors in place of this process, such as {@link Host}: `on` of an actor's options. */
export interface ActorHost {
  /** What messages call it. */
  readonly name: string;
  /**
   * Spawns the actor and resolves to its proxy, which this process may shut down. It takes at most `options.spawnTimeout`.
   *
   * @throws {@link HostError} and other errors of this library with `executed: 'no'` when this host does not take it and nothing of the
   * class ran; another one may.
   */
  place(order: SpawnOrder): Promise<ActorProxy>;
}

/** Where one of the standard streams goes: where this process's own goes, nowhere, or to an open file descriptor of this process. */
export type StdioChoice = 'inherit' | 'ignore' | number;

const DEFAULT_SPAWN_TIMEOUT_MS = 30_000;
const DEFAULT_SHUTDOWN_TIMEOUT_MS = 5_000;
const DEFAULT_KEEP_ALIVE_MS = 10_000;

/** The standard streams of the new process, input first. */
export function stdioOf({ stdio = ['ignore', 'inherit', 'inherit'] }: ActorOptions): readonly StdioChoice[] {
  return typeof stdio === 'object' ? stdio : [stdio, stdio, stdio];
}

/**
 * Where an actor listens; nothing for a private address.
 *
 * @throws `TypeError` for what is no address, and for `address` beside `addresses`.
 */
export function listenAddresses({ address, addresses }: ActorOptions, className: string): readonly string[] {
  if (address !== undefined && addresses !== undefined) {
    throw misuse(`${className}.options: give address or addresses, not both`);
  }
  if (address !== undefined) return [normaliseAddress(address, `${className}.options.address`)];
  return addressList(addresses ?? [], `${className}.options.addresses`);
}

/**
 * What proxies name instead.
 *
 * @throws `TypeError` for what is no address.
 */
export function advertisedAddresses({ advertise = [] }: ActorOptions, className: string): readonly string[] {
  return addressList(advertise, `${className}.options.advertise`);
}

/** The limits that options ask for; the rest is by default, which depends on where a peer is. */
export function limitsOf({ limits = {} }: Pick<ActorOptions, 'limits'>): Partial<Limits> {
  return limits;
}

/** How long to wait for the process to come up; `undefined` without limit. */
export function spawnTimeoutMs(options: ActorOptions): number | undefined {
  return checkedTimeoutMs(options.spawnTimeout ?? DEFAULT_SPAWN_TIMEOUT_MS, 'spawnTimeout');
}

/** How long to wait for the process to end; `undefined` without limit. */
export function shutdownTimeoutMs(options: ActorOptions): number | undefined {
  return checkedTimeoutMs(options.shutdownTimeout ?? DEFAULT_SHUTDOWN_TIMEOUT_MS, 'shutdownTimeout');
}

/** How long a peer beyond a network may be silent; `undefined` without limit. */
export function keepAliveMs(options: Pick<ActorOptions, 'keepAlive'>): number | undefined {
  return checkedTimeoutMs(options.keepAlive ?? DEFAULT_KEEP_ALIVE_MS, 'keepAlive');
}

/**
 * Every option, and what becomes of it where an actor is spawned on a host: the host decides on it, the caller does, or it is what the
 * caller itself goes by.
 */
const DECIDED_BY: Readonly<Record<keyof ActorOptions, 'host' | 'caller' | 'spawn'>> = {
  serializer: 'spawn',
  serializers: 'spawn',
  address: 'host',
  addresses: 'host',
  advertise: 'host',
  authkey: 'host',
  capture: 'host',
  execArgv: 'host',
  env: 'host',
  cwd: 'host',
  stdio: 'host',
  title: 'caller',
  resourceLimits: 'caller',
  prefork: 'host',
  admit: 'spawn',
  concurrency: 'caller',
  spawnTimeout: 'caller',
  spawnSignal: 'spawn',
  shutdownTimeout: 'caller',
  keepAlive: 'caller',
  redactErrors: 'caller',
  inspectable: 'caller',
  limits: 'caller',
  dial: 'spawn',
  on: 'spawn',
  label: 'spawn',
  name: 'spawn',
  restart: 'caller',
  build: 'spawn',
  transport: 'host',
};

/** The names of all options. */
export const OPTION_NAMES: readonly (keyof ActorOptions)[] = Object.keys(DECIDED_BY).filter(isOptionName);

/** Options of a process that its host decides on. */
export const HOSTS_OWN: readonly (keyof ActorOptions)[] = OPTION_NAMES.filter((name) => DECIDED_BY[name] === 'host');

/** Options of a class that its caller decides on, and its host not. */
export const CALLERS_OWN: readonly (keyof ActorOptions)[] = OPTION_NAMES.filter(
  (name) => DECIDED_BY[name] === 'caller',
);

/** Whether that is the name of an option. */
export function isOptionName(name: string): name is keyof ActorOptions {
  return Object.hasOwn(DECIDED_BY, name);
}

/**
 * The options of several levels, the later ones winning: those of a class along its chain, then those of `serve`. A level that
 * says `on` leaves to the host what the host decides on, and `address` and `addresses` replace each other.
 */
export function mergeOptions(levels: readonly ActorOptions[]): ActorOptions {
  let merged: ActorOptions = {};
  for (const level of levels) {
    const replaced = new Set<string>([
      ...(level.on === undefined ? [] : HOSTS_OWN),
      ...(level.address === undefined ? [] : ['addresses']),
      ...(level.addresses === undefined ? [] : ['address']),
    ]);
    const kept = Object.fromEntries(Object.entries(merged).filter(([name]) => !replaced.has(name)));
    merged = { ...kept, ...level };
  }
  return merged;
}

/** The hosts of the option `on`. */
export function hostsOf(on: NonNullable<ActorOptions['on']>): readonly ActorHost[] {
  return Array.isArray(on) ? on : [on].flat();
}
