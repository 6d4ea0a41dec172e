import { UActorError } from '../seam/errors.ts';
import { clearTimeout, setTimeout, type Timer } from '../seam/environment.ts';
import { endingWith } from '../references/invoke.ts';
import { markPassedOn } from '../values/passed-on.ts';
import { type Initialization, isWorkerLoss, workerDied, WorkerProcess } from './worker-process.ts';

/** A function of the module, to be run with each of the argument lists, one after the other, by one worker. */
export interface Chunk {
  readonly name: string;
  readonly lists: readonly (readonly unknown[])[];
  /** Told what the task with that index in `lists` reports. */
  readonly onProgress: ((index: number, value: unknown) => void) | undefined;
  /** A chunk whose signal has aborted is not begun any more. */
  readonly signal: AbortSignal | undefined;
}

/** How one task has ended. */
export type Outcome = { readonly value: unknown } | { readonly error: unknown };

/** How a pool lives. */
export interface WorkersPlan {
  /** The URL of the module with the tasks. */
  readonly module: string;
  /** How many workers run tasks at a time. */
  readonly processes: number;
  readonly initialization: Initialization | undefined;
  /** After so many tasks a worker is replaced; `undefined` never. */
  readonly maxTasksPerChild: number | undefined;
}

/** A chunk, and what became of its tasks so far. */
interface Job {
  readonly chunk: Chunk;
  readonly outcomes: (Outcome | undefined)[];
  readonly resolve: (outcomes: readonly Outcome[]) => void;
}

/** How long a place in the pool stays empty after a worker died, in milliseconds: doubled with each death in a row. */
const FIRST_REST_MS = 100;
const MAX_REST_MS = 10_000;

/** Hands tasks to the workers of a pool, as many at a time as there are places, and slows a crash loop down. */
export class PoolWorkers {
  readonly #plan: WorkersPlan;
  readonly #jobs: Job[] = [];
  #running = 0;
  /** Every worker whose process has not ended. */
  readonly #alive = new Set<WorkerProcess>();
  readonly #busy = new Set<WorkerProcess>();
  #idle: WorkerProcess[] = [];
  /** Places that stay empty for a while, because the worker there died. */
  readonly #resting = new Set<Timer>();
  /** Workers that died since the last task that was answered. */
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

  /** Whether tasks are taken. */
  get open(): boolean {
    return this.#state === 'open';
  }

  /** How many processes there are, how many chunks are being run, and how many wait. */
  get load(): { readonly workers: number; readonly running: number; readonly waiting: number } {
    return { workers: this.#alive.size, running: this.#running, waiting: this.#jobs.length };
  }

  /**
   * Has the tasks of a chunk run by the next idle worker. Resolves to what became of each; tasks that were not begun when
   * their worker died are run by another one.
   */
  run(chunk: Chunk): Promise<readonly Outcome[]> {
    return new Promise((resolve) => {
      const job = { chunk, outcomes: chunk.lists.map(() => undefined), resolve };
      if (this.open) this.#jobs.push(job);
      else finish(job, new UActorError('the Pool was closed and accepts no more tasks: create another one'));
      this.#pump();
    });
  }

  /** Takes no more tasks; the processes end when those that were taken are done. */
  close(): void {
    if (this.#state !== 'open') return;
    this.#state = 'closed';
    this.#settle();
  }

  /** Ends the processes at once; tasks that are not done fail. */
  async terminate(): Promise<void> {
    this.abandon();
    for (const worker of this.#alive) void worker.kill();
    await this.ended;
  }

  /** Ends the processes that run tasks at once, and the others as soon as they have no proxies left. */
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

  /** A worker that is ready for a task. It counts as busy. */
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
      // Whatever the process has run, the task was not given to it.
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

  /** Has the tasks run that were not run yet. Those that were not begun when the worker died stay without an outcome. */
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
        // The workers answer in order, and before they begin the next task: this one was running, those behind were not.
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

  /** Lets the workers go when there will be nothing for them to do, and ends when all have ended. */
  #settle(): void {
    if (this.#state === 'open' || this.#running > 0 || this.#jobs.length > 0) return;
    this.#state = 'ended';
    for (const timer of this.#resting) clearTimeout(timer);
    this.#resting.clear();
    for (const worker of this.#idle.splice(0)) worker.release();
    if (this.#alive.size === 0) this.#end();
  }
}

/** Gives the tasks of a job that have no outcome this one, and reports them to the waiting job. */
function finish(job: Job, error: unknown): void {
  const outcomes = job.outcomes.map((outcome) => outcome ?? failed(error));
  for (const [index, outcome] of outcomes.entries()) job.outcomes[index] = outcome;
  job.resolve(outcomes);
}

/** What a task failed with. The pool passed the task on, so the error itself says whether the task ran. */
function failed(error: unknown): Outcome {
  markPassedOn(error);
  return { error };
}

function terminated(executed: 'no' | 'maybe'): UActorError {
  return new UActorError('the Pool was terminated before this task was done', { executed });
}
