import { BarrierProxy, BrokenBarrierError, callOptions, getValue, terminate, typeid } from 'uactor';
import { expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { failure } from '../support/failure.ts';
import { describeShared } from '../support/shared-objects.ts';

describeShared('Barrier', (scene) => {
  test('U33 Barrier wait lets everybody go when all have come, each with a number of its own', async () => {
    const { make, other } = scene();
    using barrier = await make.Barrier(3);
    expect(barrier).toBeInstanceOf(BarrierProxy);
    expect(typeid(barrier)).toBe('Barrier');
    const theirs = await other.begin(barrier, 'wait');
    const mine = barrier.wait();
    expect([await barrier.parties, await barrier.nWaiting, await barrier.broken]).toEqual([3, 2, false]);
    expect(await getValue(barrier)).toEqual({ parties: 3, nWaiting: 2, broken: false });
    const indices = await Promise.all([barrier.wait(), mine, other.ended(theirs)]);
    expect(sorted(indices)).toEqual([0, 1, 2]);
    expect(await barrier.nWaiting).toBe(0);
  });

  test('U33 Barrier wait can be passed a thousand times', async () => {
    const { make } = scene();
    using barrier = await make.Barrier(4);
    const phases: number[] = [];
    await Promise.all(
      Array.from({ length: 4 }, async () => {
        for (let phase = 0; phase < 1000; phase++) {
          const index = await barrier.wait();
          if (index === 0) phases.push(phase);
        }
      }),
    );
    expect(phases).toEqual(Array.from({ length: 1000 }, (_, phase) => phase));
    expect([await barrier.nWaiting, await barrier.broken]).toEqual([0, false]);
  });

  test('U33 Barrier of one party holds nobody up', async () => {
    const { make } = scene();
    using barrier = await make.Barrier(1);
    expect([await barrier.wait(), await barrier.wait(0)]).toEqual([0, 0]);
    await expect(make.Barrier(0)).rejects.toThrow(RangeError);
    await expect(make.Barrier(1, { timeout: Number.NaN })).rejects.toThrow(TypeError);
    const misspelt: object = { tmeout: 1 };
    await expect(make.Barrier(1, misspelt)).rejects.toMatchObject({ name: 'TypeError', code: 'MISUSE' });
  });

  test('U33 Barrier abort breaks it for who waits and who comes', async () => {
    const { make, other } = scene();
    using barrier = await make.Barrier(3);
    const theirs = await other.begin(barrier, 'wait');
    const mine = failure(barrier.wait());
    await barrier.abort();
    expect(await mine).toBeInstanceOf(BrokenBarrierError);
    expect(await mine).toMatchObject({ code: 'BARRIER_BROKEN', executed: 'yes' });
    await expect(other.ended(theirs)).rejects.toBeInstanceOf(BrokenBarrierError);
    await expect(barrier.wait()).rejects.toBeInstanceOf(BrokenBarrierError);
    expect([await barrier.broken, await barrier.nWaiting]).toEqual([true, 0]);
  });

  test('U33 Barrier reset turns away who waits, and makes it as new', async () => {
    const { make } = scene();
    using barrier = await make.Barrier(2);
    const waiting = failure(barrier.wait());
    await barrier.reset();
    expect(await waiting).toMatchObject({ name: 'BrokenBarrierError', message: /it was reset/ });
    expect(await barrier.broken).toBe(false);
    await barrier.abort();
    await barrier.reset();
    expect(sorted(await Promise.all([barrier.wait(), barrier.wait()]))).toEqual([0, 1]);
  });

  test('U33 Barrier a time that runs out breaks it for everybody', async () => {
    const { make } = scene();
    using barrier = await make.Barrier(3);
    const patient = failure(barrier.wait());
    const hasty = failure(barrier.wait(10));
    expect(await patient).toBeInstanceOf(BrokenBarrierError);
    expect(await hasty).toBeInstanceOf(BrokenBarrierError);
    expect(await barrier.broken).toBe(true);
    await barrier.reset();
    const waiting = failure(barrier.wait());
    await expect(barrier.wait(0)).rejects.toBeInstanceOf(BrokenBarrierError);
    expect(await waiting).toBeInstanceOf(BrokenBarrierError);
  });

  test('U33 Barrier its own time holds for who names none', async () => {
    const { make } = scene();
    using barrier = await make.Barrier(2, { timeout: 20 });
    await expect(barrier.wait()).rejects.toBeInstanceOf(BrokenBarrierError);
    await barrier.reset();
    expect(sorted(await Promise.all([barrier.wait(60_000), barrier.wait()]))).toEqual([0, 1]);
  });

  test('U41 Barrier a wait that is given up leaves its place', async () => {
    const { make } = scene();
    using barrier = await make.Barrier(2);
    using hasty = callOptions(barrier, { timeout: 10 });
    await expect(hasty.wait()).rejects.toMatchObject({ name: 'TimeoutError' });
    expect([await barrier.nWaiting, await barrier.broken]).toEqual([0, false]);
    expect(sorted(await Promise.all([barrier.wait(), barrier.wait()]))).toEqual([0, 1]);
  });

  test('U34 Barrier the place of a killed client is given back', async () => {
    const { make, client } = scene();
    using barrier = await make.Barrier(2);
    const waiter = await client();
    await waiter.begin(barrier, 'wait');
    expect(await barrier.nWaiting).toBe(1);
    await terminate(waiter);
    await eventually(async () => expect(await barrier.nWaiting).toBe(0));
    expect(await barrier.broken).toBe(false);
    expect(sorted(await Promise.all([barrier.wait(), barrier.wait()]))).toEqual([0, 1]);
  });
});

function sorted(indices: readonly unknown[]): readonly number[] {
  return indices.map(Number).toSorted((a, b) => a - b);
}
