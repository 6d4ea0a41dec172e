/** Behaviour that must be the same with every serializer and transport. */
import { randomBytes } from 'node:crypto';
import { Everything, Misfortune, Money } from '#fixtures/everything.js';
import {
  type ActorOptions,
  callOptions,
  getValue,
  ProxyError,
  type Remote,
  release,
  sameReferent,
  SerializerError,
  setProperty,
  stats,
  TimeoutError,
  typeid,
} from 'uactor';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { assertSame } from '../conformance/codec-pair.ts';
import { SAMPLES } from '../conformance/values.ts';
import { failure } from '../support/failure.ts';
import { NOTHING } from '../support/nothing.ts';
import { SERIALIZERS } from '../support/serializers.ts';

interface Way {
  readonly title: string;
  readonly options: ActorOptions;
  /** Whether the client connects to the actor's address instead of using the owner's pipe. */
  readonly connects: boolean;
  /** Whether a third process proves its key at an address that a proxy names: not without encryption. */
  readonly leadsOn?: false;
  /** Whether errors omit internal details: over a network. */
  readonly redacts?: true;
}

const authkey = randomBytes(32);

const PLAIN = { tcp: { encryption: false } };

const WAYS: readonly Way[] = [
  { title: 'the pipe', options: {}, connects: false },
  { title: 'a Unix socket', options: {}, connects: true },
  { title: 'tcp with a pre-shared key', options: { address: 'tcp://127.0.0.1:0' }, connects: true, redacts: true },
  {
    title: 'plain tcp',
    options: { address: 'tcp://127.0.0.1:0', transport: PLAIN },
    connects: true,
    leadsOn: false,
    redacts: true,
  },
];

const PAIRS = SERIALIZERS.flatMap((serializer) => WAYS.map((way) => ({ serializer, way })));

/** Sessions replace errors and registered classes; both have their own tests here. */
const PLAIN_SAMPLES = SAMPLES.filter(({ title }) => !/errors|instances of a class/.test(title));

/** An actor as a client sees it. */
async function open(serializer: string, way: Way): Promise<{ owned: Remote<typeof Everything>; seen: typeof owned }> {
  const ActorClass = Everything.with({ ...way.options, serializer, authkey });
  const owned = await ActorClass.spawn();
  if (!way.connects) return { owned, seen: owned };
  return { owned, seen: await ActorClass.connect(owned.connectionAddress ?? '', { ownConnection: true, authkey }) };
}

for (const { serializer, way } of PAIRS) {
  describe(`${serializer} over ${way.title}`, () => {
    let owned: Remote<typeof Everything>;
    let actor: Remote<typeof Everything>;

    beforeAll(async () => {
      ({ owned, seen: actor } = await open(serializer, way));
    });

    afterAll(async () => {
      await owned.shutdown();
      await vi.waitFor(() => expect(stats()).toEqual(NOTHING), { timeout: 10_000, interval: 20 });
    });

    for (const { title, make } of PLAIN_SAMPLES) {
      test(`U46 ${title} cross and come back`, async () => {
        assertSame(await actor.echo(make()), make());
      });
    }

    test('U46 what cannot be sent is refused with the path to it, before anything is sent', async () => {
      const error = await failure(actor.echo({ rows: [1, { socket: Symbol('s') }] }));
      expect(error).toBeInstanceOf(SerializerError);
      expect(error).toMatchObject({ code: 'UNSERIALIZABLE', path: '$[0].rows[1].socket', executed: 'no' });
      expect(await actor.echo('on')).toBe('on');
    });

    test("U48 a user's class arrives as itself", async () => {
      const money = await actor.echo([new Money(12n, 'CHF')]);
      expect(money).toEqual([new Money(12n, 'CHF')]);
    });

    test('U42 an error arrives as its class, with what it carries', async () => {
      const error = await failure(actor.fail(3));
      expect(error).toBeInstanceOf(Misfortune);
      expect(error).toMatchObject({ message: 'it went wrong' });
      if (way.redacts) expect(error).not.toHaveProperty('degree');
      else expect(error).toHaveProperty('degree', 3);
    });

    test('U9 properties are read and written', async () => {
      await setProperty(actor, 'label', 'second');
      expect(await actor.label).toBe('second');
    });

    test('U25 U29 a live object is the same one each time, and its proxy goes to and fro', async () => {
      const [one, other] = [await actor.shared(), await actor.shared()];
      expect(typeid(one)).toBe('auto');
      expect(sameReferent(one, other)).toBe(true);
      const [back] = await values(actor.echo([one]));
      expect(sameReferent(one, back)).toBe(true);
      await one.callMethod('count', [5]);
      expect(await other.callMethod('count', [0])).toBe(5);
      expect(await failure(getValue(one))).toBeInstanceOf(SerializerError);
      for (const proxy of [one, other, back]) release(proxy);
    });

    test('U8 what is not exposed is refused', async () => {
      const shared = await actor.shared();
      const error = await failure(shared.callMethod('constructor'));
      expect(error).toBeInstanceOf(ProxyError);
      expect(error).toMatchObject({ code: 'NOT_EXPOSED' });
      release(shared);
    });

    test('U30 a local function is called back', async () => {
      expect(await actor.apply((value) => [value, value], 'x')).toEqual(['x', 'x']);
    });

    test('U42 U46 a result of a callback that cannot be sent says where', async () => {
      const error = await failure(actor.apply(() => ({ deep: [Symbol('x')] }), 'x'));
      expect(error).toBeInstanceOf(SerializerError);
      expect(error).toMatchObject({ code: 'UNSERIALIZABLE', path: '$.deep[0]' });
    });

    test('U43 U44 a generator is read, to its end and not', async () => {
      let sum = 0;
      for await (const { id } of await actor.rows(3_000)) sum += id;
      expect(sum).toBe((3_000 * 2_999) / 2);
      for await (const { id } of await actor.rows(1e9)) {
        if (id === 10) break;
      }
      expect(await actor.sum(numbers())).toBe(6);
    });

    test('U41 a call can be given up', async () => {
      expect(await failure(callOptions(actor, { timeout: 20 }).nap())).toBeInstanceOf(TimeoutError);
      const controller = new AbortController();
      const call = callOptions(actor, { signal: controller.signal }).nap();
      controller.abort(new RangeError('enough'));
      expect(await failure(call)).toMatchObject({ name: 'RangeError', message: 'enough' });
    });

    test('U29 U37 a live object of one actor works in another one', async () => {
      const { owned: third, seen } = await open(serializer, way);
      const tally = await actor.tally();
      if (way.leadsOn === false) {
        expect(await failure(seen.echo([tally]))).toMatchObject({ code: 'NOT_ALLOWED', executed: 'no' });
        release(tally);
        await third.shutdown();
        return;
      }
      const [handedOn] = await values(seen.echo([tally]));
      expect(sameReferent(tally, handedOn)).toBe(true);
      expect(await seen.apply(actor.echo, 'through')).toBe('through');
      release(tally);
      release(handedOn);
      await third.shutdown();
    });

    test('5 MB go to and fro', async () => {
      const bytes = new Uint8Array(5_000_000).fill(7);
      expect(await actor.size(bytes)).toBe(bytes.length);
      expect(Buffer.compare(await actor.give(bytes.length), bytes)).toBe(0);
    });
  });
}

async function values(result: PromiseLike<unknown>): Promise<readonly unknown[]> {
  const list = await result;
  if (!Array.isArray(list)) throw new TypeError('a list was expected');
  return list;
}

async function* numbers(): AsyncGenerator<number> {
  for (const value of [1, 2, 3]) yield await Promise.resolve(value);
}
