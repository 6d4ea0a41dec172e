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

/** Options of {@link errorFromData}. */
export interface ErrorFromDataOptions {
  /** The origin of the error, for its stack: `actor process of Counter (pid 4711)`. Default `another process`. */
  readonly origin?: string;
  /** The registered classes. Default: those of this process. */
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
 * Recreates the error of `data` (an `ErrorData` from an untrusted peer). Errors of built-in and registered classes keep their
 * class, without running its constructor; so do errors of this library's classes if the registry allows it and the code belongs
 * to the class. Any other becomes a {@link RemoteError} of that name.
 *
 * Invalid fields count as absent. Properties are defined, never assigned, so no setter runs; none can hide the message or the
 * stack, or reach a prototype. The stack says that the error comes from another process.
 *
 * @throws {@link SerializerError} `INVALID_PAYLOAD` when `data` is not a plain object.
 */
export function errorFromData(data: unknown, options: ErrorFromDataOptions = {}): Error {
  const { registry = ClassRegistry.shared, origin = 'another process' } = options;
  if (!isObject(data)) throw new SerializerError('a received error is not an object', { code: 'INVALID_PAYLOAD' });
  // Received frames replace those of this process, and capturing frames is the main cost of an error.
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
    // Whether the remote method's own calls ran says nothing about the call that this error ends.
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
    // Otherwise a list that contains itself would be read once for each error on the way down.
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

/** Creates the error with its class and message, and returns it with its name. */
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
  // A class that is registered only in the sender's process may have left its name as `Error`.
  const known = name === 'Error' && registered !== undefined ? cleanName(registered) : name;
  return { error: new RemoteError(message), name: known };
}

/** Whether the properties fit the library's class: a known code, and texts where it has texts. */
function isPlausible(cls: ErrorClass, properties: ReadonlyMap<string, unknown>): boolean {
  const code = properties.get('code');
  const codes = CODES.get(cls.name);
  if (typeof code !== 'string' || (codes !== undefined && !codes.includes(code))) return false;
  if (!EXECUTED.includes(properties.get('executed'))) return false;
  for (const key of ['path', 'address'])
    if (!['string', 'undefined'].includes(typeof properties.get(key))) return false;
  return true;
}

/** Creates a real error object without running the constructor of the prototype's class. */
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

/** Reads only an own data property: nothing inherited, and no getter is run. */
function field(data: object, key: string): unknown {
  return Object.getOwnPropertyDescriptor(data, key)?.value;
}
