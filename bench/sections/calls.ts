import { timeCalls, timeInFlight } from '../clock.ts';
import { type Contender, openActor, openBare, openRaw } from '../contender.ts';
import { compete, type Entrant, type Setting } from '../contest.ts';
import type { Measurement, Subject } from '../figure.ts';
import type { BenchOptions } from '../options.ts';
import { CALL_VALUES, chosenValues, NO_VALUE, plainBytes } from '../values.ts';

const IN_FLIGHT = [100, 1000] as const;
/** The maximum number of bytes that wait in memory at a time. */
export const MAX_BYTES_IN_FLIGHT = 16 * 1024 * 1024;
const QUICK_VALUES = ['small object', '1,000 rows', 'text of 100 KB', 'bytes of 1 MiB'];

/** One kind of call. */
export interface Job {
  readonly name: string;
  /** The size of its value. */
  readonly bytes: number;
  readonly call: (contender: Contender) => Promise<unknown>;
}

/** Measures calls of each serializer over each transport with each value: one at a time, and many in flight. */
export async function measureCalls(setting: Setting): Promise<void> {
  const { options } = setting;
  const contenders = await openAll(options);
  for (const job of jobsFor(options.values, options.quick)) {
    const entrants = contenders.map(
      (contender): Entrant =>
        async () =>
          measure(contender, job, setting),
    );
    await compete(job.name, entrants, setting);
  }
  for (const contender of contenders) await contender.close();
}

/** Opens all contenders of calls. */
export async function openAll(options: BenchOptions): Promise<readonly Contender[]> {
  const contenders: Contender[] = [await openRaw('pipe'), await openBare()];
  if (options.transports.includes('ipc')) contenders.push(await openRaw('ipc'));
  if (options.transports.includes('tcp-plain')) contenders.push(await openRaw('tcp'));
  if (options.transports.some((name) => name.startsWith('tcp'))) contenders.push(await openBare('tcp'));
  if (options.transports.includes('tcp')) contenders.push(await openBare('tls'));
  for (const serializer of options.serializers) {
    for (const transport of options.transports) contenders.push(await openActor(serializer, transport));
  }
  return contenders;
}

/** Returns the chosen calls. */
export function jobsFor(wanted: readonly string[], quick: boolean): readonly Job[] {
  const few = quick && wanted.length === 0;
  const values = chosenValues(CALL_VALUES, wanted).filter(({ name }) => !few || QUICK_VALUES.includes(name));
  const jobs = values.map(({ name, make }): Job => {
    const value = make();
    const bytes = plainBytes([value]);
    return { name: `echo of ${name}`, bytes, call: (contender) => contender.echo(value, bytes) };
  });
  const none: Job = { name: NO_VALUE, bytes: 64, call: (contender) => contender.add(1, 2) };
  return wanted.length === 0 || wanted.some((part) => NO_VALUE.includes(part)) ? [none, ...jobs] : jobs;
}

async function measure(
  contender: Contender,
  { name, bytes, call }: Job,
  { options }: Setting,
): Promise<readonly Measurement[]> {
  const once = (): Promise<unknown> => call(contender);
  const subject = (what: string, unit: string): Subject => ({
    section: 'calls',
    measure: `${name}, ${what}`,
    contender: contender.name,
    unit,
    better: unit === 'calls/s' ? 'higher' : 'lower',
  });
  const { perSecond, p50Us, p99Us } = await timeCalls(once, options.sampleMs);
  const measured: Measurement[] = [
    { ...subject('one at a time', 'calls/s'), value: perSecond },
    { ...subject('latency p50', 'µs'), value: p50Us },
    { ...subject('latency p99', 'µs'), value: p99Us },
  ];
  for (const count of IN_FLIGHT) {
    if (count * bytes > MAX_BYTES_IN_FLIGHT || (options.quick && count > 100)) continue;
    const value = await timeInFlight(once, count, options.sampleMs);
    measured.push({ ...subject(`${count.toLocaleString('en')} in flight`, 'calls/s'), value });
  }
  return measured;
}
