import { UActorError, WorkerDiedError } from '../seam/errors.ts';
import { clearTimeout, setTimeout } from '../seam/environment.ts';

/** A function of the module, to be run with each of the argument lists, one after the other, by one worker. */
export interface Chunk {
  readonly name: string;
  readonly lists: readonly (readonly unknown[])[];
  /** Told what the task with that index in `lists` reports. */
  readonly onProgress: ((index: number, value: unknown) => void) | undefined;
  /** A chunk whose signal has aborted is not begun any more. */
  readonly signal: AbortSignal | undefined;
}

/** What each process does before its first task. */
export interface Initialization {
  readonly name: string;
  readonly args: readonly unknown[];
}

/** The results up to the first error. */
export interface ChunkResult {
  readonly values: readonly unknown[];
  readonly failure: { readonly error: unknown } | undefined;
}

/** The processes, and the way to them. */
export interface Engine {
  /** How many processes there are. */
  readonly workers: number;
  /**
   * Has a chunk run by an idle process, or a new one.
   *
   * @param ended - Whether no further process is to be started for it.
   * @throws {@link WorkerDiedError}, {@link SerializerError}
   */
  run(chunk: Chunk, ended: () => boolean): Promise<ChunkResult>;
  /** Kills the processes. */
  kill(): void;
  /** Ends the processes: those at work at once or, without `force`, when they are done. Resolves when all have ended. */
  terminate(force: boolean): Promise<void>;
}

interface Job {
  readonly chunk: Chunk;
  readonly resolve: (result: ChunkResult) => void;
  readonly reject: (error: unknown) => void;
}

/** How long a place in the pool stays empty after a worker died, in milliseconds: doubled with each death in a row. */
const FIRST_REST_MS = 100;
const MAX_REST_MS = 10_000;

/** Hands tasks to the processes of a pool, as many at a time as there are places, and slows a crash loop down. */
export class PoolWorkers {
  readonly #module: string;
  readonly #processes: number;
  readonly #initialization: Initialization | undefined;
  #starting: Promise<Engine> | undefined;
  #engine: Engine | undefined;
  readonly #jobs: Job[] = [];
  #running = 0;
  /** Places that stay empty for a while, because the worker there died. */
  readonly #resting = new Set<NodeJS.Timeout>();
  /** Workers that died since the last task that was answered. */
  #deaths = 0;
  #state: 'open' | 'closed' | 'ended' = 'open';
  #end = (): void => undefined;
  /** Resolves when every process has ended, after {@link PoolWorkers.close} or {@link PoolWorkers.terminate}. */
  readonly ended: Promise<void>;

  constructor(module: string, processes: number, initialization?: Initialization) {
    this.#initialization = initialization;
    this.#module = module;
    this.#processes = processes;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  /** Whether tasks are taken. */
  get open(): boolean {
    return this.#state === 'open';
  }

  /** How many processes there are, how many chunks are being run, and how many wait. */
  get load(): { readonly workers: number; readonly running: number; readonly waiting: number } {
    return { workers: this.#engine?.workers ?? 0, running: this.#running, waiting: this.#jobs.length };
  }

  /**
   * Has a chunk run by the next idle worker.
   *
   * @throws {@link UActorError} `INVALID_STATE` when the pool was closed, or terminated before the chunk was done.
   * @throws {@link WorkerDiedError} when the worker died over it; the chunk is not run again.
   * @throws {@link SerializerError} for arguments that cannot be sent.
   */
  run(chunk: Chunk): Promise<ChunkResult> {
    if (!this.open) {
      return Promise.reject(new UActorError('the Pool was closed and takes no more tasks: make another one'));
    }
    return new Promise((resolve, reject) => {
      this.#jobs.push({ chunk, resolve, reject });
      this.#pump();
    });
  }

  /** Takes no more tasks; the processes end when those that were taken are done. */
  close(): void {
    if (this.#state !== 'open') return;
    this.#state = 'closed';
    this.#endWhenDone();
  }

  /** Ends the processes at once; tasks that are not done reject. */
  async terminate(): Promise<void> {
    if (this.#state !== 'ended') {
      for (const { reject } of this.#jobs.splice(0)) reject(terminated());
      this.#endNow(true);
    }
    await this.ended;
  }

  #pump(): void {
    while (this.#running + this.#resting.size < this.#processes) {
      const job = this.#jobs.shift();
      if (job === undefined) break;
      this.#running++;
      void this.#run(job);
    }
  }

  async #run({ chunk, resolve, reject }: Job): Promise<void> {
    try {
      chunk.signal?.throwIfAborted();
      this.#engine ??= await this.#start();
      if (this.#hasEnded) throw terminated();
      const result = await this.#engine.run(chunk, () => this.#hasEnded);
      this.#deaths = 0;
      resolve(result);
    } catch (error) {
      if (error instanceof WorkerDiedError && !this.#hasEnded) this.#rest();
      reject(this.#hasEnded ? terminated() : error);
    }
    this.#running--;
    this.#pump();
    if (this.#state === 'closed') this.#endWhenDone();
  }

  get #hasEnded(): boolean {
    return this.#state === 'ended';
  }

  /** The pool library, and the way values travel, are loaded by whoever runs a task, and by nobody else. */
  #start(): Promise<Engine> {
    this.#starting ??= import('./pool-engine.ts').then(({ startEngine }) =>
      startEngine(this.#module, this.#processes, this.#initialization),
    );
    return this.#starting;
  }

  /** A worker died: its place stays empty for a while. */
  #rest(): void {
    const restMs = Math.min(FIRST_REST_MS * 2 ** this.#deaths, MAX_REST_MS);
    this.#deaths++;
    const timer = setTimeout(() => {
      this.#resting.delete(timer);
      this.#pump();
    }, restMs);
    this.#resting.add(timer);
  }

  #endWhenDone(): void {
    if (this.#running === 0 && this.#jobs.length === 0) this.#endNow(false);
  }

  #endNow(force: boolean): void {
    this.#state = 'ended';
    for (const timer of this.#resting) clearTimeout(timer);
    this.#resting.clear();
    void this.#endEngine(force);
  }

  async #endEngine(force: boolean): Promise<void> {
    const [engine] = await Promise.allSettled([this.#starting]);
    if (engine.status === 'fulfilled') {
      if (force) engine.value?.kill();
      await engine.value?.terminate(force);
    }
    this.#end();
  }
}

function terminated(): UActorError {
  return new UActorError('the Pool was terminated before this task was done', { executed: 'maybe' });
}
