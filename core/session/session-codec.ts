/** How a session uses its serializer: opens the codec, prepares the values of calls, and reports values that cannot be sent. */
import { types } from 'node:util';
import type { Exposure } from '../references/exposure.ts';
import type { MessageAllowance } from '../seam/codec/budget.ts';
import { MessageTooLargeError, misuse, SerializerError, UActorError } from '../seam/errors.ts';
import type { Limits } from '../seam/limits.ts';
import type { CalledMethod, Codec, Extensions, Serializer } from '../seam/serializer.ts';

/**
 * Opens the codec of a session with these limits.
 *
 * @throws any error of the serializer; `TypeError` if it returns something other than a codec.
 */
export function openCodec(
  serializer: Serializer,
  extensions: Extensions,
  { maxDepth, maxNodes, maxMessageBytes }: Limits,
  allowance: MessageAllowance,
): Codec {
  const charge = (bytes: number): void => allowance.charge(bytes);
  const inflated = (bytes: number): void => allowance.begin(bytes);
  const codec: unknown = serializer.open({ extensions, maxDepth, maxNodes, maxMessageBytes, charge, inflated });
  if (isCodec(codec)) {
    demandSynchronous(serializer.name, codec);
    return codec;
  }
  const what = codec instanceof Promise ? 'a promise' : typeof codec === 'object' ? 'another object' : typeof codec;
  throw misuse(
    `the serializer '${serializer.name}': open() must return a codec, an object with encode() and decode(); it returned ${what}`,
  );
}

function isCodec(value: unknown): value is Codec {
  if (typeof value !== 'object' || value === null) return false;
  if (!('encode' in value) || !('decode' in value)) return false;
  return typeof value.encode === 'function' && typeof value.decode === 'function';
}

/** @throws `TypeError` for a method that is `async`. One that returns a promise in another way fails when it is called. */
function demandSynchronous(name: string, codec: Codec): void {
  for (const member of ['encode', 'decode', 'decodeAt'] as const) {
    if (!types.isAsyncFunction(codec[member])) continue;
    throw misuse(
      `the serializer '${name}': ${member}() must not be async, because a message is complete when it returns: do the ` +
        `work synchronously`,
    );
  }
}

/** Passes arguments and results of methods to a codec that wants to see them before they are encoded. */
export class CallParts {
  /** Whether the codec wants to see them. */
  readonly wanted: boolean;
  readonly #prepareArguments: Prepare<readonly unknown[]> | undefined;
  readonly #prepareResult: Prepare<unknown> | undefined;

  constructor(codec: Codec) {
    this.#prepareArguments = codec.prepareArguments?.bind(codec);
    this.#prepareResult = codec.prepareResult?.bind(codec);
    this.wanted = codec.prepareArguments !== undefined || codec.prepareResult !== undefined;
  }

  /**
   * Returns the arguments to send for `args`.
   *
   * @throws {@link SerializerError}
   */
  arguments(args: readonly unknown[], exposure: Exposure, operation: number): readonly unknown[] {
    return prepared(this.#prepareArguments, args, exposure, operation);
  }

  /**
   * Returns the value to send for a method's result.
   *
   * @throws {@link SerializerError}
   */
  result(result: unknown, exposure: Exposure, operation: number): unknown {
    return prepared(this.#prepareResult, result, exposure, operation);
  }
}

type Prepare<Value> = (value: Value, called: CalledMethod) => Value;

function prepared<Value>(
  prepare: Prepare<Value> | undefined,
  value: Value,
  { typeid, methods }: Exposure,
  operation: number,
): Value {
  // Operations behind the methods concern properties.
  const name = methods[operation];
  if (prepare === undefined || name === undefined) return value;
  try {
    return prepare(value, { typeid, methods, name });
  } catch (error) {
    throw unsendable(error, 'the arguments or the result of a call cannot be sent');
  }
}

/** Converts the error of a failed encoding: a value, such as a `Proxy`, can make its codec fail in any way. */
export function unsendable(error: unknown, what = 'the serializer failed to encode a value'): unknown {
  return error instanceof UActorError ? error : new SerializerError(`${what}; see the cause`, { cause: error });
}

/** Returns the error of a message that is larger than `maxBytes` at this end, or than `peerMaxBytes` at the other. */
export function tooLarge(bytes: number, maxBytes: number, peerMaxBytes: number): MessageTooLargeError {
  const theirs = peerMaxBytes === Infinity ? '' : `, and ${peerMaxBytes} at the other end`;
  return new MessageTooLargeError(
    `a message of ${bytes} bytes is larger than limits.maxMessageBytes, which is ${maxBytes} at this end${theirs}: ` +
      'send it in pieces, or raise the limit at both ends',
  );
}
