import { Bench, type FnReturnedObject, type Task } from 'tinybench';

/** How long one call took. */
export interface Timing {
  readonly perSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
}

/** Calls again and again, each when the last has been answered, for `timeMs` and at least `minimum` times. */
export async function timeCalls(call: () => Promise<unknown>, timeMs: number, minimum = 3): Promise<Timing> {
  const bench = new Bench({ time: timeMs, iterations: minimum, warmup: false, throws: true });
  bench.add('call', call, { async: true });
  await bench.run();
  return timingOf(bench.tasks[0]);
}

/** The same with `count` calls at a time: all of them are made at once, and the next when the last was answered. */
export async function timeInFlight(call: () => Promise<unknown>, count: number, timeMs: number): Promise<number> {
  const { perSecond } = await timeCalls(() => Promise.all(Array.from({ length: count }, call)), timeMs, 1);
  return perSecond * count;
}

/** The time of synchronous work that measures its own part by {@link lap}. */
export function timeWork(work: () => FnReturnedObject, timeMs: number): Timing {
  const bench = new Bench({ time: timeMs, iterations: 3, warmup: false, throws: true });
  bench.add('work', work, { async: false });
  bench.runSync();
  return timingOf(bench.tasks[0]);
}

/** What a part of the work took per repetition, and what it all cost, in the way that {@link timeWork} wants to be told. */
export function lap(from: number, to: number, repetitions: number, began: number): FnReturnedObject {
  return { overriddenDuration: (to - from) / repetitions, overriddenIterationCost: performance.now() - began };
}

function timingOf(task: Task | undefined): Timing {
  const result = task?.result;
  if (result?.state !== 'completed') throw new Error(`the benchmark ended as ${result?.state ?? 'nothing'}`);
  const { mean, p50, p99 } = result.latency;
  return { perSecond: 1000 / mean, p50Us: p50 * 1000, p99Us: p99 * 1000 };
}
