import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Remote } from '../index.ts';
import { BENCH_FILE, BenchCaller, BenchEcho, IN_FLIGHT, type Sample } from './bench-actor.ts';
import { type BenchFile, readBenchFile } from './bench-file.ts';
import { type BenchRow, benchTable, benchVerdict } from './bench-verdict.ts';
import type { Command, CommandLine, OptionTable } from './command-line.ts';
import { UsageError } from './usage-error.ts';
import type { Printer } from './printer.ts';
import { leave } from './server-options.ts';

const OPTIONS: OptionTable = {
  file: { type: 'string', short: 'f' },
  transport: { type: 'string', short: 't', multiple: true },
  time: { type: 'string' },
  json: { type: 'boolean' },
};

const PRIVATE = 'private';

/** The address of an actor for each of the package's transports; over the pipe, the actor need not listen. */
const ADDRESSES: Readonly<Record<string, string | undefined>> = {
  pipe: undefined,
  ipc: PRIVATE,
  tcp: 'tcp://127.0.0.1:0',
};

const SERIALIZERS = ['superjson', 'msgpack', 'protobuf'];

/** How often each combination is measured, in turns, so that other work on the machine affects all of them alike. */
const ROUNDS = 5;

const DEFAULT_MS = 1_000;

/** `uactor bench`: shows which serializer and transport suit a user's own data. */
export const benchCommand: Command = {
  name: 'bench',
  summary: 'measure serializers and transports with your own values',
  help: `Usage: uactor bench --file FILE

Sends the values that a module exports to another process and back, with each serializer, and recommends one.

  -f, --file FILE           a module: export const values = { order: { id: 1 }, rows: [1, 2] }. To measure your own
                            plug-ins, also export a serializer, or a transport and its address
  -t, --transport NAME      pipe, ipc or tcp; may be repeated. Default: pipe
      --time MS             the time to measure each value per serializer and transport. Default: ${DEFAULT_MS}
      --json                print one line of JSON
`,
  options: OPTIONS,
  run: bench,
};

/** A serializer and a transport. */
interface Way {
  readonly serializer: string;
  readonly transport: string;
  /** Where the actor listens; `PRIVATE` for a private address, `undefined` for its pipe only. */
  readonly address: string | undefined;
}

async function bench(line: CommandLine, printer: Printer): Promise<void> {
  const [surplus] = line.positionals;
  if (surplus !== undefined) throw new UsageError(`bench takes no arguments; is '${surplus}' the --file?`);
  const given = line.text('file');
  if (given === undefined) throw new UsageError('bench needs a module of values: --file ./my-values.mjs');
  const path = resolve(given);
  if (!existsSync(path)) throw new UsageError(`there is no module ${path}`);
  if (statSync(path).isDirectory()) throw new UsageError(`${path} is a folder: name the file of the module`);
  const ms = line.milliseconds('time') ?? DEFAULT_MS;
  try {
    const file = await readBenchFile(pathToFileURL(path).href);
    const rows = await measure(file, waysOf(file, line.texts('transport')), { [BENCH_FILE]: path }, ms);
    report(rows, line.flag('json'), printer);
  } finally {
    leave();
  }
}

async function measure(
  file: BenchFile,
  ways: readonly Way[],
  env: Readonly<Record<string, string>>,
  ms: number,
): Promise<readonly BenchRow[]> {
  const rows: BenchRow[] = [];
  const echoes: AsyncDisposable[] = [];
  try {
    await using caller = await BenchCaller.with({ env }).spawn();
    for (const way of ways) await open(way, caller, env, echoes);
    for (const value of file.values.keys()) rows.push(...(await measureValue(value, ways, caller, ms)));
  } finally {
    await Promise.all(echoes.map((echo) => echo[Symbol.asyncDispose]()));
  }
  return rows;
}

function report(rows: readonly BenchRow[], json: boolean, printer: Printer): void {
  const verdict = benchVerdict(rows);
  if (json) {
    printer.json({ rows, verdict });
    return;
  }
  for (const text of benchTable(rows)) printer.line(text);
  printer.line(`\n${IN_FLIGHT} calls at a time, median of ${ROUNDS} rounds in turns. The CPU time includes both ends.`);
  printer.line(`${verdict}.`);
}

function waysOf({ serializer, address }: BenchFile, chosen: readonly string[]): readonly Way[] {
  const transports = new Map((chosen.length === 0 ? ['pipe'] : chosen).map((name) => [name, ADDRESSES[name]]));
  for (const name of transports.keys()) {
    if (Object.hasOwn(ADDRESSES, name)) continue;
    throw new UsageError(
      `--transport must be one of ${Object.keys(ADDRESSES).join(', ')}; got '${name}'. Export your own transport from the file`,
    );
  }
  if (address !== undefined) transports.set(address.slice(0, address.indexOf('://')), address);
  const serializers = new Set(serializer === undefined ? SERIALIZERS : [...SERIALIZERS, serializer]);
  return [...transports].flatMap(([transport, where]) =>
    [...serializers].map((name) => ({ serializer: name, transport, address: where })),
  );
}

function keyOf({ serializer, transport }: Way): string {
  return `${serializer} ${transport}`;
}

async function open(
  way: Way,
  caller: Remote<typeof BenchCaller>,
  env: Readonly<Record<string, string>>,
  echoes: AsyncDisposable[],
): Promise<void> {
  const { serializer, address } = way;
  if (address === undefined) {
    await caller.spawnEcho(keyOf(way), serializer);
    return;
  }
  const where = address === PRIVATE ? {} : { address };
  const echo = await BenchEcho.with({ serializer, env, ...where }).spawn();
  echoes.push(echo);
  const { connectionAddress = '' } = echo;
  await caller.connectEcho(keyOf(way), connectionAddress);
}

async function measureValue(
  value: string,
  ways: readonly Way[],
  caller: Remote<typeof BenchCaller>,
  ms: number,
): Promise<readonly BenchRow[]> {
  const faults = new Map<Way, string>();
  for (const way of ways) {
    const fault = await faultOf(way, value, caller);
    if (fault !== undefined) faults.set(way, fault);
  }
  const samples = new Map<Way, Sample[]>(ways.map((way) => [way, []]));
  // The first round is not counted, because V8 is still compiling.
  for (let round = -1; round < ROUNDS; round++) {
    for (const [way, of] of samples) {
      if (faults.has(way)) continue;
      const sample = await caller.measure(keyOf(way), value, ms / ROUNDS);
      if (round >= 0) of.push(sample);
    }
  }
  return ways.map((way) => {
    const { serializer, transport } = way;
    const fault = faults.get(way);
    if (fault !== undefined) return { value, serializer, transport, fault };
    const of = samples.get(way) ?? [];
    return {
      value,
      serializer,
      transport,
      cpuMicros: median(of.map(({ calls, cpuMicros }) => cpuMicros / calls)),
      callsPerSecond: median(of.map(({ calls, elapsedMs }) => (calls / elapsedMs) * 1000)),
    };
  });
}

/** Returns why a value cannot be sent this way: it is refused, or returns changed. */
async function faultOf(way: Way, value: string, caller: Remote<typeof BenchCaller>): Promise<string | undefined> {
  try {
    return (await caller.comesBack(keyOf(way), value)) ? undefined : 'comes back changed';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
