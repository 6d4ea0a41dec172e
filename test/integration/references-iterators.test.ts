import { Streaming } from '#fixtures/streaming.js';
import { IteratorProxy, release, stats, terminate, typeid } from 'uactor';
import { beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { failure } from '../support/failure.ts';
import '../support/leaks.ts';
import { SEMANTICS } from '../support/serializers.ts';
import { shared } from '../support/shared.ts';

/** A reader has one batch, requests another, and the producer has prepared the next one: at most 256 values each. */
const MOST_AHEAD = 3 * 256;
const KIB = 1024;

describe.each(SEMANTICS)('iterators over %s', (serializer) => {
  const Streams = Streaming.with({ serializer });
  const streaming = shared(() => Streams.spawn());

  beforeEach(() => streaming().forget());

  test('U43 async generators, generators, iterators and iterables are read to their end', async () => {
    const actor = streaming();
    const rows = await actor.rows(1_000);
    expect(rows).toBeInstanceOf(IteratorProxy);
    expect(typeid(rows)).toBe('Iterator');
    const ids: number[] = [];
    for await (const { id } of rows) ids.push(id);
    expect(ids).toEqual(Array.from({ length: 1_000 }, (_, id) => id));
    expect(await readAll(await actor.numbers(3))).toEqual([0, 1, 2]);
    expect(await readAll(await actor.list())).toEqual(['a', 'b']);
    expect(await actor.ended()).toEqual(['rows', 'numbers']);
    // When they are read to their end, their proxies are released.
    expect(stats().imports).toBe(1);
  });

  test('U43 leaving a loop ends the remote iterator: its finally blocks have run', async () => {
    const actor = streaming();
    for await (const value of await actor.numbers(1_000_000)) if (value === 20) break;
    expect(await actor.ended()).toEqual(['numbers']);
    const thrower = async (): Promise<void> => {
      for await (const { id } of await actor.rows(1_000_000)) if (id === 3) throw new Error('out of the loop');
    };
    expect(await failure(thrower())).toMatchObject({ message: 'out of the loop' });
    await eventually(async () => expect(await actor.ended()).toEqual(['numbers', 'rows']));
    for await (const value of await actor.bare()) if (value === 3) break;
    expect(await actor.ended()).toEqual(['numbers', 'rows', 'bare']);
    expect(stats().imports).toBe(1);
  });

  test('U43 next, return and throw go step by step, and an iterator stays at its end', async () => {
    const actor = streaming();
    const answering = await actor.answering();
    expect(await answering.next()).toEqual({ value: 'begin', done: false });
    expect(await answering.next('one')).toEqual({ value: 'heard one', done: false });
    expect(await answering.throw(new Error('two'))).toEqual({ value: 'caught Error: two', done: true });
    expect(await answering.next('three')).toEqual({ value: undefined, done: true });
    expect(await answering.return('four')).toEqual({ value: 'four', done: true });
    expect(await failure(answering.throw(new RangeError('five')))).toMatchObject({ message: 'five' });
    expect(await readAll(answering)).toEqual([]);

    const rows = await actor.rows(5);
    await rows.next();
    expect(await actor.produced()).toBe(1);
    expect(await rows.return('enough')).toEqual({ value: 'enough', done: true });
    expect(await actor.ended()).toEqual(['rows']);
  });

  test('F32 what the producer throws comes behind the values before it', async () => {
    const actor = streaming();
    const read: number[] = [];
    const reading = async (): Promise<void> => {
      for await (const value of await actor.failing(100)) read.push(value);
    };
    const error = await failure(reading());
    expect(error).toBeInstanceOf(RangeError);
    expect(error).toMatchObject({ message: 'no more than 100' });
    expect(read).toHaveLength(100);
    await eventually(() => expect(stats().imports).toBe(1));
  });

  test('U43 a batch ends before it is too large for a message, as a result and as an argument', async () => {
    await using actor = await Streams.with({ limits: { maxMessageBytes: 20_000 } }).spawn();
    const sizes = Array.from({ length: 60 }, (_, id) => (id % 7 === 0 ? 12_000 : 500 * (id % 5)));
    async function* values(): AsyncGenerator<Uint8Array, void, undefined> {
      await Promise.resolve();
      for (const size of sizes) yield new Uint8Array(size);
    }
    expect(await actor.lengths(values())).toEqual(sizes);
    const ids: number[] = [];
    for await (const { id } of await actor.rows(40, 9_000)) ids.push(id);
    expect(ids).toEqual(Array.from({ length: 40 }, (_, id) => id));
    expect(await actor.ended()).toEqual(['rows']);
  });

  test('U43 a batch hands out no more than limits.maxReferences allows', async () => {
    await using actor = await Streams.with({ limits: { maxReferences: 100 } }).spawn();
    const called: unknown[] = [];
    for await (const value of await actor.functions(400)) {
      const answer: unknown = value();
      called.push(await answer);
      release(value);
    }
    expect(called).toEqual(Array.from({ length: 400 }, (_, id) => id));
  });

  test('U43 a batch holds no more values or references than its reader takes', async () => {
    const actor = streaming();
    const Reader = Streams.with({ limits: { maxNodes: 300, maxReferences: 60 } });
    using reader = await Reader.connect(String(actor.connectionAddress));
    const ids: number[] = [];
    for await (const { id } of await reader.rows(1_000)) ids.push(id);
    expect(ids).toEqual(Array.from({ length: 1_000 }, (_, id) => id));
    const called: unknown[] = [];
    for await (const value of await reader.functions(200)) {
      const answer: unknown = value();
      called.push(await answer);
      release(value);
    }
    expect(called).toEqual(Array.from({ length: 200 }, (_, id) => id));
  });

  test.each([0, 1, 5, 300])(
    'F32 the error of value %i, which cannot be sent, comes behind those before it',
    async (place) => {
      const actor = streaming();
      const read: unknown[] = [];
      const reading = async (): Promise<void> => {
        for await (const value of await actor.unsendableAt(place)) read.push(value);
      };
      expect(await failure(reading())).toMatchObject({ code: 'UNSERIALIZABLE', executed: 'yes' });
      expect(read).toEqual(Array.from({ length: place }, (_, id) => id));
      await eventually(async () => expect(await actor.ended()).toEqual(['unsendableAt']));
    },
  );

  test('F32 an iterator that was cut and is then read step by step loses nothing, and gives nothing twice', async () => {
    const actor = streaming();
    using values = await actor.unsendableAt(5);
    expect(await values.callMethod('pull', [8])).toEqual({ values: [0, 1, 2, 3], done: false });
    expect(await values.next()).toEqual({ value: 4, done: false });
    expect(await failure(values.next())).toMatchObject({ code: 'UNSERIALIZABLE' });
    expect(await values.next()).toEqual({ value: 6, done: false });
    expect(await values.callMethod('pull', [8])).toMatchObject({ values: expect.arrayContaining([7]) });
  });

  test('U43 an iterator given as an argument is read there, and ended when the loop there is left', async () => {
    const actor = streaming();
    const ended: string[] = [];
    async function* numbers(): AsyncGenerator<number, void, undefined> {
      try {
        for (let value = 1; ; value++) yield await Promise.resolve(value);
      } finally {
        ended.push('numbers');
      }
    }
    expect(await actor.sum(numbers(), 4)).toBe(10);
    await eventually(() => expect(ended).toEqual(['numbers']));
    await eventually(() => expect(stats().objects).toBe(0));
  });
});

describe('U44 slow readers', () => {
  const streaming = shared(() => Streaming.spawn());

  beforeEach(() => streaming().forget());

  test('U44 a producer does not run ahead of a slow reader by more than it is granted', async () => {
    const actor = streaming();
    let read = 0;
    for await (const value of await actor.numbers(100_000)) {
      expect(value).toBe(read++);
      if (read % 500 !== 0) continue;
      expect(await actor.produced()).toBeLessThanOrEqual(read + MOST_AHEAD);
      if (read === 5_000) break;
    }
  });

  test('U44 large values are granted by their size, also inside of objects', async () => {
    const actor = streaming();
    const rows = await actor.rows(100_000, 64 * KIB);
    let read = 0;
    for await (const { data } of rows) {
      expect(data).toHaveLength(64 * KIB);
      read++;
      // A batch of 256 KiB holds at most 4 of these, and 5 with the one that exceeds it.
      if (read % 20 === 0) expect(await actor.produced()).toBeLessThanOrEqual(read + 3 * 5);
      if (read === 200) break;
    }
  });

  test('U44 a producer that is not asked does nothing', async () => {
    const actor = streaming();
    const numbers = await actor.numbers(10);
    expect(await actor.produced()).toBe(0);
    release(numbers);
    await eventually(async () => expect((await actor.ended()).length + (await actor.produced())).toBe(0));
  });
});

describe('F32 ends', () => {
  const streaming = shared(() => Streaming.spawn());

  beforeEach(() => streaming().forget());

  test('F32 a loop can be left while the producer waits for something, which ends when it has come', async () => {
    const actor = streaming();
    for await (const value of await actor.stalling()) {
      expect(value).toBe(1);
      break;
    }
    expect(await actor.ended()).toEqual([]);
    await actor.letGo();
    await eventually(async () => expect(await actor.ended()).toEqual(['stalling']));
  });

  test('F32 two readers share one iterator, each value goes to one of them', async () => {
    const actor = streaming();
    const numbers = await actor.numbers(2_000);
    const parts = await Promise.all([readAll(numbers), readAll(numbers)]);
    expect(parts.flat().toSorted((a, b) => Number(a) - Number(b))).toEqual(
      Array.from({ length: 2_000 }, (_, id) => id),
    );
  });

  test('F32 when the producer dies, the loop throws ActorDiedError', async () => {
    const actor = await Streaming.spawn();
    const reading = async (): Promise<void> => {
      for await (const value of await actor.stalling()) if (value === 1) void actor.shutdown();
    };
    expect(await failure(reading())).toMatchObject({ name: 'ActorDiedError' });
  });

  test('F32 when the consumer dies, the finally blocks of the producer run', async () => {
    const producer = streaming();
    const consumer = await Streaming.spawn();
    const rows = await producer.numbers(1_000_000);
    const stalled = await producer.stalling();
    const sums = [consumer.sum(rows), consumer.sum(stalled)].map((sum) => failure(sum));
    for (const each of [rows, stalled]) release(each);
    await eventually(async () => expect(await producer.produced()).toBeGreaterThan(0));
    await terminate(consumer);
    for (const error of await Promise.all(sums)) expect(error).toMatchObject({ name: 'ActorDiedError' });
    await eventually(async () => expect(await producer.ended()).toContain('numbers'));
    await producer.letGo();
    await eventually(async () => expect(await producer.ended()).toContain('stalling'));
    await eventually(async () => expect(stats().imports).toBe(1));
  });
});

async function readAll(values: AsyncIterable<unknown>): Promise<readonly unknown[]> {
  const all: unknown[] = [];
  for await (const value of values) all.push(value);
  return all;
}
