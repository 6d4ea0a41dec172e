import { Bench, type FnReturnedObject, type Task } from 'tinybench';
import { cpuUs } from './cpu.ts';

/** The duration of one call. */
export interface Timing {
  readonly perSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
}

/** Calls repeatedly, one call at a time, for `timeMs` and at least `minimum` times. */
export async function timeCalls(call: () => Promise<unknown>, timeMs: number, minimum = 3): Promise<Timing> {
  const bench = new Bench({ time: timeMs, iterations: minimum, warmup: false, throws: true });
  bench.add('call', call, { async: true });
  await bench.run();
  return timingOf(bench.tasks[0]);
}

/** Calls with `count` calls at a time: makes all at once, and the next ones after the last reply. */
export async function timeInFlight(call: () => Promise<unknown>, count: number, timeMs: number): Promise<number> {
  const { perSecond } = await timeCalls(() => Promise.all(Array.from({ length: count }, call)), timeMs, 1);
  return perSecond * count;
}

/**
 * Returns the processor time of one call, of this process and the called one together, in microseconds. Calls repeatedly, with
 * this many in flight, until this process has worked for `workMs`. On a busy machine that takes longer, but is the same amount of
 * work, so V8 has compiled the same code. `undefined` if the system does not report it.
 */
export async function cpuPerCall(
  call: () => Promise<unknown>,
  inFlight: number,
  pid: number,
  workMs: number,
): Promise<number | undefined> {
  const before = cpuUs(pid);
  if (before === undefined) return undefined;
  const began = process.cpuUsage();
  let calls = 0;
  let workedMs: number;
  do {
    if (inFlight === 1) await call();
    else await Promise.all(Array.from({ length: inFlight }, call));
    calls += inFlight;
    const { user, system } = process.cpuUsage(began);
    workedMs = (user + system) / 1000;
  } while (workedMs < workMs);
  const after = cpuUs(pid);
  return after === undefined ? undefined : (after - before) / calls;
}

/** Returns the time of synchronous work that measures its own part with {@link lap}. */
export function timeWork(work: () => FnReturnedObject, timeMs: number): Timing {
  const bench = new Bench({ time: timeMs, iterations: 3, warmup: false, throws: true });
  bench.add('work', work, { async: false });
  bench.runSync();
  return timingOf(bench.tasks[0]);
}

/** Returns the time of a part of the work per repetition, and the total, in the form for {@link timeWork}. */
export function lap(from: number, to: number, repetitions: number, began: number): FnReturnedObject {
  return { overriddenDuration: (to - from) / repetitions, overriddenIterationCost: performance.now() - began };
}

function timingOf(task: Task | undefined): Timing {
  const result = task?.result;
  if (result?.state !== 'completed') throw new Error(`the benchmark ended as ${result?.state ?? 'nothing'}`);
  const { mean, p50, p99 } = result.latency;
  return { perSecond: 1000 / mean, p50Us: p50 * 1000, p99Us: p99 * 1000 };
}
