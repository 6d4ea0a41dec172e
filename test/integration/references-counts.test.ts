import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Holder } from '#fixtures/holder.js';
import { Lending } from '#fixtures/lending.js';
import { Recorder } from '#fixtures/recorder.js';
import { BaseProxy, callOptions, ProxyError, release, sameReferent, stats, SyncManager } from 'uactor';
import { describe, expect, test } from 'vitest';
import { parseAddress } from '../../transports/ipc/address.ts';
import { eventually } from '../support/eventually.ts';
import { failure } from '../support/failure.ts';
import { scratch } from '../support/leaks.ts';
import {
  ASK_FOR_ACTOR,
  callMessage,
  claimMessage,
  codeOf,
  grantMessage,
  payload,
  RawKind,
  releaseMessage,
  textOf,
  valueOf,
} from '../support/raw-messages.ts';
import { rawClient, type RawPeer } from '../support/raw-peer.ts';
import { SERIALIZERS } from '../support/serializers.ts';

const authkey = 'a key that only this test knows';
const KEY = Buffer.from(authkey);
const Collecting = Holder.with({ authkey });

describe('U36 counts', () => {
  test('U36 numberOfObjects and debugInfo follow every proxy, up on receipt and down on release', async () => {
    await using manager = await SyncManager.start();
    await using other = await Holder.spawn();
    expect(await manager.numberOfObjects()).toBe(0);
    const event = await manager.Event();
    const lock = await manager.Lock();
    expect(await manager.numberOfObjects()).toBe(2);
    const info = await manager.debugInfo();
    const ofEvent = info.find(({ typeid }) => typeid === 'Event');
    expect(ofEvent).toMatchObject({ count: 1, home: 0, holders: [{ count: 1 }] });
    expect(ofEvent?.holders[0]?.instance).toMatch(/^[0-9a-f]{32}$/);
    expect(info.map(({ typeid }) => typeid).toSorted()).toEqual(['Event', 'Lock', 'actor']);

    await other.keep('event', event);
    await eventually(async () => {
      const [held] = (await manager.debugInfo()).filter(({ typeid }) => typeid === 'Event');
      expect(held).toMatchObject({ count: 2, holders: [{ count: 1 }, { count: 1 }] });
      expect(new Set(held?.holders.map(({ instance }) => instance)).size).toBe(2);
    });
    release(event);
    release(lock);
    await eventually(async () => expect(await manager.numberOfObjects()).toBe(1));
    expect(await other.use('event', 'isSet')).toBe(false);
    await other.shutdown();
    await eventually(async () => expect(await manager.numberOfObjects()).toBe(0));
  });

  test('F29 an object received five times is held until all five are given back', async () => {
    await using owner = await Holder.spawn();
    const proxies = await Promise.all(Array.from({ length: 5 }, () => owner.own('thing')));
    expect(await owner.stats()).toMatchObject({ objects: 2, references: 6 });
    for (const each of proxies.slice(1)) release(each);
    expect(await proxies[0]?.callMethod('use')).toBe('thing 1');
    release(proxies[0]);
    await eventually(async () => expect(await owner.stats()).toMatchObject({ references: 1 }));
  });

  test('F28 a released proxy that is collected is given back once', async () => {
    await using owner = await Holder.spawn();
    await using holder = await Holder.spawn();
    for (let round = 0; round < 3; round++) {
      await holder.keep('slot', await owner.make('thing'));
      await holder.drop('slot');
      await holder.collect();
    }
    expect(await holder.echo('no violation')).toBe('no violation');
    await eventually(async () => {
      await holder.collect();
      const { objects, references } = await owner.stats();
      // This process may still hold the three proxies that it passed on.
      expect(objects - 1).toBe(references - 1);
    });
  });

  test('F02 what a client held when it was killed is given back, and what others hold is not', async () => {
    await using owner = await Holder.spawn();
    const client = await Holder.spawn();
    using shared = await owner.make('shared');
    await client.keep('shared', shared);
    const many = await owner.makeMany(Array.from({ length: 100 }, (_, index) => `thing ${index}`));
    await client.keep('many', many);
    for (const each of many) release(each);
    await eventually(async () => expect(await owner.stats()).toMatchObject({ objects: 102, tickets: 0 }));
    process.kill(await client.pid(), 'SIGKILL');
    await eventually(async () => {
      await owner.collect();
      expect(await owner.stats()).toMatchObject({ objects: 2, references: 2 });
    });
    expect(await shared.use()).toBe('shared 1');
  });

  test('H34 references beyond limits.maxReferences are refused, and giving some back makes room', async () => {
    await using owner = await Holder.with({ limits: { maxReferences: 10 } }).spawn();
    const things = await Promise.all(Array.from({ length: 9 }, (_, index) => owner.make(`${index}`)));
    const error = await failure(owner.make('one too many'));
    expect(error).toBeInstanceOf(ProxyError);
    expect(error).toMatchObject({ code: 'TOO_MANY_REFERENCES' });
    expect(await owner.stats()).toMatchObject({ objects: 10, references: 10 });
    release(things[0]);
    await eventually(async () => expect(await owner.stats()).toMatchObject({ references: 9 }));
    using another = await owner.make('another');
    expect(await another.use()).toBe('another 1');
    for (const each of things) release(each);
  });

  test('F29 U36 what is received again and again beside a proxy that is kept is given back with each release', async () => {
    await using owner = await Holder.with({ limits: { maxReferences: 10 } }).spawn();
    const kept = await owner.own('kept');
    for (let time = 1; time <= 50; time++) {
      const again = await owner.own('kept');
      expect(sameReferent(again, kept)).toBe(true);
      release(again);
    }
    await eventually(async () => expect(await owner.stats()).toMatchObject({ objects: 2, references: 2 }));
    release(kept);
    await eventually(async () => expect(await owner.stats()).toMatchObject({ references: 1 }));
  });

  test('F07 what was counted for a message that cannot be sent is taken back, tickets included', async () => {
    await using owner = await Holder.spawn();
    await using other = await Holder.spawn();
    using thing = await owner.make('thing');
    const before = await owner.stats();
    expect(await failure(other.keep('slot', [thing, () => 1, Symbol('not sent')]))).toMatchObject({
      name: 'SerializerError',
      path: expect.stringContaining('[2]'),
    });
    expect(stats()).toMatchObject({ objects: 0, references: 0 });
    expect(await owner.stats()).toEqual(before);
  });

  test('U36 a call that waits for its turn holds what it goes to', async () => {
    await using owner = await Holder.with({ limits: { maxCallsInFlight: 1 } }).spawn();
    const thing = await owner.make('thing');
    const hold = new AbortController();
    const busy = failure(callOptions(owner, { signal: hold.signal }).untilAborted());
    const used = thing.use();
    release(thing);
    hold.abort(new Error('let the next one through'));
    expect(await busy).toMatchObject({ message: 'let the next one through' });
    expect(await used).toBe('thing 1');
    await eventually(async () => expect(await owner.stats()).toMatchObject({ objects: 1 }));
  });
});

/** Blocks the process until the file has content, and returns it; a file is empty between its making and its writing. */
function beDeafUntil(file: string): string {
  const cell = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const endMs = performance.now() + 60_000;
  for (;;) {
    const content = existsSync(file) ? readFileSync(file, 'utf8') : '';
    if (content !== '') return content;
    if (performance.now() > endMs) throw new Error(`${file} was never written`);
    Atomics.wait(cell, 0, 0, 10);
  }
}

describe('U36 replies that wait until their caller reads', () => {
  for (const serializer of SERIALIZERS) {
    test(`U36 hold the proxies in them, though their method released these, over ${serializer}`, async () => {
      await using owner = await Holder.with({ serializer }).spawn();
      await using lending = await Lending.with({ serializer, limits: { highWaterBytes: 65_536 } }).spawn();
      using thing = await owner.make('thing');
      await lending.take(owner, thing);
      release(thing);
      await eventually(async () => expect(await owner.stats()).toMatchObject({ objects: 2, references: 3 }));
      const filled = Array.from({ length: 40 }, () => lending.fill(262_144));
      const lent = lending.lend();
      const own = lending.own();
      const file = join(scratch, randomUUID());
      const opened = lending.open(file);
      // The calls are sent in this turn of the event loop, or in its microtasks.
      await new Promise((resolve) => setImmediate(resolve));
      expect(beDeafUntil(file)).toBe('2');
      await opened;
      expect(new Set((await Promise.all(filled)).map(({ length }) => length))).toEqual(new Set([262_144]));
      const [arrived] = (await lent).get('lent') ?? [];
      if (!BaseProxy.isProxy(arrived)) throw new Error('no proxy arrived');
      expect(await arrived.callMethod('use')).toBe('thing 1');
      release(arrived);
      using object = await own;
      expect(await object.use()).toBe('own 1');
      await eventually(async () => expect(await owner.stats()).toMatchObject({ objects: 1 }));
    });
  }
});

describe('U38 what was never given, or was given back', () => {
  test('U38 an id that was released is refused, while another client has the object', async () => {
    await using owner = await Collecting.spawn();
    using peer = await rawClient(parseAddress(owner.connectionAddress ?? ''), KEY, ASK_FOR_ACTOR);
    const { number, actor } = await introduced(peer);
    using thing = await owner.own('thing');
    peer.send(callMessage({ call: 1, target: actor, operation: number('own'), args: payload(['thing']) }));
    const id = idOf(valueOf(await peer.reply(1)));
    peer.send(callMessage({ call: 2, target: id, operation: 0 }));
    expect(valueOf(await peer.reply(2))).toBe('thing 1');
    // The reference is released, and the call repeated.
    peer.send(releaseMessage([id, 1]), callMessage({ call: 3, target: id, operation: 0 }));
    const refused = await peer.reply(3);
    expect([refused.kind, codeOf(refused)]).toEqual([RawKind.ERROR, 'OBJECT_GONE']);
    expect(await thing.callMethod('use')).toBe('thing 2');
    // The next object has another id, regardless of the first one's end.
    peer.send(callMessage({ call: 4, target: actor, operation: number('make'), args: payload(['next']) }));
    expect(idOf(valueOf(await peer.reply(4)))).toBeGreaterThan(id);
  });

  test('H79 a ticket that was used, or that nobody left, is refused', async () => {
    await using owner = await Holder.with({ authkey, limits: { ticketMs: 100 } }).spawn();
    using peer = await rawClient(parseAddress(owner.connectionAddress ?? ''), KEY, ASK_FOR_ACTOR);
    const { actor } = await introduced(peer);
    const ticket = Buffer.alloc(16, 7);
    peer.send(claimMessage(1, ticket));
    expect(codeOf(await peer.reply(1))).toBe('TICKET_INVALID');
    peer.send(grantMessage(actor, ticket), claimMessage(2, ticket), claimMessage(3, ticket));
    expect((await peer.reply(2)).kind).toBe(RawKind.RESULT);
    expect(codeOf(await peer.reply(3))).toBe('TICKET_INVALID');
    // A ticket that is left and never claimed expires.
    peer.send(grantMessage(actor, Buffer.alloc(16, 8)));
    await eventually(async () => expect(await owner.stats()).toMatchObject({ tickets: 0, references: 3 }));
    peer.send(claimMessage(4, Buffer.alloc(16, 8)));
    expect(codeOf(await peer.reply(4))).toBe('TICKET_INVALID');
  });
});

describe('calls that were given up before their turn', () => {
  test('U41 a call given up while it waits for options.concurrency is not run', async () => {
    await using recorder = await Recorder.with({ concurrency: 1 }).spawn();
    const busy = new AbortController();
    const first = recorder.watch(busy.signal);
    const given = new AbortController();
    const outcome = failure(callOptions(recorder, { signal: given.signal }).mark('second'));
    const third = recorder.mark('third');
    given.abort(new Error('no longer wanted'));
    expect(await outcome).toMatchObject({ message: 'no longer wanted' });
    busy.abort(new Error('done'));
    expect(await first).toBe('Error: done');
    await third;
    expect(await recorder.started()).toEqual(['third']);
  });
});

/** Returns what a peer receives first: the members of the actor, and its id. */
async function introduced(
  peer: RawPeer,
): Promise<{ readonly actor: number; readonly number: (method: string) => number }> {
  const exposure = textOf(await peer.next('an exposure', ({ kind }) => kind === RawKind.EXPOSURE));
  const methods: unknown = Array.isArray(exposure) ? exposure[1] : undefined;
  if (!Array.isArray(methods)) throw new Error('the first exposure has no methods');
  return { actor: idOf(valueOf(await peer.reply(0))), number: (method) => methods.indexOf(method) };
}

function idOf(token: unknown): number {
  if (Array.isArray(token) && typeof token[0] === 'number') return token[0];
  throw new Error('this is no token of an object');
}
