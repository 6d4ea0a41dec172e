import { type ArrayProxy, getValue, type NamespaceProxy, ProxyError, typeid, type ValueProxy } from 'uactor';
import { describe, expect, test } from 'vitest';
import { failure } from '../support/failure.ts';
import { FULL_MATRIX, SEMANTICS } from '../support/serializers.ts';
import { typeidScene } from '../support/typeid-scene.ts';

const MAKERS = ['made by a manager', ...(FULL_MATRIX ? ['handed out by an actor'] : [])];

describe.each(SEMANTICS)('over %s', (serializer) => {
  const scene = typeidScene(serializer);

  describe.each(MAKERS)('an Array %s', (maker) => {
    async function array<A extends NodeJS.TypedArray>(elements: A): Promise<ArrayProxy<A>> {
      const { manager, actor, use } = scene();
      if (maker === 'made by a manager') return use(await manager.Array(elements));
      return use(await actor.callMethod<ArrayProxy<A>>('array', [elements]));
    }

    test('U33 Array get, set and length', async () => {
      const a = await array(new Int32Array([1, 2, 3]));
      expect(typeid(a)).toBe('Array');
      expect(await a.length).toBe(3);
      expect([await a.get(0), await a.get(-1)]).toEqual([1, 3]);
      await a.set(1, 20);
      await a.set(-1, 30);
      expect(await a.slice()).toEqual(new Int32Array([1, 20, 30]));
    });

    test('U33 Array out of range is a RangeError', async () => {
      const a = await array(new Float64Array([1, 2]));
      for (const call of [
        a.get(2),
        a.get(-3),
        a.set(2, 0),
        a.setFrom([1, 2, 3]),
        a.setFrom([1], 2),
        a.setFrom([1], -1),
      ]) {
        const error = await failure(call);
        expect(error).toBeInstanceOf(RangeError);
        expect(error).toMatchObject({ message: expect.stringContaining('out of range') });
      }
      expect(await a.slice()).toEqual(new Float64Array([1, 2]));
    });

    test('U33 Array refuses what is no number, and then writes nothing', async () => {
      const a = await array(new Float64Array([1, 2]));
      const calls = [
        a.callMethod('set', [0, '5']),
        a.callMethod('set', [0, 5n]),
        a.callMethod('set', ['0', 5]),
        a.callMethod('set', [0.5, 5]),
        a.callMethod('fill', [null]),
        a.callMethod('setFrom', [[5, '6']]),
        a.callMethod('setFrom', [new BigInt64Array([5n])]),
        a.callMethod('setFrom', [5]),
        a.callMethod('setFrom', [[5], 0.5]),
      ];
      for (const call of calls) expect(await failure(call)).toBeInstanceOf(TypeError);
      expect(await a.slice()).toEqual(new Float64Array([1, 2]));
    });

    test('U33 Array slice, fill and setFrom', async () => {
      const a = await array(new Int16Array([0, 1, 2, 3, 4]));
      expect(await a.slice(1, 3)).toEqual(new Int16Array([1, 2]));
      expect(await a.slice(-2)).toEqual(new Int16Array([3, 4]));
      await a.fill(9, 1, 3);
      expect(await a.slice()).toEqual(new Int16Array([0, 9, 9, 3, 4]));
      await a.setFrom([5, 6]);
      await a.setFrom(new Int16Array([7, 8]), 3);
      expect(await a.slice()).toEqual(new Int16Array([5, 6, 9, 7, 8]));
      await a.fill(-1);
      expect(await a.slice()).toEqual(new Int16Array(5).fill(-1));
    });

    test.each([
      new Int8Array([-1]),
      new Uint8Array([255]),
      new Uint8ClampedArray([255]),
      new Int16Array([-1]),
      new Uint16Array([65_535]),
      new Int32Array([-1]),
      new Uint32Array([4_294_967_295]),
      new Float32Array([0.5]),
      new Float64Array([-0]),
    ])('U33 Array may be any typed array of numbers: %o', async (elements) => {
      const a = await array(elements);
      expect(await getValue(a)).toEqual(elements);
      expect(await a.get(0)).toBe(elements[0]);
      await a.set(0, 300);
      expect(await a.get(0)).toBe(elements.fill(300)[0]);
    });

    test.each([new BigInt64Array([-1n, 2n]), new BigUint64Array([1n, 2n])])(
      'U33 Array may be a typed array of bigints: %o',
      async (elements) => {
        const a = await array(elements);
        await a.set(0, 2n ** 40n);
        expect([await a.get(0), await a.get(1)]).toEqual([2n ** 40n, 2n]);
        expect(await failure(a.callMethod('set', [0, 1]))).toBeInstanceOf(TypeError);
      },
    );
  });

  test("U33 Array changes the actor's own elements, and shows no more of their buffer", async () => {
    const { actor, use } = scene();
    const a = use(await actor.callMethod<ArrayProxy<Uint8Array>>('array', [new Uint8Array([1, 2])]));
    await a.set(0, 5);
    expect(await actor.arrayNow()).toEqual(new Uint8Array([5, 2]));
    const piece = use(await actor.piece());
    expect(await piece.length).toBe(3);
    expect(await getValue(piece)).toEqual(new Uint8Array([2, 3, 4]));
    expect(await failure(piece.get(3))).toBeInstanceOf(RangeError);
  });

  test('U33 Array is for typed arrays', async () => {
    const error = await failure(scene().actor.bespokeArray());
    expect(error).toBeInstanceOf(ProxyError);
    expect(error).toMatchObject({ code: 'NOT_ALLOWED', message: expect.stringContaining('typed array') });
    for (const wrong of [[1], [[1, 2]], [new DataView(new ArrayBuffer(8))], []]) {
      const refusal = await failure(scene().manager.create('Array', ...wrong));
      expect(refusal).toMatchObject({ name: 'TypeError', code: 'MISUSE' });
    }
  });

  describe.each(MAKERS)('a Value %s', (maker) => {
    async function box<T>(value: T): Promise<ValueProxy<T>> {
      const { manager, actor, use } = scene();
      if (maker === 'made by a manager') return use(await manager.Value(value));
      return use(await actor.callMethod<ValueProxy<T>>('box', [value]));
    }

    test('U33 Value get and set', async () => {
      const v = await box<unknown>('first');
      expect(typeid(v)).toBe('Value');
      expect(await v.get()).toBe('first');
      for (const value of [undefined, null, 1n, { a: [1] }, 'text']) {
        expect(await v.set(value)).toBeUndefined();
        expect(await v.get()).toEqual(value);
        expect(await getValue(v)).toEqual(value);
      }
    });

    test('U33 Value add answers with the value before', async () => {
      const v = await box(5);
      expect([await v.add(2), await v.add(-10), await v.get()]).toEqual([5, 7, -3]);
      const big = await box(5n);
      expect([await big.add(2n), await big.get()]).toEqual([5n, 7n]);
    });

    test('U33 Value add refuses what cannot be added', async () => {
      const v = await box<unknown>(5);
      for (const amount of [1n, '1', null, undefined]) {
        expect(await failure(v.callMethod('add', [amount]))).toBeInstanceOf(TypeError);
      }
      await v.set('text');
      expect(await failure(v.callMethod('add', ['more']))).toBeInstanceOf(TypeError);
      expect(await v.get()).toBe('text');
    });

    test('U33 Value add by many at a time loses none', async () => {
      const v = await box(0);
      const before = await Promise.all(Array.from({ length: 200 }, async () => await v.add(1)));
      expect(await v.get()).toBe(200);
      expect(new Set(before).size).toBe(200);
    });

    test('U33 Value compareExchange replaces the expected value only', async () => {
      const v = await box<unknown>(1);
      expect([await v.compareExchange(2, 3), await v.get()]).toEqual([1, 1]);
      expect([await v.compareExchange(1, NaN), await v.get()]).toEqual([1, NaN]);
      expect(await v.compareExchange(NaN, { owner: 'a' })).toBeNaN();
      expect(await v.compareExchange({ owner: 'b' }, 'taken')).toEqual({ owner: 'a' });
      expect(await v.compareExchange({ owner: 'a' }, 'free')).toEqual({ owner: 'a' });
      expect(await v.get()).toBe('free');
    });

    test('U33 Value compareExchange by many at a time has one winner', async () => {
      const v = await box(-1);
      const answers = await Promise.all(
        Array.from({ length: 50 }, async (_, index) => await v.compareExchange(-1, index)),
      );
      expect(answers.filter((answer) => answer === -1)).toHaveLength(1);
    });
  });

  test("U33 Value changes the actor's own box, and is for a box", async () => {
    const { actor, use } = scene();
    const v = use(await actor.box(1));
    await v.set(2);
    expect(await actor.boxNow()).toBe(2);
    const error = await failure(actor.bespokeValue());
    expect(error).toBeInstanceOf(ProxyError);
    expect(error).toMatchObject({ code: 'NOT_ALLOWED', message: expect.stringContaining("a property 'value'") });
  });

  describe.each(MAKERS)('a Namespace %s', (maker) => {
    async function bag(attributes: Record<string, unknown> = {}): Promise<NamespaceProxy> {
      const { manager, actor, use } = scene();
      return use(maker === 'made by a manager' ? await manager.Namespace(attributes) : await actor.bag(attributes));
    }

    test('U33 Namespace get, set, delete and names', async () => {
      const n = await bag({ x: 1 });
      expect(typeid(n)).toBe('Namespace');
      expect(await n.set('name', 'Bob')).toBeUndefined();
      await n.set('job', ['Builder']);
      expect([await n.get('x'), await n.get('name'), await n.get('job')]).toEqual([1, 'Bob', ['Builder']]);
      expect(await n.names()).toEqual(['x', 'name', 'job']);
      expect([await n.delete('job'), await n.delete('job'), await n.get('job')]).toEqual([true, false, undefined]);
      expect(await getValue(n)).toEqual({ x: 1, name: 'Bob' });
    });

    test('U33 Namespace names of every object are names like any other', async () => {
      const n = await bag();
      for (const name of ['__proto__', 'constructor', 'hasOwnProperty', 'toString']) {
        expect([await n.get(name), await n.delete(name)], name).toEqual([undefined, false]);
        await n.set(name, { polluted: true });
        expect([await n.get(name), await n.names()], name).toEqual([{ polluted: true }, [name]]);
        expect(await n.delete(name), name).toBe(true);
      }
      expect(await scene().actor.isPolluted('polluted')).toBe(false);
      for (const name of [1, Symbol.iterator.description, undefined]) {
        if (typeof name !== 'string') expect(await failure(n.callMethod('set', [name, 1]))).toBeInstanceOf(TypeError);
      }
    });
  });

  test("U33 Namespace changes the actor's own object, and is for a plain object", async () => {
    const { actor, manager, use } = scene();
    const n = use(await actor.bag({ x: 1 }));
    await n.set('y', 2);
    expect(await actor.bagNow()).toEqual({ x: 1, y: 2 });
    const error = await failure(actor.bespokeBag());
    expect(error).toBeInstanceOf(ProxyError);
    expect(error).toMatchObject({ code: 'NOT_ALLOWED', message: expect.stringContaining('plain object') });
    expect(await failure(manager.create('Namespace', [1]))).toBeInstanceOf(TypeError);
    expect(await use(await manager.Namespace()).names()).toEqual([]);
  });
});
