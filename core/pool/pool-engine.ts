import type { ChildProcess } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { type Pool, pool, TerminateError } from 'workerpool';
import { WorkerDiedError } from '../seam/errors.ts';
import { Runtime } from '../runtime/runtime.ts';
import { nodeArguments } from '../process/owner/node-arguments.ts';
import { processResources } from '../process/owner/process-resources.ts';
import { loadSerializer } from '../runtime/registry.ts';
import { PoolCodec, POOL_SERIALIZER } from './pool-codec.ts';
import { checkedReply, isWorkerEvent, RUN } from './pool-protocol.ts';
import type { Chunk, ChunkResult, Engine, Initialization } from './pool-workers.ts';
import { setImmediate } from '../seam/environment.ts';

/** How long an idle worker may take to end by itself, in milliseconds. */
const TERMINATION_MS = 500;

/** With what the library refuses a task for a worker that had died before, idle: the task was not begun. */
const NOT_BEGUN = 'Worker is terminated';

/** Loads what it takes to run the tasks of a module. */
export async function startEngine(
  module: string,
  processes: number,
  initialization: Initialization | undefined,
): Promise<Engine> {
  const workers = pool(processResources().poolWorker, {
    workerType: 'process',
    maxWorkers: processes,
    workerTerminateTimeout: TERMINATION_MS,
    forkArgs: initialization ? [module, initialization.name] : [module],
    forkOpts: { serialization: 'advanced', execArgv: nodeArguments({}) },
  });
  const codec = new PoolCodec(await loadSerializer(POOL_SERIALIZER), 'a worker of the pool');
  return new LibraryEngine(workers, codec, initialization?.args);
}

/**
 * The processes of a pool, over the library workerpool: that starts them, sends tasks and notices deaths. What is added
 * here is how values travel, and that no process is left when this one is killed.
 */
class LibraryEngine implements Engine {
  readonly #library: Pool;
  readonly #codec: PoolCodec;
  readonly #initArgs: readonly unknown[] | undefined;
  readonly #children = new Map<number, ChildProcess>();
  readonly #exits = new Set<Promise<void>>();

  constructor(library: Pool, codec: PoolCodec, initArgs: readonly unknown[] | undefined) {
    this.#library = library;
    this.#codec = codec;
    this.#initArgs = initArgs;
  }

  get workers(): number {
    return this.#children.size;
  }

  async run(chunk: Chunk, ended: () => boolean): Promise<ChunkResult> {
    const { name, onProgress } = chunk;
    const codec = this.#codec;
    const lists = chunk.lists.map((list) => codec.encode(list));
    const worker: { pid?: number } = {};
    const on = (event: unknown): void => {
      if (!isWorkerEvent(event)) return;
      if ('pid' in event) worker.pid = event.pid;
      else if (onProgress) void codec.decode(event.value).then((value) => onProgress(event.index, value));
    };
    let initArgs: Uint8Array | undefined;
    for (;;) {
      try {
        const reply = checkedReply(await this.#exec([name, lists, Runtime.current.authkey.toTransfer(), initArgs], on));
        if (reply.isNew) {
          // Encoded for each new process by itself, because a proxy in it can be claimed once.
          initArgs = codec.encode(this.#initArgs ?? []);
          continue;
        }
        const values = await Promise.all(reply.values.map((value) => codec.decode(value)));
        const failure = reply.error === undefined ? undefined : { error: await codec.decode(reply.error) };
        return { values, failure };
      } catch (error) {
        if (!(error instanceof TerminateError)) throw error;
        // The next worker may take it, unless there is not to be another one.
        if (error.message !== NOT_BEGUN || ended()) throw this.#death(worker.pid, error);
      }
    }
  }

  kill(): void {
    for (const child of this.#children.values()) child.kill('SIGKILL');
  }

  async terminate(force: boolean): Promise<void> {
    const exits = [...this.#exits];
    // It fails at once for processes that have been killed, which is what was wanted; but they take a moment to end.
    await Promise.allSettled([this.#library.terminate(force)]);
    await Promise.all(exits);
  }

  #death(pid: number | undefined, cause: Error): WorkerDiedError {
    const child = pid === undefined ? undefined : this.#children.get(pid);
    const exitCode = child?.exitCode;
    const signal = child?.signalCode;
    return new WorkerDiedError(
      `the worker of the Pool that ran this task has died (exit code ${exitCode}, signal ${signal}); the task was not ` +
        'run again, because nobody knows how far it came',
      { exitCode, signal, cause },
    );
  }

  /** Gives a task to the library, and takes charge of the process that it may start: it does not say which one it is. */
  #exec(params: unknown[], on: (event: unknown) => void): Promise<unknown> {
    const started: ChildProcess[] = [];
    const listener = (message: unknown): void => {
      if (isStart(message)) started.push(message.process);
    };
    subscribe('child_process', listener);
    try {
      // Its promises are of a kind of its own.
      return new Promise((resolve, reject) => {
        this.#library.exec(RUN, params, { on }).then(resolve, reject);
      });
    } finally {
      unsubscribe('child_process', listener);
      for (const child of started) this.#watch(child);
    }
  }

  #watch(child: ChildProcess): void {
    const { pid } = child;
    if (pid === undefined) return;
    const { guardian } = processResources();
    guardian.guard(pid);
    this.#children.set(pid, child);
    const exit = new Promise<void>((resolve) => {
      child.once('exit', () => {
        guardian.release(pid);
        resolve();
        // Whoever waits for a task of this process asks first how it ended.
        setImmediate(() => this.#children.delete(pid));
      });
    });
    this.#exits.add(exit);
    void exit.then(() => this.#exits.delete(exit));
  }
}

function isStart(message: unknown): message is { readonly process: ChildProcess } {
  return typeof message === 'object' && message !== null && 'process' in message;
}
