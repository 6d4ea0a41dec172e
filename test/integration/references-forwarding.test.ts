import { Holder } from '#fixtures/holder.js';
import { AuthkeyError, BaseProxy, release, type Remote, sameReferent, stats } from 'uactor';
import { describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { failure } from '../support/failure.ts';
import '../support/leaks.ts';
import { SEMANTICS } from '../support/serializers.ts';

const authkey = 'a key that only this test knows';
const Secret = Holder.with({ authkey });

describe.each(SEMANTICS)('forwarding over %s', (serializer) => {
  const Holders = Holder.with({ serializer });

  test('U29 a proxy is passed on through four processes, none of which is needed afterwards', async () => {
    await using owner = await Holders.spawn();
    const holders = await Promise.all([Holders.spawn(), Holders.spawn(), Holders.spawn()]);
    const last = await Holders.spawn();
    const thing = await owner.make('thing');
    const chain = [...holders, last];
    await chain[0]?.keep('slot', thing);
    release(thing);
    for (const [index, holder] of holders.entries()) {
      const next = chain[index + 1];
      if (next) await holder.pass('slot', next);
      await holder.shutdown();
    }
    expect(await last.use('slot')).toBe('thing 1');
    // The owner itself and the thing, each with one reference.
    expect(await owner.stats()).toMatchObject({ objects: 2, references: 2, tickets: 0 });
    await last.drop('slot');
    await eventually(async () => expect(await owner.stats()).toMatchObject({ objects: 1, references: 1 }));
    await last.shutdown();
  });

  test('U29 it is the same object wherever it comes back from, anywhere in a value', async () => {
    await using owner = await Holders.spawn();
    await using other = await Holders.spawn();
    using thing = await owner.make('thing');
    const sent = { list: [thing, new Map([['deep', { thing }]])] };
    const found = proxiesIn(await other.echo(sent));
    expect(found).toHaveLength(2);
    for (const each of found) {
      expect(sameReferent(each, thing)).toBe(true);
      release(each);
    }
    expect(await thing.use()).toBe('thing 1');
  });

  test('U29 H85 thousands of proxies of a third process, or of functions, fit into one message', async () => {
    await using owner = await Holders.spawn();
    await using other = await Holders.spawn();
    const things = await owner.makeMany(Array.from({ length: 5_000 }, (_, number) => `thing ${number}`));
    const used = await other.useAll(things);
    expect([used.length, used.at(-1)]).toEqual([5_000, 'thing 4999 1']);
    for (const thing of things) release(thing);
    const functions: unknown = await other.echo(Array.from({ length: 20_000 }, (_, number) => () => number));
    if (!Array.isArray(functions)) throw new Error('no list arrived');
    const last: unknown = functions.at(-1);
    expect(typeof last === 'function' ? await Reflect.apply(last, undefined, []) : last).toBe(19_999);
    for (const each of functions) release(each);
  });

  test('U30 functions and bound methods work at any depth of an argument, and are let go', async () => {
    await using one = await Holders.spawn();
    await using two = await Holders.spawn();
    await one.keep('echo', two.echo);
    expect(await one.use('echo', 'call', 'by way of two')).toBe('by way of two');
    await one.drop('echo');
    const seen: unknown[] = [];
    const [back] = functionsIn(await one.echo({ deep: [new Map([['f', (value: unknown) => seen.push(value)]])] }));
    await Promise.resolve(back?.('called'));
    expect(seen).toEqual(['called']);
    release(back);
  });

  test('U30 a function that went through two processes and comes back is the same one', async () => {
    await using one = await Holders.spawn();
    await using two = await Holders.spawn();
    const seen: unknown[] = [];
    await one.keep('f', (value: unknown) => seen.push(value));
    await one.share('f', two);
    await two.use('f', 'call', 1);
    // The second actor returns the function: the first one recognises its own, and the next one is no longer passed through the second.
    await two.share('f', one, 'again');
    await two.drop('f');
    await one.use('again', 'call', 2);
    expect(seen).toEqual([1, 2]);
    const [first, second] = [await one.kept('f'), await one.kept('again')];
    expect(sameReferent(first, second)).toBe(true);
    for (const each of [first, second]) release(each);
    await one.drop('f');
    await one.drop('again');
    await eventually(() => expect(stats().objects).toBe(0));
  });
});

describe('H78 round and round', () => {
  test.each([2, 3])(
    'H78 U29 a proxy leaves nothing on its way round %i actors, and is called directly',
    async (size) => {
      await using owner = await Holder.spawn();
      const ring = await Promise.all(Array.from({ length: size }, () => Holder.spawn()));
      const [first] = ring;
      using thing = await owner.make('thing');
      await first?.keep('slot', thing);
      await circulate('slot', ring, 12);
      expect(await first?.use('slot')).toBe('thing 1');
      // The actor itself is held here, and the thing here and by the first actor of the ring.
      await eventually(async () => {
        expect(await owner.stats()).toMatchObject({ objects: 2, references: 3, tickets: 0 });
      });
      for (const each of ring.slice(1)) {
        await eventually(async () => expect(await each.stats()).toMatchObject({ objects: 1, tickets: 0, imports: 0 }));
      }
      await Promise.all(ring.map((each) => each.shutdown()));
    },
  );

  test('H78 U30 a function of a program that nobody can reach is relayed once, however often it goes round', async () => {
    const ring = await Promise.all(Array.from({ length: 3 }, () => Holder.spawn()));
    const [first, second, third] = ring;
    const seen: unknown[] = [];
    await first?.keep('slot', (value: unknown) => seen.push(value));
    await circulate('slot', ring, 12);
    if (first && second) await first.pass('slot', second);
    if (second && third) await second.pass('slot', third);
    await third?.use('slot', 'call', 'called');
    expect(seen).toEqual(['called']);
    expect(stats()).toMatchObject({ objects: 1, references: 1 });
    await eventually(async () => expect(await first?.stats()).toMatchObject({ objects: 2, tickets: 0, imports: 1 }));
    await eventually(async () => expect(await second?.stats()).toMatchObject({ objects: 1, tickets: 0, imports: 0 }));
    await third?.drop('slot');
    await eventually(() => expect(stats().objects).toBe(0));
    await Promise.all(ring.map((each) => each.shutdown()));
  });
});

describe('U31 foreign secrets', () => {
  test('U31 a key learnt by connecting is remembered when nothing of that connection is left', async () => {
    await using holder = await Holder.spawn();
    await using foreign = await Secret.spawn();
    using thing = await foreign.make('thing');
    expect(await failure(holder.keep('slot', thing))).toBeInstanceOf(AuthkeyError);
    await holder.connectTo(foreign.connectionAddress ?? '', { authkey });
    await eventually(async () => expect(await foreign.stats()).toMatchObject({ sessions: 1 }));
    await holder.keep('slot', thing);
    expect(await holder.use('slot')).toBe('thing 1');
    await holder.drop('slot');
  });

  test('U31 the other way round: a connection first, and the proxy long after it has ended', async () => {
    await using holder = await Holder.spawn();
    await using foreign = await Secret.spawn();
    await holder.connectTo(foreign.connectionAddress ?? '', { authkey });
    await eventually(async () => expect(await foreign.stats()).toMatchObject({ sessions: 1 }));
    using thing = await foreign.make('thing');
    await holder.keep('slot', thing);
    expect(await holder.use('slot')).toBe('thing 1');
    await holder.drop('slot');
  });

  test('U31 the key of an actor that was spawned with one of its own is known to its owner, for all ways back', async () => {
    await using holder = await Secret.spawn();
    await using foreign = await Holder.with({ authkey: 'yet another key than those' }).spawn();
    await holder.connectTo(foreign.connectionAddress ?? '', { authkey: 'yet another key than those' });
    using thing = await foreign.make('thing');
    await holder.keep('slot', thing);
    const back = await holder.kept('slot');
    expect(sameReferent(back, thing)).toBe(true);
    release(back);
    await holder.drop('slot');
  });

  test('U31 the AuthkeyError of a proxy in a reply names the address, too, and later calls work', async () => {
    await using middle = await Secret.spawn();
    const stranger = await Secret.connect(middle.connectionAddress ?? '', { authkey });
    await using own = await Holder.spawn();
    // This process, the stranger's, knows the key: the process in the middle does not know the key of its new proxy.
    const error = await failure(stranger.keep('slot', own));
    expect(error).toMatchObject({ name: 'AuthkeyError', code: 'AUTHKEY', address: own.connectionAddress });
    expect(await stranger.echo(1)).toBe(1);
    release(stranger);
  });

  test('U31 captured addresses lead to the connection that captured them', async () => {
    const nowhere = 'tcp://192.0.2.1:9';
    await using foreign = await Holder.with({ authkey, address: 'tcp://127.0.0.1:0' }).spawn();
    await using holder = await Holder.spawn();
    const address = foreign.connectionAddress ?? '';
    const used = await holder.connectTo(address, { authkey, capture: [nowhere, ['192.0.2.1', 10]] });
    expect(used).toBe(address);
    using thing = await foreign.make('thing');
    await holder.keep('slot', thing);
    expect(await holder.use('slot')).toBe('thing 1');
    await holder.drop('slot');
  });

  test.each([[5], ['tcp://127.0.0.1:1'], [[5]]])('U31 capture: %j is a TypeError', async (capture) => {
    const error = await failure(
      Promise.resolve().then(() => Reflect.apply(Holder.connect, Holder, ['ipc:///nowhere', { capture }])),
    );
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({ code: 'MISUSE', message: expect.stringMatching(/Holder\.connect\.capture must be/) });
  });
});

describe('what came home', () => {
  test('U40 calls on a proxy that came home are let in by options.concurrency like any other', async () => {
    await using single = await Holder.with({ concurrency: 1 }).spawn();
    await sendHome(single, 'self');
    // With `concurrency: 1`, the only running call waits for another call of the same actor, and so for itself.
    const error = await failure(single.useWithin(50, 'self', 'stats'));
    expect(error).toMatchObject({ name: 'TimeoutError', message: expect.stringContaining('stats() did not answer') });
    expect(await single.echo('the next one runs')).toBe('the next one runs');
    await using double = await Holder.with({ concurrency: 2 }).spawn();
    await sendHome(double, 'self');
    expect(await double.use('self', 'stats')).toMatchObject({ callsRunning: 1 });
    await double.drop('self');
    await single.drop('self');
  });

  test('U41 they have a deadline and a current call', async () => {
    await using holder = await Holder.spawn();
    await sendHome(holder, 'self');
    expect(await failure(holder.useWithin(20, 'self', 'untilAborted'))).toMatchObject({ name: 'TimeoutError' });
    expect(await holder.use('self', 'caller')).toMatch(/^[0-9a-f]{32}$/);
    await holder.drop('self');
  });

  test('F30 an actor that holds itself, and actors that hold each other, end with their owner', async () => {
    const one = await Holder.spawn();
    const two = await Holder.spawn();
    await one.keep('self', one);
    await one.keep('other', two);
    await two.keep('other', one);
    expect(await one.use('other', 'echo', 'round')).toBe('round');
    await two.shutdown();
    await one.shutdown();
  });

  test('F31 actors call each other back while the first call waits', async () => {
    await using one = await Holder.spawn();
    await using two = await Holder.spawn();
    await one.keep('two', two);
    await two.keep('one', one);
    expect(await one.use('two', 'use', 'one', 'echo', 'there and back')).toBe('there and back');
    await one.drop('two');
    await two.drop('one');
  });
});

/** Returns every proxy in a value, at any depth. */
function proxiesIn(value: unknown): readonly BaseProxy[] {
  if (BaseProxy.isProxy(value)) return [value];
  if (value instanceof Map) return [...value.values()].flatMap(proxiesIn);
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(proxiesIn);
  return [];
}

/** Returns every function in a value, at any depth. */
function functionsIn(value: unknown): readonly ((...args: readonly unknown[]) => unknown)[] {
  if (isFunction(value)) return [value];
  if (value instanceof Map) return [...value.values()].flatMap(functionsIn);
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(functionsIn) : [];
}

function isFunction(value: unknown): value is (...args: readonly unknown[]) => unknown {
  return typeof value === 'function';
}

async function sendHome(holder: Remote<typeof Holder>, slot: string): Promise<void> {
  await holder.keep(slot, holder);
}

/** Passes the content of the slot round a ring of actors, each of which releases it at once. */
async function circulate(slot: string, ring: readonly Remote<typeof Holder>[], rounds: number): Promise<void> {
  for (let hop = 0; hop < rounds * ring.length; hop++) {
    const [from, to] = [ring[hop % ring.length], ring[(hop + 1) % ring.length]];
    if (from && to) await from.pass(slot, to);
  }
}
