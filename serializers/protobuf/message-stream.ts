import { SerializerError } from '../../core/seam/errors.ts';
import { messageOf, type Place } from './message-of.ts';
import type { ServiceType } from './service.ts';

type Source = Iterator<unknown> | AsyncIterator<unknown>;

/** An iterator whose items are converted to messages; its return value is not. */
export class MessageStream implements AsyncIterableIterator<object> {
  readonly #source: Source;
  readonly #type: ServiceType;
  readonly #demand: string;
  #items = 0;

  /**
   * @param demand The requirement at this place, as in {@link Place}.
   * @throws {@link SerializerError} `UNSERIALIZABLE` when `value` is not an iterator.
   */
  constructor(value: unknown, type: ServiceType, { demand, path }: Place) {
    this.#source = sourceOf(value, type, { demand, path });
    this.#type = type;
    this.#demand = demand;
  }

  async next(...args: readonly [] | readonly [unknown]): Promise<IteratorResult<object>> {
    return this.#converted(await this.#source.next(...args));
  }

  async return(value?: unknown): Promise<IteratorResult<object>> {
    if (this.#source.return === undefined) return { value, done: true };
    return this.#converted(await this.#source.return(value));
  }

  async throw(error: unknown): Promise<IteratorResult<object>> {
    if (this.#source.throw) return this.#converted(await this.#source.throw(error));
    await this.return();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #converted({ value, done }: IteratorResult<unknown>): Promise<IteratorResult<object>> {
    if (done === true) return { value, done };
    try {
      return {
        value: messageOf(this.#type, value, { demand: this.#demand, path: `$[${this.#items++}]` }),
        done: false,
      };
    } catch (error) {
      // The reader stops here, so the producer of the items is told to stop.
      await this.#source.return?.();
      throw error;
    }
  }
}

function sourceOf(value: unknown, type: ServiceType, { demand, path }: Place): Source {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    if (hasMethod(value, Symbol.asyncIterator)) return value[Symbol.asyncIterator]();
    if (hasMethod(value, Symbol.iterator)) return value[Symbol.iterator]();
  }
  throw new SerializerError(
    `${demand} a stream of ${type.fullName}, and the value at ${path} is not an iterator: use the result of an async generator, ` +
      'or of values() of an array, and do not name the method in methodToTypeid.',
    { code: 'UNSERIALIZABLE', path },
  );
}

function hasMethod<Name extends symbol>(object: object, name: Name): object is Record<Name, () => Source> {
  return typeof Reflect.get(object, name) === 'function';
}
