import { BaseProxy } from '../proxy/base-proxy.ts';
import type { AsyncResultProxy } from '../objects/async-result.ts';
import type { IteratorProxy } from '../objects/iterator.ts';

/** Options of one task. */
export interface TaskOptions {
  /** Called with each value that the task reports with `currentTask().report(value)`; `index` is the task's number in a `map`, from 0. */
  readonly onProgress?: ((value: unknown, index: number) => unknown) | undefined;
}

/** Options of several tasks. */
export interface MapOptions extends TaskOptions {
  /** How many tasks are sent to a worker at a time. Default: 1 for `imap`, a quarter of each process's share for `map`. */
  readonly chunkSize?: number | undefined;
}

/** The tasks of a module with unknown functions. */
export type AnyTasks = Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;

/** The names of a module's functions. */
type TaskName<Tasks> = {
  [Name in keyof Tasks]: Tasks[Name] extends (...args: never[]) => unknown ? Name : never;
}[keyof Tasks] &
  string;

type TaskArguments<Task> = Task extends (...args: infer Args) => unknown ? Readonly<Args> : never;

type TaskResult<Task> = Task extends (...args: never[]) => infer Result ? Awaited<Result> : never;

/** The first parameter of a function. */
type TaskItem<Task> = Task extends (...args: infer Args) => unknown ? Args[0] : never;

type Items<T> = Iterable<T> | AsyncIterable<T>;

/**
 * A proxy of a pool. `PoolProxy<typeof import('./tasks.ts')>` knows the names, arguments and results of the tasks.
 *
 * Arrays of items are sent as a whole. The pool reads any other iterable from this process while it works; if the iterable throws,
 * the call rejects.
 */
export class PoolProxy<Tasks extends object = AnyTasks> extends BaseProxy {
  /** Runs a function with each item; resolves to the results in order. Rejects with the first error. */
  map<Name extends TaskName<Tasks>>(
    name: Name,
    items: Items<TaskItem<Tasks[Name]>>,
    options?: MapOptions,
  ): Promise<TaskResult<Tasks[Name]>[]> {
    return this.callMethod('map', [name, sendable(items), options]);
  }

  /** {@link PoolProxy.map}, but returns at once, with an AsyncResult. */
  mapAsync<Name extends TaskName<Tasks>>(
    name: Name,
    items: Items<TaskItem<Tasks[Name]>>,
    options?: MapOptions,
  ): Promise<AsyncResultProxy<TaskResult<Tasks[Name]>[]>> {
    return this.callMethod('mapAsync', [name, sendable(items), options]);
  }

  /**
   * Yields the results of a function with each item, in order, while further tasks run. It works only a few chunks ahead of the
   * reader. A failed task rejects its own `next`, and `for await` ends there.
   */
  imap<Name extends TaskName<Tasks>>(
    name: Name,
    items: Items<TaskItem<Tasks[Name]>>,
    options?: MapOptions,
  ): Promise<IteratorProxy<TaskResult<Tasks[Name]>>> {
    return this.callMethod('imap', [name, sendable(items), options]);
  }

  /** {@link PoolProxy.imap}, but yields each result as soon as it arrives. */
  imapUnordered<Name extends TaskName<Tasks>>(
    name: Name,
    items: Items<TaskItem<Tasks[Name]>>,
    options?: MapOptions,
  ): Promise<IteratorProxy<TaskResult<Tasks[Name]>>> {
    return this.callMethod('imapUnordered', [name, sendable(items), options]);
  }

  /** Runs a function with each list of arguments; resolves to the results in order. Rejects with the first error. */
  starmap<Name extends TaskName<Tasks>>(
    name: Name,
    lists: Items<TaskArguments<Tasks[Name]>>,
    options?: MapOptions,
  ): Promise<TaskResult<Tasks[Name]>[]> {
    return this.callMethod('starmap', [name, sendable(lists), options]);
  }

  /** {@link PoolProxy.starmap}, but returns at once, with an AsyncResult. */
  starmapAsync<Name extends TaskName<Tasks>>(
    name: Name,
    lists: Items<TaskArguments<Tasks[Name]>>,
    options?: MapOptions,
  ): Promise<AsyncResultProxy<TaskResult<Tasks[Name]>[]>> {
    return this.callMethod('starmapAsync', [name, sendable(lists), options]);
  }
}
export interface PoolProxy<Tasks extends object = AnyTasks> {
  /** Runs one function. Rejects with its error, and with `WorkerDiedError` when the worker dies. */
  apply<Name extends TaskName<Tasks>>(
    name: Name,
    args: TaskArguments<Tasks[Name]>,
    options?: TaskOptions,
  ): Promise<TaskResult<Tasks[Name]>>;

  /** {@link PoolProxy.apply}, but returns at once, with an AsyncResult. */
  applyAsync<Name extends TaskName<Tasks>>(
    name: Name,
    args: TaskArguments<Tasks[Name]>,
    options?: TaskOptions,
  ): Promise<AsyncResultProxy<TaskResult<Tasks[Name]>>>;

  /** Accepts no more tasks. The processes end after the accepted tasks. */
  close(): Promise<void>;

  /** Ends the processes at once; resolves when they have ended. Unfinished tasks reject. */
  terminate(): Promise<void>;

  /**
   * Waits until all processes have ended.
   *
   * @throws {@link UActorError} `INVALID_STATE` before `close` or `terminate`.
   */
  join(): Promise<void>;
}

/** Returns items in the form in which the pool reads them: an array as a whole, any other iterable step by step. */
function sendable<T>(items: Items<T>): unknown {
  const iterable =
    typeof items === 'object' && items !== null && (Symbol.iterator in items || Symbol.asyncIterator in items);
  // The pool rejects items that are not iterable.
  return Array.isArray(items) || BaseProxy.isProxy(items) || !iterable ? items : readAll(items);
}

async function* readAll<T>(items: Items<T>): AsyncGenerator<T, void, undefined> {
  yield* items;
}
