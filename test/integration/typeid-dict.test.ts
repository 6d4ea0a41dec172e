import { type DictProxy, getValue, ProxyError, SyncManager, typeid } from 'uactor';
import { describe, expect, test } from 'vitest';
import { failure } from '../support/failure.ts';
import { FULL_MATRIX, SEMANTICS } from '../support/serializers.ts';
import { typeidScene } from '../support/typeid-scene.ts';

const callback = (): void => undefined;

type Entries = readonly (readonly [string, unknown])[];

describe.each(SEMANTICS)('over %s', (serializer) => {
  const scene = typeidScene(serializer);

  /** The ways to create a dictionary. */
  const kinds: Record<string, (entries: Entries) => Promise<DictProxy<string>>> = {
    'a dict made by a manager': (entries) => scene().manager.dict(entries),
    ...(FULL_MATRIX ? { 'a Map handed out by an actor': (entries: Entries) => scene().actor.map(entries) } : {}),
    'a plain object handed out by an actor': (entries) => scene().actor.object(entries),
  };

  describe.each(Object.keys(kinds))('%s', (kind) => {
    async function dict(entries: Entries = []): Promise<DictProxy<string>> {
      const made = await kinds[kind]?.(entries);
      if (made === undefined) throw new Error(`there is no way to ${kind}`);
      return scene().use(made);
    }

    test('U33 dict is a proxy of its typeid', async () => {
      const d = await dict();
      expect(typeid(d)).toBe('dict');
      expect(d.constructor.name).toBe('dictProxy');
    });

    test('U33 dict get, set and has', async () => {
      const d = await dict();
      expect(await d.set('one', 1)).toBeUndefined();
      await d.set('nothing', undefined);
      expect(await d.get('one')).toBe(1);
      expect(await d.get('one', 'unused')).toBe(1);
      expect(await d.get('two')).toBeUndefined();
      expect(await d.get('two', 'default')).toBe('default');
      expect(await d.get('nothing', 'unused')).toBeUndefined();
      expect([await d.has('one'), await d.has('two'), await d.has('nothing')]).toEqual([true, false, true]);
    });

    test('U33 dict size', async () => {
      const d = await dict([['a', 1]]);
      expect(await d.size).toBe(1);
      await d.set('b', 2);
      expect(await d.size).toBe(2);
      await d.set('b', 3);
      expect(await d.size).toBe(2);
    });

    test('U33 dict delete tells whether the key was there', async () => {
      const d = await dict([['a', 1]]);
      expect(await d.delete('a')).toBe(true);
      expect(await d.delete('a')).toBe(false);
      expect(await d.has('a')).toBe(false);
    });

    test('U33 dict pop removes, falls back, and fails without a fallback', async () => {
      const d = await dict([
        ['a', 1],
        ['b', 2],
      ]);
      expect(await d.pop('a')).toBe(1);
      expect(await d.has('a')).toBe(false);
      expect(await d.pop('a', 'default')).toBe('default');
      expect(await d.pop('a', undefined)).toBeUndefined();
      expect(await d.pop('b', 'unused')).toBe(2);
      const error = await failure(d.pop('a'));
      expect(error).toBeInstanceOf(RangeError);
      expect(error).toMatchObject({ message: expect.stringContaining("there is no key 'a'") });
    });

    test('U33 dict popItem takes the entry that was added last', async () => {
      const d = await dict([
        ['a', 1],
        ['b', 2],
      ]);
      await d.set('c', 3);
      expect(await d.popItem()).toEqual(['c', 3]);
      expect(await d.popItem()).toEqual(['b', 2]);
      expect(await d.popItem()).toEqual(['a', 1]);
      const error = await failure(d.popItem());
      expect(error).toBeInstanceOf(RangeError);
      expect(error).toMatchObject({ message: expect.stringContaining('empty') });
    });

    test('U33 dict setDefault keeps what is there', async () => {
      const d = await dict([['a', 1]]);
      expect(await d.setDefault('a', 5)).toBe(1);
      expect(await d.setDefault('b', 2)).toBe(2);
      expect(await d.entries()).toEqual([
        ['a', 1],
        ['b', 2],
      ]);
    });

    test('U33 dict setDefault by many at a time agrees on one value', async () => {
      const d = await dict();
      const answers = await Promise.all(Array.from({ length: 20 }, async (_, index) => await d.setDefault('a', index)));
      expect(new Set(answers).size).toBe(1);
    });

    test('U33 dict update takes pairs, a Map, a plain object, a generator and another dict', async () => {
      const d = await dict([['a', 1]]);
      await d.update([
        ['a', 2],
        ['b', 2],
      ]);
      await d.update(new Map([['c', 3]]));
      await d.update({ d: 4 });
      await d.update(
        (function* () {
          yield ['e', 5] as const;
        })(),
      );
      const other = scene().use(await scene().manager.dict<unknown>({ f: 6 }));
      await d.update(other);
      await d.update(d);
      expect(await d.entries()).toEqual([
        ['a', 2],
        ['b', 2],
        ['c', 3],
        ['d', 4],
        ['e', 5],
        ['f', 6],
      ]);
    });

    test('U33 dict update refuses what holds no entries, and then changes nothing', async () => {
      const d = await dict([['a', 1]]);
      const wrong: unknown[] = [[['b', 2], 'x'], [['b', 2, 3]], 5, null, 'text', new Date()];
      for (const source of wrong) {
        expect(await failure(d.callMethod('update', [source])), String(source)).toBeInstanceOf(TypeError);
      }
      expect(await d.entries()).toEqual([['a', 1]]);
    });

    test('U33 dict clear', async () => {
      const d = await dict([
        ['a', 1],
        ['b', 2],
      ]);
      await d.clear();
      expect(await d.size).toBe(0);
      expect(await d.keys()).toEqual([]);
    });

    test('U33 dict keys, values and entries are in the order of adding', async () => {
      const squares = Array.from({ length: 10 }, (_, index) => [`k${index}`, index * index] as const);
      const d = await dict(squares);
      expect(await d.keys()).toEqual(squares.map(([key]) => key));
      expect(await d.values()).toEqual(squares.map(([, value]) => value));
      expect(await d.entries()).toEqual(squares);
    });

    test('U33 dict copy is a copy', async () => {
      const d = await dict([['a', { deep: [1] }]]);
      const copy = await d.copy();
      const expected = kind.includes('object') ? { a: { deep: [1] } } : new Map([['a', { deep: [1] }]]);
      expect(copy).toEqual(expected);
      expect(await getValue(d)).toEqual(expected);
      await d.set('b', 2);
      expect(copy).toEqual(expected);
    });

    test('U33 dict async iteration reads the entries', async () => {
      const many = Array.from({ length: 1000 }, (_, index) => [`k${index}`, index] as const);
      const d = await dict(many);
      const read: unknown[] = [];
      for await (const entry of d) read.push(entry);
      expect(read).toEqual(many);
    });

    test('U33 dict async iteration can be left, and begun anew', async () => {
      const d = await dict([
        ['a', 1],
        ['b', 2],
      ]);
      for (let round = 0; round < 3; round++) {
        for await (const [key] of d) {
          expect(key).toBe('a');
          break;
        }
      }
    });

    test('U33 dict iteration goes on while it changes', async () => {
      const many = Array.from({ length: 2000 }, (_, index) => [`k${index}`, index] as const);
      const d = await dict(many);
      const read: string[] = [];
      for await (const [key] of d) {
        read.push(key);
        // Far beyond the entries that may have been read in advance.
        if (read.length === 1) await d.delete('k1500');
        if (read.length === 2) await d.set('k1600', 'changed');
      }
      expect(read).toHaveLength(1999);
      expect(read).not.toContain('k1500');
      expect(await d.get('k1600')).toBe('changed');
    });

    test('U33 dict names of every object are names like any other', async () => {
      const d = await dict();
      for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '']) {
        expect(await d.has(name), name).toBe(false);
        expect(await d.get(name), name).toBeUndefined();
        expect(await d.delete(name), name).toBe(false);
        await d.set(name, { polluted: true });
        expect(await d.get(name), name).toEqual({ polluted: true });
        expect(await d.setDefault(name, 'unused'), name).toEqual({ polluted: true });
        await d.set(name, `again ${name}`);
        expect(await d.pop(name), name).toBe(`again ${name}`);
      }
      await d.update([['__proto__', { polluted: true }]]);
      expect(await d.keys()).toEqual(['__proto__']);
      expect(await d.entries()).toEqual([['__proto__', { polluted: true }]]);
      expect(await scene().actor.isPolluted('polluted')).toBe(false);
      await d.clear();
      expect(await d.size).toBe(0);
    });

    test('U33 dict refuses an object for a key', async () => {
      const d = await dict();
      for (const member of ['get', 'set', 'has', 'delete', 'pop', 'setDefault']) {
        for (const key of [{ an: 'object' }, callback]) {
          const error = await failure(d.callMethod(member, [key, 1]));
          expect(error, member).toBeInstanceOf(TypeError);
          expect(error, member).toMatchObject({ code: 'MISUSE' });
        }
      }
      expect(await d.size).toBe(0);
    });

    test('U33 dict values may be proxies, of itself too', async () => {
      const d = await dict();
      const inner = scene().use(await scene().manager.list<number>([1]));
      await d.set('inner', inner);
      const [, back] = await d.callMethod<[string, typeof inner]>('popItem');
      expect(typeid(scene().use(back))).toBe('list');
      await inner.push(2);
      expect(await back.length).toBe(2);
      await d.set('self', d);
      const self = scene().use(await d.callMethod<typeof d>('pop', ['self']));
      await self.set('a', 1);
      expect(await d.get('a')).toBe(1);
    });
  });

  test('U33 dict made by a manager takes keys that are no strings', async () => {
    const d = scene().use(
      await scene().manager.dict<unknown, string>([
        [1, 'one'],
        [NaN, 'not a number'],
        [null, 'null'],
        [10n, 'ten'],
      ]),
    );
    expect([await d.get(1), await d.get(NaN), await d.get(null), await d.get(10n)]).toEqual([
      'one',
      'not a number',
      'null',
      'ten',
    ]);
    expect(await d.has('1')).toBe(false);
  });

  test('U33 dict is made from pairs, a Map, a plain object, another dict, or nothing', async () => {
    const { manager, use } = scene();
    const entries = [['a', 1]];
    expect(await use(await manager.dict([['a', 1]])).entries()).toEqual(entries);
    expect(await use(await manager.dict(new Map([['a', 1]]))).entries()).toEqual(entries);
    const byObject = use(await manager.dict({ a: 1 }));
    expect(await byObject.entries()).toEqual(entries);
    expect(await use(await manager.dict(byObject)).entries()).toEqual(entries);
    expect(await use(await manager.dict()).size).toBe(0);
    expect(await failure(manager.create('dict', 5))).toBeInstanceOf(TypeError);
  });

  test("U33 dict changes the actor's own object", async () => {
    const { actor, use } = scene();
    const map = use(await actor.map([['a', 1]]));
    await map.set('b', 2);
    expect(await actor.mapNow()).toEqual(
      new Map([
        ['a', 1],
        ['b', 2],
      ]),
    );
    const object = use(await actor.object([['a', 1]]));
    await object.set('b', 2);
    await object.delete('a');
    expect(await actor.objectNow()).toEqual([['b', 2]]);
  });

  test('U33 dict over a plain object shows its own enumerable string keys only', async () => {
    const { actor, use } = scene();
    const odd = use(await actor.odd());
    expect(await odd.entries()).toEqual([['shown', 1]]);
    expect(await odd.size).toBe(1);
    expect([await odd.has('hidden'), await odd.get('hidden'), await odd.delete('hidden')]).toEqual([
      false,
      undefined,
      false,
    ]);
    expect(await failure(odd.callMethod('get', [1]))).toBeInstanceOf(TypeError);
    expect(await odd.copy()).toEqual({ shown: 1 });
  });

  test('U33 dict over a frozen object refuses to be changed', async () => {
    const { actor, use } = scene();
    const frozen = use(await actor.frozen());
    expect(await failure(frozen.set('one', 2))).toBeInstanceOf(TypeError);
    expect(await failure(frozen.set('two', 2))).toBeInstanceOf(TypeError);
    expect(await failure(frozen.delete('one'))).toBeInstanceOf(TypeError);
    expect(await failure(frozen.clear())).toBeInstanceOf(TypeError);
    expect(await frozen.entries()).toEqual([['one', 1]]);
  });

  test('U33 dict is for a Map or a plain object', async () => {
    const error = await failure(scene().actor.bespokeDict());
    expect(error).toBeInstanceOf(ProxyError);
    expect(error).toMatchObject({ code: 'NOT_ALLOWED', message: expect.stringContaining('Map or a plain object') });
  });
});

test('U33 dict is among the typeids of a SyncManager', () => {
  expect(SyncManager.typeids()).toEqual(expect.arrayContaining(['dict', 'list', 'Array', 'Value', 'Namespace']));
});
