import { ConnectionLostError, UActorError, WorkerDiedError } from '../seam/errors.ts';
import { builtInChoices } from '../declaration/address.ts';
import { ActorProcess } from '../process/owner/actor-process.ts';
import { processResources } from '../process/owner/node-process.ts';
import { BaseProxy, proxyShare } from '../proxy/base-proxy.ts';
import { own } from '../proxy/owned.ts';
import { dropNow } from '../references/reference.ts';
import { Runtime } from '../runtime/runtime.ts';
import type { TaskOrder } from './pool-worker.ts';

/** How long a worker may take to shut down, in milliseconds. */
const SHUTDOWN_MS = 500;

/** The call that each worker makes before its first task. */
export interface Initialization {
  readonly name: string;
  readonly args: readonly unknown[];
}

/** A worker of a pool: the actor that runs the tasks, and its process. */
export class WorkerProcess {
  readonly #process: ActorProcess;
  #actor: BaseProxy | undefined;
  #prepared = false;
  /** The number of tasks that the worker received. */
  tasks = 0;

  private constructor(actorProcess: ActorProcess) {
    this.#process = actorProcess;
  }

  /** Starts the process; {@link WorkerProcess.prepare} waits until its actor is constructed. */
  static async start(): Promise<WorkerProcess> {
    const runtime = Runtime.current;
    const actorProcess = await ActorProcess.start({
      runtime,
      module: processResources().frontDoor,
      name: 'PoolWorker',
      serializer: builtInChoices().taskSerializer,
      otherSerializers: [],
      options: { shutdownTimeout: SHUTDOWN_MS },
      classOf: runtime.typeids.proxyClass,
    });
    own(actorProcess.session, actorProcess);
    return new WorkerProcess(actorProcess);
  }

  /** Whether the worker can receive tasks. */
  get open(): boolean {
    return this.#process.session.open;
  }

  /** Resolves when the process has ended. */
  get exit(): Promise<unknown> {
    return this.#process.exit;
  }

  /** Prepares the worker for its first task. Does nothing when it is ready. */
  async prepare(module: string, initialization: Initialization | undefined): Promise<void> {
    this.#actor ??= demandProxy(await this.#process.construct([module]));
    if (this.#prepared) return;
    // Must finish before the first arguments are sent: they are decoded on arrival, and may be of classes that the module
    // registers.
    await this.#actor.callMethod('load', []);
    if (initialization) await this.#actor.callMethod('prepare', [initialization.name, initialization.args]);
    this.#prepared = true;
  }

  /** Runs a task after those that the worker already has. */
  run(args: readonly unknown[], order: TaskOrder): Promise<unknown> {
    this.tasks++;
    return demandProxy(this.#actor).callMethod('run', [...args, order]);
  }

  /** Releases the worker: its process ends when it holds no more proxies. */
  release(): void {
    if (this.#actor) dropNow(proxyShare(this.#actor));
    else void this.kill();
  }

  /** Kills the process. Resolves when it has ended. */
  async kill(): Promise<void> {
    await this.#process.kill();
  }
}

/** Whether a call failed because its worker was lost, rather than because of the task. */
export function isWorkerLoss(error: unknown, worker: WorkerProcess): error is ConnectionLostError {
  return error instanceof ConnectionLostError && !worker.open;
}

/** Returns the error of a task whose worker died before or while it ran. */
export function workerDied(cause: ConnectionLostError, executed: 'no' | 'maybe'): WorkerDiedError {
  const exitCode = 'exitCode' in cause && typeof cause.exitCode === 'number' ? cause.exitCode : null;
  const signal = 'signal' in cause && isSignal(cause.signal) ? cause.signal : null;
  return new WorkerDiedError(
    executed === 'no'
      ? `a worker of the Pool died while it imported its module, or in its initializer (exit code ${exitCode}, signal ${signal}); ` +
          'the task was not run'
      : `the worker of the Pool that ran this task has died (exit code ${exitCode}, signal ${signal}); the task was not ` +
          'run again, because it may have run in part',
    { exitCode, signal, cause, executed },
  );
}

function isSignal(signal: unknown): signal is NodeJS.Signals {
  return typeof signal === 'string';
}

function demandProxy(value: unknown): BaseProxy {
  if (BaseProxy.isProxy(value)) return value;
  throw new UActorError('the process of a worker of the Pool answered with something that is not its actor');
}
