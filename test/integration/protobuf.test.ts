import { Desk, shop } from '#fixtures/desk.js';
import { Keeper } from '#fixtures/keeper.js';
import { SerializerError } from 'uactor';
import { protobuf } from 'uactor/serializers/protobuf';
import { expect, test } from 'vitest';
import { failure } from '../support/failure.ts';
import '../support/leaks.ts';

const FIELDS = { id: 1, lines: [{ article: 'pen', count: 3, price: 1.5 }], notes: { to: 'Zürich' } };

test('U47 messages of a schema are arguments and results of an actor, within other values too', async () => {
  await using desk = await Desk.spawn();
  const order = shop.create('shop.Order', FIELDS);
  expect(await desk.isMessage(order)).toBe(true);
  expect(await desk.isMessage(FIELDS)).toBe(false);
  expect(await desk.place(order)).toStrictEqual(shop.create('shop.Receipt', { order: 1, total: 4.5 }));
  expect(await desk.echo([order, { plain: FIELDS }])).toStrictEqual([order, { plain: FIELDS }]);
});

test('U42 errors travel beside the messages of a schema', async () => {
  await using desk = await Desk.spawn();
  const error = await failure(Promise.resolve(desk.place({ no: 'lines' })));
  expect(error).toBeInstanceOf(TypeError);
});

test('U45 the function protobuf is itself a serializer that an actor can choose, and knows no schema', async () => {
  await using desk = await Desk.with({ serializer: protobuf }).spawn();
  expect(await desk.echo({ rows: [1, 'two', 3n] })).toStrictEqual({ rows: [1, 'two', 3n] });
  const error = await failure(Promise.resolve(desk.echo([shop.create('shop.Order', FIELDS)])));
  expect(error).toBeInstanceOf(SerializerError);
  expect(String(error)).toContain('$');
});

test('U45 protobuf is chosen by name, and loaded then', async () => {
  await using keeper = await Keeper.with({ serializer: 'protobuf' }).spawn();
  expect(await keeper.echo(new Map([['k', new Set([1n])]]))).toStrictEqual(new Map([['k', new Set([1n])]]));
});
