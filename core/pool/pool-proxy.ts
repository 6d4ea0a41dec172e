import { BaseProxy } from '../proxy/base-proxy.ts';
import type { AsyncResultProxy } from '../objects/async-result.ts';
import type { IteratorProxy } from '../objects/iterator.ts';

/** How one task is run. */
export interface TaskOptions {
  /** Told what the task reports with `currentTask().report(value)`; `index` says which one of a `map`, from 0. */
  readonly onProgress?: ((value: unknown, index: number) => unknown) | undefined;
}

/** How many tasks are run. */
export interface MapOptions extends TaskOptions {
  /** How many tasks are sent to a worker at a time. Default: 1 for `imap`, a quarter of each process's share for `map`. */
  readonly chunkSize?: number | undefined;
}

/** A module whose functions are not known to the compiler. */
export type AnyTasks = Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;

/** The names of a module's functions. */
type TaskName<Tasks> = {
  [Name in keyof Tasks]: Tasks[Name] extends (...args: never[]) => unknown ? Name : never;
}[keyof Tasks] &
  string;

type TaskArguments<Task> = Task extends (...args: infer Args) => unknown ? Readonly<Args> : never;

type TaskResult<Task> = Task extends (...args: never[]) => infer Result ? Awaited<Result> : never;

/** What a function takes first. */
type TaskItem<Task> = Task extends (...args: infer Args) => unknown ? Args[0] : never;

type Items<T> = Iterable<T> | AsyncIterable<T>;

/**
 * A proxy of a pool. `PoolProxy<typeof import('./tasks.ts')>` knows the names, arguments and results of the tasks.
 *
 * Arrays of items are sent as they are, any other iterable is read from here while the pool works; what it throws rejects
 * the call.
 */
export class PoolProxy<Tasks extends object = AnyTasks> extends BaseProxy {
  /** Runs a function with each item; resolves to the results in their order. Rejects with the first error. */
  map<Name extends TaskName<Tasks>>(
    name: Name,
    items: Items<TaskItem<Tasks[Name]>>,
    options?: MapOptions,
  ): Promise<TaskResult<Tasks[Name]>[]> {
    return this.callMethod('map', [name, sendable(items), options]);
  }

  /** {@link PoolProxy.map}, answering at once with the results that are to come. */
  mapAsync<Name extends TaskName<Tasks>>(
    name: Name,
    items: Items<TaskItem<Tasks[Name]>>,
    options?: MapOptions,
  ): Promise<AsyncResultProxy<TaskResult<Tasks[Name]>[]>> {
    return this.callMethod('mapAsync', [name, sendable(items), options]);
  }

  /**
   * The results of a function with each item, in their order, while further ones are on their way. It works ahead of
   * whoever reads by a few chunks only. A task that failed rejects its own `next`, and `for await` ends there.
   */
  imap<Name extends TaskName<Tasks>>(
    name: Name,
    items: Items<TaskItem<Tasks[Name]>>,
    options?: MapOptions,
  ): Promise<IteratorProxy<TaskResult<Tasks[Name]>>> {
    return this.callMethod('imap', [name, sendable(items), options]);
  }

  /** {@link PoolProxy.imap} with each result as soon as it is there. */
  imapUnordered<Name extends TaskName<Tasks>>(
    name: Name,
    items: Items<TaskItem<Tasks[Name]>>,
    options?: MapOptions,
  ): Promise<IteratorProxy<TaskResult<Tasks[Name]>>> {
    return this.callMethod('imapUnordered', [name, sendable(items), options]);
  }

  /** Runs a function with each list of arguments; resolves to the results in their order. Rejects with the first error. */
  starmap<Name extends TaskName<Tasks>>(
    name: Name,
    lists: Items<TaskArguments<Tasks[Name]>>,
    options?: MapOptions,
  ): Promise<TaskResult<Tasks[Name]>[]> {
    return this.callMethod('starmap', [name, sendable(lists), options]);
  }

  /** {@link PoolProxy.starmap}, answering at once with the results that are to come. */
  starmapAsync<Name extends TaskName<Tasks>>(
    name: Name,
    lists: Items<TaskArguments<Tasks[Name]>>,
    options?: MapOptions,
  ): Promise<AsyncResultProxy<TaskResult<Tasks[Name]>[]>> {
    return this.callMethod('starmapAsync', [name, sendable(lists), options]);
  }
}
export interface PoolProxy<Tasks extends object = AnyTasks> {
  /** Runs one function. Rejects with what it throws, and with `WorkerDiedError` when the worker dies over it. */
  apply<Name extends TaskName<Tasks>>(
    name: Name,
    args: TaskArguments<Tasks[Name]>,
    options?: TaskOptions,
  ): Promise<TaskResult<Tasks[Name]>>;

  /** {@link PoolProxy.apply}, answering at once with the result that is to come. */
  applyAsync<Name extends TaskName<Tasks>>(
    name: Name,
    args: TaskArguments<Tasks[Name]>,
    options?: TaskOptions,
  ): Promise<AsyncResultProxy<TaskResult<Tasks[Name]>>>;

  /** Takes no more tasks. The processes end when those that were taken are done. */
  close(): Promise<void>;

  /** Ends the processes at once; resolves when they have ended. Tasks that are not done reject. */
  terminate(): Promise<void>;

  /**
   * Waits until all processes have ended.
   *
   * @throws {@link UActorError} `INVALID_STATE` before `close` or `terminate`.
   */
  join(): Promise<void>;
}

/** What the pool can read from its process: an array as it is, anything else step by step. */
function sendable<T>(items: Items<T>): unknown {
  const iterable =
    typeof items === 'object' && items !== null && (Symbol.iterator in items || Symbol.asyncIterator in items);
  // What is no iterable is for the pool to refuse.
  return Array.isArray(items) || BaseProxy.isProxy(items) || !iterable ? items : readAll(items);
}

async function* readAll<T>(items: Items<T>): AsyncGenerator<T, void, undefined> {
  yield* items;
}
