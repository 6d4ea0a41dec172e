import { pathToFileURL } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { performance, process } from '../core/seam/environment.ts';
import { Actor, type Remote } from '../index.ts';
import { readBenchFile } from './bench-file.ts';

/** The variable that names the user's module to the processes of a measurement. */
export const BENCH_FILE = 'UACTOR_BENCH_FILE';

/** The number of calls in progress at a time: enough for a batch, few enough for large values. */
export const IN_FLIGHT = 8;

const { [BENCH_FILE]: path } = process.env;
/** Also registers the serializer and the transport of the user's module, which both processes need. */
const file = path === undefined ? undefined : await readBenchFile(pathToFileURL(path).href);

/** The cost of calls. */
export interface Sample {
  readonly calls: number;
  readonly elapsedMs: number;
  /** The CPU time of both processes, in microseconds. */
  readonly cpuMicros: number;
}

/** The actor that returns its arguments. */
export class BenchEcho extends Actor {
  static override readonly module: string = import.meta.url;

  echo(value: unknown): unknown {
    return value;
  }

  cpuMicros(): number {
    const { user, system } = process.cpuUsage();
    return user + system;
  }
}

/** The calling actor, in its own process, so that every transport connects two processes that do nothing else. */
export class BenchCaller extends Actor {
  static override readonly module: string = import.meta.url;
  readonly #echoes = new Map<string, Remote<typeof BenchEcho>>();

  /** Spawns an echo actor, reached over its pipe. */
  async spawnEcho(key: string, serializer: string): Promise<void> {
    this.#echoes.set(key, await BenchEcho.with({ serializer }).spawn());
  }

  /** Connects to a listening echo actor. */
  async connectEcho(key: string, address: string): Promise<void> {
    this.#echoes.set(key, await BenchEcho.connect(address));
  }

  /** Whether a value of the user's module returns unchanged. */
  async comesBack(key: string, name: string): Promise<boolean> {
    const value = valueNamed(name);
    return isDeepStrictEqual(await this.#echo(key).echo(value), value);
  }

  /** Sends the value back and forth for this many milliseconds. */
  async measure(key: string, name: string, ms: number): Promise<Sample> {
    const echo = this.#echo(key);
    const value = valueNamed(name);
    const before = await echo.cpuMicros();
    const own = process.cpuUsage();
    const startedAt = performance.now();
    let calls = 0;
    const one = async (): Promise<void> => {
      while (performance.now() < startedAt + ms) {
        await echo.echo(value);
        calls++;
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, one));
    const { user, system } = process.cpuUsage(own);
    const elapsedMs = performance.now() - startedAt;
    return { calls, elapsedMs, cpuMicros: user + system + (await echo.cpuMicros()) - before };
  }

  #echo(key: string): Remote<typeof BenchEcho> {
    const echo = this.#echoes.get(key);
    if (echo === undefined) throw new Error(`there is no echo ${key}`);
    return echo;
  }
}

function valueNamed(name: string): unknown {
  return file?.values.get(name);
}
