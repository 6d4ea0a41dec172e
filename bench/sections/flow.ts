import type { Remote } from 'uactor';
import { timeInFlight } from '../clock.ts';
import { openActor, openBare } from '../contender.ts';
import { compete, type Entrant, type Setting } from '../contest.ts';
import type { Counter } from '../counter.ts';
import type { Measurement } from '../figure.ts';
import { quickly } from '../options.ts';

const ITEMS = 20_000;
const CHUNK_BYTES = 1024 * 1024;
const CHUNKS_IN_FLIGHT = 4;

/** Measures items of an iterator, and bytes in one direction only. */
export async function measureFlow(setting: Setting): Promise<void> {
  const { serializers, transports, quick, sampleMs } = setting.options;
  const wanted = quickly(quick, transports, ['pipe', 'tcp']);
  const bare = await openBare();
  const bytes = new Uint8Array(CHUNK_BYTES).fill(7);
  const entrants: Entrant[] = [
    async () => [there('bare', await timeInFlight(() => bare.bare.sink(bytes), CHUNKS_IN_FLIGHT, sampleMs))],
  ];
  const closing = [() => bare.close()];
  for (const serializer of serializers) {
    for (const transport of wanted) {
      const contender = await openActor(serializer, transport);
      const { actor, name } = contender;
      closing.push(() => contender.close());
      entrants.push(async () => [
        await readAll(actor, name),
        there(name, await timeInFlight(() => actor.sink(bytes), CHUNKS_IN_FLIGHT, sampleMs)),
        back(name, await timeInFlight(() => actor.source(CHUNK_BYTES), CHUNKS_IN_FLIGHT, sampleMs)),
      ]);
    }
  }
  await compete('flow', entrants, setting);
  for (const close of closing) await close();
}

async function readAll(actor: Remote<typeof Counter>, contender: string): Promise<Measurement> {
  const began = performance.now();
  let read = 0;
  for await (const number of await actor.numbers(ITEMS)) read += number === read ? 1 : 0;
  if (read !== ITEMS) throw new Error(`${contender} gave ${read} of ${ITEMS} items in their order`);
  const value = ITEMS / ((performance.now() - began) / 1000);
  const measure = 'items of an iterator';
  return { section: 'flow', measure, contender, unit: 'items/s', better: 'higher', value };
}

function there(contender: string, perSecond: number): Measurement {
  const measure = 'bytes as an argument';
  return { section: 'flow', measure, contender, unit: 'MiB/s', better: 'higher', value: perSecond };
}

function back(contender: string, perSecond: number): Measurement {
  return { ...there(contender, perSecond), measure: 'bytes as a result' };
}
