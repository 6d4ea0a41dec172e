import { release } from 'uactor';
import { cpuPerCall } from '../clock.ts';
import type { ActorContender, Contender } from '../contender.ts';
import { compete, type Entrant, type Setting } from '../contest.ts';
import { CPU, type Measurement } from '../figure.ts';
import { cpuUs } from '../cpu.ts';
import { type Job, jobsFor, MAX_BYTES_IN_FLIGHT, openAll } from './calls.ts';

/** The number of calls at a time, besides one. */
const IN_FLIGHT = 100;
const ITEMS = 20_000;

/**
 * Measures the processor time of calls, proxies and items, of both sides together; a rate shows that only on a quiet machine.
 * Measures nothing if the system does not report it.
 */
export async function measureCost(setting: Setting): Promise<void> {
  const { options } = setting;
  if (cpuUs(process.pid) === undefined) return;
  const contenders = await openAll(options);
  for (const job of jobsFor(options.values, options.quick)) {
    await compete(
      job.name,
      contenders.map((contender) => costOf(contender, job, options.sampleMs)),
      setting,
    );
  }
  if (options.values.length === 0) {
    const actors = contenders.filter(isActor);
    await compete(
      'proxies',
      actors.map((contender) => proxyCost(contender, options.sampleMs)),
      setting,
    );
    await compete(
      'items',
      actors.map((contender) => itemCost(contender)),
      setting,
    );
  }
  for (const contender of contenders) await contender.close();
}

function costOf(contender: Contender, { name, bytes, call }: Job, sampleMs: number): Entrant {
  const once = (): Promise<unknown> => call(contender);
  return async () => {
    const one = await cpuPerCall(once, 1, contender.pid, sampleMs);
    const measured = measurement(`${name}, one at a time`, contender, one);
    if (IN_FLIGHT * bytes > MAX_BYTES_IN_FLIGHT) return measured;
    const many = await cpuPerCall(once, IN_FLIGHT, contender.pid, sampleMs);
    return [...measured, ...measurement(`${name}, ${IN_FLIGHT} in flight`, contender, many)];
  };
}

function proxyCost(contender: ActorContender, sampleMs: number): Entrant {
  const once = async (): Promise<void> => release(await contender.actor.make());
  return async () =>
    measurement('proxies made and released', contender, await cpuPerCall(once, IN_FLIGHT, contender.pid, sampleMs));
}

function itemCost(contender: ActorContender): Entrant {
  return async () => {
    const before = cpuUs(contender.pid);
    let read = 0;
    for await (const number of await contender.actor.numbers(ITEMS)) read += number === read ? 1 : 0;
    const after = cpuUs(contender.pid);
    if (read !== ITEMS) throw new Error(`${contender.name} gave ${read} of ${ITEMS} items in their order`);
    if (before === undefined || after === undefined) return [];
    return measurement('items of an iterator', contender, (after - before) / ITEMS);
  };
}

function measurement(measure: string, { name }: Contender, value: number | undefined): readonly Measurement[] {
  return value === undefined ? [] : [{ section: 'cost', measure, contender: name, unit: CPU, better: 'lower', value }];
}

function isActor(contender: Contender): contender is ActorContender {
  return 'actor' in contender;
}
