import {
  type ActorOptions,
  advertisedAddresses,
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
import { notPlain } from './plain-data.ts';

/**
 * The first message on the inherited pipe, and the only one that is not part of a session: who the new process is to be.
 * It carries the authkey, which is why it goes over the pipe and not through arguments or the environment.
 */
export interface BootMessage {
  /** The URL of the module that exports the class. */
  readonly module: string;
  /** The class's name. */
  readonly name: string;
  /** Whether another process than the owner named the class; see {@link demandActorClass}. */
  readonly named: boolean;
  /** The name of the serializer that this actor speaks with its owner, and with clients that ask for none. */
  readonly serializer: string;
  /** The names of those that it speaks with clients that ask for them. */
  readonly otherSerializers: readonly string[];
  /** The identity that the new process takes on, and its owner's. */
  readonly instance: string;
  readonly owner: string;
  /** What the new process makes its key pair of, in base64: only it can then be `instance`. */
  readonly seed: string;
  /** The key, in base64. */
  readonly authkey: string;
  /** Where to listen. */
  readonly addresses: readonly string[];
  /** What others are told instead, if anything. */
  readonly advertise: readonly string[];
  /** The modules of the actors above, outermost first. */
  readonly lineage: readonly string[];
  /** The file of the program that the outermost process runs; `undefined` where it runs none from a file. */
  readonly program: string | undefined;
  /** Options that matter in the new process; the class's own have been merged. */
  readonly options: Pick<
    ActorOptions,
    'title' | 'concurrency' | 'limits' | 'transport' | 'shutdownTimeout' | 'keepAlive' | 'redactErrors' | 'inspectable'
  >;
}

/** What a process is told of the class that it is started for. */
export interface BootPlan {
  readonly runtime: Runtime;
  /** The URL of the module, and the name of the class that it exports. */
  readonly module: string;
  readonly name: string;
  /** Whether another process named it. Default `false`. */
  readonly named?: boolean;
  readonly serializer: string;
  readonly otherSerializers: readonly string[];
  readonly options: ActorOptions;
}

/** The message for a process that is to listen on `addresses`, all but its identity. */
export function bootMessage(
  plan: BootPlan,
  authkey: Authkey,
  addresses: readonly string[],
): Omit<BootMessage, 'instance' | 'seed'> {
  const { runtime, module, name, named = false, serializer, otherSerializers, options } = plan;
  const { title, concurrency, transport, redactErrors, inspectable } = options;
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
      limits: limitsOf(options),
      shutdownTimeout: shutdownTimeoutMs(options) ?? MAX_TIMER_MS,
      keepAlive: keepAliveMs(options) ?? MAX_TIMER_MS,
      ...(redactErrors !== undefined && { redactErrors }),
      ...(inspectable !== undefined && { inspectable }),
      ...(title !== undefined && { title }),
      ...(concurrency !== undefined && { concurrency }),
      ...(transport && { transport: checkedTransport(transport, name) }),
    },
  };
}

/** @throws `TypeError` when the options of transports hold what cannot be told another process. */
function checkedTransport(
  transport: NonNullable<ActorOptions['transport']>,
  name: string,
): NonNullable<ActorOptions['transport']> {
  const wrong = notPlain(transport, `${name}.options.transport`);
  if (wrong === undefined) return transport;
  throw misuse(
    `${name}.options.transport must be plain data, because it goes to the actor's process: ${wrong}. Leave it out; what ` +
      "cannot be told is for a transport of one's own, which the actor's module registers",
  );
}

/** The message as bytes, its length in front. */
export function encodeBootMessage(message: BootMessage): Uint8Array {
  const text = Buffer.from(JSON.stringify(message, bytesToJson));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(text.length);
  return Buffer.concat([length, text]);
}

/** The message from its bytes, without the length. It comes from the owner, who is believed. */
export function decodeBootMessage(bytes: Buffer): BootMessage {
  const message: BootMessage = JSON.parse(bytes.toString(), bytesFromJson);
  return message;
}

/**
 * Options of transports may hold bytes: a certificate as it was read from its file. A `Buffer` writes itself like this. And what has
 * no limit is a figure, because JSON knows no `Infinity`.
 */
function bytesToJson(_key: string, value: unknown): unknown {
  if (value === Infinity) return Number.MAX_SAFE_INTEGER;
  return value instanceof Uint8Array ? { type: 'Buffer', data: [...value] } : value;
}

function bytesFromJson(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('type' in value) || value.type !== 'Buffer') return value;
  return 'data' in value && Array.isArray(value.data) ? Buffer.from(value.data) : value;
}
