import { SerializerError } from '../errors.ts';
import type { Extension, Extensions } from '../serializer.ts';
import { type CodecFaults, isStackOverflow } from './codec-faults.ts';

/** Why a value cannot be sent, on its way up through the containers that it lies in: each adds its step to the path. */
export class Refusal extends Error {
  readonly #steps: string[] = [];
  readonly #finish: (faults: CodecFaults, path: string) => Error;

  private constructor(finish: (faults: CodecFaults, path: string) => Error) {
    super();
    this.#finish = finish;
  }

  /** For a value that cannot be sent. `what` continues "superjson cannot send …". */
  static unserializable(what: string, cause?: unknown): Refusal {
    return new Refusal((faults, path) => faults.unserializable(what, path, cause));
  }

  /** For a container below the deepest level allowed. */
  static tooDeep(maxDepth: number): Refusal {
    return new Refusal((faults, path) => faults.tooDeep(maxDepth, path));
  }

  /** For a message of more values than the other end reads. */
  static tooManyValues(maxNodes: number): Refusal {
    return new Refusal((faults) => faults.tooManyValues(maxNodes));
  }

  /** For an error of the core about a value that it would not replace: it learns its path. */
  static from(error: unknown): Refusal {
    return new Refusal((faults, path) => {
      if (!(error instanceof Error)) return faults.unserializable('a value that could not be replaced', path, error);
      if (error instanceof SerializerError && error.path === undefined) {
        error.path = path;
        error.message = `${error.message} (at ${path})`;
      }
      return error;
    });
  }

  /** What was thrown while a value was visited: a refusal as it is, anything else is what a getter threw. */
  static of(thrown: unknown, maxDepth: number): Refusal {
    if (thrown instanceof Refusal) return thrown;
    // Levels are counted; this is for a caller who had used up most of the stack already.
    if (isStackOverflow(thrown)) return Refusal.tooDeep(maxDepth);
    return Refusal.unserializable(UNREADABLE, thrown);
  }

  /** The same refusal, for the container in which what is refused lies at `step`. */
  within(step: string): this {
    this.#steps.push(step);
    return this;
  }

  /** The error for the caller, with the whole path. */
  toError(faults: CodecFaults): Error {
    return this.#finish(faults, `$${this.#steps.toReversed().join('')}`);
  }
}

/** Why a value is refused whose getter, or a trap of a Proxy, throws; also a Proxy that was revoked. */
export const UNREADABLE = 'a value that throws when it is read (see the cause)';

/** Why a value is refused that would have to be complete before it is. */
export const CONTAINS_ITSELF = 'an object that contains itself by way of a value with a replacement';

/**
 * What to write in place of `value`, if anything.
 *
 * @param carries Whether the codec copies an object by itself; see {@link Extensions.replace}.
 * @throws {@link Refusal} when the core would not replace it.
 */
export function replacementOf(
  value: object,
  extensions: Extensions,
  carries?: (value: object) => boolean,
): Extension | undefined {
  try {
    return extensions.replace(value, carries);
  } catch (error) {
    throw Refusal.from(error);
  }
}
