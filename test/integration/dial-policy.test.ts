import { Counter } from '#fixtures/counter.js';
import { Guarded } from '#fixtures/guarded.js';
import { Nest } from '#fixtures/nest.js';
import { BaseProxy, type DialPolicy, ProxyError, release, setDialPolicy } from 'uactor';
import { afterEach, describe, expect, test } from 'vitest';
import { failure } from '../support/failure.ts';
import '../support/leaks.ts';
import { Relay } from '../support/relay.ts';

const authkey = 'a key of more than sixteen bytes';
const Remote = Counter.with({ address: ['127.0.0.1', 0], authkey });

const nobody: DialPolicy = () => false;
const everybody: DialPolicy = () => true;
const refused = { code: 'NOT_ALLOWED', executed: 'yes' };

describe('an address in a proxy that arrives', () => {
  test('H69 H70 gets no connection and no byte when the class of the actor forbids it', async () => {
    await using guarded = await Guarded.with({ authkey }).spawn();
    await using counter = await Remote.spawn();
    await using relay = await Relay.to(counter.connectionAddress);
    const client = await Remote.connect(relay.address, { authkey, ownConnection: true });
    const before = relay.connections;
    for (const what of ['every address', 'every IP address'] as const) {
      await guarded.refuse(what);
      const error = await failure(guarded.call(client, 'increment'));
      expect(error, what).toBeInstanceOf(ProxyError);
      expect(error, what).toMatchObject({ code: 'NOT_ALLOWED', message: expect.stringContaining(relay.address) });
      expect(relay.connections, what).toBe(before);
    }
    await guarded.refuse('nothing');
    expect(await guarded.call(client, 'increment')).toBe(1);
    expect(relay.connections).toBe(before + 1);
    const common = {
      address: relay.address,
      info: { reach: 'direct', guarded: true },
      from: { address: 'pipe', local: true },
    };
    expect(await guarded.asked()).toEqual([
      { ...common, ip: undefined },
      { ...common, ip: '127.0.0.1' },
    ]);
    release(client);
  });

  test('H81 is checked for what its name leads to, and that is what is connected to', async () => {
    await using guarded = await Guarded.with({ authkey }).spawn();
    await using counter = await Remote.spawn();
    await using relay = await Relay.to(counter.connectionAddress);
    const named = relay.address.replace('127.0.0.1', 'localhost');
    const client = await Remote.connect(named, { authkey, ownConnection: true });
    const before = relay.connections;
    await guarded.refuse('every IP address');
    expect(await failure(guarded.call(client, 'increment'))).toMatchObject({ code: 'NOT_ALLOWED' });
    expect(relay.connections).toBe(before);
    expect((await guarded.asked()).map(({ address, ip }) => [address, ip])).toContainEqual([named, '127.0.0.1']);
    release(client);
  });

  test('H69 holds, too, for what an actor sends to the process that spawned it', async () => {
    await using nest = await Nest.with({ dial: () => false }).spawn();
    const error = await failure(nest.build(1));
    expect(error).toMatchObject({ code: 'NOT_ALLOWED', message: expect.stringContaining('ipc://') });
  });
});

describe('the policy of a client', () => {
  afterEach(() => {
    setDialPolicy(undefined);
  });

  test('H69 is given to connect, and holds for that actor alone', async () => {
    await using nest = await Nest.spawn();
    const address = nest.connectionAddress ?? '';
    const careful = await Nest.connect(address, { dial: nobody });
    const trusting = await Nest.connect(address);
    const error = await failure(careful.build(1));
    expect(error).toMatchObject({ code: 'NOT_ALLOWED', message: expect.stringContaining('connect(…, { dial })') });
    const inner = await trusting.build(1);
    expect(BaseProxy.isProxy(inner)).toBe(true);
    for (const proxy of [careful, trusting, inner]) release(proxy);
  });

  test('H69 holds for the whole process, and at once, where nothing else is said', async () => {
    await using nest = await Nest.spawn();
    const address = nest.connectionAddress ?? '';
    const excepted = await Nest.connect(address, { dial: everybody });
    setDialPolicy(nobody);
    expect(await failure(nest.build(1))).toMatchObject(refused);
    const inner = await excepted.build(1);
    release(inner);
    setDialPolicy(undefined);
    const after = await nest.build(1);
    for (const proxy of [after, excepted]) release(proxy);
  });

  test('H69 that is no function is a TypeError at once', async () => {
    for (const dial of ['10.0.0.0/8', true] as const) {
      const given: unknown = dial;
      expect(() => Reflect.apply(setDialPolicy, undefined, [given])).toThrow(/setDialPolicy: dial must be a function/);
      const connecting: unknown = Reflect.apply(Nest.connect, Nest, ['ipc:///nowhere.sock', { dial }]);
      expect(await failure(Promise.resolve(connecting))).toBeInstanceOf(TypeError);
    }
  });
});
