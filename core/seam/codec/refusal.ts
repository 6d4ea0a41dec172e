import { SerializerError } from '../errors.ts';
import { type CodecFaults, isStackOverflow } from './codec-faults.ts';

/** Thrown for a value that cannot be sent. On its way up, each container adds its step to the path. */
export class Refusal extends Error {
  readonly #steps: string[] = [];
  readonly #finish: (faults: CodecFaults, path: string) => Error;

  private constructor(finish: (faults: CodecFaults, path: string) => Error) {
    super();
    this.#finish = finish;
  }

  /** Creates the refusal of a value that cannot be sent. `what` continues "superjson cannot send …". */
  static unserializable(what: string, cause?: unknown): Refusal {
    return new Refusal((faults, path) => faults.unserializable(what, path, cause));
  }

  /** Creates the refusal of a container below the deepest level. */
  static tooDeep(maxDepth: number): Refusal {
    return new Refusal((faults, path) => faults.tooDeep(maxDepth, path));
  }

  /** Creates the refusal of a message with more values than the peer accepts. */
  static tooManyValues(maxNodes: number): Refusal {
    return new Refusal((faults) => faults.tooManyValues(maxNodes));
  }

  /** Creates a refusal from a core error about a value that it would not replace, to which the path is added. */
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

  /** Converts an error thrown while a value was read: a refusal stays, any other came from a getter. */
  static of(thrown: unknown, maxDepth: number): Refusal {
    if (thrown instanceof Refusal) return thrown;
    // Levels are counted; this is for a caller that had already used up most of the stack.
    if (isStackOverflow(thrown)) return Refusal.tooDeep(maxDepth);
    return Refusal.unserializable(UNREADABLE, thrown);
  }

  /** Adds the step at which the refused value is in its container. */
  within(step: string): this {
    this.#steps.push(step);
    return this;
  }

  /** Returns the error for the caller, with the whole path. */
  toError(faults: CodecFaults): Error {
    return this.#finish(faults, `$${this.#steps.toReversed().join('')}`);
  }
}

/** The refusal of a value with a throwing getter or Proxy trap, or of a revoked Proxy. */
export const UNREADABLE = 'a value that throws when it is read (see the cause)';

/** The refusal of a value inside the data of its own extension: it would have to be complete before itself. */
export const CONTAINS_ITSELF = 'an object that contains itself through a value with a replacement';
