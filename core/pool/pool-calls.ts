import { endWhenSent } from '../proxy/pinned-proxies.ts';
import { isThenable } from '../references/current-call.ts';
import { PoolIteration } from './pool-iteration.ts';

/**
 * Receives the calls of a pool's proxies. It releases the references in results after passing the results on; otherwise a worker
 * would live until they are collected.
 */
export class PoolCalls {
  readonly pool: object;

  constructor(pool: object, methods: readonly string[]) {
    this.pool = pool;
    for (const name of methods) {
      const value = (...args: readonly unknown[]): unknown => passedOn(callOf(pool, name, args));
      Object.defineProperty(this, name, { value });
    }
  }
}

function callOf(pool: object, name: string, args: readonly unknown[]): unknown {
  const method: unknown = Reflect.get(pool, name);
  if (typeof method !== 'function') throw new TypeError(`a pool has no method ${name}()`);
  return Reflect.apply(method, pool, args);
}

function passedOn(result: unknown): unknown {
  if (result instanceof PoolIteration) return new PassedOnIteration(result);
  return isThenable(result) ? whenThere(result) : result;
}

async function whenThere<T>(result: PromiseLike<T>): Promise<T> {
  const value = await result;
  endWhenSent(value);
  return value;
}

/** Passes on the results of an iteration. */
class PassedOnIteration implements AsyncIterableIterator<unknown> {
  readonly #results: PoolIteration;

  constructor(results: PoolIteration) {
    this.#results = results;
  }

  next(): Promise<IteratorResult<unknown>> {
    return whenThere(this.#results.next());
  }

  return(): Promise<IteratorResult<unknown>> {
    return this.#results.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
