import { Authkey } from '../trust/authkey.ts';
import { modulePath } from '../declaration/declaration.ts';
import { misuse, UActorError } from '../seam/errors.ts';
import { Runtime } from '../runtime/runtime.ts';
import { loadSerializer } from '../runtime/registry.ts';
import { PoolCodec, POOL_SERIALIZER } from './pool-codec.ts';
import { runTask } from './current-task.ts';
import { areChunks, type ChunkReply, RUN, type WorkerEvent } from './pool-protocol.ts';
import { process } from '../seam/environment.ts';

/** The whole life of a worker's process; the worker program calls it. */
export async function runPoolWorker(module: string | undefined, initializer: string | undefined): Promise<void> {
  if (module === undefined) throw new UActorError('this program is for the workers of a Pool, which starts them');
  // Ctrl-C and a closed terminal reach every process of the terminal; what they mean is the owner's to decide.
  process.on('SIGINT', () => undefined);
  process.on('SIGHUP', () => undefined);
  const { worker, workerEmit } = await import('workerpool');
  const codec = new PoolCodec(await loadSerializer(POOL_SERIALIZER), 'the process of its pool');
  const runner = new TaskRunner(module, initializer, codec, workerEmit);
  worker({ [RUN]: (...request: readonly unknown[]) => runner.run(...request) });
}

/** Runs the functions of one module. */
class TaskRunner {
  readonly #module: string;
  readonly #codec: PoolCodec;
  readonly #emit: (event: WorkerEvent) => void;
  #known = false;
  /** What is to be run before the first task. */
  #initializer: string | undefined;

  constructor(module: string, initializer: string | undefined, codec: PoolCodec, emit: (event: WorkerEvent) => void) {
    this.#module = module;
    this.#initializer = initializer;
    this.#codec = codec;
    this.#emit = emit;
  }

  /** Runs one function with each of the argument lists, up to the first error. */
  async run(name?: unknown, lists?: unknown, authkey?: unknown, initArgs?: unknown): Promise<ChunkReply> {
    const values: Uint8Array[] = [];
    try {
      this.#emit({ pid: process.pid });
      if (typeof name !== 'string' || !areChunks(lists)) throw new TypeError('a pool sent something else than a task');
      this.#become(authkey);
      if (this.#initializer !== undefined) {
        if (!(initArgs instanceof Uint8Array)) return { values, error: undefined, isNew: true };
        await this.#initialize(this.#initializer, await this.#codec.decode(initArgs));
      }
      const task = await findTask(this.#module, name);
      for (const [index, list] of lists.entries()) {
        const result = await this.#runOne(task, index, await this.#codec.decode(list));
        values.push(this.#codec.encode(result));
      }
      return { values, error: undefined, isNew: false };
    } catch (error) {
      return { values, error: this.#codec.encodeError(error), isNew: false };
    }
  }

  async #initialize(name: string, args: unknown): Promise<void> {
    const initializer = await findTask(this.#module, name);
    await initializer(...(Array.isArray(args) ? args : []));
    this.#initializer = undefined;
  }

  async #runOne(task: Task, index: number, args: unknown): Promise<unknown> {
    const report = (value: unknown): void => this.#emit({ index, value: this.#codec.encode(value) });
    return await runTask(report, () => task(...(Array.isArray(args) ? args : [])));
  }

  /** Lets this process reach the objects behind proxies: it has its pool's key, which came over the inherited pipe. */
  #become(authkey: unknown): void {
    if (this.#known || !(authkey instanceof Uint8Array)) return;
    this.#known = true;
    Runtime.become(Runtime.current.identity, Authkey.fromTransfer(authkey));
  }
}

type Task = (...args: readonly unknown[]) => unknown;

/**
 * The function that the module exports under that name. Names that every object has are none of its.
 *
 * @throws `TypeError` when there is none; and what importing the module throws.
 */
async function findTask(module: string, name: string): Promise<Task> {
  const exports: object = await import(module);
  // What a CommonJS module assigned to module.exports is its default export.
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
