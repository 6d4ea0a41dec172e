import { inspect } from 'node:util';
import { Catalogue, CatalogueProxy, DataProxy } from '#fixtures/catalogue.js';
import { Holder } from '#fixtures/holder.js';
import { BaseProxy, getValue, proxy, ProxyError, release, type Remote, sameReferent, stats, typeid } from 'uactor';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { failure, thrown } from '../support/failure.ts';
import '../support/leaks.ts';
import { SEMANTICS } from '../support/serializers.ts';

describe.each(SEMANTICS)('typeids over %s', (serializer) => {
  test('U21 a method in methodToTypeid answers with a proxy, and to the actor itself with the object', async () => {
    await using catalogue = await Catalogue.with({ serializer }).spawn();
    using data = await catalogue.getData();
    using later = await catalogue.laterData();
    expect([typeid(data), typeid(later)]).toEqual(['data', 'data']);
    expect(sameReferent(data, later)).toBe(true);
    expect(await catalogue.ownUse()).toBe('by the actor');
    expect(await data.load()).toBe('by the actor');
  });

  test('U22 proxy() makes one by hand, nested anywhere in a result', async () => {
    await using catalogue = await Catalogue.with({ serializer }).spawn();
    const found = proxiesIn(await catalogue.nested());
    expect(found).toHaveLength(3);
    for (const each of found) {
      expect(each).toBeInstanceOf(DataProxy);
      expect(await each.callMethod('load')).toBe('nothing yet');
      release(each);
    }
  });

  test('U27 proxies of a custom class arrive as instances of it, with its methods', async () => {
    await using catalogue = await Catalogue.with({ serializer }).spawn();
    using data = await catalogue.getData();
    expect(data).toBeInstanceOf(DataProxy);
    expect(await data.load()).toBe('nothing yet');
    expect(await data.save({ a: [1] })).toBeUndefined();
    expect(await data.load()).toEqual({ a: [1] });
    expect(catalogue).toBeInstanceOf(CatalogueProxy);
  });
});

describe('typeids', () => {
  let catalogue: Remote<typeof Catalogue>;
  beforeEach(async () => {
    catalogue = await Catalogue.spawn();
  });
  afterEach(async () => {
    await catalogue.shutdown();
  });

  test('U22 proxy() outside of an actor is a ProxyError', () => {
    const error = thrown(() => proxy({}));
    expect(error).toBeInstanceOf(ProxyError);
    expect(error).toMatchObject({
      code: 'NOT_IN_ACTOR',
      message: expect.stringMatching(/call it in a method of an actor/),
    });
  });

  test.each([
    ['unknownTypeid', 'UNKNOWN_TYPEID', /'nowhere' is not defined: add it to Catalogue\.proxies, or use one of .*data/],
    ['notTheActor', 'WRONG_ACTOR', /only the actor itself/],
    ['noObject', 'NOT_ALLOWED', /a proxy of 5 cannot be created/],
  ] as const)('U22 %s is a ProxyError %s', async (method, code, message) => {
    const error = await failure(catalogue[method]());
    expect(error).toBeInstanceOf(ProxyError);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test('U23 one object has one typeid while a proxy of it lives, and may have another one afterwards', async () => {
    const data = await catalogue.getData();
    const error = await failure(catalogue.asAuto());
    expect(error).toBeInstanceOf(ProxyError);
    expect(error).toMatchObject({ code: 'TYPEID_CONFLICT', message: expect.stringMatching(/typeid 'data'.*'auto'/) });
    const again = await catalogue.getData();
    expect(sameReferent(data, again)).toBe(true);
    release(data);
    expect(await failure(catalogue.asAuto())).toMatchObject({ code: 'TYPEID_CONFLICT' });
    release(again);
    // A release is sent after all other messages of the same turn.
    await catalogue.ownUse();
    const auto = await catalogue.asAuto();
    expect(typeid(auto)).toBe('auto');
    release(auto);
  });

  test('U25 auto shows the public methods of any object, own functions of a plain one included', async () => {
    using plain = await catalogue.plain();
    expect(typeid(plain)).toBe('auto');
    expect(await plain.callMethod('hello')).toBe('hello');
    expect(Reflect.get(plain, 'size')).toBeUndefined();
    expect(await failure(plain.callMethod('_hidden'))).toMatchObject({ code: 'NOT_EXPOSED' });
    expect(await failure(plain.callMethod('toString'))).toMatchObject({ code: 'NOT_EXPOSED' });
  });

  test('U26 actor is the actor itself', async () => {
    using self = await catalogue.self();
    expect(typeid(self)).toBe('actor');
    expect(sameReferent(self, catalogue)).toBe(true);
    expect(self).toBeInstanceOf(CatalogueProxy);
    expect(await self.pid()).toBe(await catalogue.pid());
  });

  test('U26 managerClass.typeids() lists the common typeids and those of the class, not those of a sibling', () => {
    const own = Catalogue.managerClass.typeids();
    const others = Holder.managerClass.typeids();
    expect(own).toEqual(expect.arrayContaining(['actor', 'auto', 'Iterator', 'data']));
    expect(others).toEqual(expect.arrayContaining(['actor', 'auto', 'Iterator']));
    expect(others).not.toContain('data');
    expect(Catalogue.managerClass).toBe(Catalogue.managerClass);
  });

  test("U27 the actor's own proxy class has its methods in the process that calls", async () => {
    expect(catalogue).toBeInstanceOf(CatalogueProxy);
    const data = await catalogue.getData();
    await data.save(1);
    release(data);
    expect(await Reflect.apply(CatalogueProxy.prototype.loadAndSave, catalogue, [2])).toBe(2);
  });

  test('U28 inspect shows typeid, object id and address of a custom proxy, and sends nothing', async () => {
    using data = await catalogue.getData();
    const text = inspect(data);
    expect(text).toMatch(/^Proxy\('data' object \d+ at ipc:\/\/.+\)$/);
    expect(text).toContain(catalogue.connectionAddress);
    expect(stats().callsInFlight).toBe(0);
  });

  test('U28 getValue of what cannot be copied is a SerializerError that says where', async () => {
    using data = await catalogue.getData();
    expect(await failure(getValue(data))).toMatchObject({ name: 'SerializerError', path: '$' });
  });

  test('U28 getValue copies what a relay stands for', async () => {
    await using holder = await Holder.spawn();
    await using other = await Holder.spawn();
    const values = ['read', 'later'];
    await holder.keep('iterator', values.values());
    await holder.share('iterator', other);
    expect(await other.use('iterator', 'next')).toEqual({ value: 'read', done: false });
    await other.drop('iterator');
    await holder.drop('iterator');
  });
});

/** Returns every proxy in a value, at any depth. */
function proxiesIn(value: unknown): readonly BaseProxy[] {
  if (BaseProxy.isProxy(value)) return [value];
  if (value instanceof Map || value instanceof Set) return [...value.values()].flatMap(proxiesIn);
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(proxiesIn);
  return [];
}
