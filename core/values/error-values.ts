import { types } from 'node:util';
import { ClassRegistry } from './class-registry.ts';
import {
  cleanName,
  framesOf,
  guarded,
  MAX_ERROR_MESSAGE_LENGTH,
  MAX_ERROR_STACK_LENGTH,
  truncateText,
} from './error-text.ts';
import { usefulFrames } from './remote-stack.ts';

/** How many errors deep the causes (and `AggregateError.errors`) of an error are followed; the next one is a note. */
export const MAX_ERROR_DEPTH = 16;

/** How many errors one error may bring along, its causes and theirs included; the next one is a note. */
export const MAX_NESTED_ERRORS = 1_000;

/** How many own properties of an error travel. */
export const MAX_ERROR_PROPERTIES = 1_000;

/** The built-in classes whose exact instances arrive as such, by name; `DOMException` keeps its own name besides. */
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
 * Own properties that are never copied: they travel as fields, would reach a prototype where they arrive, or keep the error from
 * being shown as text.
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

/** What an error brings along: an error, taken apart like it, or any other value, which the codec encodes. */
export type NestedError = { readonly error: ErrorData } | { readonly value: unknown };

/**
 * An error as a plain object: all that travels of it. At most one of `builtin`, `registered` and `library` says which
 * class it arrives as; without them it arrives as `RemoteError`.
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
  /** The class of this library's. */
  readonly library?: string;
  readonly cause?: NestedError;
  /** The `errors` of an `AggregateError`. */
  readonly errors?: readonly NestedError[];
  /** The other own enumerable properties, as values for the codec. */
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** How {@link errorToData} copies. */
export interface ErrorToDataOptions {
  /** The classes that travel as themselves. Default: those of this process. */
  readonly registry?: ClassRegistry;
  /**
   * For peers that are not to see the inside of this process (`redactErrors`): leaves out the stack, every own property
   * but a `code` and `executed`, causes that are no errors, and absolute paths in messages. Default `false`.
   */
  readonly redact?: boolean;
}

interface Copying {
  readonly registry: ClassRegistry;
  readonly redact: boolean;
  /** The errors above the one being copied, outermost first. */
  readonly above: object[];
  nested: number;
}

/** Absolute paths and file URLs with at least two segments, but not the path of another URL. */
const ABSOLUTE_PATH = /(?<![\w:/.])(?:file:\/\/)?(?:(?:\/[^\s/'"`:,()]+){2,}|[A-Za-z]:\\[^\s'"`,()]+)/g;

/** Whether the value is to travel as an error. A `Proxy` of an error counts; it is never unwrapped. */
export function isError(value: unknown): value is Error {
  return types.isNativeError(value) || guarded(() => value instanceof Error, false);
}

/**
 * The plain copy of an error that travels. Nothing about the error can make this throw: what cannot be read is left out
 * or replaced by a note. Texts are cut at the limits of `error-text.ts`; causes are followed for
 * {@link MAX_ERROR_DEPTH} errors, and a circle of causes ends in a note.
 *
 * The values in `properties`, `cause` and `errors` are the error's own and may be anything; when the codec cannot encode
 * them, {@link errorToPlainData} gives what it always can.
 *
 * @param error Anything; what is no error is described.
 */
export function errorToData(error: unknown, options: ErrorToDataOptions = {}): ErrorData {
  const { registry = ClassRegistry.shared, redact = false } = options;
  if (!isError(error)) return describeValue(error);
  return copyError(error, { registry, redact, above: [], nested: 0 });
}

/** The copy for an error whose properties or causes cannot be encoded: texts, and `code` and `executed` if they are simple. */
export function errorToPlainData(error: unknown, options: ErrorToDataOptions = {}): ErrorData {
  const { registry = ClassRegistry.shared, redact = false } = options;
  if (!isError(error)) return describeValue(error);
  const copying: Copying = { registry, redact, above: [], nested: 0 };
  return { ...copyTexts(error, copying), ...withProperties(plainProperties(error)) };
}

function copyError(error: Error, copying: Copying): ErrorData {
  const { redact } = copying;
  copying.above.push(error);
  const cause = guarded(() => (Object.hasOwn(error, 'cause') ? nest(error.cause, copying) : undefined), undefined);
  const errors = guarded(() => errorsOf(error)?.map((each) => nest(each, copying)), undefined);
  copying.above.pop();
  return {
    ...copyTexts(error, copying),
    ...(cause === undefined || (redact && 'value' in cause) ? {} : { cause }),
    ...(errors === undefined ? {} : { errors: redact ? errors.filter((each) => 'error' in each) : errors }),
    ...withProperties(redact ? plainProperties(error) : ownProperties(error)),
  };
}

/** Errors inside an error are copied here, not by the codec: only here are the errors above them known. */
function nest(value: unknown, copying: Copying): NestedError {
  if (!isError(value)) return { value };
  if (copying.above.includes(value))
    return { error: note('The causes of this error run in a circle, which ends here.') };
  copying.nested++;
  if (copying.above.length >= MAX_ERROR_DEPTH || copying.nested > MAX_NESTED_ERRORS) return { error: note(LEFT_OUT) };
  return { error: copyError(value, copying) };
}

/** What stands for the errors beyond the limits. */
export const LEFT_OUT = 'Further errors were left out: there are too many below each other, or in all.';

function note(message: string): ErrorData {
  return { name: 'Error', message, builtin: 'Error' };
}

/** The `errors` of an `AggregateError` are not enumerable; an enumerable property of that name is one like any other. */
function errorsOf(error: Error): readonly unknown[] | undefined {
  const property = Object.getOwnPropertyDescriptor(error, 'errors');
  if (property === undefined || property.enumerable === true || !Array.isArray(property.value)) return undefined;
  const errors: readonly unknown[] = property.value;
  return errors.slice(0, MAX_NESTED_ERRORS);
}

function copyTexts(error: Error, { registry, redact }: Copying): ErrorData {
  const message = guarded(() => toText(error.message), '[the message of this error cannot be read]');
  const stack = redact ? '' : guarded(() => usefulFrames(framesOf(toText(error.stack), message)), '');
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
  // A Proxy is not what its target is: it arrives as RemoteError.
  const prototype: unknown = types.isProxy(error) ? null : Object.getPrototypeOf(error);
  if (typeof prototype !== 'object' || prototype === null) return {};
  const registered = registry.errorName(prototype);
  if (registered !== undefined) return { registered };
  const library = registry.libraryErrorName(prototype);
  if (library !== undefined) return { library };
  const builtin = builtinName(prototype);
  return builtin === undefined ? {} : { builtin };
}

/** The built-in class with this prototype, that of another realm (`node:vm`, a test runner) included. */
function builtinName(prototype: object): string | undefined {
  for (const [name, cls] of BUILTIN_ERRORS) if (cls.prototype === prototype) return name;
  const constructor: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  if (typeof constructor !== 'function' || !BUILTIN_ERRORS.has(constructor.name)) return undefined;
  return Function.prototype.toString.call(constructor).includes('[native code]') ? constructor.name : undefined;
}

/** A class that sets no name of its own inherits `Error`, which says less than what the class is called. */
function nameOf(error: Error, kind: Kind): string {
  const name = toText(error.name);
  if (!BUILTIN_ERRORS.has(name) || Object.keys(kind).length > 0 || Object.hasOwn(error, 'name')) return name;
  return error.constructor.name || name;
}

function ownProperties(error: Error): Record<string, unknown> {
  const properties: Record<string, unknown> = {};
  const keys = guarded(() => Object.keys(error), []).slice(0, MAX_ERROR_PROPERTIES);
  for (const key of keys) {
    if (RESERVED_ERROR_PROPERTIES.has(key)) continue;
    const value: unknown = guarded(() => Reflect.get(error, key), '[this property cannot be read]');
    // A function would become a reference that keeps the actor alive; an error carries data.
    if (typeof value !== 'function' && typeof value !== 'symbol') properties[key] = value;
  }
  return properties;
}

function plainProperties(error: Error): Record<string, unknown> {
  const code = ownProperty(error, 'code');
  const executed = ownProperty(error, 'executed');
  return {
    ...(typeof code === 'string' ? { code: truncateText(code, MAX_ERROR_MESSAGE_LENGTH) } : {}),
    ...(typeof code === 'number' ? { code } : {}),
    ...(typeof executed === 'string' ? { executed: truncateText(executed, MAX_ERROR_MESSAGE_LENGTH) } : {}),
  };
}

/** Only an own property: the `code` of a DOMException belongs to its class. */
function ownProperty(error: Error, key: string): unknown {
  return guarded(() => (Object.hasOwn(error, key) ? Reflect.get(error, key) : undefined), undefined);
}

function withProperties(properties: Record<string, unknown>): Pick<ErrorData, 'properties'> {
  return Object.keys(properties).length === 0 ? {} : { properties };
}

function describeValue(value: unknown): ErrorData {
  const text = guarded(() => String(value), '[it cannot be shown]');
  const message = `A value of type ${typeof value} was thrown that cannot be sent: ${text}`;
  return { name: 'NonError', message: truncateText(message, MAX_ERROR_MESSAGE_LENGTH) };
}
