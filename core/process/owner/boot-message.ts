import {
  type ActorOptions,
  advertisedAddresses,
  bootOptions,
  type BootOptions,
  keepAliveMs,
  limitsOf,
  shutdownTimeoutMs,
} from '../../declaration/actor-options.ts';
import type { Authkey } from '../../trust/authkey.ts';
import { MAX_TIMER_MS } from '../../seam/call-options.ts';
import { process } from '../../seam/environment.ts';
import { misuse } from '../../seam/errors.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { LENGTH_BYTES } from '../../session/message.ts';
import { isPlainArray, isPlainObject } from '../../seam/codec/traversal.ts';

/**
 * The first message on the inherited pipe, and the only one outside a session. It tells the new process which actor it runs. It
 * contains the authkey, so it travels over the pipe rather than in arguments or the environment.
 */
export interface BootMessage {
  /** The URL of the module that exports the class. */
  readonly module: string;
  /** The class's name. */
  readonly name: string;
  /** Whether a process other than the owner named the class; see {@link demandActorClass}. */
  readonly named: boolean;
  /** The name of the serializer for the owner, and for clients that request none. */
  readonly serializer: string;
  /** The names of the serializers for clients that request one of them. */
  readonly otherSerializers: readonly string[];
  /** The identity of the new process, and that of its owner. */
  readonly instance: string;
  readonly owner: string;
  /** The seed of the new process's key pair, in base64: only this process can then prove that it is `instance`. */
  readonly seed: string;
  /** The key, in base64. */
  readonly authkey: string;
  /** The addresses to listen at. */
  readonly addresses: readonly string[];
  /** The addresses that peers receive instead, if any. */
  readonly advertise: readonly string[];
  /** The modules of the owning actors and of this one, outermost first. */
  readonly lineage: readonly string[];
  /** The program file of the outermost process; `undefined` if it runs no file. */
  readonly program: string | undefined;
  /** The options that the new process needs; those of the class and its parents are already merged. */
  readonly options: BootOptions;
}

/** The class for which a process is started. */
export interface BootPlan {
  readonly runtime: Runtime;
  /** The URL of the module, and the name of the class that it exports. */
  readonly module: string;
  readonly name: string;
  /** Whether another process named the class. Default `false`. */
  readonly named?: boolean;
  readonly serializer: string;
  readonly otherSerializers: readonly string[];
  readonly options: ActorOptions;
}

/** Returns the message for a process that listens on `addresses`, without its identity. */
export function bootMessage(
  plan: BootPlan,
  authkey: Authkey,
  addresses: readonly string[],
): Omit<BootMessage, 'instance' | 'seed'> {
  const { runtime, module, name, named = false, serializer, otherSerializers, options } = plan;
  const { transport } = options;
  return {
    module,
    name,
    named,
    serializer,
    otherSerializers,
    owner: runtime.instance,
    authkey: Buffer.from(authkey.toTransfer()).toString('base64'),
    addresses,
    advertise: advertisedAddresses(options, name),
    lineage: runtime.role?.ancestry?.lineage ?? [],
    program: runtime.role?.ancestry ? runtime.role.ancestry.program : process.argv[1],
    options: {
      ...bootOptions(options),
      limits: limitsOf(options),
      shutdownTimeout: shutdownTimeoutMs(options) ?? MAX_TIMER_MS,
      keepAlive: keepAliveMs(options) ?? MAX_TIMER_MS,
      ...(transport && { transport: checkedTransport(transport, name) }),
    },
  };
}

/** @throws `TypeError` when transport options contain values that cannot be sent to another process. */
function checkedTransport(
  transport: NonNullable<ActorOptions['transport']>,
  name: string,
): NonNullable<ActorOptions['transport']> {
  const wrong = notPlain(transport, `${name}.options.transport`);
  if (wrong === undefined) return transport;
  throw misuse(
    `${name}.options.transport must be plain data, because it is sent to the actor's process: ${wrong}. Omit it; for other ` +
      "values, register a custom transport in the actor's module",
  );
}

/** Encodes the message, with its length in front. */
export function encodeBootMessage(message: BootMessage): Uint8Array {
  const text = Buffer.from(JSON.stringify(message, bytesToJson));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(text.length);
  return Buffer.concat([length, text]);
}

/** Decodes the message, without the length. It comes from the owner, which is trusted. */
export function decodeBootMessage(bytes: Buffer): BootMessage {
  const message: BootMessage = JSON.parse(bytes.toString(), bytesFromJson);
  return message;
}

/**
 * Converts values that JSON lacks. Transport options may contain bytes, such as a certificate read from a file: a `Buffer`
 * converts itself. `Infinity`, meaning no limit, becomes a number.
 */
function bytesToJson(_key: string, value: unknown): unknown {
  if (value === Infinity) return Number.MAX_SAFE_INTEGER;
  return value instanceof Uint8Array ? { type: 'Buffer', data: [...value] } : value;
}

function bytesFromJson(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('type' in value) || value.type !== 'Buffer') return value;
  return 'data' in value && Array.isArray(value.data) ? Buffer.from(value.data) : value;
}

/**
 * Finds a value that cannot be sent to another process as JSON, and returns its path; `undefined` if there is none. Bytes can be
 * sent.
 */
function notPlain(value: unknown, path: string, above: readonly unknown[] = []): string | undefined {
  if (value === undefined || value === null || typeof value === 'boolean' || typeof value === 'string')
    return undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : `${path} is ${value}`;
  if (typeof value !== 'object') return `${path} is a ${typeof value}`;
  if (value instanceof Uint8Array) return undefined;
  if (above.includes(value)) return `${path} is part of itself`;
  if (!isPlainArray(value) && !isPlainObject(value)) return `${path} is an instance of a class`;
  for (const [name, member] of Object.entries(value)) {
    const wrong = notPlain(member, `${path}.${name}`, [...above, value]);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}
