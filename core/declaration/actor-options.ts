import { type Address, capturedAddresses, normaliseAddress } from './address.ts';
import { type ActorHost, checkPlacement } from './actor-host.ts';
import type { Admit } from '../references/around-call.ts';
import { builtInChoices } from './built-in-choices.ts';
import { checkedTimeoutMs } from '../seam/call-options.ts';
import { checkedPolicy, type DialPolicy } from '../trust/dial-policy.ts';
import { misuse } from '../seam/errors.ts';
import { boundedLimits, DEFAULT_LIMITS, type Limits } from '../seam/limits.ts';
import type { Serializer } from '../seam/serializer.ts';

/** How the actors of one class live; `static options`, merged along the class chain, the subclass winning. */
export interface ActorOptions {
  /** How values are encoded: a registered name, or a serializer. Default {@link DEFAULT_SERIALIZER}. */
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
  /** How many calls of the actor may run at a time, the rest waiting in order. Default: no bound. */
  readonly concurrency?: number;
  /** How long a process may take to come up, in milliseconds. Default 30,000. */
  readonly spawnTimeout?: number;
  /** How long `shutdown` waits before the process is terminated, in milliseconds; a second later it is killed. Default 5,000. */
  readonly shutdownTimeout?: number;
  /**
   * How long the other end of a network connection may be silent before it counts as gone, in milliseconds: at least 100,
   * `Infinity` for ever. An end that computes for more than three quarters of that without a pause cannot answer, and may
   * count as gone too; what counts is the setting of the end that waits. Default 10,000.
   */
  readonly keepAlive?: number;
  /** What one session may cost. Default {@link DEFAULT_LIMITS}. */
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
   * What has to be the same at both ends for the host to spawn the class: a commit, for instance. The host has to be given it as
   * well. Default: a hash of the module's file and of those that it imports by relative paths.
   */
  readonly build?: string;
  /** Options for transports, by scheme. */
  readonly transport?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Where one of the standard streams goes: where this process's own goes, nowhere, or to an open file descriptor of this process. */
export type StdioChoice = 'inherit' | 'ignore' | number;

const KNOWN: readonly (keyof ActorOptions)[] = [
  'serializer',
  'serializers',
  'address',
  'addresses',
  'advertise',
  'authkey',
  'capture',
  'execArgv',
  'env',
  'cwd',
  'stdio',
  'title',
  'resourceLimits',
  'admit',
  'concurrency',
  'spawnTimeout',
  'shutdownTimeout',
  'keepAlive',
  'redactErrors',
  'inspectable',
  'limits',
  'dial',
  'on',
  'label',
  'name',
  'build',
  'transport',
];

const MIN_MESSAGE_BYTES = 1024;
const DEFAULT_SPAWN_TIMEOUT_MS = 30_000;
const DEFAULT_SHUTDOWN_TIMEOUT_MS = 5_000;
const DEFAULT_KEEP_ALIVE_MS = 10_000;
const MIN_KEEP_ALIVE_MS = 100;

/**
 * Checks what a user wrote as options.
 *
 * @throws `TypeError` that names the option, what was wrong, and what to do.
 */
export function checkOptions(options: ActorOptions, className: string): void {
  for (const name of Object.keys(options)) {
    if (!KNOWN.some((known) => known === name)) {
      throw misuse(`${className}.options.${name} is not an option; there are ${KNOWN.join(', ')}`);
    }
  }
  checkProcessOptions(options, className);
  checkPlacement(options, className);
  const { concurrency } = options;
  if (concurrency !== undefined && (!Number.isInteger(concurrency) || concurrency < 1)) {
    throw misuse(`${className}.options.concurrency must be a whole number from 1 on; it is ${String(concurrency)}`);
  }
  checkedTimeoutMs(options.spawnTimeout, `${className}.options.spawnTimeout`);
  checkedTimeoutMs(options.shutdownTimeout, `${className}.options.shutdownTimeout`);
  checkKeepAlive(options.keepAlive, className);
  checkedPolicy(options.dial, `${className}.options`);
  if (options.admit !== undefined && typeof options.admit !== 'function') {
    throw misuse(`${className}.options.admit must be a function of a call that answers true or false`);
  }
  for (const name of ['redactErrors', 'inspectable'] as const) {
    const value = options[name];
    if (value !== undefined && typeof value !== 'boolean') {
      throw misuse(`${className}.options.${name} must be true or false`);
    }
  }
  for (const [name, value] of Object.entries(options.limits ?? {})) {
    if (!(name in DEFAULT_LIMITS)) {
      throw misuse(
        `${className}.options.limits.${name} is not a limit; there are ${Object.keys(DEFAULT_LIMITS).join(', ')}`,
      );
    }
    if (typeof value !== 'number' || !(value >= 1)) {
      throw misuse(`${className}.options.limits.${name} must be a number from 1 on; it is ${String(value)}`);
    }
    if (name === 'maxMessageBytes' && value < MIN_MESSAGE_BYTES) {
      throw misuse(
        `${className}.options.limits.maxMessageBytes is ${value}: an error has to fit in, so give ${MIN_MESSAGE_BYTES} or more`,
      );
    }
  }
}

/** The standard streams of the new process, input first. */
export function stdioOf({ stdio = ['ignore', 'inherit', 'inherit'] }: ActorOptions): readonly StdioChoice[] {
  return typeof stdio === 'object' ? stdio : [stdio, stdio, stdio];
}

function checkProcessOptions(options: ActorOptions, className: string): void {
  const { execArgv, env, cwd, title, resourceLimits, serializer, serializers, transport } = options;
  const demand = (holds: boolean, name: string, what: string): void => {
    if (!holds) throw misuse(`${className}.options.${name} must be ${what}`);
  };
  const chosen = builtInChoices();
  listenAddresses(options, className);
  advertisedAddresses(options, className);
  capturedAddresses(options.capture, `${className}.options`);
  demand(
    execArgv === undefined || (Array.isArray(execArgv) && execArgv.every(isText)),
    'execArgv',
    'a list of strings',
  );
  demand(
    env === undefined || (isRecord(env) && Object.values(env).every((value) => value === undefined || isText(value))),
    'env',
    'an object of strings; undefined removes a variable',
  );
  demand(cwd === undefined || isText(cwd), 'cwd', 'the path of a folder');
  demand(
    title === undefined || (isText(title) && title !== ''),
    'title',
    'a string that is not empty; leave it out for none',
  );
  demand(
    serializer === undefined || isChoice(serializer),
    'serializer',
    `the name of a serializer, '${chosen.serializer}' for instance, or a Serializer: an object with name and open()`,
  );
  demand(
    serializers === undefined ||
      (Array.isArray(serializers) && serializers.length > 0 && serializers.every((choice) => isChoice(choice))),
    'serializers',
    `a list of names of serializers, ['${chosen.serializer}', '${chosen.taskSerializer}'] for instance, or of Serializers: ` +
      'objects with name and open()',
  );
  demand(
    transport === undefined || (isRecord(transport) && Object.values(transport).every(isRecord)),
    'transport',
    `an object of options by scheme: { ${chosen.hostScheme}: { … } }`,
  );
  const heap = isRecord(resourceLimits) ? resourceLimits?.maxOldGenerationSizeMb : undefined;
  demand(resourceLimits === undefined || isRecord(resourceLimits), 'resourceLimits', 'an object');
  const unknown = Object.keys(resourceLimits ?? {}).find((limit) => limit !== 'maxOldGenerationSizeMb');
  if (unknown !== undefined) {
    throw misuse(`${className}.options.resourceLimits.${unknown} is not known; there is maxOldGenerationSizeMb`);
  }
  demand(
    heap === undefined || (Number.isInteger(heap) && heap > 0),
    'resourceLimits.maxOldGenerationSizeMb',
    'a whole number from 1 on',
  );
  const streams = stdioOf(options);
  // A pipe that nobody reads blocks its writer, and there is nobody here who would read it.
  demand(
    streams.length === 3 && streams.every((choice) => isStdioChoice(choice)),
    'stdio',
    "'inherit', 'ignore' or a file descriptor, or a list of three of these for input, output and error; to read the " +
      'output, give a descriptor of a file or of a pipe',
  );
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isChoice(value: unknown): boolean {
  return isText(value) || isSerializer(value);
}

/** It may be a function as well: one that makes serializers of its kind, for instance. */
function isSerializer(value: unknown): boolean {
  return (
    (isRecord(value) || typeof value === 'function') &&
    'open' in value &&
    typeof value.open === 'function' &&
    'name' in value
  );
}

function isStdioChoice(choice: unknown): boolean {
  return (
    choice === 'inherit' ||
    choice === 'ignore' ||
    (typeof choice === 'number' && Number.isInteger(choice) && choice >= 0)
  );
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

function addressList(addresses: readonly Address[], where: string): readonly string[] {
  if (!Array.isArray(addresses)) throw misuse(`${where} must be a list of addresses`);
  return addresses.map((address: Address) => normaliseAddress(address, `an address of ${where}`));
}

/** The limits that options ask for. */
export function limitsOf(options: ActorOptions): Limits {
  return boundedLimits({ ...DEFAULT_LIMITS, ...options.limits });
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

function checkKeepAlive(keepAlive: number | undefined, className: string): void {
  const ms = checkedTimeoutMs(keepAlive, `${className}.options.keepAlive`);
  if (ms === undefined || ms >= MIN_KEEP_ALIVE_MS) return;
  throw misuse(
    `${className}.options.keepAlive is ${ms} ms; it must be at least ${MIN_KEEP_ALIVE_MS}, or Infinity for no limit`,
  );
}
