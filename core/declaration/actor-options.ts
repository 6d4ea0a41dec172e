import { type Address, addressList, foreignAddresses, normaliseAddress } from './address.ts';
import type { ActorProxy } from '../proxy/actor-proxy.ts';
import type { TypeidTable } from './typeid-table.ts';
import type { Admit, Intercept } from '../references/around-call.ts';
import type { DialPolicy } from '../trust/dial-policy.ts';
import { checkedTimeoutMs } from '../seam/call-options.ts';
import { misuse } from '../seam/errors.ts';
import type { Limits } from '../seam/limits.ts';
import type { Serializer } from '../seam/serializer.ts';
import type { ActorLog } from './actor-log.ts';

/** When an actor that ended is restarted. Corresponds to Erlang's `permanent`, `transient` and `temporary`. */
export type Restart = 'always' | 'on-failure' | 'never';

export const RESTARTS: readonly Restart[] = ['always', 'on-failure', 'never'];

/**
 * The options of the actors of one class: `static options`, merged along the class chain, with the subclass taking precedence.
 */
export interface ActorOptions {
  /** The serializer for values: a registered name, or a serializer object. Default `DEFAULT_SERIALIZER`. */
  readonly serializer?: string | Serializer;
  /**
   * Several serializers, from which a client chooses one at `connect`. The first is used by the owner, and by clients that
   * request none. A `serializer` given as well comes before it. Default: `serializer` alone.
   */
  readonly serializers?: readonly (string | Serializer)[];
  /**
   * The address at which the actor listens, in addition to the pipe to its owner. Default: a private address that only this user
   * can reach.
   */
  readonly address?: Address;
  /** Several addresses, of which callers use the nearest that they can reach; `'ipc://'` is a private one. */
  readonly addresses?: readonly Address[];
  /**
   * The addresses that proxies carry, best first, instead of the addresses in use: for an actor behind address translation or in a
   * container. Default: the addresses in use, with the name of this machine for `0.0.0.0`.
   */
  readonly advertise?: readonly Address[];
  /** The secret that callers must know. Default: a random key, which a process shares with its actors and theirs. */
  readonly authkey?: string | Uint8Array;
  /** Addresses that a process that spawns or connects treats as this actor's: see {@link ActorConnectOptions.capture}. Default: none. */
  readonly capture?: readonly Address[];
  /** Arguments for Node itself. Default: the whole `process.execArgv`. */
  readonly execArgv?: readonly string[];
  /**
   * A command with its arguments that starts Node, such as `['nice', '-n', '10']` or a sandbox like `bwrap`: Node and its arguments are
   * appended. It must pass on descriptor 3, the pipe to the owner, and exit when Node exits. Default: none.
   */
  readonly launcher?: readonly string[];
  /** Environment variables to set, or to remove with `undefined`, in addition to this process's own. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The working folder. Default: this process's own. */
  readonly cwd?: string;
  /** Standard input, output and error; one choice applies to all three. Default: no input, and this process's own output and error. */
  readonly stdio?: StdioChoice | readonly [StdioChoice, StdioChoice, StdioChoice];
  /**
   * The receiver of the lines that the process writes to its standard output and error, for streams with `'inherit'` in `stdio`. `true`
   * or `'prefix'` writes `[Counter 1234] line` to this process's own streams. A function is called with each line and its source, and may
   * return a promise to make the process wait. `console` and loggers such as pino receive output through `info`, and errors through
   * `error`. Control characters are escaped for `console` and for a terminal. Default: the process writes directly to this process's own
   * streams.
   */
  readonly log?: ActorLog;
  /** The name that `ps` and `uactor ps` show. Default: the name of the class. */
  readonly title?: string;
  /** Resource limits of the process. */
  readonly resourceLimits?: { readonly maxOldGenerationSizeMb?: number };
  /**
   * Called before each call from another process starts. `false` or a thrown error refuses the call, which rejects with `executed:
   * 'no'`. Set it in the class of a spawned actor, because an actor's process cannot be given a function. Default: every call
   * starts.
   */
  readonly admit?: Admit;
  /**
   * Wraps each call of another process that {@link ActorOptions.admit} accepts: receives the call with its metadata, and its
   * result or error, and may replace both. Set it in the class of a spawned actor, like `admit`. Default: none.
   */
  readonly intercept?: Intercept;
  /**
   * The number of spare processes kept ready for further actors of this class after the first spawn. A spawn that uses one need not
   * start Node and load the library. A spare serves actors with the same `execArgv`, `env`, `cwd`, `stdio` and `resourceLimits`,
   * uses the memory of an empty Node process, some 45 MB resident, and ends with this process. At most 64. Default 0.
   */
  readonly prefork?: number;
  /** The maximum number of calls that run at a time; the others wait in order. Default: unlimited. */
  readonly concurrency?: number;
  /** How long a process may take to start, in milliseconds. Default 30,000. */
  readonly spawnTimeout?: number;
  /**
   * If it aborts before the actor is ready, `spawn` ends the process and rejects with the signal's reason. For a single `spawn`,
   * set it with `with`: `Worker.with({ spawnSignal }).spawn()`. Default: none.
   */
  readonly spawnSignal?: AbortSignal;
  /** How long `shutdown` waits before the process is terminated, in milliseconds; a second later it is killed. Default 5,000. */
  readonly shutdownTimeout?: number;
  /**
   * How long the peer of a network connection may be silent before it counts as lost, in milliseconds: at least 100, or
   * `Infinity`. A peer that computes without a pause for more than three quarters of that time cannot reply and may count as
   * lost. Each end applies its own setting. Default 10,000.
   */
  readonly keepAlive?: number;
  /**
   * Limits for one session, and for all sessions together. Default `DEFAULT_LIMITS`, with `DEFAULT_REMOTE_LIMITS` for peers on a
   * network.
   */
  readonly limits?: Partial<Limits>;
  /**
   * Whether errors are sent to processes other than the owner without stack, without properties other than `code`, and without
   * absolute paths. Default: `true` for peers on a network, `false` on this machine.
   */
  readonly redactErrors?: boolean;
  /**
   * Whether anyone who knows the authkey may request a report on the actor's process: its references and calls in progress
   * (`inspectActor`, `uactor inspect`). Default `false`.
   */
  readonly inspectable?: boolean;
  /**
   * The addresses to which received proxies may make a process connect; addresses given to `connect` and `capture` are always
   * allowed. Applies to proxies that this class's actors send to the processes that spawned or connected to them, and to proxies
   * sent to the actor (set in the class itself, because an actor's process cannot be given a function). Default: the policy of
   * `setDialPolicy`, otherwise addresses in networks that are no more private than the sender's; see `docs/security.md`.
   */
  readonly dial?: DialPolicy;
  /**
   * The host that spawns the actor, or a list of hosts: the first host that accepts it spawns it. The process runs there, and this process
   * may shut it down. The host decides the settings of the process (`address`, `env`, `cwd`, `stdio` …). Default: this process.
   */
  readonly on?: ActorHost | readonly ActorHost[];
  /** Labels that the host must have, such as `{ gpu: '1' }`. Default: none. */
  readonly label?: Readonly<Record<string, string>>;
  /**
   * The name of the actor on its host. A named actor lives until it is stopped. Default: none; the actor lives as long as its
   * references.
   */
  readonly name?: string;
  /**
   * When a cluster restarts a named actor after its end, on its host or on another one: {@link SupervisorOptions.restart}. The end
   * of its host is a failure. Plain hosts restart nothing, and `supervise` uses its own options. Default `'on-failure'`.
   */
  readonly restart?: Restart;
  /**
   * An identifier that must be equal at both ends for the host to spawn the class, such as a commit. Set it on the host as well.
   * Default: a hash of the module's file and of the files that it imports by relative paths.
   */
  readonly build?: string;
  /** Options for transports, by scheme. */
  readonly transport?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** An actor to be spawned on a host. */
export interface SpawnOrder {
  /** The class's name. */
  readonly name: string;
  /** The URL of the class's module in this process. */
  readonly module: string;
  /** The class's options, merged and checked. */
  readonly options: ActorOptions;
  /** The proxy classes of the actor's typeids. */
  readonly typeids: TypeidTable;
  /** The constructor's arguments. */
  readonly args: readonly unknown[];
  /** Whether another host is tried if this one refuses. */
  readonly others: boolean;
}

/** Spawns actors in place of this process, such as {@link Host}; passed as the option `on`. */
export interface ActorHost {
  /** The name used in messages. */
  readonly name: string;
  /**
   * Spawns the actor and resolves to its proxy, which this process may shut down. It takes at most `options.spawnTimeout`.
   *
   * @throws {@link HostError} and other errors of this library with `executed: 'no'` when this host refuses the actor and nothing
   * of the class ran; another host may accept it.
   */
  place(order: SpawnOrder): Promise<ActorProxy>;
}

/** The target of a standard stream: this process's own, none, or an open file descriptor of this process. */
export type StdioChoice = 'inherit' | 'ignore' | number;

const DEFAULT_SPAWN_TIMEOUT_MS = 30_000;
const DEFAULT_SHUTDOWN_TIMEOUT_MS = 5_000;
const DEFAULT_KEEP_ALIVE_MS = 10_000;

/** Returns the standard streams of the new process, input first. */
export function stdioOf({ stdio = ['ignore', 'inherit', 'inherit'] }: ActorOptions): readonly StdioChoice[] {
  return typeof stdio === 'object' ? stdio : [stdio, stdio, stdio];
}

/** Whether the standard output or error is `'inherit'`, so that the option `log` receives lines. */
export function hasOutput(options: ActorOptions): boolean {
  return stdioOf(options).includes('inherit', 1);
}

/** The standard streams of the new process: `pipe` for the output whose lines the option `log` takes. */
export function streamsOf(options: ActorOptions): readonly (StdioChoice | 'pipe')[] {
  const streams = stdioOf(options);
  if (options.log === undefined) return streams;
  return streams.map((choice, index) => (index > 0 && choice === 'inherit' ? 'pipe' : choice));
}

/**
 * Returns the addresses at which an actor listens; `undefined` for a private address.
 *
 * @throws `TypeError` for an invalid address, and for `address` together with `addresses`.
 */
export function listenAddresses({ address, addresses }: ActorOptions, className: string): readonly string[] {
  if (address !== undefined && addresses !== undefined) {
    throw misuse(`${className}.options: set address or addresses, not both`);
  }
  if (address !== undefined) return [normaliseAddress(address, `${className}.options.address`)];
  return addressList(addresses ?? [], `${className}.options.addresses`);
}

/**
 * Returns the addresses that proxies name instead.
 *
 * @throws `TypeError` for an invalid address.
 */
export function advertisedAddresses({ advertise = [] }: ActorOptions, className: string): readonly string[] {
  return foreignAddresses(advertise, `${className}.options.advertise`);
}

/** Returns the limits set in the options; the others have defaults that depend on the location of a peer. */
export function limitsOf({ limits = {} }: Pick<ActorOptions, 'limits'>): Partial<Limits> {
  return limits;
}

/** Returns how long to wait for the process to start, in milliseconds; `undefined`: no limit. */
export function spawnTimeoutMs(options: ActorOptions): number | undefined {
  return checkedTimeoutMs(options.spawnTimeout ?? DEFAULT_SPAWN_TIMEOUT_MS, 'spawnTimeout');
}

/** Returns how long to wait for the process to end, in milliseconds; `undefined`: no limit. */
export function shutdownTimeoutMs(options: ActorOptions): number | undefined {
  return checkedTimeoutMs(options.shutdownTimeout ?? DEFAULT_SHUTDOWN_TIMEOUT_MS, 'shutdownTimeout');
}

/** Returns how long a peer on a network may be silent, in milliseconds; `undefined`: no limit. */
export function keepAliveMs(options: Pick<ActorOptions, 'keepAlive'>): number | undefined {
  return checkedTimeoutMs(options.keepAlive ?? DEFAULT_KEEP_ALIVE_MS, 'keepAlive');
}

/**
 * Every option, and who decides it when an actor is spawned on a host: the host, the caller, or the caller for its own use.
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
  launcher: 'host',
  env: 'host',
  cwd: 'host',
  stdio: 'host',
  log: 'host',
  title: 'caller',
  resourceLimits: 'caller',
  prefork: 'host',
  admit: 'spawn',
  intercept: 'spawn',
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

const SERVED = [
  'address',
  'addresses',
  'admit',
  'intercept',
  'advertise',
  'authkey',
  'concurrency',
  'dial',
  'inspectable',
  'keepAlive',
  'limits',
  'redactErrors',
  'serializer',
  'serializers',
  'shutdownTimeout',
  'transport',
] as const;

/** The options of an actor that apply when it is served; they override the class's own. `ServeOptions` lists them. */
export type ServedOptions = Pick<ActorOptions, (typeof SERVED)[number]>;

/** Whether an option applies when the actor is served. */
export function isServed(option: keyof ActorOptions): boolean {
  return SERVED.some((name) => name === option);
}

/** The options that a spawned process receives; the others concern its start, or its owner. */
const BOOTED = [
  'title',
  'concurrency',
  'limits',
  'transport',
  'shutdownTimeout',
  'keepAlive',
  'redactErrors',
  'inspectable',
] as const;

/** See {@link bootOptions}. */
export type BootOptions = Pick<ActorOptions, (typeof BOOTED)[number]>;

/** Returns the options for the process of a spawned actor, as far as they are set. */
export function bootOptions(options: ActorOptions): BootOptions {
  return Object.fromEntries(BOOTED.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])));
}

/** The names of all options. */
export const OPTION_NAMES: readonly (keyof ActorOptions)[] = Object.keys(DECIDED_BY).filter(isOptionName);

/** The options of a process that its host decides. */
export const HOSTS_OWN: readonly (keyof ActorOptions)[] = OPTION_NAMES.filter((name) => DECIDED_BY[name] === 'host');

/** The options of a class that its caller decides, rather than its host. */
export const CALLERS_OWN: readonly (keyof ActorOptions)[] = OPTION_NAMES.filter(
  (name) => DECIDED_BY[name] === 'caller',
);

/** Whether the name is an option. */
function isOptionName(name: string): name is keyof ActorOptions {
  return Object.hasOwn(DECIDED_BY, name);
}

/**
 * Merges options of several levels, where later ones take precedence: those of a class along its chain, then those of `serve`. If
 * a level sets `on`, the options that the host decides are left to it. `address` and `addresses` replace each other.
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

/** Returns the hosts of the option `on`. */
export function hostsOf(on: NonNullable<ActorOptions['on']>): readonly ActorHost[] {
  return Array.isArray(on) ? on : [on].flat();
}
