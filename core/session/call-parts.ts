import { SerializerError, UActorError } from '../seam/errors.ts';
import type { Exposure } from '../references/exposure.ts';
import type { CalledMethod, Codec } from '../seam/serializer.ts';

/** Passes arguments and results of methods to a codec that wants to see them before they are encoded. */
export class CallParts {
  /** Whether the codec wants to see them. */
  readonly wanted: boolean;
  readonly #codec: Codec;

  constructor(codec: Codec) {
    this.#codec = codec;
    this.wanted = codec.prepareArguments !== undefined || codec.prepareResult !== undefined;
  }

  /**
   * Returns the arguments to send for `args`.
   *
   * @throws {@link SerializerError}
   */
  arguments(args: readonly unknown[], exposure: Exposure, operation: number): readonly unknown[] {
    const codec = this.#codec;
    if (codec.prepareArguments === undefined) return args;
    const called = calledMethod(exposure, operation);
    if (called === undefined) return args;
    try {
      return codec.prepareArguments(args, called);
    } catch (error) {
      throw unprepared(error);
    }
  }

  /**
   * Returns the value to send for a method's result.
   *
   * @throws {@link SerializerError}
   */
  result(result: unknown, exposure: Exposure, operation: number): unknown {
    const codec = this.#codec;
    if (codec.prepareResult === undefined) return result;
    const called = calledMethod(exposure, operation);
    if (called === undefined) return result;
    try {
      return codec.prepareResult(result, called);
    } catch (error) {
      throw unprepared(error);
    }
  }
}

/** Returns the called method; operations behind the methods concern properties. */
function calledMethod({ typeid, methods }: Exposure, operation: number): CalledMethod | undefined {
  const name = methods[operation];
  return name === undefined ? undefined : { typeid, methods, name };
}

function unprepared(error: unknown): unknown {
  if (error instanceof UActorError) return error;
  return new SerializerError('the arguments or the result of a call cannot be sent; see the cause', {
    cause: error,
  });
}
