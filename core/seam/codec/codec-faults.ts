import { MessageTooLargeError, SerializerError } from '../errors.ts';

/** The maximum length of class names in messages. */
const MAX_NAME_LENGTH = 80;

/** The maximum length of paths in messages about too many levels. */
const MAX_PATH_LENGTH = 200;

/** The beginning of the description of a class. */
const CLASS = 'the class ';

const AWAIT = 'await it first.';
const INSTEAD = 'omit it, send plain data instead, or register its class with registerClass.';

/** The errors that codecs throw, worded alike for all serializers. */
export class CodecFaults {
  readonly #serializer: string;

  /** @param serializer The name of the serializer, for the messages. */
  constructor(serializer: string) {
    this.#serializer = serializer;
  }

  /** Returns the error for a value that cannot be sent. `what` continues "superjson cannot send …". */
  unserializable(what: string, path: string, cause?: unknown): SerializerError {
    return new SerializerError(`${this.#serializer} cannot send ${what}, found at ${path}: ${insteadOf(what)}`, {
      code: 'UNSERIALIZABLE',
      path,
      ...(cause === undefined ? {} : { cause }),
    });
  }

  /** Returns the error for a value that is nested too deep to be sent. */
  tooDeep(maxDepth: number, path: string): SerializerError {
    return new SerializerError(
      `The value is nested deeper than ${maxDepth} levels (limits.maxDepth), so ${this.#serializer} cannot send it: flatten ` +
        'it, or raise the limit at both ends.',
      { code: 'TOO_DEEP', path: path.length <= MAX_PATH_LENGTH ? path : `${path.slice(0, MAX_PATH_LENGTH)}…` },
    );
  }

  /** Returns the error for a value that contains more values than the peer accepts. */
  tooManyValues(maxNodes: number): MessageTooLargeError {
    return new MessageTooLargeError(
      `The message has more than the ${maxNodes} values that the other end accepts in one message (limits.maxNodes there), so ` +
        `${this.#serializer} does not send it: send it in pieces, or raise the limit at the other end.`,
    );
  }

  /** Returns the error for bytes that no codec wrote. `what` names the broken rule, without quoting the bytes. */
  invalidPayload(what: string): SerializerError {
    return new SerializerError(
      `The message is not what this library's ${this.#serializer} serializer writes: ${what}. Both ends must run ` +
        'compatible versions with the same limits.',
      { code: 'INVALID_PAYLOAD' },
    );
  }
}

/** Whether `cause` is a stack overflow. Levels are counted, but a caller may have used up most of the stack. */
export function isStackOverflow(cause: unknown): boolean {
  return cause instanceof RangeError && cause.message.startsWith('Maximum call stack');
}

function insteadOf(what: string): string {
  if (what.startsWith(CLASS)) return 'a class stays in its process: send its name, and let both processes import it.';
  return what === 'an instance of Promise' ? AWAIT : INSTEAD;
}

/** Whether a function was declared as a class, so that it cannot be called; `String` and similar can be. */
export function isWrittenAsClass(value: object): boolean {
  if (typeof value !== 'function') return false;
  const prototype = Object.getOwnPropertyDescriptor(value, 'prototype');
  return prototype?.writable === false && Function.prototype.toString.call(value).startsWith('class');
}

/** Describes an object for {@link CodecFaults.unserializable}: `an instance of Socket`. */
export function described(value: object): string {
  if (isWrittenAsClass(value)) return `${CLASS}${shortened(Object.getOwnPropertyDescriptor(value, 'name')?.value)}`;
  if (typeof value === 'function') return 'a function';
  const prototype: unknown = Object.getPrototypeOf(value);
  const constructor: unknown =
    typeof prototype === 'object' && prototype !== null
      ? Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value
      : undefined;
  const name: unknown =
    typeof constructor === 'function' ? Object.getOwnPropertyDescriptor(constructor, 'name')?.value : undefined;
  if (typeof name !== 'string' || name === '') return 'an instance of a class';
  return `an instance of ${shortened(name)}`;
}

function shortened(name: unknown): string {
  const text = typeof name === 'string' ? name : '';
  return text.length <= MAX_NAME_LENGTH ? text : `${text.slice(0, MAX_NAME_LENGTH)}…`;
}

/**
 * Refuses a promise that a codec's method returned: the message has been written, or is used, before the promise settles. Its
 * rejection is ignored, because no caller waits for it.
 *
 * @throws {@link SerializerError} that says that the method is synchronous.
 */
export function refusePromise(returned: Promise<unknown>, member: 'encode' | 'decode'): never {
  returned.catch(() => undefined);
  throw new SerializerError(
    `the serializer's ${member}() returned a promise, but it must be synchronous: ` +
      (member === 'encode' ? 'write the whole value to the output before it returns' : 'return the value itself'),
    { code: member === 'encode' ? 'UNSERIALIZABLE' : 'INVALID_PAYLOAD' },
  );
}
