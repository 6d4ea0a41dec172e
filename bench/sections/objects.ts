import { release, type Remote, type RemoteObject } from 'uactor';
import { timeCalls, timeInFlight } from '../clock.ts';
import { openActor, optionsFor, type SerializerName, type TransportName } from '../contender.ts';
import { compete, type Entrant, type Setting } from '../contest.ts';
import { Counter, type Item } from '../counter.ts';
import type { Measurement } from '../figure.ts';
import { quickly } from '../options.ts';
import { median } from '../statistics.ts';

const HAND_OVERS = 200;

/** Proxies made and released, and handed over to a third process. */
export async function measureObjects(setting: Setting): Promise<void> {
  const { serializers, transports, quick } = setting.options;
  // A proxy that came over the pipe reaches a third process by a socket; so there is no hand-over by pipe.
  const wanted = quickly(quick, transports, ['pipe', 'tcp']);
  const entrants: Entrant[] = [];
  const closing: (() => Promise<void>)[] = [];
  for (const serializer of serializers) {
    for (const transport of wanted) {
      const contender = await openActor(serializer, transport);
      closing.push(() => contender.close());
      entrants.push(() => makeAndRelease(contender.actor, contender.name, setting.options.sampleMs));
    }
  }
  await compete('proxies', entrants, setting);
  for (const close of closing) await close();
  // In the clear no process proves its key where a proxy leads it.
  const sockets = transports.filter((name) => name !== 'pipe' && name !== 'tcp-plain');
  const handOvers = serializers.flatMap((serializer) =>
    quickly(quick, sockets, ['ipc']).map(
      (transport): Entrant =>
        () =>
          handOver(serializer, transport),
    ),
  );
  await compete('hand-over', handOvers, setting);
}

async function makeAndRelease(
  actor: Remote<typeof Counter>,
  contender: string,
  sampleMs: number,
): Promise<readonly Measurement[]> {
  const subject = { section: 'objects', contender, unit: 'proxies/s', better: 'higher' } as const;
  const once = async (): Promise<void> => release(await actor.make());
  const { perSecond } = await timeCalls(once, sampleMs);
  return [
    { ...subject, measure: 'proxies made and released, one at a time', value: perSecond },
    {
      ...subject,
      measure: 'proxies made and released, 100 in flight',
      value: await timeInFlight(once, 100, sampleMs),
    },
  ];
}

/**
 * This process gives the second actor a proxy of the first's object; the second calls it. Once when the two do not know
 * each other, then over the connection that they have; in microseconds, and in round trips between two of the three.
 */
async function handOver(serializer: SerializerName, transport: TransportName): Promise<readonly Measurement[]> {
  const ActorClass = Counter.with(optionsFor(serializer, transport));
  const [home, third] = await Promise.all([ActorClass.spawn(), ActorClass.spawn()]);
  const address = third.connectionAddress;
  if (address === undefined) throw new Error('the third actor listens nowhere');
  const near = await ActorClass.connect(address, { ownConnection: true });
  const handOverOne = (): Promise<number> => timed(home, (item) => near.use(item));
  const first = await handOverOne();
  await near.keep(await home.make());
  const again: number[] = [];
  const known: number[] = [];
  for (let i = 0; i < HAND_OVERS; i++) {
    again.push(await handOverOne());
    // With an object that the other actor has a proxy of already: the calls alone, between the same processes.
    known.push(await timed(home, () => near.useKept()));
  }
  release(near);
  await Promise.all([home.shutdown(), third.shutdown()]);
  const subject = { section: 'objects', contender: `${serializer} · ${transport}`, better: 'lower' } as const;
  const us = median(again);
  return [
    { ...subject, measure: 'hand-over with the first connection', unit: 'µs', value: first },
    { ...subject, measure: 'hand-over over a connection', unit: 'µs', value: us },
    {
      ...subject,
      measure: 'hand-over over a connection, in round trips',
      unit: 'round trips',
      // From here to the third process, and from there to the home of the object: two round trips.
      value: us / (median(known) / 2),
    },
  ];
}

/** How long a call takes that is given a new object of `home`, in microseconds. */
async function timed(
  home: Remote<typeof Counter>,
  call: (item: RemoteObject<Item>) => Promise<unknown>,
): Promise<number> {
  const item = await home.make();
  const began = performance.now();
  await call(item);
  const us = (performance.now() - began) * 1000;
  release(item);
  return us;
}
