import { UActorError } from '../seam/errors.ts';
import { clearTimeout, setTimeout, type Timer } from '../seam/environment.ts';
import { endingWith, markPassedOn } from '../references/current-call.ts';
import { type Initialization, isWorkerLoss, workerDied, WorkerProcess } from './worker-process.ts';

/** Calls of one function, with each of the argument lists in turn, in one worker. */
export interface Chunk {
  readonly name: string;
  readonly lists: readonly (readonly unknown[])[];
  /** Called with the progress of the task at `index` in `lists`. */
  readonly onProgress: ((index: number, value: unknown) => void) | undefined;
  /** A chunk whose signal has aborted does not start. */
  readonly signal: AbortSignal | undefined;
}

/** The result or error of one task. */
export type Outcome = { readonly value: unknown } | { readonly error: unknown };

/** The settings of a pool's workers. */
export interface WorkersPlan {
  /** The URL of the tasks' module. */
  readonly module: string;
  /** The number of workers that run tasks. */
  readonly processes: number;
  readonly initialization: Initialization | undefined;
  /** The number of tasks after which a worker is replaced; `undefined`: never. */
  readonly maxTasksPerChild: number | undefined;
}

/** A chunk with the outcomes of its tasks so far. */
interface Job {
  readonly chunk: Chunk;
  readonly outcomes: (Outcome | undefined)[];
  readonly resolve: (outcomes: readonly Outcome[]) => void;
}

/** The delay before a dead worker is replaced, in milliseconds: doubled with each death in a row. */
const FIRST_REST_MS = 100;
const MAX_REST_MS = 10_000;

/** Distributes tasks to the workers of a pool, and delays the replacement of workers that crash in a loop. */
export class PoolWorkers {
  readonly #plan: WorkersPlan;
  readonly #jobs: Job[] = [];
  #running = 0;
  /** Every worker whose process has not ended. */
  readonly #alive = new Set<WorkerProcess>();
  readonly #busy = new Set<WorkerProcess>();
  #idle: WorkerProcess[] = [];
  /** The timers of places whose worker died and is not replaced yet. */
  readonly #resting = new Set<Timer>();
  /** The number of workers that died since a task last succeeded or failed by itself. */
  #deaths = 0;
  #state: 'open' | 'closed' | 'ended' = 'open';
  #end = (): void => undefined;
  /** Resolves when every process has ended, after {@link PoolWorkers.close} or {@link PoolWorkers.terminate}. */
  readonly ended: Promise<void>;

  constructor(plan: WorkersPlan) {
    this.#plan = plan;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  /** Whether tasks are accepted. */
  get open(): boolean {
    return this.#state === 'open';
  }

  /** The numbers of processes, of running chunks and of waiting chunks. */
  get load(): { readonly workers: number; readonly running: number; readonly waiting: number } {
    return { workers: this.#alive.size, running: this.#running, waiting: this.#jobs.length };
  }

  /**
   * Runs the tasks of a chunk in the next idle worker. Resolves to their outcomes. Tasks that had not started when their worker
   * died run in another worker.
   */
  run(chunk: Chunk): Promise<readonly Outcome[]> {
    return new Promise((resolve) => {
      const job = { chunk, outcomes: chunk.lists.map(() => undefined), resolve };
      if (this.open) this.#jobs.push(job);
      else finish(job, new UActorError('the Pool was closed and accepts no more tasks: create another one'));
      this.#pump();
    });
  }

  /** Accepts no more tasks; the processes end after the accepted tasks. */
  close(): void {
    if (this.#state !== 'open') return;
    this.#state = 'closed';
    this.#settle();
  }

  /** Kills the processes; unfinished tasks fail. */
  async terminate(): Promise<void> {
    this.abandon();
    for (const worker of this.#alive) void worker.kill();
    await this.ended;
  }

  /** Kills the processes that run tasks, and ends the others when they hold no more proxies. */
  abandon(): void {
    this.#state = 'ended';
    for (const job of this.#jobs.splice(0)) finish(job, terminated('no'));
    for (const timer of this.#resting) clearTimeout(timer);
    this.#resting.clear();
    for (const worker of this.#busy) void worker.kill();
    this.#settle();
  }

  get #hasEnded(): boolean {
    return this.#state === 'ended';
  }

  #pump(): void {
    while (this.#running + this.#resting.size < this.#plan.processes) {
      const job = this.#jobs.shift();
      if (job === undefined) break;
      this.#running++;
      void this.#serve(job);
    }
  }

  async #serve(job: Job): Promise<void> {
    try {
      job.chunk.signal?.throwIfAborted();
      const worker = await this.#worker();
      try {
        await this.#runTasks(job, worker);
      } finally {
        this.#putBack(worker);
      }
    } catch (error) {
      finish(job, this.#hasEnded ? terminated('no') : error);
    }
    this.#running--;
    if (job.outcomes.includes(undefined)) this.#jobs.unshift(job);
    else finish(job, undefined);
    this.#pump();
    this.#settle();
  }

  /** Returns a worker that is ready for a task. It counts as busy. */
  async #worker(): Promise<WorkerProcess> {
    const { module, initialization } = this.#plan;
    const idle = this.#idle.findLast(({ open }) => open);
    this.#idle = this.#idle.filter((each) => each !== idle);
    const worker = idle ?? (await this.#start());
    this.#busy.add(worker);
    try {
      if (this.#hasEnded) throw terminated('no');
      await worker.prepare(module, initialization);
      return worker;
    } catch (error) {
      this.#putBack(worker);
      // The process may have run other code, but it never received the task.
      if (!isWorkerLoss(error, worker) || this.#hasEnded) throw endingWith(error, 'no');
      this.#rest();
      throw workerDied(error, 'no');
    }
  }

  async #start(): Promise<WorkerProcess> {
    const worker = await WorkerProcess.start();
    this.#alive.add(worker);
    void worker.exit.then(() => this.#remove(worker));
    return worker;
  }

  #remove(worker: WorkerProcess): void {
    this.#alive.delete(worker);
    this.#idle = this.#idle.filter((each) => each !== worker);
    this.#settle();
  }

  /** Runs the remaining tasks. Those that had not started when the worker died stay without an outcome. */
  async #runTasks({ chunk, outcomes }: Job, worker: WorkerProcess): Promise<void> {
    const { name, lists, onProgress } = chunk;
    const results = lists.map(async (args, index): Promise<unknown> => {
      if (outcomes[index]) return undefined;
      const report = onProgress && ((value: unknown): void => onProgress(index, value));
      return await worker.run(args, report ? { name, report } : { name });
    });
    let lost = false;
    for (const [index, result] of (await Promise.allSettled(results)).entries()) {
      if (outcomes[index]) continue;
      if (result.status === 'fulfilled') {
        outcomes[index] = { value: result.value };
        this.#deaths = 0;
      } else if (this.#hasEnded) {
        outcomes[index] = failed(terminated('maybe'));
      } else if (!isWorkerLoss(result.reason, worker)) {
        outcomes[index] = failed(result.reason);
      } else if (!lost && result.reason.executed !== 'no') {
        // Workers reply in order, before they start the next task: so this task was running, and those behind it were not.
        lost = true;
        outcomes[index] = failed(workerDied(result.reason, 'maybe'));
      }
    }
    if (!worker.open && !this.#hasEnded) this.#rest();
  }

  #putBack(worker: WorkerProcess): void {
    this.#busy.delete(worker);
    const { maxTasksPerChild } = this.#plan;
    if (!worker.open) return;
    if (maxTasksPerChild !== undefined && worker.tasks >= maxTasksPerChild) worker.release();
    else this.#idle.push(worker);
  }

  /** Delays the replacement of a dead worker. */
  #rest(): void {
    const restMs = Math.min(FIRST_REST_MS * 2 ** this.#deaths, MAX_REST_MS);
    this.#deaths++;
    const timer = setTimeout(() => {
      this.#resting.delete(timer);
      this.#pump();
    }, restMs);
    this.#resting.add(timer);
  }

  /** Releases the workers when no tasks can come, and resolves `ended` when all have ended. */
  #settle(): void {
    if (this.#state === 'open' || this.#running > 0 || this.#jobs.length > 0) return;
    this.#state = 'ended';
    for (const timer of this.#resting) clearTimeout(timer);
    this.#resting.clear();
    for (const worker of this.#idle.splice(0)) worker.release();
    if (this.#alive.size === 0) this.#end();
  }
}

/** Fails the tasks without an outcome with `error`, and resolves the job. */
function finish(job: Job, error: unknown): void {
  const outcomes = job.outcomes.map((outcome) => outcome ?? failed(error));
  for (const [index, outcome] of outcomes.entries()) job.outcomes[index] = outcome;
  job.resolve(outcomes);
}

/** Returns the outcome of a failed task. The task was passed on by the pool, so the error itself says whether it ran. */
function failed(error: unknown): Outcome {
  markPassedOn(error);
  return { error };
}

function terminated(executed: 'no' | 'maybe'): UActorError {
  return new UActorError('the Pool was terminated before this task was done', { executed });
}
