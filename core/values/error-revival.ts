import { ClassRegistry, type ErrorClass } from './class-registry.ts';
import { cleanName, framesOf, MAX_ERROR_MESSAGE_LENGTH, MAX_ERROR_STACK_LENGTH, truncateText } from './error-text.ts';
import {
  BUILTIN_ERRORS,
  ErrorCopy,
  LEFT_OUT,
  MAX_ERROR_DEPTH,
  MAX_ERROR_PROPERTIES,
  MAX_NESTED_ERRORS,
  RESERVED_ERROR_PROPERTIES,
} from './error-values.ts';
import { ERROR_CODES, RemoteError, SerializerError } from '../seam/errors.ts';
import { remoteStack } from './remote-stack.ts';

/** How {@link errorFromData} rebuilds. */
export interface ErrorFromDataOptions {
  /** Where the error comes from, for its stack: `actor process of Counter (pid 4711)`. Default `another process`. */
  readonly origin?: string;
  /** The classes that arrive as themselves. Default: those of this process. */
  readonly registry?: ClassRegistry;
}

interface Reviving {
  readonly registry: ClassRegistry;
  readonly origin: string;
  nested: number;
}

const CODES: ReadonlyMap<string, readonly string[]> = new Map(Object.entries(ERROR_CODES));
const EXECUTED: readonly unknown[] = ['no', 'maybe', 'yes'];

/**
 * The error that `data` (an `ErrorData` from a peer that is not believed) stands for. Built-in and registered classes
 * arrive as themselves, without their constructor being run; so do this library's classes as far as the registry allows
 * and the code is one of the class's. Whatever else it claims to be is a {@link RemoteError} of that name.
 *
 * Fields that are not what they should be are taken for absent. Properties are defined, never assigned, so no setter
 * runs; none can hide the message or the stack, or reach a prototype. The stack says that the error is not from here.
 *
 * @throws {@link SerializerError} `INVALID_PAYLOAD` when `data` is no plain object at all.
 */
export function errorFromData(data: unknown, options: ErrorFromDataOptions = {}): Error {
  const { registry = ClassRegistry.shared, origin = 'another process' } = options;
  if (!isObject(data)) throw new SerializerError('a received error is not an object', { code: 'INVALID_PAYLOAD' });
  // The frames of this process are replaced by those that arrived: taking them down is most of what an error costs.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return revive(data, { registry, origin, nested: 0 }, 0);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function revive(data: object, reviving: Reviving, depth: number): Error {
  const message = truncateText(textField(data, 'message') ?? '', MAX_ERROR_MESSAGE_LENGTH);
  const properties = propertiesOf(data);
  const { error, name } = bareError(data, cleanName(textField(data, 'name') ?? 'Error'), message, properties, reviving);
  const frames = truncateText(framesOf(textField(data, 'stack') ?? '', ''), MAX_ERROR_STACK_LENGTH);
  hide(error, 'stack', remoteStack(name, message, frames, reviving.origin));
  if (error.name !== name) hide(error, 'name', name);
  for (const [key, value] of properties) {
    // What became of the call to the method that threw this is not for the error of another call to say.
    if (error instanceof RemoteError && key === 'executed') continue;
    Object.defineProperty(error, key, { value, writable: true, enumerable: true, configurable: true });
  }
  const cause = field(data, 'cause');
  if (isObject(cause)) hide(error, 'cause', reviveNested(cause, reviving, depth + 1));
  const errors = field(data, 'errors');
  if (Array.isArray(errors)) hide(error, 'errors', reviveList(errors, reviving, depth + 1));
  else if (error instanceof AggregateError && !Object.hasOwn(error, 'errors')) hide(error, 'errors', []);
  return error;
}

function reviveList(list: readonly unknown[], reviving: Reviving, depth: number): unknown[] {
  const revived: unknown[] = [];
  for (const each of list.slice(0, MAX_NESTED_ERRORS)) {
    if (isObject(each)) revived.push(reviveNested(each, reviving, depth));
    // A list that holds itself would otherwise be gone through once for each error on the way down.
    if (reviving.nested > MAX_NESTED_ERRORS) break;
  }
  return revived;
}

function reviveNested(nested: object, reviving: Reviving, depth: number): unknown {
  const value = field(nested, 'value');
  const data = value instanceof ErrorCopy ? value.data : field(nested, 'error');
  if (!isObject(data)) return value;
  reviving.nested++;
  if (depth > MAX_ERROR_DEPTH || reviving.nested > MAX_NESTED_ERRORS) return new RemoteError(LEFT_OUT);
  return revive(data, reviving, depth);
}

interface BareError {
  readonly error: Error;
  readonly name: string;
}

/** The error with its class and message, and the name it shall have. */
function bareError(
  data: object,
  name: string,
  message: string,
  properties: Map<string, unknown>,
  { registry }: Reviving,
): BareError {
  const builtin = textField(data, 'builtin');
  if (builtin === 'DOMException') return { error: new DOMException(message, name), name };
  const native = BUILTIN_ERRORS.get(builtin ?? '');
  if (native !== undefined) return { error: withPrototype(native.prototype, message), name };
  const registered = textField(data, 'registered');
  const cls = registry.errorClass(registered ?? '');
  if (cls !== undefined) return { error: withPrototype(cls.prototype, message), name };
  const library = textField(data, 'library');
  const own = registry.libraryErrorClass(library ?? '');
  if (own !== undefined && isPlausible(own, properties)) {
    return { error: withPrototype(own.prototype, message), name: own.name };
  }
  // A class registered only over there may have left its name to `Error`.
  const known = name === 'Error' && registered !== undefined ? cleanName(registered) : name;
  return { error: new RemoteError(message), name: known };
}

/** Whether the properties are what the library's own class has: a known code, and texts where it has texts. */
function isPlausible(cls: ErrorClass, properties: ReadonlyMap<string, unknown>): boolean {
  const code = properties.get('code');
  const codes = CODES.get(cls.name);
  if (typeof code !== 'string' || (codes !== undefined && !codes.includes(code))) return false;
  if (!EXECUTED.includes(properties.get('executed'))) return false;
  for (const key of ['path', 'address'])
    if (!['string', 'undefined'].includes(typeof properties.get(key))) return false;
  return true;
}

/** A real error object, made without running the constructor of the class that the prototype belongs to. */
function withPrototype(prototype: object, message: string): Error {
  const error = new Error(message);
  Object.setPrototypeOf(error, prototype);
  return error;
}

function propertiesOf(data: object): Map<string, unknown> {
  const properties = field(data, 'properties');
  const own = new Map<string, unknown>();
  if (!isObject(properties)) return own;
  for (const key of Object.keys(properties).slice(0, MAX_ERROR_PROPERTIES)) {
    if (!RESERVED_ERROR_PROPERTIES.has(key)) own.set(key, field(properties, key));
  }
  return own;
}

function hide(error: Error, key: string, value: unknown): void {
  Object.defineProperty(error, key, { value, writable: true, enumerable: false, configurable: true });
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textField(data: object, key: string): string | undefined {
  const value = field(data, key);
  return typeof value === 'string' ? value : undefined;
}

/** Only what the data holds itself as a value: nothing inherited, and no getter is run. */
function field(data: object, key: string): unknown {
  return Object.getOwnPropertyDescriptor(data, key)?.value;
}
