import '../support/leaks.ts';
import { inspect } from 'node:util';
import { Counter } from '#fixtures/counter.js';
import { Keeper } from '#fixtures/keeper.js';
import { AuthkeyError, BaseProxy, getValue, ProxyError, release, sameReferent, stats, typeid } from 'uactor';
import { describe, expect, test } from 'vitest';
// A client loaded from the sources, whose internals the test can reach.
import { proxyReference } from '../../core/proxy/base-proxy.ts';
import { RemoteReference } from '../../core/references/reference.ts';
import { Actor as OpenedActor, release as releaseThere } from '../../index.ts';
import { failure, thrown } from '../support/failure.ts';
import { shared } from '../support/shared.ts';

const authkey = 'a key that only this test knows';

function asProxy(value: unknown): BaseProxy {
  if (BaseProxy.isProxy(value)) return value;
  throw new Error('this is no proxy');
}

const shelves = shared(() => Keeper.spawn());

describe('U24 typeid', () => {
  test('U24 names what a proxy stands for', async () => {
    const keeper = shelves();
    const shelf = await keeper.shelf();
    expect([typeid(keeper), typeid(shelf)]).toEqual(['actor', 'auto']);
    release(shelf);
  });

  test.each([[{}], [null], [undefined], ['actor'], [Counter], [() => 1]])('U24 is a TypeError for %o', (value) => {
    const error = thrown(() => typeid(value));
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({
      code: 'MISUSE',
      message: expect.stringMatching(/^typeid: expected a proxy, got /),
    });
  });

  test('U24 is a ProxyError for a released one, and so is every call of it', async () => {
    const keeper = shelves();
    const shelf = await keeper.shelf();
    release(shelf);
    release(shelf);
    const error = thrown(() => typeid(shelf));
    expect(error).toBeInstanceOf(ProxyError);
    expect(error).toMatchObject({ code: 'RELEASED', message: expect.stringMatching(/this proxy was released/) });
    expect(await failure(shelf.callMethod('put', [1]))).toMatchObject({ code: 'RELEASED', executed: 'no' });
    expect(await failure(getValue(shelf))).toMatchObject({ code: 'RELEASED' });
    expect(inspect(shelf)).toBe('Proxy(released)');
  });
});

describe('U28 looking at a proxy', () => {
  test('U28 getValue fetches a copy of the object', async () => {
    const keeper = shelves();
    const map = await keeper.map();
    expect(await getValue(map)).toEqual(new Map([['one', 1]]));
    expect(await map.callMethod('get', ['one'])).toBe(1);
    release(map);
  });

  test('U28 getValue of what is no proxy is a TypeError', async () => {
    const error = await failure(Reflect.apply(getValue, undefined, [{}]));
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({ message: 'getValue: expected a proxy, got object' });
  });

  test('U28 inspect shows typeid, object id and address, and no secret', async () => {
    await using keeper = await Keeper.with({ authkey }).spawn();
    const shelf = await keeper.shelf();
    const texts = [inspect(shelf), inspect(keeper, { depth: 10, showHidden: true }), JSON.stringify(shelf)];
    expect(texts[0]).toMatch(/^Proxy\('auto' object \d+ at ipc:\/\/.+\)$/);
    expect(texts[0]).toContain(keeper.connectionAddress);
    const key = Buffer.from(authkey);
    for (const secret of [authkey, key.toString('hex'), key.toString('base64')]) {
      expect(texts.join('\n')).not.toContain(secret);
    }
    expect(stats().callsInFlight).toBe(0);
    release(shelf);
  });

  test('U28 a plain object shows the functions that it has itself', async () => {
    const keeper = shelves();
    const plain = await keeper.plain();
    expect(await plain.callMethod('greet', ['you'])).toBe('hello you');
    expect(listed(plain)).toEqual(['greet']);
    expect(Object.keys(Object.getPrototypeOf(plain))).toEqual(['greet']);
    release(plain);
  });
});

/** Returns the names that a loop or a debugger finds. */
function listed(object: object): readonly string[] {
  const names: string[] = [];
  for (const name in object) names.push(name);
  return names;
}

describe('U29 forwarding', () => {
  test('U29 echoing a proxy in another actor gives back an equal proxy', async () => {
    await using one = await Keeper.spawn();
    await using other = await Keeper.spawn();
    const shelf = await one.shelf();
    const [echo, home] = [asProxy(await other.echo(shelf)), asProxy(await one.echo(shelf))];
    expect([sameReferent(shelf, echo), sameReferent(shelf, home)]).toEqual([true, true]);
    expect([sameReferent(shelf, one), sameReferent(shelf, {})]).toEqual([false, false]);
    expect([typeid(echo), typeid(home)]).toEqual(['auto', 'auto']);
    expect(await echo.callMethod('put', ['by the echo'])).toBe(1);
    expect(await home.callMethod('put', ['by the other'])).toBe(2);
    expect(await shelf.callMethod('all')).toEqual(['by the echo', 'by the other']);
    for (const each of [shelf, echo, home]) release(each);
  });

  test('U29 a proxy works anywhere in a value, in the process that it reaches', async () => {
    const keeper = shelves();
    await using counter = await Counter.spawn();
    const nested = await keeper.echo({ list: [new Map([['counter', counter]])] });
    const map: unknown = typeof nested === 'object' && nested !== null ? Reflect.get(nested, 'list') : undefined;
    const inner: unknown = Array.isArray(map) ? map[0] : undefined;
    const echo = asProxy(inner instanceof Map ? inner.get('counter') : undefined);
    expect(await echo.callMethod('increment', [4])).toBe(4);
    await keeper.keep(counter);
    expect(await keeper.useKept('increment')).toBe(5);
    release(echo);
    await keeper.drop();
  });

  test('U29 the process that handed it over is no longer needed', async () => {
    await using keeper = await Keeper.spawn();
    const middle = await Keeper.spawn();
    await using counter = await Counter.spawn();
    await middle.keep(counter);
    await keeper.keep(await middle.kept());
    await middle.shutdown();
    expect(await keeper.useKept('increment')).toBe(1);
    await keeper.drop();
  });
});

describe('U31 a foreign secret', () => {
  test('U31 a proxy of an actor whose key the receiver does not know rejects that call with AuthkeyError', async () => {
    const keeper = shelves();
    await using foreign = await Counter.with({ authkey }).spawn();
    const error = await failure(keeper.keep(foreign));
    expect(error).toBeInstanceOf(AuthkeyError);
    expect(error).toMatchObject({ code: 'AUTHKEY', address: foreign.connectionAddress });
    expect(await keeper.echo('the next call works')).toBe('the next call works');
  });

  test('U31 after connecting with the key it works', async () => {
    await using keeper = await Keeper.spawn();
    await using foreign = await Counter.with({ authkey }).spawn();
    expect(await failure(keeper.keep(foreign))).toBeInstanceOf(AuthkeyError);
    await keeper.meet(foreign.connectionAddress ?? '', authkey);
    const echo = asProxy(await keeper.echo(foreign));
    expect(sameReferent(echo, foreign)).toBe(true);
    expect(await echo.callMethod('increment')).toBe(1);
    release(echo);
    await keeper.drop();
  });

  test('U31 a wrong key at connect is an AuthkeyError that says where', async () => {
    await using foreign = await Counter.with({ authkey }).spawn();
    const address = foreign.connectionAddress ?? '';
    const error = await failure(Counter.connect(address, { authkey: 'quite another key than that' }));
    expect(error).toBeInstanceOf(AuthkeyError);
    expect(error).toMatchObject({ code: 'AUTHKEY', address });
    expect(await foreign.increment()).toBe(1);
  });
});

describe('U38 what was never given', () => {
  test('U38 a guessed or stale id is a ProxyError, whatever object has it', async () => {
    await using keeper = await Keeper.with({ authkey }).spawn();
    await using client = await OpenedActor.connect(keeper.connectionAddress ?? '', { authkey });
    const [shelf, map] = [await keeper.shelf(), await keeper.map()];
    const reference = proxyReference(client);
    if (!(reference instanceof RemoteReference)) throw new Error('the actor is not in another process');
    expect(reference.id).toBe(1);
    const mine = await client.callMethod('map');
    releaseThere(mine);
    for (const id of [2, 3, 4, 5, 4_711, 2 ** 47]) {
      const guessed = new RemoteReference(reference.session, id, reference.exposure);
      for (const error of [
        await failure(guessed.call(0, ['smuggled'], undefined)),
        await failure(guessed.copy(undefined)),
      ]) {
        expect(error).toMatchObject({
          name: 'ProxyError',
          code: 'OBJECT_GONE',
          message: expect.stringMatching(/the object of this proxy was released, or was never given to this process/),
        });
      }
    }
    expect(await shelf.callMethod('all')).toEqual([]);
    release(shelf);
    release(map);
  });
});
