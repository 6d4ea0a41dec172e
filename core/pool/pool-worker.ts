import { callingSession, type CallerSession } from '../references/current-call.ts';
import { modulePath } from '../declaration/declaration.ts';
import { importForActor } from '../declaration/registered-classes.ts';
import { misuse } from '../seam/errors.ts';
import { Runtime } from '../runtime/runtime.ts';
import { ACTOR_CLASS } from '../declaration/find-class.ts';
import { delay, process, setImmediate } from '../seam/environment.ts';
import { shownText } from '../values/error-text.ts';
import { runTask } from './current-task.ts';

/** The argument that a pool sends behind those of a task. */
export interface TaskOrder {
  /** The name of the function to run. */
  readonly name: string;
  /** Receives the task's progress. */
  readonly report?: ((value: unknown) => unknown) | undefined;
}

/**
 * The actor in a worker's process. It runs the exported functions of one module, one at a time.
 *
 * @internal
 */
export class PoolWorker {
  /** @internal */
  static readonly [ACTOR_CLASS] = true;
  static readonly exposed: readonly string[] = ['load', 'prepare', 'run'];

  readonly #module: string;
  /** Resolves when the newest task has ended. */
  #last: Promise<void> = Promise.resolve();

  constructor(module: string) {
    this.#module = module;
  }

  /** Does nothing: there is nothing to clean up. */
  shutdown(): void {}

  /** Imports the module, which registers the classes that later arguments may use. */
  async load(): Promise<void> {
    await importForActor(this.#module);
  }

  /** Runs the pool's initializer. */
  async prepare(name: string, args: readonly unknown[]): Promise<void> {
    const initializer = await findTask(this.#module, name);
    await initializer(...args);
  }

  /**
   * Runs a task after the previous one has ended and its result has left this process. So when the process dies, its pool has all
   * results but that of the running task, and knows which task that is.
   *
   * @param request - The arguments of the task, then a {@link TaskOrder}. In this order, an error about an argument gives the
   * right index.
   */
  run(...request: readonly unknown[]): Promise<unknown> {
    const order = checkedOrder(request.at(-1));
    const running = this.#runAfter(this.#last, callingSession(), order, request.slice(0, -1));
    this.#last = running.then(forget, forget);
    return running;
  }

  async #runAfter(
    before: Promise<void>,
    caller: CallerSession | undefined,
    { name, report }: TaskOrder,
    args: readonly unknown[],
  ): Promise<unknown> {
    await before;
    await resultsLeft(caller);
    const task = await findTask(this.#module, name);
    return await runTask(tellBy(report), () => task(...args));
  }
}

function forget(): void {}

/** Waits until all replies to a caller have been handed to the operating system. */
async function resultsLeft(caller: CallerSession | undefined): Promise<void> {
  const session = [...Runtime.current.sessions].find(({ instance }) => instance === caller?.instance);
  await new Promise<void>((resolve) => void setImmediate(resolve));
  const waiting = (): boolean => session?.open === true && session.load.bytesQueued > 0;
  while (waiting()) await delay(1);
}

function tellBy(report: TaskOrder['report']): (value: unknown) => void {
  if (report === undefined) return () => undefined;
  const send = async (value: unknown): Promise<void> => {
    await report(value);
  };
  return (value) => void send(value).catch(warnOfReport);
}

function warnOfReport(error: unknown): void {
  process.emitWarning(`A progress report of a Pool task could not be sent: ${shownText(error)}`, {
    type: 'UActorWarning',
    code: 'UACTOR_PROGRESS',
  });
}

function checkedOrder(order: unknown): TaskOrder {
  if (isObject(order) && 'name' in order && typeof order.name === 'string') {
    const report: unknown = 'report' in order ? order.report : undefined;
    if (report === undefined || isTask(report)) return { name: order.name, report };
  }
  throw misuse('only its pool can call a worker of a Pool');
}

type Task = (...args: readonly unknown[]) => unknown;

/**
 * Returns the exported function of that name; inherited names are ignored.
 *
 * @throws `TypeError` when there is none; any error of importing the module.
 */
async function findTask(module: string, name: string): Promise<Task> {
  const exports = await importForActor(module);
  // The default export of a CommonJS module is its module.exports.
  const nested: unknown = 'default' in exports ? exports.default : undefined;
  for (const level of [exports, nested]) {
    const found: unknown = isObject(level) && Object.hasOwn(level, name) ? Reflect.get(level, name) : undefined;
    if (isTask(found)) return found;
  }
  const names = Object.entries(exports).flatMap(([each, value]) => (isTask(value) ? [each] : []));
  throw misuse(
    `${modulePath(module)} exports no function '${name}', so a pool cannot run it; it exports ` +
      (names.length === 0 ? 'none' : names.join(', ')),
  );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function isTask(value: unknown): value is Task {
  return typeof value === 'function';
}
