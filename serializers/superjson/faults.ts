import { SerializerError } from '../../core/errors.ts';

/** Class names longer than this are cut in messages. */
const MAX_NAME_LENGTH = 80;

const AWAIT = 'await it first.';
const INSTEAD = 'leave it out, send plain data instead, or teach the serializers its class with registerClass.';

/** The error about a value that cannot be sent. `what` continues "superjson cannot send …". */
export function unserializable(what: string, path: string, cause?: unknown): SerializerError {
  return new SerializerError(
    `superjson cannot send ${what}, found at ${path}: ${what === 'an instance of Promise' ? AWAIT : INSTEAD}`,
    { code: 'UNSERIALIZABLE', path, ...(cause === undefined ? {} : { cause }) },
  );
}

/** The error about a value that is nested too deep to be sent. */
export function tooDeep(maxDepth: number, path: string): SerializerError {
  return new SerializerError(
    `The value is nested deeper than ${maxDepth} levels (limits.maxDepth), so superjson cannot send it: flatten it, or ` +
      'raise the limit at both ends.',
    { code: 'TOO_DEEP', path: path.length <= 200 ? path : `${path.slice(0, 200)}…` },
  );
}

/** The error about bytes that no superjson codec wrote. `what` says which rule they break, in words of this library only. */
export function invalidPayload(what: string): SerializerError {
  return new SerializerError(
    `The message is not what this library's superjson serializer writes: ${what}. Both ends must run compatible versions ` +
      'with the same limits.',
    { code: 'INVALID_PAYLOAD' },
  );
}

/** What an object is, for a message. */
export function described(value: object): string {
  if (typeof value === 'function') return 'a function';
  const prototype: unknown = Object.getPrototypeOf(value);
  const constructor: unknown =
    typeof prototype === 'object' && prototype !== null
      ? Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value
      : undefined;
  const name: unknown =
    typeof constructor === 'function' ? Object.getOwnPropertyDescriptor(constructor, 'name')?.value : undefined;
  if (typeof name !== 'string' || name === '') return 'an instance of a class';
  return `an instance of ${name.length <= MAX_NAME_LENGTH ? name : `${name.slice(0, MAX_NAME_LENGTH)}…`}`;
}
