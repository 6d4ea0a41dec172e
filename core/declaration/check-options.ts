import { inspect } from 'node:util';
import {
  type ActorOptions,
  advertisedAddresses,
  hasOutput,
  HOSTS_OWN,
  hostsOf,
  listenAddresses,
  OPTION_NAMES,
  RESTARTS,
  stdioOf,
} from './actor-options.ts';
import { isLog } from './actor-log.ts';
import { capturedAddresses, builtInChoices } from './address.ts';
import { checkedSignal, checkedTimeoutMs, isOptionsObject, refuseUnknownMembers } from '../seam/call-options.ts';
import { misuse } from '../seam/errors.ts';
import { DEFAULT_LIMITS, limitFault } from '../seam/limits.ts';
import type { Serializer } from '../seam/serializer.ts';
import { checkedPolicy } from '../trust/dial-policy.ts';

const MIN_MESSAGE_BYTES = 1024;
const MIN_KEEP_ALIVE_MS = 100;
const MAX_PREFORK = 64;

/**
 * Checks the options of a user.
 *
 * @throws `TypeError` that names the option, what is wrong, and what to do.
 */
export function checkOptions(options: ActorOptions, className: string): void {
  refuseUnknownMembers(options, OPTION_NAMES, `${className}.options`);
  checkProcessOptions(options, className);
  checkPlacement(options, className);
  const { concurrency } = options;
  if (concurrency !== undefined && (!Number.isInteger(concurrency) || concurrency < 1)) {
    throw misuse(
      `${className}.options.concurrency must be a whole number of at least 1; it is ${inspect(concurrency)}`,
    );
  }
  checkPrefork(options, className);
  checkedTimeoutMs(options.spawnTimeout, `${className}.options.spawnTimeout`);
  checkedSignal(options.spawnSignal, `${className}.options.spawnSignal`);
  checkedTimeoutMs(options.shutdownTimeout, `${className}.options.shutdownTimeout`);
  checkKeepAlive(options.keepAlive, className);
  checkedPolicy(options.dial, `${className}.options`);
  if (options.intercept !== undefined && typeof options.intercept !== 'function') {
    throw misuse(`${className}.options.intercept must be a function that takes (call, next)`);
  }
  if (options.admit !== undefined && typeof options.admit !== 'function') {
    throw misuse(`${className}.options.admit must be a function that takes a call and returns true or false`);
  }
  for (const name of ['redactErrors', 'inspectable'] as const) {
    const value = options[name];
    if (value !== undefined && typeof value !== 'boolean') {
      throw misuse(`${className}.options.${name} must be true or false`);
    }
  }
  const { limits = {} } = options;
  if (!isOptionsObject(limits))
    throw misuse(`${className}.options.limits must be an object: { maxMessageBytes: 1_048_576 }`);
  for (const [name, value] of Object.entries(limits)) {
    if (!Object.hasOwn(DEFAULT_LIMITS, name)) {
      throw misuse(
        `${className}.options.limits.${name} is not a limit; the limits are ${Object.keys(DEFAULT_LIMITS).join(', ')}`,
      );
    }
    const fault = limitFault(name, value);
    if (fault !== undefined) throw misuse(`${className}.options.limits.${name} ${fault}`);
    if (name === 'maxMessageBytes' && value < MIN_MESSAGE_BYTES) {
      throw misuse(
        `${className}.options.limits.maxMessageBytes is ${value}: it must be at least ${MIN_MESSAGE_BYTES}, so that an error fits into a message`,
      );
    }
  }
}

function checkProcessOptions(options: ActorOptions, className: string): void {
  const { execArgv, launcher, env, cwd, title, resourceLimits, serializer, serializers, transport } = options;
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
    launcher === undefined || (Array.isArray(launcher) && launcher.length > 0 && launcher.every(isText)),
    'launcher',
    'a list of strings, a command and its arguments',
  );
  demand(
    env === undefined ||
      (isOptionsObject(env) && Object.values(env).every((value) => value === undefined || isText(value))),
    'env',
    'an object of strings; undefined removes a variable',
  );
  // Node would set another variable than the one that was named: 'A=B' with the value '1' sets A to 'B=1'.
  const misnamed = Object.keys(env ?? {}).find((variable) => variable.indexOf('=', 1) > 0);
  if (misnamed !== undefined) {
    throw misuse(`${className}.options.env: '${misnamed}' cannot be the name of a variable: write { NAME: 'value' }`);
  }
  demand(cwd === undefined || (isText(cwd) && cwd !== ''), 'cwd', 'the path of a folder, as a string');
  demand(
    title === undefined || (isText(title) && title !== ''),
    'title',
    'a string that is not empty; omit it for the default',
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
    transport === undefined || (isOptionsObject(transport) && Object.values(transport).every(isOptionsObject)),
    'transport',
    `an object of options by scheme: { ${chosen.hostScheme}: { … } }`,
  );
  const schemes = chosen.schemes();
  const unregistered = Object.keys(transport ?? {}).find((scheme) => !schemes.includes(scheme));
  if (unregistered !== undefined) {
    throw misuse(
      `${className}.options.transport.${unregistered}: there is no transport '${unregistered}'; the registered ones are ` +
        `${schemes.join(', ')}. Correct the name, or register the transport with registerTransport() before`,
    );
  }
  const heap = isOptionsObject(resourceLimits) ? resourceLimits?.maxOldGenerationSizeMb : undefined;
  demand(
    resourceLimits === undefined || isOptionsObject(resourceLimits),
    'resourceLimits',
    'an object: { maxOldGenerationSizeMb: 512 }',
  );
  const unknown = Object.keys(resourceLimits ?? {}).find((limit) => limit !== 'maxOldGenerationSizeMb');
  if (unknown !== undefined) {
    throw misuse(`${className}.options.resourceLimits.${unknown} is not known; the only one is maxOldGenerationSizeMb`);
  }
  demand(
    heap === undefined || (Number.isInteger(heap) && heap > 0),
    'resourceLimits.maxOldGenerationSizeMb',
    'a whole number of at least 1',
  );
  const streams = stdioOf(options);
  // A pipe without a reader blocks its writer, and this process would not read it.
  demand(
    Array.isArray(streams) && streams.length === 3 && streams.every((choice) => isStdioChoice(choice)),
    'stdio',
    "'inherit', 'ignore' or a file descriptor, or a list of three of these for input, output and error; to read the " +
      'output, use options.log, or give a descriptor of a file or of a pipe',
  );
  demand(
    options.log === undefined || isLog(options.log),
    'log',
    'true for lines with a prefix, a function of a line, console, or a logger with info() and error(); omit it for no log',
  );
  if (options.log === undefined || hasOutput(options)) return;
  throw misuse(
    `${className}.options.log would receive no lines, because options.stdio sends the output elsewhere: omit one of them, or use ` +
      "'inherit' for the output in stdio",
  );
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isChoice(value: unknown): boolean {
  return isText(value) || isSerializer(value);
}

/** Whether a value can be a serializer, which may also be a function: a factory of serializers, for instance. */
export function isSerializer(value: unknown): value is Serializer {
  return (
    ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
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

function checkPrefork(options: ActorOptions, className: string): void {
  const { prefork } = options;
  if (prefork === undefined) return;
  if (!Number.isInteger(prefork) || prefork < 0 || prefork > MAX_PREFORK) {
    throw misuse(
      `${className}.options.prefork must be a whole number from 0 to ${MAX_PREFORK}, because each waiting process takes about ` +
        `45 MB; it is ${inspect(prefork)}`,
    );
  }
  // A spare may start when the descriptor's number belongs to another file.
  if (prefork > 0 && stdioOf(options).some((choice) => typeof choice === 'number')) {
    throw misuse(
      `${className}.options.prefork cannot be combined with a descriptor in stdio, which may be another file when a spare ` +
        "starts: use 'inherit' or 'ignore', or omit prefork",
    );
  }
}

function checkKeepAlive(keepAlive: number | undefined, className: string): void {
  const ms = checkedTimeoutMs(keepAlive, `${className}.options.keepAlive`);
  if (ms === undefined || ms >= MIN_KEEP_ALIVE_MS) return;
  throw misuse(
    `${className}.options.keepAlive is ${ms} ms; it must be at least ${MIN_KEEP_ALIVE_MS}, or Infinity for no limit`,
  );
}

/**
 * Checks `on` and the options that depend on it.
 *
 * @throws `TypeError` that names the option and what to do.
 */
function checkPlacement(options: ActorOptions, className: string): void {
  const { on, label, name, build, restart } = options;
  if (restart !== undefined && !RESTARTS.includes(restart)) {
    throw misuse(`${className}.options.restart must be one of ${RESTARTS.join(', ')}`);
  }
  if (on !== undefined && (typeof on !== 'object' || hostsOf(on).length === 0 || !hostsOf(on).every(isHost))) {
    throw misuse(
      `${className}.options.on must be a host, or a list of hosts: with({ on: await Host.connect(address) })`,
    );
  }
  if (label !== undefined && !isTextRecord(label)) {
    throw misuse(`${className}.options.label must be an object of strings: { gpu: '1' }`);
  }
  for (const [option, value] of [
    ['name', name],
    ['build', build],
  ] as const) {
    if (value !== undefined && (typeof value !== 'string' || value === '')) {
      throw misuse(`${className}.options.${option} must be a string that is not empty`);
    }
  }
  if (on === undefined) return;
  const hostsOwn = HOSTS_OWN.find((option) => options[option] !== undefined);
  if (hostsOwn === undefined) return;
  throw misuse(
    `${className}.options.${hostsOwn} cannot be combined with 'on', because the host determines it: omit it`,
  );
}

/**
 * Refuses options that need a host. A class may still declare them, for a cluster that chooses a host.
 *
 * @throws `TypeError`
 */
export function demandNoHost(options: ActorOptions, className: string): void {
  const lonely = (['label', 'name', 'build', 'restart'] as const).find((option) => options[option] !== undefined);
  if (lonely === undefined) return;
  throw misuse(
    `${className}.options.${lonely} is only for actors on a host: add the host, with({ on: await Host.connect(…), ` +
      `${lonely}: … }), or use a cluster: cluster.spawn(${className}, name)`,
  );
}

function isHost(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'place' in value && typeof value.place === 'function';
}

function isTextRecord(value: unknown): boolean {
  return isOptionsObject(value) && Object.values(value).every(isText);
}
