import { types } from 'node:util';
import { ClassRegistry } from './class-registry.ts';
import {
  cleanName,
  framesOf,
  guarded,
  MAX_ERROR_MESSAGE_LENGTH,
  MAX_ERROR_STACK_LENGTH,
  shownText,
  truncateText,
} from './error-text.ts';
import { fieldsOf } from '../seam/errors.ts';
import { ErrorParts } from './error-parts.ts';
import { usefulFrames } from './remote-stack.ts';

/**
 * The maximum depth to which causes (and `AggregateError.errors`) of an error are followed; the next one is replaced by a note.
 */
export const MAX_ERROR_DEPTH = 16;

/** The maximum number of errors inside one error, including causes and theirs; the next one is replaced by a note. */
export const MAX_NESTED_ERRORS = 1_000;

/** The maximum number of own properties of an error that are sent. */
export const MAX_ERROR_PROPERTIES = 1_000;

/** The built-in classes whose exact instances keep their class, by name; `DOMException` also keeps its own name. */
export const BUILTIN_ERRORS: ReadonlyMap<string, { readonly prototype: object }> = new Map(
  Object.entries({
    Error,
    TypeError,
    RangeError,
    SyntaxError,
    ReferenceError,
    EvalError,
    URIError,
    AggregateError,
    DOMException,
  }),
);

/**
 * Own properties that are never copied: they are sent as fields, could reach a prototype at the receiver, or would keep the error
 * from being printed as text.
 */
export const RESERVED_ERROR_PROPERTIES: ReadonlySet<string> = new Set([
  'name',
  'message',
  'stack',
  'cause',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
]);

/** A value inside an error: an {@link ErrorCopy} for an error, or any other value. The codec encodes it. */
export interface NestedError {
  readonly value: unknown;
}

/** A copy of an error for sending, with the error itself. */
export class ErrorCopy {
  readonly data: ErrorData;
  readonly #error: object | undefined;

  /** @param error - Absent for a replacement that has no error. */
  constructor(data: ErrorData, error?: object) {
    this.data = data;
    this.#error = error;
  }

  /** The error, or the copy itself if there is no error. */
  get identity(): object {
    return this.#error ?? this;
  }

  /** Returns the copy of `value` if it is an error or such a copy. */
  static of(value: object, options?: ErrorToDataOptions): ErrorCopy | undefined {
    if (value instanceof ErrorCopy) return value;
    return isError(value) ? new ErrorCopy(errorToData(value, options), value) : undefined;
  }
}

/**
 * The parts of an error that are sent, as a plain object. At most one of `builtin`, `registered` and `library` names the class
 * that the receiver recreates; without them the error becomes a `RemoteError`.
 */
export interface ErrorData {
  readonly name: string;
  readonly message: string;
  /** The frames of its stack, without the headline. */
  readonly stack?: string;
  /** The built-in class, a key of {@link BUILTIN_ERRORS}. */
  readonly builtin?: string;
  /** The name given to `registerError`. */
  readonly registered?: string;
  /** The library's own class. */
  readonly library?: string;
  readonly cause?: NestedError;
  /** The `errors` of an `AggregateError`. */
  readonly errors?: readonly NestedError[];
  /** The other own enumerable properties, as values for the codec. */
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** Options of {@link errorToData}. */
export interface ErrorToDataOptions {
  /** The registered classes. Default: those of this process. */
  readonly registry?: ClassRegistry;
  /**
   * Whether to omit internals of this process (`redactErrors`): the stack, every own property but a `code`, `executed` and the
   * documented ones of this library's classes, causes that are not errors, and absolute paths in messages. Default `false`.
   */
  readonly redact?: boolean;
  /**
   * Whether an object can be sent that is neither an error nor of a class that every serializer knows. Default: instances of
   * registered classes.
   */
  readonly isSendable?: (value: object) => boolean;
}

interface Copying {
  readonly registry: ClassRegistry;
  readonly redact: boolean;
  readonly parts: ErrorParts;
  /** The errors that contain the one being copied, outermost first. */
  readonly above: object[];
  /** The outcome for each error met so far. */
  readonly copies: Map<object, Copied>;
  nested: number;
}

interface Copied {
  readonly copy: ErrorCopy;
  /** The number of errors in it, including itself. */
  readonly size: number;
}

/** Absolute paths and file URLs with at least two segments, but not the path of another URL. */
const ABSOLUTE_PATH = /(?<![\w:/.])(?:file:\/\/)?(?:(?:\/[^\s/'"`:,()]+){2,}|[A-Za-z]:\\[^\s'"`,()]+)/g;

/** Whether the value is sent as an error. A `Proxy` of an error counts; it is never unwrapped. */
export function isError(value: unknown): value is Error {
  return types.isNativeError(value) || guarded(() => value instanceof Error, false);
}

/**
 * Creates the plain copy of an error that is sent. Nothing about the error can make this throw: unreadable parts are omitted or
 * replaced by a note. Texts are cut at the limits of `error-text.ts`; causes are followed for {@link MAX_ERROR_DEPTH} errors, and
 * a cycle, of causes or through properties, ends in a note.
 *
 * The values in `properties`, `cause` and `errors` are the error's own, if they can be sent: any other property is omitted. An
 * error met twice gives the same {@link ErrorCopy} twice.
 *
 * @param error Any value; a value that is not an error is described.
 */
export function errorToData(error: unknown, options: ErrorToDataOptions = {}): ErrorData {
  if (!isError(error)) return describeValue(error);
  const copying = newCopying(options);
  const data = copyError(error, copying);
  copying.parts.finish();
  return data;
}

/**
 * Creates the copy of an error whose properties or causes cannot be encoded: its texts, and `code` and `executed` if they are
 * primitive.
 */
export function errorToPlainData(error: unknown, options: ErrorToDataOptions = {}): ErrorData {
  if (!isError(error)) return describeValue(error);
  return { ...copyTexts(error, newCopying(options)), ...withProperties(plainProperties(error)) };
}

function newCopying(options: ErrorToDataOptions): Copying {
  const { registry = ClassRegistry.shared, redact = false } = options;
  const { isSendable = (value: object): boolean => registry.hasClassOf(value) } = options;
  const parts = new ErrorParts(isSendable, (value) =>
    isError(value) ? { copy: copyNested(value, copying), cut: copying.above.includes(value) } : undefined,
  );
  const copying: Copying = { registry, redact, parts, above: [], copies: new Map(), nested: 0 };
  return copying;
}

function copyError(error: Error, copying: Copying): ErrorData {
  const { redact, parts } = copying;
  copying.above.push(error);
  const cause = guarded(() => (Object.hasOwn(error, 'cause') ? nest(error.cause, copying) : undefined), undefined);
  const errors = guarded(() => errorsOf(error)?.map((each) => nest(each, copying)), undefined);
  const properties = redact ? plainProperties(error) : ownProperties(error, parts);
  copying.above.pop();
  return {
    ...copyTexts(error, copying),
    ...(cause === undefined || (redact && !isCopy(cause)) ? {} : { cause }),
    ...(errors === undefined ? {} : { errors: redact ? errors.filter(isCopy) : errors }),
    ...withProperties(properties),
  };
}

function isCopy({ value }: NestedError): boolean {
  return value instanceof ErrorCopy;
}

function nest(value: unknown, copying: Copying): NestedError {
  if (isError(value)) return { value: copyNested(value, copying) };
  const nested = { value: undefined };
  // A list keeps its length: a value that cannot be sent is described.
  return copying.redact || copying.parts.keep(nested, 'value', value)
    ? nested
    : { value: new ErrorCopy(describeValue(value, 'belongs to this error')) };
}

/** Copies an error inside an error, of which the errors around it are known. */
function copyNested(error: Error, copying: Copying): ErrorCopy {
  const { above, copies } = copying;
  if (above.includes(error)) return note('The causes of this error form a cycle, which is cut here.');
  const known = copies.get(error);
  // Each occurrence counts completely, because some codecs write shared objects repeatedly.
  const before = copying.nested;
  copying.nested += known?.size ?? 1;
  if (above.length >= MAX_ERROR_DEPTH || copying.nested > MAX_NESTED_ERRORS) return note(LEFT_OUT);
  if (known !== undefined) return known.copy;
  const copy = new ErrorCopy(copyError(error, copying), error);
  copies.set(error, { copy, size: copying.nested - before });
  return copy;
}

/** Replaces the errors beyond the limits. */
export const LEFT_OUT = 'Further errors were omitted: they are nested too deep, or there are too many.';

function note(message: string): ErrorCopy {
  return new ErrorCopy({ name: 'Error', message, builtin: 'Error' });
}

/**
 * Returns the `errors` of an `AggregateError`, which are not enumerable; an enumerable property of that name is an ordinary one.
 */
function errorsOf(error: Error): readonly unknown[] | undefined {
  const property = Object.getOwnPropertyDescriptor(error, 'errors');
  if (property === undefined || property.enumerable === true || !Array.isArray(property.value)) return undefined;
  const errors: readonly unknown[] = property.value;
  return errors.slice(0, MAX_NESTED_ERRORS);
}

function copyTexts(error: Error, { registry, redact }: Copying): ErrorData {
  const message = guarded(() => toText(error.message), '[the message of this error cannot be read]');
  const stack = redact ? '' : guarded(() => usefulFrames(error, framesOf(toText(error.stack), message)), '');
  const kind = guarded(() => kindOf(error, registry), {});
  const shown = redact ? message.replace(ABSOLUTE_PATH, '[path]') : message;
  return {
    name: cleanName(guarded(() => nameOf(error, kind), 'Error')),
    message: truncateText(shown, MAX_ERROR_MESSAGE_LENGTH),
    ...(stack === '' ? {} : { stack: truncateText(stack, MAX_ERROR_STACK_LENGTH) }),
    ...kind,
  };
}

function toText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === undefined) return '';
  return typeof value === 'number' ? String(value) : Object.prototype.toString.call(value);
}

type Kind = Pick<ErrorData, 'builtin' | 'registered' | 'library'>;

function kindOf(error: Error, registry: ClassRegistry): Kind {
  // A Proxy does not have its target's class: it arrives as RemoteError.
  const prototype: unknown = types.isProxy(error) ? null : Object.getPrototypeOf(error);
  if (typeof prototype !== 'object' || prototype === null) return {};
  const registered = registry.errorName(prototype);
  if (registered !== undefined) return { registered };
  const library = registry.libraryErrorName(prototype);
  if (library !== undefined) return { library };
  const builtin = builtinName(prototype);
  return builtin === undefined ? {} : { builtin };
}

/**
 * Returns the name of the built-in class with this prototype, including prototypes of another realm (`node:vm`, a test runner).
 */
function builtinName(prototype: object): string | undefined {
  for (const [name, cls] of BUILTIN_ERRORS) if (cls.prototype === prototype) return name;
  const constructor: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  if (typeof constructor !== 'function' || !BUILTIN_ERRORS.has(constructor.name)) return undefined;
  return Function.prototype.toString.call(constructor).includes('[native code]') ? constructor.name : undefined;
}

/** Returns the error's name. A class that sets none inherits `Error`, which says less than the name of the class. */
function nameOf(error: Error, kind: Kind): string {
  const name = toText(error.name);
  if (!BUILTIN_ERRORS.has(name) || Object.keys(kind).length > 0 || Object.hasOwn(error, 'name')) return name;
  return error.constructor.name || name;
}

function ownProperties(error: Error, parts: ErrorParts): Record<string, unknown> {
  const properties: Record<string, unknown> = {};
  const keys = guarded(() => Object.keys(error), []).slice(0, MAX_ERROR_PROPERTIES);
  for (const key of keys) {
    if (RESERVED_ERROR_PROPERTIES.has(key)) continue;
    const value: unknown = guarded(() => Reflect.get(error, key), '[this property cannot be read]');
    // A function would become a reference that keeps the actor alive; an error contains only data.
    if (typeof value !== 'function') parts.keep(properties, key, value);
  }
  return properties;
}

function plainProperties(error: Error): Record<string, unknown> {
  const code = ownProperty(error, 'code');
  const executed = ownProperty(error, 'executed');
  return {
    ...documentedFields(error),
    ...(typeof code === 'string' ? { code: truncateText(code, MAX_ERROR_MESSAGE_LENGTH) } : {}),
    ...(typeof code === 'number' ? { code } : {}),
    ...(typeof executed === 'string' ? { executed: truncateText(executed, MAX_ERROR_MESSAGE_LENGTH) } : {}),
  };
}

/** Returns the documented fields of this library's own errors; user errors have none. */
function documentedFields(error: Error): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const key of fieldsOf(error)) {
    const value = ownProperty(error, key);
    if (typeof value === 'string') fields[key] = truncateText(value, MAX_ERROR_MESSAGE_LENGTH);
    else if (typeof value === 'number' || value === null) fields[key] = value;
  }
  return fields;
}

/** Returns an own property only: the `code` of a DOMException belongs to its class. */
function ownProperty(error: Error, key: string): unknown {
  return guarded(() => (Object.hasOwn(error, key) ? Reflect.get(error, key) : undefined), undefined);
}

function withProperties(properties: Record<string, unknown>): Pick<ErrorData, 'properties'> {
  return Object.keys(properties).length === 0 ? {} : { properties };
}

function describeValue(value: unknown, where = 'was thrown'): ErrorData {
  const message = `A value of type ${typeof value} ${where} that cannot be sent: ${shownText(value)}`;
  return { name: 'NonError', message: truncateText(message, MAX_ERROR_MESSAGE_LENGTH) };
}

/** An error reduced to its texts, which every serializer can send. */
export class SendableError extends ErrorCopy {
  /**
   * @param thrown - The thrown value that could not be sent as it is.
   * @param refusal - The error that says why; sent in place of a thrown value that is not an error.
   * @param redact - Whether to omit everything but its class and message. Default `false`.
   */
  constructor(thrown: unknown, refusal: unknown, redact = false) {
    super(errorToPlainData(isError(thrown) ? thrown : refusal, { redact }));
  }

  /** Creates a copy that only says why an error could not be sent, for messages without room for more. */
  static brief(refusal: unknown): SendableError {
    return new SendableError(refusal, refusal, true);
  }
}
