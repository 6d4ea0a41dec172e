import { EventEmitter } from 'node:events';
import type * as environment from '../../core/seam/environment.ts';
import { SimFinalizationRegistry, type Garbage } from './garbage.ts';
import type { Random } from './random.ts';
import { withRememberedKeys } from './remembered-keys.ts';
import type { Occurrence, Place, Scheduler } from './scheduler.ts';

/** Everything that the core uses of its environment. */
export type CoreEnvironment = typeof environment;

/** The parts of a simulated process's environment. */
export interface EnvironmentParts {
  readonly name: string;
  readonly pid: number;
  readonly scheduler: Scheduler;
  readonly random: Random;
  /** Returns random bytes for a key pair. */
  readonly keySeed: () => Buffer;
  readonly place: Place;
  readonly garbage: Garbage;
  /** Returns a module's exports in the process. */
  readonly load: (url: string) => object;
  /** Called when the process asks to end. */
  readonly exit: (code: number) => void;
  /** Called when code of the process threw an uncaught error. */
  readonly crash: (error: unknown) => void;
  /** Called when the process wrote to its standard error, or warned. */
  readonly said: (text: string) => void;
}

const KEY_SEED_BYTES = 32;

const crypto = withRememberedKeys(process.getBuiltinModule('node:crypto'));

/** Thrown by `process.exit` of a simulated process, so that no code runs after it. */
export class ExitSignal extends Error {}

/** Node's timer, as far as the core uses it. */
class SimTimer {
  occurrence: Occurrence | undefined;

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return true;
  }

  cancel(): void {
    if (this.occurrence !== undefined) this.occurrence.cancelled = true;
  }
}

/** Returns the environment of one simulated process: virtual time, seeded randomness, collection on request. */
export function hostEnvironment(parts: EnvironmentParts): CoreEnvironment {
  const { scheduler, random, place, crash } = parts;
  const guarded = (callback: () => void) => (): void => {
    if (place.state === 'gone') return;
    try {
      callback();
    } catch (error) {
      if (!(error instanceof ExitSignal)) crash(error);
    }
  };
  let immediate = 0;
  const after = (timer: SimTimer, ms: number, callback: () => void): void => {
    // Like Node, treats less than 1, more than 2^31 - 1 and NaN as 1.
    const delay = ms >= 1 && ms <= 2 ** 31 - 1 ? Math.trunc(ms) : 1;
    timer.occurrence = scheduler.after(delay, place, callback);
  };
  const made = {
    setTimeout(callback: () => void, ms: number) {
      const timer = new SimTimer();
      after(timer, ms, guarded(callback));
      return timer;
    },
    clearTimeout(timer: SimTimer | undefined) {
      timer?.cancel();
    },
    setInterval(callback: () => void, ms: number) {
      const timer = new SimTimer();
      const again = (): void => {
        guarded(callback)();
        if (timer.occurrence?.cancelled === false) after(timer, ms, again);
      };
      after(timer, ms, again);
      return timer;
    },
    clearInterval(timer: SimTimer | undefined) {
      timer?.cancel();
    },
    setImmediate(callback: () => void) {
      const timer = new SimTimer();
      // A turn of the event loop takes a moment, in which other processes may be faster; turns of one process keep their order.
      immediate = Math.max(immediate, scheduler.now + random.next() * 0.02);
      timer.occurrence = scheduler.at(immediate, place, guarded(callback));
      return timer;
    },
    queueMicrotask(callback: () => void) {
      queueMicrotask(guarded(callback));
    },
    delay(ms: number, signal?: AbortSignal) {
      return new Promise<void>((resolve, reject) => {
        const timer = made.setTimeout(() => {
          signal?.removeEventListener('abort', stop);
          resolve();
        }, ms);
        const stop = (): void => {
          timer.cancel();
          reject(new DOMException('The operation was aborted', { name: 'AbortError', cause: signal?.reason }));
        };
        if (signal?.aborted === true) stop();
        else signal?.addEventListener('abort', stop, { once: true });
      });
    },
    abortAfter(ms: number) {
      const controller = new AbortController();
      made.setTimeout(() => controller.abort(new DOMException('The operation timed out', 'TimeoutError')), ms);
      return controller.signal;
    },
    importModule: (url: string) => Promise.resolve().then(() => parts.load(url)),
    performance: { now: () => scheduler.now },
    wallMs: () => scheduler.now,
    random: () => random.next(),
    // Bytes of this length are mostly for the seed of a key pair.
    randomBytes: (size: number) => (size === KEY_SEED_BYTES ? parts.keySeed() : random.bytes(size)),
    randomInt: (max: number) => Math.floor(random.next() * max),
    process: simulatedProcess(parts, guarded),
    FinalizationRegistry: class<T> extends SimFinalizationRegistry<T> {
      constructor(callback: (held: T) => void) {
        super(parts.garbage, callback);
      }
    },
    WeakRef: class<T extends WeakKey> {
      readonly #target: T;

      constructor(target: T) {
        this.#target = target;
      }

      deref(): T | undefined {
        return parts.garbage.isCollected(this.#target) ? undefined : this.#target;
      }
    },
  };
  // The simulated classes have only the members of Node's that the core uses.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return made as unknown as CoreEnvironment;
}

/** The members of `process` that the core uses; any other member is an error that names it. */
function simulatedProcess(parts: EnvironmentParts, guarded: (callback: () => void) => () => void): object {
  const { place, scheduler, said, name, pid } = parts;
  const events = new EventEmitter();
  const startedAt = scheduler.now;
  const own = {
    pid,
    ppid: 1,
    title: name,
    env: {},
    // No main program is named, because the core would look for its file.
    argv: ['node'],
    execArgv: [],
    execPath: process.execPath,
    platform: 'linux',
    version: process.version,
    versions: process.versions,
    stderr: { write: (text: string) => (said(text), true) },
    stdout: { write: (text: string) => (said(text), true) },
    uptime: () => (scheduler.now - startedAt) / 1000,
    geteuid: () => 1000,
    getuid: () => 1000,
    getBuiltinModule: (id: string) => (id === 'node:crypto' ? crypto : process.getBuiltinModule(id)),
    emitWarning: (warning: string | Error) => said(String(warning)),
    nextTick(callback: (...args: unknown[]) => void, ...args: unknown[]) {
      process.nextTick(guarded(() => callback(...args)));
    },
    exit(code = 0): never {
      if (place.state !== 'gone') {
        events.emit('exit', code);
        parts.exit(code);
      }
      throw new ExitSignal(`${name} has ended`);
    },
    on: (event: string, listener: (...args: unknown[]) => void) => events.on(event, listener),
    once: (event: string, listener: (...args: unknown[]) => void) => events.once(event, listener),
    off: (event: string, listener: (...args: unknown[]) => void) => events.off(event, listener),
    removeListener: (event: string, listener: (...args: unknown[]) => void) => events.off(event, listener),
    listenerCount: (event: string) => events.listenerCount(event),
    emit: (event: string, ...args: unknown[]) => events.emit(event, ...args),
  };
  return new Proxy(own, {
    get(target, key, receiver): unknown {
      if (typeof key === 'string' && !(key in target)) {
        throw new Error(
          `the core asks for process.${key}, which a simulated process does not have: add it to the simulation`,
        );
      }
      return Reflect.get(target, key, receiver);
    },
  });
}
