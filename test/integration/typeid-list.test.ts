/* oxlint-disable unicorn/no-array-sort, unicorn/no-array-reverse -- what is sorted here is a list in another process */
import { callOptions, getValue, type ListProxy, ProxyError, typeid } from 'uactor';
import { describe, expect, test } from 'vitest';
import { failure } from '../support/failure.ts';
import { FULL_MATRIX, SEMANTICS } from '../support/serializers.ts';
import { typeidScene } from '../support/typeid-scene.ts';

const callback = (): void => undefined;

describe.each(SEMANTICS)('over %s', (serializer) => {
  const scene = typeidScene(serializer);

  describe.each(['made by a manager', ...(FULL_MATRIX ? ['handed out by an actor'] : [])])('a list %s', (maker) => {
    async function list<T>(values: readonly T[] = []): Promise<ListProxy<T>> {
      const { manager, actor, use } = scene();
      if (maker === 'made by a manager') return use(await manager.list(values));
      return use(await actor.callMethod<ListProxy<T>>('list', [values]));
    }

    test('U33 list at, get and set count from the end, too', async () => {
      const l = await list(['a', 'b', 'c']);
      expect(typeid(l)).toBe('list');
      expect([await l.at(0), await l.at(-1), await l.at(3), await l.at(-4)]).toEqual(['a', 'c', undefined, undefined]);
      expect([await l.get(1), await l.get(-3)]).toEqual(['b', 'a']);
      await l.set(1, 'B');
      await l.set(-1, 'C');
      expect(await l.slice()).toEqual(['a', 'B', 'C']);
    });

    test('U33 list get, set and pop of an element that is not there is a RangeError', async () => {
      const l = await list([1, 2]);
      for (const call of [l.get(2), l.get(-3), l.set(2, 0), l.set(-3, 0), l.pop(2), l.pop(-3)]) {
        const error = await failure(call);
        expect(error).toBeInstanceOf(RangeError);
        expect(error).toMatchObject({ message: expect.stringContaining('there are 2 elements') });
      }
      for (const call of [l.get(0.5), l.get(NaN), l.callMethod('get', ['0']), l.insert(0.5, 0)]) {
        expect(await failure(call)).toBeInstanceOf(TypeError);
      }
      expect(await l.slice()).toEqual([1, 2]);
    });

    test('U33 list push, unshift and length', async () => {
      const l = await list<number>();
      expect(await l.push(3)).toBe(1);
      expect(await l.push(4, 5)).toBe(3);
      expect(await l.unshift(1, 2)).toBe(5);
      expect(await l.length).toBe(5);
      expect(await l.slice()).toEqual([1, 2, 3, 4, 5]);
    });

    test('U33 list pop and shift', async () => {
      const l = await list([0, 1, 2, 3, 4]);
      expect([await l.pop(), await l.pop(0), await l.pop(-2), await l.shift()]).toEqual([4, 0, 2, 1]);
      expect([await l.pop(), await l.pop(), await l.shift()]).toEqual([3, undefined, undefined]);
      expect(await l.length).toBe(0);
    });

    test('U33 list insert puts before an element, or at an end', async () => {
      const l = await list([1, 2, 3]);
      await l.insert(0, 0);
      await l.insert(-1, 2.5);
      await l.insert(100, 4);
      await l.insert(-100, -1);
      expect(await l.slice()).toEqual([-1, 0, 1, 2, 2.5, 3, 4]);
    });

    test('U33 list remove takes the first equal element away', async () => {
      const l = await list<unknown>([1, { a: [1] }, 2, { a: [1] }]);
      expect(await l.remove({ a: [1] })).toBeUndefined();
      expect(await l.slice()).toEqual([1, 2, { a: [1] }]);
      const error = await failure(l.remove('not there'));
      expect(error).toBeInstanceOf(RangeError);
      expect(await l.length).toBe(3);
      await l.remove(1);
      expect(await l.slice()).toEqual([2, { a: [1] }]);
    });

    test('U33 list extend takes arrays, sets, text, generators and lists, itself too', async () => {
      const l = await list<unknown>([1]);
      await l.extend([2, 3]);
      await l.extend(new Set([4]));
      await l.extend('ab');
      await l.extend(
        (function* () {
          yield 5;
          yield 6;
        })(),
      );
      await l.extend(await list(['other']));
      expect(await l.slice()).toEqual([1, 2, 3, 4, 'a', 'b', 5, 6, 'other']);
      await l.extend(l);
      expect(await l.length).toBe(18);
      expect(await failure(l.callMethod('extend', [5]))).toBeInstanceOf(TypeError);
    });

    test('U33 list extend takes very many values at once', async () => {
      const l = await list<number>();
      await l.extend(Array.from({ length: 300_000 }, (_, index) => index));
      expect([await l.length, await l.at(-1)]).toEqual([300_000, 299_999]);
    });

    test('U33 list splice and slice', async () => {
      const l = await list([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
      expect(await l.slice(2, 5)).toEqual([2, 3, 4]);
      expect(await l.slice(-3)).toEqual([7, 8, 9]);
      expect(await l.slice(8, 100)).toEqual([8, 9]);
      expect(await l.slice(5, 2)).toEqual([]);
      expect(await l.splice(1, 2, 10, 20, 30)).toEqual([1, 2]);
      expect(await l.splice(-2)).toEqual([8, 9]);
      expect(await l.splice(0, 0, -1)).toEqual([]);
      expect(await l.slice()).toEqual([-1, 0, 10, 20, 30, 3, 4, 5, 6, 7]);
    });

    test('U33 list indexOf, includes and count compare contents', async () => {
      const l = await list<unknown>([NaN, 1, { a: new Map([[1, [2]]]) }, 1, -0, 'x', { a: new Map([[1, [2]]]) }]);
      expect([await l.indexOf(1), await l.indexOf(1, 2), await l.indexOf(1, -2), await l.indexOf(2)]).toEqual([
        1, 3, -1, -1,
      ]);
      expect([await l.indexOf(NaN), await l.includes(NaN), await l.count(NaN)]).toEqual([-1, true, 1]);
      expect([await l.indexOf(0), await l.includes(0), await l.count(1)]).toEqual([4, true, 2]);
      const object = { a: new Map([[1, [2]]]) };
      expect([await l.indexOf(object), await l.indexOf(object, 3), await l.count(object)]).toEqual([2, 6, 2]);
      expect([await l.includes(object, -1), await l.includes({ a: new Map([[1, [3]]]) })]).toEqual([true, false]);
      expect([await l.indexOf(object, -100), await l.indexOf(object, NaN), await l.indexOf(object, 2.9)]).toEqual([
        2, 2, 2,
      ]);
      await l.clear();
      await l.push(object, null, callback);
      expect([await l.includes(object), await l.indexOf(null), await l.indexOf(callback)]).toEqual([true, 1, 2]);
    });

    test('U33 list reverse, sort, concat and clear', async () => {
      const l = await list([3, 1, 10, 2]);
      expect(await l.reverse()).toBeUndefined();
      expect(await l.slice()).toEqual([2, 10, 1, 3]);
      expect(await l.sort()).toBeUndefined();
      expect(await l.slice()).toEqual([1, 10, 2, 3]);
      expect(await l.concat(4, [5, 6])).toEqual([1, 10, 2, 3, 4, 5, 6]);
      expect(await l.length).toBe(4);
      await l.clear();
      expect(await l.length).toBe(0);
    });

    test('U33 list sort asks a comparison here, which may answer later', async () => {
      const l = await list<{ key: number; at: number } | undefined>(
        [3, 1, 2, 1, 3].map((key, at) => (at === 2 ? undefined : { key, at })),
      );
      await l.sort(async (a, b) => (a?.key ?? 0) - (b?.key ?? 0));
      expect(await l.slice()).toEqual([
        { key: 1, at: 1 },
        { key: 1, at: 3 },
        { key: 3, at: 0 },
        { key: 3, at: 4 },
        undefined,
      ]);
      expect(await failure(l.callMethod('sort', ['no function']))).toBeInstanceOf(TypeError);
    });

    test('U33 list sort leaves a list alone that changes meanwhile, or whose comparison fails', async () => {
      const l = await list([3, 1, 2]);
      const error = await failure(
        l.sort(async (a, b) => {
          await l.push(0);
          return a - b;
        }),
      );
      expect(error).toMatchObject({ name: 'UActorError', code: 'INVALID_STATE' });
      await l.splice(3);
      expect(
        await failure(
          l.sort(() => {
            throw new RangeError('they do not compare');
          }),
        ),
      ).toMatchObject({ name: 'RangeError', message: 'they do not compare' });
      expect(await l.slice()).toEqual([3, 1, 2]);
    });

    test('U33 U41 list sort ends when its caller gives up', async () => {
      const l = await list([3, 1, 2]);
      const controller = new AbortController();
      const asked: number[] = [];
      const impatient = scene().use(callOptions(l, { signal: controller.signal }));
      const sorting = impatient.sort((a, b) => {
        asked.push(a);
        controller.abort(new Error('enough'));
        return a - b;
      });
      expect(await failure(sorting)).toMatchObject({ message: 'enough' });
      expect(await l.slice()).toEqual([3, 1, 2]);
      expect(asked).toHaveLength(1);
    });

    test('U33 list async iteration, left early and while it grows', async () => {
      const numbers = Array.from({ length: 1000 }, (_, index) => index);
      const l = await list(numbers);
      const read: number[] = [];
      for await (const value of l) {
        if (value === 0) await l.push(1000);
        read.push(value);
      }
      expect(read).toEqual([...numbers, 1000]);
      for await (const value of l) {
        expect(value).toBe(0);
        break;
      }
    });

    test('U33 list elements are copies, and getValue copies them all', async () => {
      const l = await list([{ a: 1 }]);
      const first = await l.get(0);
      first.a = 2;
      expect(await l.get(0)).toEqual({ a: 1 });
      await l.set(0, first);
      expect(await getValue(l)).toEqual([{ a: 2 }]);
    });

    test('U33 list nests: a change of the inner one shows in the outer one', async () => {
      const inner = await list([1]);
      const outer = await list([inner]);
      await inner.push(2);
      const again = scene().use(await outer.get(0));
      expect(await again.slice()).toEqual([1, 2]);
      await again.push(3);
      expect(await inner.slice()).toEqual([1, 2, 3]);
      expect([await outer.indexOf(inner), await outer.count(await list([1, 2, 3]))]).toEqual([0, 0]);
      await outer.clear();
    });

    test('U33 list may contain itself', async () => {
      const l = await list<unknown>([1]);
      await l.push(l);
      const self = scene().use(await l.callMethod<typeof l>('at', [-1]));
      await self.push(2);
      expect(await l.length).toBe(3);
      expect([await l.indexOf(l), await l.includes(self)]).toEqual([1, true]);
      await l.clear();
      expect(await self.length).toBe(0);
    });

    test('U33 list changes by many at a time are all made', async () => {
      const l = await list<number>();
      await Promise.all(Array.from({ length: 100 }, async (_, index) => await l.push(index)));
      expect(await l.slice()).toEqual(Array.from({ length: 100 }, (_, index) => index));
    });
  });

  test("U33 list changes the actor's own array", async () => {
    const { actor, use } = scene();
    const l = use(await actor.list([1]));
    await l.push(2);
    expect(await actor.listNow()).toEqual([1, 2]);
  });

  test('U33 list and dict proxies nested in a result of an actor', async () => {
    const { actor, use } = scene();
    const { rows, totals } = await actor.nested();
    expect(await use(rows).slice()).toEqual([1, 2]);
    expect(await use(totals).get('all')).toBe(3);
  });

  test('U33 list is for arrays', async () => {
    const error = await failure(scene().actor.bespokeList());
    expect(error).toBeInstanceOf(ProxyError);
    expect(error).toMatchObject({ code: 'NOT_ALLOWED', message: expect.stringContaining('only an array') });
    expect(await failure(scene().manager.create('list', 5))).toBeInstanceOf(TypeError);
  });
});
