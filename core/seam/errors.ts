/**
 * The error tree. A subclass exists only where a caller would catch it differently; `code` distinguishes finer cases. The table
 * of all codes is `docs/errors.md`, and a test keeps it equal to {@link ERROR_CODES}.
 */
import { types } from 'node:util';

/** Whether a call ran: refused before it was sent, unknown because the reply was lost, or run. */
export type Executed = 'no' | 'maybe' | 'yes';

/** Every code of this library's errors, by class. */
export const ERROR_CODES = {
  UActorError: ['INVALID_STATE', 'NOT_HELD'],
  ProxyError: [
    'NOT_EXPOSED',
    'READ_ONLY',
    'OBJECT_GONE',
    'RELEASED',
    'UNKNOWN_TYPEID',
    'TYPEID_CONFLICT',
    'OTHER_COPY',
    'NOT_IN_ACTOR',
    'WRONG_ACTOR',
    'TOO_MANY_REFERENCES',
    'TOO_MANY_CALLS',
    'TICKET_INVALID',
    'NOT_ALLOWED',
    'SHUTTING_DOWN',
    'NOT_ADMITTED',
    'OVERLOADED',
  ],
  AuthkeyError: ['AUTHKEY'],
  SerializerError: [
    'UNSERIALIZABLE',
    'TOO_DEEP',
    'INVALID_PAYLOAD',
    'UNKNOWN_SERIALIZER',
    'SERIALIZER_MISMATCH',
    'SERIALIZER_MISSING',
  ],
  MessageTooLargeError: ['MESSAGE_TOO_LARGE'],
  TransportError: ['TRANSPORT', 'ADDRESS_INVALID', 'ADDRESS_TOO_LONG', 'UNSAFE_FOLDER', 'UNKNOWN_TRANSPORT'],
  AddressInUseError: ['ADDRESS_IN_USE'],
  ActorUnreachableError: ['UNREACHABLE'],
  ConnectionLostError: ['CONNECTION_LOST', 'CLOSED', 'PROTOCOL', 'SLOW_CONSUMER', 'OVERLOADED'],
  ActorDiedError: ['ACTOR_DIED'],
  RestartLimitError: ['RESTART_LIMIT'],
  ActorSpawnError: ['SPAWN_FAILED', 'SPAWN_TIMEOUT'],
  HostError: [
    'NO_HOST',
    'NO_SLOTS',
    'LABEL_MISMATCH',
    'MODULE_NOT_LISTED',
    'BUILD_MISMATCH',
    'NAME_TAKEN',
    'NO_SUCH_ACTOR',
    'DRAINING',
    'LEASE_EXPIRED',
  ],
  TimeoutError: ['TIMEOUT'],
  QueueEmptyError: ['QUEUE_EMPTY', 'QUEUE_CLOSED'],
  QueueFullError: ['QUEUE_FULL', 'QUEUE_CLOSED'],
  BrokenBarrierError: ['BARRIER_BROKEN'],
  WorkerDiedError: ['WORKER_DIED'],
  RemoteError: ['REMOTE_ERROR'],
} as const;

/**
 * The documented fields besides `code` and `executed`, by class. They reveal nothing about the inside of a process, so redaction
 * keeps them; `stderr` does, and is not included.
 */
const ERROR_FIELDS: ReadonlyMap<unknown, readonly string[]> = new Map([
  ['AuthkeyError', ['address']],
  ['SerializerError', ['path']],
  ['ActorDiedError', ['actor', 'exitCode', 'signal']],
  ['RestartLimitError', ['exitCode', 'signal']],
  ['WorkerDiedError', ['exitCode', 'signal']],
]);

/** Options of every error of this library. */
export interface UActorErrorOptions {
  /** The case; the table of codes is in `docs/errors.md`. */
  readonly code?: string;
  /** Whether the call ran. Default `'no'`. */
  readonly executed?: Executed;
  /** The error that led to this one. */
  readonly cause?: unknown;
}

/** The key, on the prototypes of the library's errors, of the name by which every copy of the package knows the class. */
const KIND = Symbol.for('uactor.error');

/** Returns the documented fields of an error of this library's own classes; none for any other error. */
export function fieldsOf(error: object): readonly string[] {
  const prototype: unknown = types.isProxy(error) ? undefined : Object.getPrototypeOf(error);
  if (typeof prototype !== 'object' || prototype === null) return [];
  return ERROR_FIELDS.get(Object.getOwnPropertyDescriptor(prototype, KIND)?.value) ?? [];
}

/** The root of everything that this library throws itself, except the `TypeError`s about a wrong declaration or argument. */
export class UActorError extends Error {
  override name = 'UActorError';
  /** A stable identifier of the case, for programs; the table is in `docs/errors.md`. */
  code: string;
  /** Whether the method ran: `'no'`, `'maybe'` (it was sent and no reply came) or `'yes'`. */
  executed: Executed;

  /** Errors of another copy of the package in this process are instances of the same classes. */
  static override [Symbol.hasInstance](this: unknown, value: unknown): boolean {
    if (typeof this !== 'function') return false;
    const prototype: unknown = this.prototype;
    const kind: unknown = Object.getOwnPropertyDescriptor(prototype, KIND)?.value;
    // Also called for values that a method threw: a `Proxy` could answer with anything, or throw, and is never an instance.
    for (
      let level: unknown = value;
      typeof level === 'object' && level !== null && !types.isProxy(level);
      level = Object.getPrototypeOf(level)
    ) {
      if (level === prototype && level !== value) return true;
      if (kind !== undefined && Object.getOwnPropertyDescriptor(level, KIND)?.value === kind) return true;
    }
    return false;
  }

  constructor(message: string, options: UActorErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = options.code ?? 'INVALID_STATE';
    this.executed = options.executed ?? 'no';
  }
}

/** A proxy cannot be used, created or passed on: its object is gone, not exposed, or not available here. */
export class ProxyError extends UActorError {
  override name = 'ProxyError';
  constructor(message: string, options: UActorErrorOptions = {}) {
    super(message, { code: 'NOT_EXPOSED', ...options });
  }
}

/** The two ends do not share an authkey. `address` names the actor that refused, or to which the process must `connect` first. */
export class AuthkeyError extends ProxyError {
  override name = 'AuthkeyError';
  /** The address of the actor whose key is missing or wrong; `undefined` where it has none. */
  address: string | undefined;
  constructor(message: string, options: UActorErrorOptions & { readonly address?: string | undefined } = {}) {
    super(message, { code: 'AUTHKEY', ...options });
    this.address = options.address;
  }
}

/** Returns the error of a client whose key differs from the listener's. */
export function otherAuthkey(address: string, options: Pick<UActorErrorOptions, 'cause'> = {}): AuthkeyError {
  const message = `The actor at ${address} has another authkey. Pass the right one: connect('${address}', { authkey }).`;
  return new AuthkeyError(message, { address, ...options });
}

/** A value cannot be encoded or decoded, or a serializer is not available. */
export class SerializerError extends UActorError {
  override name = 'SerializerError';
  /** The path to the fault in the value, from `$`, the value itself: `$.rows[3].socket`. `undefined` if there is none. */
  path: string | undefined;
  constructor(message: string, options: UActorErrorOptions & { readonly path?: string | undefined } = {}) {
    super(message, { code: 'UNSERIALIZABLE', ...options });
    this.path = options.path;
  }
}

/** A message is larger than `limits.maxMessageBytes`, or contains more values than the peer's `limits.maxNodes`. */
export class MessageTooLargeError extends UActorError {
  override name = 'MessageTooLargeError';
  constructor(message: string, options: UActorErrorOptions = {}) {
    super(message, { code: 'MESSAGE_TOO_LARGE', ...options });
  }
}

/** An address cannot be used, or listening on it failed. */
export class TransportError extends UActorError {
  override name = 'TransportError';
  constructor(message: string, options: UActorErrorOptions = {}) {
    super(message, { code: 'TRANSPORT', ...options });
  }
}

/** Returns the error for text that is not an address of the transport that it was given to. */
export function invalidAddress(address: string, reason: string, cause?: unknown): TransportError {
  return new TransportError(`The address ${JSON.stringify(address)} cannot be used: ${reason}.`, {
    code: 'ADDRESS_INVALID',
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Another process already listens on that address. */
export class AddressInUseError extends TransportError {
  override name = 'AddressInUseError';
  constructor(message: string, options: UActorErrorOptions = {}) {
    super(message, { code: 'ADDRESS_IN_USE', ...options });
  }
}

/** Nothing responds at that address. */
export class ActorUnreachableError extends TransportError {
  override name = 'ActorUnreachableError';
  constructor(message: string, options: UActorErrorOptions = {}) {
    super(message, { code: 'UNREACHABLE', ...options });
  }
}

/** Returns the error of a client that finds no actor at an address. */
export function unreachable(address: string, reason: string, cause?: unknown): ActorUnreachableError {
  const options = cause === undefined ? {} : { cause };
  return new ActorUnreachableError(`No actor could be reached at ${address}: ${reason}.`, options);
}

/** The connection ended before the reply came, or before the call could be sent. */
export class ConnectionLostError extends UActorError {
  override name = 'ConnectionLostError';
  constructor(message: string, options: UActorErrorOptions = {}) {
    super(message, { code: 'CONNECTION_LOST', ...options });
  }
}

/** How the process of an actor ended. */
export interface ActorDeath {
  /** The actor's class name. */
  readonly actor: string;
  /** The exit code; `null` when a signal ended the process, `undefined` when this process cannot know. */
  readonly exitCode: number | null | undefined;
  /** The signal that ended it; `null` when it exited, `undefined` when this process cannot know. */
  readonly signal: NodeJS.Signals | null | undefined;
}

/** The actor's process has ended. */
export class ActorDiedError extends ConnectionLostError {
  override name = 'ActorDiedError';
  /** The actor's class name. */
  actor: string;
  /** The exit code; `null` when a signal ended the process, `undefined` when this process cannot know. */
  exitCode: number | null | undefined;
  /** The signal that ended it; `null` when it exited, `undefined` when this process cannot know. */
  signal: NodeJS.Signals | null | undefined;
  constructor(message: string, options: UActorErrorOptions & ActorDeath) {
    super(message, { code: 'ACTOR_DIED', ...options });
    this.actor = options.actor;
    this.exitCode = options.exitCode;
    this.signal = options.signal;
  }
}

/** A supervised actor ended more often than its supervisor restarts it; the `cause` is its last end. */
export class RestartLimitError extends UActorError {
  override name = 'RestartLimitError';
  /** The exit code of the last incarnation; `null` when a signal ended it, `undefined` when it did not start. */
  exitCode: number | null | undefined;
  /** The signal that ended the last incarnation; `null` when it exited, `undefined` when it did not start. */
  signal: NodeJS.Signals | null | undefined;
  constructor(message: string, options: UActorErrorOptions & Partial<Omit<ActorDeath, 'actor'>> = {}) {
    super(message, { code: 'RESTART_LIMIT', executed: 'no', ...options });
    this.exitCode = options.exitCode;
    this.signal = options.signal;
  }
}

/** The actor's process did not start, for a reason other than an error of the class itself. */
export class ActorSpawnError extends UActorError {
  override name = 'ActorSpawnError';
  /**
   * Node's own message about a start that failed before the module was imported; at most 4 KiB. It does not contain output of the
   * module, which goes to the target in `options.stdio`.
   */
  stderr: string;
  constructor(message: string, options: UActorErrorOptions & { readonly stderr?: string } = {}) {
    super(message, { code: 'SPAWN_FAILED', ...options });
    this.stderr = options.stderr ?? '';
  }
}

/** A host refuses to spawn an actor, or does not have it; the code says why. */
export class HostError extends UActorError {
  override name = 'HostError';
  constructor(message: string, options: UActorErrorOptions = {}) {
    super(message, { code: 'NO_HOST', ...options });
  }
}

/** The deadline of a call or of a waiting member passed. The name is the one that `AbortSignal.timeout` uses. */
export class TimeoutError extends UActorError {
  override name = 'TimeoutError';
  constructor(message: string, options: UActorErrorOptions = {}) {
    super(message, { code: 'TIMEOUT', ...options });
  }
}

/** A queue had no item: not at once, not in time, or never again because it is closed. */
export class QueueEmptyError extends UActorError {
  override name = 'QueueEmptyError';
  constructor(message: string, options: UActorErrorOptions = {}) {
    super(message, { code: 'QUEUE_EMPTY', executed: 'yes', ...options });
  }
}

/** A queue had no room: not at once, not in time, or never again because it is closed. */
export class QueueFullError extends UActorError {
  override name = 'QueueFullError';
  constructor(message: string, options: UActorErrorOptions = {}) {
    super(message, { code: 'QUEUE_FULL', executed: 'yes', ...options });
  }
}

/** A barrier was broken, by `abort`, `reset` or a timeout, before all parties had arrived. */
export class BrokenBarrierError extends UActorError {
  override name = 'BrokenBarrierError';
  constructor(message: string, options: UActorErrorOptions = {}) {
    super(message, { code: 'BARRIER_BROKEN', executed: 'yes', ...options });
  }
}

/** How the worker of a pool ended. */
export interface WorkerDeath {
  /** The exit code; `null` when a signal ended the worker, `undefined` when it is not known. */
  readonly exitCode: number | null | undefined;
  /** The signal that ended it; `null` when it exited, `undefined` when it is not known. */
  readonly signal: NodeJS.Signals | null | undefined;
}

/** The worker of a `Pool` died while it ran a task. The task does not run again, because it may have run in part. */
export class WorkerDiedError extends UActorError {
  override name = 'WorkerDiedError';
  /** The exit code; `null` when a signal ended the worker, `undefined` when it is not known. */
  exitCode: number | null | undefined;
  /** The signal that ended it; `null` when it exited, `undefined` when it is not known. */
  signal: NodeJS.Signals | null | undefined;
  constructor(message: string, options: UActorErrorOptions & Partial<WorkerDeath> = {}) {
    super(message, { code: 'WORKER_DIED', executed: 'maybe', ...options });
    this.exitCode = options.exitCode;
    this.signal = options.signal;
  }
}

/**
 * An error of a class that this process does not know, thrown in another process. `name` is its name there; its own enumerable
 * properties, such as `code`, are copied. `registerError` makes errors keep their class.
 */
export class RemoteError extends UActorError {
  override name = 'RemoteError';
  constructor(message: string, options: UActorErrorOptions = {}) {
    super(message, { code: 'REMOTE_ERROR', executed: 'yes', ...options });
  }
}

/** Returns a `TypeError` about a wrong declaration or call, which is thrown at once, before anything happens. */
export function misuse(message: string, cause?: unknown): TypeError {
  return Object.assign(new TypeError(message, cause === undefined ? {} : { cause }), { code: 'MISUSE' });
}

for (const { name, prototype } of [
  UActorError,
  ProxyError,
  AuthkeyError,
  SerializerError,
  MessageTooLargeError,
  TransportError,
  AddressInUseError,
  ActorUnreachableError,
  ConnectionLostError,
  ActorDiedError,
  RestartLimitError,
  ActorSpawnError,
  HostError,
  TimeoutError,
  QueueEmptyError,
  QueueFullError,
  BrokenBarrierError,
  WorkerDiedError,
  RemoteError,
]) {
  Object.defineProperty(prototype, KIND, { value: name });
}
