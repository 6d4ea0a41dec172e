import { release, type Remote, type RemoteObject } from 'uactor';
import { timeCalls, timeInFlight } from '../clock.ts';
import { openActor, optionsFor, type SerializerName, type TransportName } from '../contender.ts';
import { compete, type Entrant, type Setting } from '../contest.ts';
import { Counter, type Item } from '../counter.ts';
import type { Measurement } from '../figure.ts';
import { quickly } from '../options.ts';
import { median } from '../statistics.ts';

const HAND_OVERS = 200;

/** Measures creating and releasing proxies, and passing them on to a third process. */
export async function measureObjects(setting: Setting): Promise<void> {
  const { serializers, transports, quick } = setting.options;
  // A proxy that came over the pipe reaches a third process by a socket, so the pipe has no hand-over.
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
  // Over unencrypted TCP, no process proves its key at an address that a proxy names.
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
 * Gives a second actor a proxy of the first actor's object, which it calls: first when the two have no connection, then over the
 * existing one. In microseconds, and in round trips between two of the three.
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
    // With an object of which the other actor already has a proxy: only the calls, between the same processes.
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
      // From here to the third process, and from there to the object's process: two round trips.
      value: us / (median(known) / 2),
    },
  ];
}

/** Returns the time of a call with a new object of `home`, in microseconds. */
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
