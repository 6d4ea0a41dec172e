import { randomBytes } from 'node:crypto';
import { type Booking, Careless, half, packed, Till, till } from '#fixtures/till.js';
import { SerializerError } from 'uactor';
import { describe, expect, test } from 'vitest';
import { failure } from '../support/failure.ts';
import '../support/leaks.ts';
import { BOOKING } from '../support/protobuf/booking.ts';
import { protocHex } from '../support/protobuf/protoc.ts';
import { Relay } from '../support/relay.ts';
import { shared } from '../support/shared.ts';

const BALANCE = till.create('till.Balance', { total: 12.5, bookings: 1 });

async function tellsOf(actor: Awaited<ReturnType<typeof Till.spawn>>): Promise<void> {
  expect(await actor.book(BOOKING)).toStrictEqual(BALANCE);
  expect(await actor.readBalance()).toStrictEqual(BALANCE);
  expect(await actor.arrivals({ plain: 1n })).toStrictEqual(['till.Booking', { plain: 1n }]);
  const rows: Booking[] = [];
  for await (const row of await actor.bookings()) rows.push(row);
  expect(rows).toStrictEqual([till.create('till.Booking', BOOKING)]);
  expect(await actor.bookAll([{ amount: 1 }, { amount: 2 }].values())).toMatchObject({ total: 15.5, bookings: 3 });
  expect(await actor.reset()).toStrictEqual(till.create('google.protobuf.Empty'));
  expect(await actor.arrivals()).toStrictEqual(['till.Booking', 'left', 'till.Booking', 'till.Booking']);
}

describe('protobuf with a service', () => {
  for (const [title, choice] of [
    ['protobuf', till],
    ['protobuf, compressed', packed],
  ] as const) {
    test(`U47 ${title}: what methods are given and return travels as the messages of the service, over a pipe`, async () => {
      await using actor = await Till.with({ serializer: choice }).spawn();
      await tellsOf(actor);
    });

    for (const address of [undefined, 'tcp://127.0.0.1:0']) {
      test(`U47 ${title}: and over ${address ?? 'ipc'}`, async () => {
        const authkey = randomBytes(32);
        const Chosen = Till.with({ serializer: choice, authkey, ...(address === undefined ? {} : { address }) });
        await using owned = await Chosen.spawn();
        await using actor = await Chosen.connect(owned.connectionAddress ?? '', { ownConnection: true, authkey });
        await tellsOf(actor);
      });
    }
  }

  test('U47 the bytes on the way are those that protoc gives for the messages', async () => {
    const authkey = randomBytes(32);
    const transport = { tcp: { encryption: false } };
    const Plain = Till.with({ authkey, address: 'tcp://127.0.0.1:0', transport });
    await using owned = await Plain.spawn();
    await using relay = await Relay.to(owned.connectionAddress);
    const actor = await Plain.connect(relay.address, { ownConnection: true, authkey });
    await actor.book(BOOKING);
    await actor.readBalance();
    await actor[Symbol.asyncDispose]();
    const sent = Buffer.concat(relay.passed.filter((p) => p.direction === 'to the actor').map(({ chunk }) => chunk));
    const back = Buffer.concat(relay.passed.filter((p) => p.direction === 'to the client').map(({ chunk }) => chunk));
    expect(sent.includes(Buffer.from(protocHex('arguments of book()'), 'hex'))).toBe(true);
    expect(sent.includes(Buffer.from(protocHex('arguments of readBalance()'), 'hex'))).toBe(true);
    expect(back.includes(Buffer.from(protocHex('result of book()'), 'hex'))).toBe(true);
  });

  test('U47 messages are taken as they are, and further arguments travel as everything does', async () => {
    await using actor = await Till.spawn();
    const told = await new Promise((resolve) => {
      void actor.book(till.create('till.Booking', BOOKING), resolve);
    });
    expect(told).toBe(12.5);
  });

  const filled = shared(() => Till.spawn());
  const misfits: readonly (readonly [string, object, string, RegExp])[] = [
    ['a wrong type', { amount: '1' }, '$[0].amount', /number expected/],
    ['a wrong type further down', { items: [{ count: 'x' }] }, '$[0].items.count', /integer expected/],
    ['a field that the schema lacks', { amuont: 1 }, '$[0].amuont', /no such field/],
    ['one further down', { items: [{}, { cuont: 1 }] }, '$[0].items[1].cuont', /no such field/],
    ['one named like a member of every object', { toString: 1 }, '$[0].toString', /no such field/],
    ['a number beyond 32 bits', { items: [{ count: 2 ** 31 }] }, '$[0].items[0].count', /no room/],
    ['a negative number where there is no sign', { marks: [-1] }, '$[0].marks[0]', /no room/],
    ['the name of an enum', { way: 'CARD' }, '$[0].way', /enum value expected/],
    ['text instead of bytes', { slip: 'text' }, '$[0].slip', /text/],
    ['an instance of another class', new Map(), '$[0]', /an instance of Map/],
    ['a message of another type', till.create('till.Balance'), '$[0]', /an instance of/],
  ];
  test.each(misfits)('U46 U47 %s is refused with the method and the path, and the call has not run', async (...row) => {
    const [, booking, path, why] = row;
    const actor = filled();
    const { bookings = 0 } = await actor.readBalance();
    const error = await failure(actor.book(booking));
    expect(error).toBeInstanceOf(SerializerError);
    expect(error).toMatchObject({ code: 'UNSERIALIZABLE', path, executed: 'no' });
    expect(String(error)).toMatch(why);
    expect(String(error)).toContain('book() of the service till.Till takes a till.Booking');
    expect(await actor.book({ amount: 0, way: 0, items: [], number: 0 })).toMatchObject({
      bookings: bookings + 1,
    });
  });

  test('U47 a result that does not fit is an error of that call, which has run', async () => {
    await using actor = await Careless.spawn();
    const unknown = await failure(actor.book());
    expect(unknown).toMatchObject({ code: 'UNSERIALIZABLE', path: '$[0]', executed: 'no' });
    const results = [
      [Reflect.apply(actor.book, actor, [{}]), '$.change', /book\(\) of the service till\.Till gives a till\.Balance/],
      [actor.readBalance(), '$', /it is undefined/],
      [actor.reset(), '$', /an instance of Map/],
      [Reflect.apply(actor.bookAll, actor, [[].values()]), '$', /gives a till\.Balance/],
    ] as const;
    for (const [result, path, why] of results) {
      const error = await failure(Promise.resolve(result));
      expect(error).toMatchObject({ code: 'UNSERIALIZABLE', path, executed: 'yes' });
      expect(String(error)).toMatch(why);
    }
    const rows = await actor.bookings();
    expect(await rows.next()).toMatchObject({ value: { amount: 1 }, done: false });
    expect(await failure(Promise.resolve(rows.next()))).toMatchObject({ code: 'UNSERIALIZABLE', path: '$[1].amount' });
  });

  test('U47 what is no iterator cannot be streamed, in either direction', async () => {
    await using actor = await Till.spawn();
    const error = await failure(Reflect.apply(actor.bookAll, actor, [[{ amount: 1 }]]));
    expect(error).toMatchObject({ code: 'UNSERIALIZABLE', path: '$[0]', executed: 'no' });
    expect(String(error)).toMatch(
      /bookAll\(\) of the service till\.Till takes a stream of till\.Booking.*async generator/s,
    );
  });

  test('U47 an actor that lacks a method of the service is told so at the first call of another one', async () => {
    await using actor = await Till.with({ serializer: half }).spawn();
    expect(String(await failure(actor.book({})))).toMatch(/till\.Half does not describe this actor.*no refund\(\)/);
    expect(await actor.arrivals()).toStrictEqual([]);
  });

  test('U43 leaving a stream early ends what makes it', async () => {
    await using actor = await Till.spawn();
    await actor.book({ amount: 1 });
    await actor.book({ amount: 2 });
    for await (const row of await actor.bookings()) {
      expect(row).toMatchObject({ amount: 1 });
      break;
    }
    expect(await actor.arrivals()).toStrictEqual(['till.Booking', 'till.Booking', 'left']);
  });
});
