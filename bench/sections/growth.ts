import { release, type Remote } from 'uactor';
import { timeInFlight } from '../clock.ts';
import { type Contender, openActor, openBare, type SerializerName } from '../contender.ts';
import { compete, type Entrant, type Setting } from '../contest.ts';
import { Counter } from '../counter.ts';
import type { Measurement } from '../figure.ts';
import { usedBytes } from '../used-bytes.ts';

/** The serializer for measuring growth, if it was chosen: the serializer matters little there. */
const GROWN: SerializerName = 'msgpack';
const MIB = 1024 * 1024;
const IN_FLIGHT = 100;
/** The number of connections that are opened or called at a time. */
const AT_A_TIME = 100;
const CALLS = 'calls/s';

interface Scale {
  readonly sizes: readonly number[];
  readonly connections: readonly number[];
  readonly actors: readonly number[];
  readonly proxies: readonly number[];
}

const FULL: Scale = {
  sizes: [1024, 16_384, 262_144, 4 * MIB, 64 * MIB],
  connections: [1, 10, 100, 1000],
  actors: [1, 2, 4, 8, 16],
  proxies: [1, 1000, 10_000, 100_000],
};
const QUICK: Scale = {
  sizes: [1024, 65_536, 4 * MIB],
  connections: [1, 100],
  actors: [1, 4],
  proxies: [1, 10_000],
};

/** Measures growth with size, connections, actors and live proxies. */
export async function measureGrowth(setting: Setting): Promise<void> {
  const { serializers, quick } = setting.options;
  const scale = quick ? QUICK : FULL;
  await bySize(scale.sizes, setting);
  const serializer = serializers.find((name) => name === GROWN) ?? serializers[0] ?? GROWN;
  await byConnections(serializer, scale.connections, setting);
  await byActors(serializer, scale.actors, setting);
  await byProxies(serializer, scale.proxies, setting);
}

async function bySize(sizes: readonly number[], setting: Setting): Promise<void> {
  const { serializers, sampleMs } = setting.options;
  const contenders: Contender[] = [await openBare()];
  for (const serializer of serializers) contenders.push(await openActor(serializer, 'pipe'));
  const entrants = sizes.flatMap((at) => {
    const bytes = new Uint8Array(at).fill(7);
    return contenders.map(
      (contender): Entrant =>
        async () => {
          const perSecond = await timeInFlight(() => contender.echo(bytes, at), 1, sampleMs);
          return [grown('echo of bytes, by size', contender.name, at, 'MiB/s', (perSecond * at) / MIB)];
        },
    );
  });
  await compete('size', entrants, setting);
  for (const contender of contenders) await contender.close();
}

/** Measures many connections to one actor: calls over one of them while the others are idle, and over all in turn. */
async function byConnections(serializer: SerializerName, counts: readonly number[], setting: Setting): Promise<void> {
  const { sampleMs } = setting.options;
  const closing: (() => Promise<void>)[] = [];
  const entrants: Entrant[] = [];
  for (const at of counts) {
    const ActorClass = Counter.with({ serializer });
    const owned = await ActorClass.spawn();
    const address = owned.connectionAddress;
    if (address === undefined) throw new Error('the actor listens nowhere');
    const before = await owned.usedBytes();
    const proxies = await many(at, () => ActorClass.connect(address, { ownConnection: true }));
    const bytes = ((await owned.usedBytes()) - before) / at;
    closing.push(async () => {
      for (const proxy of proxies) release(proxy);
      await owned.shutdown();
    });
    const [one] = proxies;
    entrants.push(async () => {
      let turn = 0;
      const inTurn = async (): Promise<unknown> => proxies[turn++ % at]?.add(1, 2);
      const measured = [
        grown('calls over one of n connections', serializer, at, CALLS, await callsPerSecond(one, sampleMs)),
        grown('calls over n connections', serializer, at, CALLS, await timeInFlight(inTurn, IN_FLIGHT, sampleMs)),
      ];
      // The memory of a single connection is lost in the heap's noise.
      if (at > 1) measured.push(grown('memory of the actor per connection', serializer, at, 'bytes', bytes));
      return measured;
    });
  }
  await compete('connections', entrants, setting);
  for (const close of closing) await close();
}

/** Measures calls to many actors at once, with as many in flight to each as to one. */
async function byActors(serializer: SerializerName, counts: readonly number[], setting: Setting): Promise<void> {
  const { sampleMs } = setting.options;
  const actors = await many(Math.max(...counts), () => Counter.with({ serializer }).spawn());
  const entrants = counts.map(
    (at): Entrant =>
      async () => {
        let turn = 0;
        const inTurn = async (): Promise<unknown> => actors[turn++ % at]?.add(1, 2);
        return [
          grown('calls to n actors', serializer, at, CALLS, await timeInFlight(inTurn, IN_FLIGHT * at, sampleMs)),
        ];
      },
  );
  await compete('actors', entrants, setting);
  for (const actor of actors) await actor.shutdown();
}

/**
 * Measures calls while this process holds many proxies, one number after the other in each round, because all proxies live here.
 */
async function byProxies(serializer: SerializerName, counts: readonly number[], setting: Setting): Promise<void> {
  const actor = await Counter.with({ serializer }).spawn();
  const entrant: Entrant = async () => {
    const measured: Measurement[] = [];
    const held: unknown[] = [];
    // The first number includes the memory of calls, so growth is counted from there.
    let first: { readonly here: number; readonly there: number } | undefined;
    for (const at of counts) {
      held.push(...(await many(at - held.length, () => actor.make())));
      // Collects the garbage of creating them, which is not a cost of holding them.
      await Promise.all([usedBytes(), actor.usedBytes()]);
      const value = await callsPerSecond(actor, setting.options.sampleMs);
      measured.push(grown('calls while n proxies live', serializer, at, CALLS, value));
      const now = { here: await usedBytes(), there: await actor.usedBytes() };
      if (first === undefined) {
        first = now;
        continue;
      }
      measured.push(
        grown('memory of the holder per proxy', serializer, at, 'bytes', (now.here - first.here) / at),
        grown('memory of the actor per proxy', serializer, at, 'bytes', (now.there - first.there) / at),
      );
    }
    for (const proxy of held) release(proxy);
    // Releasing that many takes time, which must not count in the next round.
    await actor.usedBytes();
    return measured;
  };
  await compete('proxies', [entrant], setting);
  await actor.shutdown();
}

async function callsPerSecond(actor: Remote<typeof Counter> | undefined, sampleMs: number): Promise<number> {
  return await timeInFlight(async () => actor?.add(1, 2), IN_FLIGHT, sampleMs);
}

async function many<T>(count: number, make: () => Promise<T>): Promise<T[]> {
  const made: T[] = [];
  while (made.length < count) {
    made.push(...(await Promise.all(Array.from({ length: Math.min(AT_A_TIME, count - made.length) }, make))));
  }
  return made;
}

function grown(measure: string, contender: string, at: number, unit: string, value: number): Measurement {
  const better = unit === 'bytes' ? 'lower' : 'higher';
  return { section: 'growth', measure, contender, at, unit, better, value };
}
