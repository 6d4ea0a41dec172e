import { Counter } from '#fixtures/counter.js';
import { Receiving } from '#fixtures/receiving.js';
import { describe, expect, test } from 'vitest';
import '../support/leaks.ts';
import { SERIALIZERS } from '../support/serializers.ts';

function* generated(): Generator<number> {
  yield 1;
  yield 2;
}

async function* generatedLater(): AsyncGenerator<number> {
  yield 3;
  yield 4;
}

describe.each(SERIALIZERS)('F56 an argument of spawn over %s', (serializer) => {
  const Chosen = Receiving.with({ serializer });

  test.each([
    ['a function', (value: number): number => value + 1],
    ['an asynchronous function', async (value: number): Promise<number> => value + 1],
  ])('F56 U30 %s is called where it was made', async (_, callback) => {
    await using actor = await Chosen.spawn({ callback });
    expect(await actor.call(1)).toBe(2);
  });

  test("F56 U30 another actor's method is called over there", async () => {
    await using counter = await Counter.spawn();
    await using actor = await Chosen.spawn({ callback: counter.increment });
    expect(await actor.call(5)).toBe(5);
    expect(await counter.increment()).toBe(6);
  });

  test.each([
    ['a generator', generated, [1, 2]],
    ['an iterator', () => [5, 6].values(), [5, 6]],
    ['an asynchronous generator', generatedLater, [3, 4]],
  ])('F56 U43 %s is read where it is needed', async (_, items, read) => {
    await using actor = await Chosen.spawn({ items: items() });
    expect(await actor.collect()).toEqual(read);
  });

  test('F56 U41 a signal aborts over there', async () => {
    const controller = new AbortController();
    await using actor = await Chosen.spawn({ signal: controller.signal });
    const aborted = actor.aborted();
    controller.abort();
    expect(await aborted).toBe(true);
  });
});
