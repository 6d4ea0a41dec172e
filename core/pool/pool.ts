import { availableParallelism } from 'node:os';
import { misuse, UActorError } from '../seam/errors.ts';
import type { LocalExposure } from '../references/exposure.ts';
import type { Typeid } from '../declaration/typeid-table.ts';
import { checkedCount } from '../objects/arguments.ts';
import { AsyncResult } from '../objects/async-result.ts';
import { demandKnownNames } from '../seam/call-options.ts';
import { callerSignal } from '../objects/collect.ts';
import { giveMethods, publicMembers, wrongClass } from '../objects/shared-typeid.ts';
import { checkedName, chunked, chunksOf, each, type Items, taskModuleUrl } from './pool-chunks.ts';
import { PoolCalls } from './pool-calls.ts';
import { PoolIteration } from './pool-iteration.ts';
import { type MapOptions, PoolProxy, type TaskOptions } from './pool-proxy.ts';
import { type Chunk, PoolWorkers } from './pool-workers.ts';
import type { Initialization } from './worker-process.ts';

/** Options of a pool. */
export interface PoolOptions {
  /** The module whose exported functions are the tasks: a `file:` URL or an absolute path. It cannot be changed later. */
  readonly module: string | URL;
  /** The number of processes that run tasks. Default: `os.availableParallelism()`. */
  readonly processes?: number | undefined;
  /** The exported function that each process runs before its first task. If it throws, that task rejects with the error. */
  readonly initializer?: string | undefined;
  /** The arguments of `initializer`. Default: none. */
  readonly initArgs?: readonly unknown[] | undefined;
  /** The number of tasks after which a process is replaced by a new one. Default: never. */
  readonly maxTasksPerChild?: number | undefined;
}

/** Chunks per process in a `map` without a chunk size, so that slow chunks do not delay it; as in Python. */
const CHUNKS_PER_PROCESS = 4;

/** The names of {@link PoolOptions}. */
const OPTIONS = ['module', 'processes', 'initializer', 'initArgs', 'maxTasksPerChild'];

/**
 * Processes that run the exported functions of a module by name. Corresponds to `multiprocessing.pool.Pool`. A task runs at most
 * once: when a worker dies, its running task rejects with `WorkerDiedError`, and another worker replaces it.
 */
export class Pool {
  readonly #processes: number;
  readonly #workers: PoolWorkers;

  /** @throws `TypeError` for a module that a worker cannot find, `RangeError` for an invalid number of processes. */
  constructor(options: PoolOptions) {
    demandKnownNames(options, OPTIONS, 'Pool');
    const { module, processes = availableParallelism(), maxTasksPerChild } = options;
    this.#processes = checkedCount(processes, 'Pool: processes', 1);
    this.#workers = new PoolWorkers({
      module: taskModuleUrl(module),
      processes: this.#processes,
      initialization: initializationOf(options),
      maxTasksPerChild:
        maxTasksPerChild === undefined ? undefined : checkedCount(maxTasksPerChild, 'Pool: maxTasksPerChild', 1),
    });
  }

  /** The value that `getValue` returns. */
  get state(): {
    readonly processes: number;
    readonly open: boolean;
    readonly workers: number;
    readonly running: number;
    readonly waiting: number;
  } {
    return { processes: this.#processes, open: this.#workers.open, ...this.#workers.load };
  }

  /** Runs one function. */
  async apply(name: string, args: readonly unknown[] = [], options: TaskOptions = {}): Promise<unknown> {
    const [value] = await this.#runAll(name, [args], { ...options, chunkSize: 1 }, callerSignal());
    return value;
  }

  /** {@link Pool.apply}, but returns at once. */
  applyAsync(name: string, args: readonly unknown[] = [], options: TaskOptions = {}): AsyncResult {
    return new AsyncResult(async () => (await this.#runAll(name, [args], { ...options, chunkSize: 1 }, undefined))[0]);
  }

  /** Runs a function with each item; resolves to the results in order. */
  async map(name: string, items: Items, options: MapOptions = {}): Promise<readonly unknown[]> {
    return await this.#runAll(name, each(items), options, callerSignal());
  }

  /** {@link Pool.map}, but returns at once. */
  mapAsync(name: string, items: Items, options: MapOptions = {}): AsyncResult {
    return new AsyncResult(() => this.#runAll(name, each(items), options, undefined));
  }

  /** Runs a function with each list of arguments; resolves to the results in order. */
  async starmap(name: string, lists: Items<readonly unknown[]>, options: MapOptions = {}): Promise<readonly unknown[]> {
    return await this.#runAll(name, lists, options, callerSignal());
  }

  /** {@link Pool.starmap}, but returns at once. */
  starmapAsync(name: string, lists: Items<readonly unknown[]>, options: MapOptions = {}): AsyncResult {
    return new AsyncResult(() => this.#runAll(name, lists, options, undefined));
  }

  /** Returns the results of a function with each item, in order, while further tasks run. */
  imap(name: string, items: Items, options: MapOptions = {}): PoolIteration {
    return this.#iterate(name, items, options, true);
  }

  /** Returns the results of a function with each item, each as soon as it arrives. */
  imapUnordered(name: string, items: Items, options: MapOptions = {}): PoolIteration {
    return this.#iterate(name, items, options, false);
  }

  /** Accepts no more tasks. The processes end after the accepted tasks. */
  close(): void {
    this.#workers.close();
  }

  /** Ends the processes at once. Unfinished tasks reject. */
  async terminate(): Promise<void> {
    await this.#workers.terminate();
  }

  /** Called when no client can submit tasks or read results any more. @internal */
  abandon(): void {
    this.#workers.abandon();
  }

  /**
   * Waits until all processes have ended.
   *
   * @throws {@link UActorError} `INVALID_STATE` before `close` or `terminate`.
   */
  async join(): Promise<void> {
    if (this.#workers.open)
      throw new UActorError('this Pool is still open, so its processes do not end: close() it first');
    await this.#workers.ended;
  }

  #iterate(name: string, items: Items, options: MapOptions, ordered: boolean): PoolIteration {
    const { chunkSize = 1, onProgress } = checkedOptions(options);
    const lists = chunked(each(items), checkedCount(chunkSize, 'chunkSize', 1));
    const window = 2 * this.#processes;
    return new PoolIteration({
      chunks: chunksOf(checkedName(name), lists, onProgress, undefined),
      run: (chunk) => this.#workers.run(chunk),
      window,
      ordered,
    });
  }

  async #runAll(
    name: string,
    items: Items,
    options: MapOptions,
    signal: AbortSignal | undefined,
  ): Promise<readonly unknown[]> {
    const { chunkSize, onProgress } = checkedOptions(options);
    const size = chunkSize === undefined ? undefined : checkedCount(chunkSize, 'chunkSize', 1);
    checkedName(name);
    const lists: unknown[] = [];
    for await (const list of items) {
      // Without this, an endless source would fill the memory after its caller has given up.
      signal?.throwIfAborted();
      lists.push(list);
    }
    const share = Math.max(1, Math.ceil(lists.length / (this.#processes * CHUNKS_PER_PROCESS)));
    const running: Promise<readonly unknown[]>[] = [];
    for await (const chunk of chunksOf(name, chunked(lists, size ?? share), onProgress, signal)) {
      running.push(this.#runChunk(chunk));
    }
    return (await Promise.all(running)).flat(1);
  }

  async #runChunk(chunk: Chunk): Promise<readonly unknown[]> {
    return (await this.#workers.run(chunk)).map((outcome) => {
      if ('error' in outcome) throw outcome.error;
      return outcome.value;
    });
  }
}

/** A pool that a manager created: it ends with its last proxy. */
class ManagedPool extends Pool {}

const MEMBERS = publicMembers(Pool, ['state', 'abandon']);
giveMethods(PoolProxy, MEMBERS);

const EXPOSURE: LocalExposure = Object.freeze({
  ...MEMBERS,
  typeid: 'Pool',
  methodToTypeid: Object.freeze({ applyAsync: 'AsyncResult', mapAsync: 'AsyncResult', starmapAsync: 'AsyncResult' }),
  copy: (object: object) => (object instanceof Pool ? object.state : undefined),
  adapt: (object: object) => new PoolCalls(object, MEMBERS.methods),
  dropped: (target: object) => {
    if (target instanceof PoolCalls && target.pool instanceof ManagedPool) target.pool.abandon();
  },
});

/** The typeid `Pool`. */
export const POOL: Typeid = {
  name: 'Pool',
  proxyClass: PoolProxy,
  create: (options) => {
    demandModule(options);
    return new ManagedPool(options);
  },
  expose: (object) => {
    if (object instanceof Pool) return EXPOSURE;
    throw wrongClass('Pool', Pool);
  },
};

/** Narrows options from a peer; the constructor checks each of them. */
function demandModule(options: unknown): asserts options is PoolOptions {
  if (!isRecord(options) || !('module' in options)) throw misuse('Pool: say which module has the tasks: { module: … }');
}

function initializationOf(options: object): Initialization | undefined {
  const name: unknown = Reflect.get(options, 'initializer');
  const args: unknown = Reflect.get(options, 'initArgs');
  if (args !== undefined && !Array.isArray(args)) throw misuse('Pool: initArgs must be an array of arguments');
  if (name === undefined && args !== undefined) throw misuse('Pool: initArgs are for an initializer: pass its name');
  return name === undefined ? undefined : { name: checkedName(name), args: args ?? [] };
}

function checkedOptions(options: MapOptions): MapOptions {
  if (!isRecord(options)) throw misuse('the options of a task must be an object like { chunkSize: 10 }');
  demandKnownNames(options, ['chunkSize', 'onProgress'], 'the options of a task');
  const { onProgress } = options;
  if (onProgress !== undefined && typeof onProgress !== 'function') throw misuse('onProgress must be a function');
  return options;
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
