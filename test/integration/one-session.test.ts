import { callOptions, DEFAULT_LIMITS, inspectActor, release, type ActorProxy } from 'uactor';
import { Counter } from '#fixtures/counter.js';
import { Keeper } from '#fixtures/keeper.js';
import { Kiosk, KioskProxy, ReaderProxy } from '#fixtures/narrowed.js';
import { Recorder } from '#fixtures/recorder.js';
import { describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { failure } from '../support/failure.ts';
import { Relay } from '../support/relay.ts';

const inspectable = true;
const authkey = 'a key of more than sixteen bytes';

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}

function addressOf(actor: ActorProxy): string {
  return actor.connectionAddress ?? '';
}

function anywhere(): boolean {
  return true;
}

/** Returns the number of sessions that an actor has with each other process. */
async function sessionsOf(actor: ActorProxy): Promise<readonly number[]> {
  const { sessions } = await inspectActor(actor);
  const counts = new Map<string, number>();
  for (const { instance } of sessions) counts.set(instance, (counts.get(instance) ?? 0) + 1);
  return [...counts.values()];
}

describe('U39 one session for two processes', () => {
  test('U39 calls over a spawned, a connected and a handed-over proxy start in order', async () => {
    await using actor = await Recorder.with({ inspectable }).spawn();
    await using keeper = await Keeper.spawn();
    const connected = await Recorder.connect(addressOf(actor));
    await keeper.keep(actor);
    const handed: unknown = await keeper.kept();
    if (!(handed instanceof Object && 'mark' in handed && typeof handed.mark === 'function'))
      throw new Error('no proxy');
    const { mark } = handed;
    const others = [actor, connected, { mark: async (n: number, more?: unknown) => await mark.call(handed, n, more) }];
    // On separate connections, large messages would overtake small ones, or the other way round.
    const large = 'x'.repeat(300_000);
    await Promise.all(range(150).map(async (n) => await others[n % 3]?.mark(n, n % 4 === 0 ? large : undefined)));
    expect(await actor.started()).toEqual(range(150));
    // One with this process, and one with the process that handed the proxy over.
    expect(await sessionsOf(actor)).toEqual([1, 1]);
    release(connected);
    release(handed);
  });

  test('U39 with ownConnection the proxy has a connection of its own, which ends when it is released', async () => {
    await using actor = await Recorder.with({ inspectable }).spawn();
    const own = await Recorder.connect(addressOf(actor), { ownConnection: true });
    await own.mark('by its own connection');
    expect(await sessionsOf(actor)).toEqual([2]);
    release(own);
    await eventually(async () => expect(await sessionsOf(actor)).toEqual([1]));
  });

  test.each([
    ['one after the other', false],
    ['at the same time', true],
  ])('U39 two actors that connect to each other %s share one session', async (_when, together) => {
    const Placed = Keeper.with({ inspectable, authkey });
    for (let round = 0; round < (together ? 5 : 1); round++) {
      await using one = await Placed.spawn();
      await using other = await Placed.spawn();
      const first = one.meet(addressOf(other), authkey);
      if (!together) await first;
      await Promise.all([first, other.meet(addressOf(one), authkey)]);
      await eventually(async () => expect(await sessionsOf(one)).toEqual([1, 1]));
      await eventually(async () => expect(await sessionsOf(other)).toEqual([1, 1]));
      await Promise.all([one.keep(undefined), other.keep(undefined)]);
    }
  });

  test('U39 connect checks the key all the same', async () => {
    await using actor = await Recorder.with({ authkey }).spawn();
    const error = await failure(Recorder.connect(addressOf(actor), { authkey: 'another key of sixteen bytes' }));
    expect(error).toMatchObject({ code: 'AUTHKEY' });
    await actor.mark('the session stands');
  });

  test('U39 U45 a serializer that the session does not speak means a connection of its own', async () => {
    await using actor = await Recorder.with({ inspectable, serializers: ['superjson', 'msgpack'] }).spawn();
    const other = await Recorder.connect(addressOf(actor), { serializer: 'msgpack' });
    await other.mark(new Map([[1, 2]]));
    expect(await sessionsOf(actor)).toEqual([2]);
    const same = await Recorder.connect(addressOf(actor), { serializer: 'superjson' });
    expect(await sessionsOf(actor)).toEqual([2]);
    release(same);
    release(other);
  });

  test('U39 the classes of proxies are those of the connect, over a session that stood before', async () => {
    await using kiosk = await Kiosk.with({ inspectable }).spawn();
    // As if this process did not know the class: the session does not depend on the class whose `connect` opened it.
    const plain = await Keeper.connect(addressOf(kiosk));
    const { page } = Object(plain);
    expect(await page.call(plain)).not.toBeInstanceOf(ReaderProxy);
    const connected = await Kiosk.connect(addressOf(kiosk));
    expect(connected).toBeInstanceOf(KioskProxy);
    expect(await connected.page()).toBeInstanceOf(ReaderProxy);
    expect(await callOptions(connected, { timeout: 60_000 }).page()).toBeInstanceOf(ReaderProxy);
    expect(await sessionsOf(kiosk)).toEqual([1]);
  });

  test('U39 limits that the session does not have mean a connection of its own, and leave the session as it is', async () => {
    await using actor = await Recorder.with({ inspectable }).spawn();
    const large = 'x'.repeat(100_000);
    const strict = await Recorder.with({ limits: { maxMessageBytes: 65_536 } }).connect(addressOf(actor));
    expect(await failure(strict.run(large, 0))).toMatchObject({ code: 'MESSAGE_TOO_LARGE' });
    expect(await actor.run(large, 0)).toBe(large);
    expect(await sessionsOf(actor)).toEqual([2]);
    release(strict);
    await eventually(async () => expect(await sessionsOf(actor)).toEqual([1]));
  });

  test.each([
    ['limits that it has', { limits: { maxMessageBytes: DEFAULT_LIMITS.maxMessageBytes } }],
    ['limits of the handshake', { limits: { handshakeMs: 20_000 } }],
    ['a keepAlive, which a pipe has no use for', { keepAlive: 60_000 }],
  ])('U39 the session serves a connect that asks for %s', async (_what, options) => {
    await using actor = await Recorder.with({ inspectable }).spawn();
    const connected = await Recorder.with(options).connect(addressOf(actor));
    await connected.mark('over the same session');
    expect(await sessionsOf(actor)).toEqual([1]);
  });

  test('U39 a session that was opened with limits serves those who ask for none', async () => {
    await using actor = await Recorder.with({ inspectable, limits: { maxMessageBytes: 65_536 } }).spawn();
    await Recorder.connect(addressOf(actor));
    expect(await sessionsOf(actor)).toEqual([1]);
  });

  test('U39 U54 over a network, a keepAlive that the session does not have means a connection of its own', async () => {
    await using keeper = await Keeper.spawn();
    const address = await keeper.hire({ inspectable, authkey, address: ['127.0.0.1', 0] });
    const proxies = [await Counter.connect(address, { authkey })];
    const counts: (number | undefined)[] = [];
    // The first value is the default.
    for (const keepAlive of [10_000, 45_000, Infinity]) {
      proxies.push(await Counter.with({ keepAlive }).connect(address, { authkey }));
      // Without the session of the keeper.
      counts.push((await sessionsOf(proxies[0] ?? keeper)).reduce((sum, count) => sum + count, -1));
    }
    expect(counts).toEqual([1, 2, 3]);
    for (const each of proxies) release(each);
  });

  test('U39 U54 the connection that the process asked to have of its own is the one that it uses', async () => {
    await using keeper = await Keeper.spawn();
    const address = await keeper.hire({ authkey, address: ['127.0.0.1', 0] });
    await using relay = await Relay.to(address);
    const shared = await Counter.connect(relay.address, { authkey });
    expect(relay.connections).toBe(1);
    const own = await Counter.with({ keepAlive: 45_000 }).connect(relay.address, { authkey });
    expect(relay.connections).toBe(2);
    release(own);
    release(shared);
  });

  test('U39 U54 a session that the other end has given up is not used by the next connect', async () => {
    await using keeper = await Keeper.spawn();
    const address = await keeper.hire({ authkey, address: ['127.0.0.1', 0], keepAlive: 200 });
    await using relay = await Relay.to(address);
    const lost = await Counter.connect(relay.address, { authkey });
    expect(await lost.increment()).toBe(1);
    relay.freeze('to the actor', 'to the client');
    await eventually(async () => expect(relay.openEnds).toBe(1));
    relay.thaw();
    const next = await Counter.connect(relay.address, { authkey });
    expect(await next.increment()).toBe(2);
    expect(relay.connections).toBeGreaterThan(1);
    for (const each of [lost, next]) release(each);
  });

  test('U39 a session keeps few policies on addresses: a connect with one more has a connection of its own', async () => {
    await using actor = await Recorder.with({ inspectable }).spawn();
    const counts: (readonly number[])[] = [];
    const held: ActorProxy[] = [];
    for (const dial of [...range(20).map(() => anywhere), ...range(15).map(() => () => true)]) {
      held.push(await Recorder.connect(addressOf(actor), { dial }));
      counts.push(await sessionsOf(actor));
    }
    expect(new Set(counts.flat())).toEqual(new Set([1]));
    held.push(await Recorder.connect(addressOf(actor), { dial: () => true }));
    expect(await sessionsOf(actor)).toEqual([2]);
    held.push(await Recorder.connect(addressOf(actor), { dial: anywhere }));
    expect(await sessionsOf(actor)).toEqual([2]);
    for (const each of held) release(each);
  });

  test('U39 connect refuses an ownConnection that is neither true nor false', async () => {
    const options: object = { ownConnection: 'yes' };
    expect(await failure(Recorder.connect('ipc:///nowhere', options))).toMatchObject({ name: 'TypeError' });
  });
});
