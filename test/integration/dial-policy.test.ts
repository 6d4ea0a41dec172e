import { Counter } from '#fixtures/counter.js';
import { Guarded } from '#fixtures/guarded.js';
import { Nest } from '#fixtures/nest.js';
import { ProxyError, release } from 'uactor';
import { describe, expect, test } from 'vitest';
import { failure } from '../support/failure.ts';
import '../support/leaks.ts';
import { Relay } from '../support/relay.ts';

const authkey = 'a key of more than sixteen bytes';
const Remote = Counter.with({ address: ['127.0.0.1', 0], authkey });

describe('an address in a proxy that arrives', () => {
  test('H69 H70 gets no connection and no byte when the class of the actor forbids it', async () => {
    await using guarded = await Guarded.with({ authkey }).spawn();
    await using counter = await Remote.spawn();
    await using relay = await Relay.to(counter.connectionAddress);
    const client = await Remote.connect(relay.address, { authkey });
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
    const from = { address: 'pipe', local: true };
    expect(await guarded.asked()).toEqual([
      { address: relay.address, ip: undefined, from },
      { address: relay.address, ip: '127.0.0.1', from },
    ]);
    release(client);
  });

  test('H81 is checked for what its name leads to, and that is what is connected to', async () => {
    await using guarded = await Guarded.with({ authkey }).spawn();
    await using counter = await Remote.spawn();
    await using relay = await Relay.to(counter.connectionAddress);
    const named = relay.address.replace('127.0.0.1', 'localhost');
    const client = await Remote.connect(named, { authkey });
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
