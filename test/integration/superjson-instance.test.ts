import { Member, Price, RED, Taught, teach } from '#fixtures/taught.js';
import { superjson } from 'uactor/serializers/superjson';
import { expect, test } from 'vitest';
import { failure } from '../support/failure.ts';
import '../support/leaks.ts';

class Unlisted {
  readonly x = 1;
}

function tree(): Member {
  const root = Object.assign(new Member(), { name: 'root', kids: [new Member(), new Member()] });
  for (const kid of root.kids) kid.parent = root;
  return root;
}

test('U46 classes, symbols and transformers of an instance of superjson travel between processes', async () => {
  await using actor = await Taught.spawn();
  expect(await actor.describe(RED)).toBe('red');
  expect(await actor.describe(new Price(5n))).toBe('a price of 5');
  expect(await actor.describe(tree())).toBe('root, true');
  const price = new Price(7n);
  const value = { list: [RED, price], map: new Map([['root', tree()]]), again: price };
  expect(await actor.echo(value)).toStrictEqual(value);
  expect(await actor.apply((given) => [given], value)).toStrictEqual([value]);
  const error = await failure(actor.apply(() => Promise.reject(Object.assign(new Error('no'), { price })), 1));
  expect(error).toMatchObject({ message: 'no', price });
});

test('U46 what the instance does not know is refused with its path, and the next call is sent', async () => {
  await using actor = await Taught.spawn();
  const refused = { code: 'UNSERIALIZABLE', executed: 'no' };
  expect(await failure(actor.echo({ rows: [new Unlisted()] }))).toMatchObject({ ...refused, path: '$[0].rows[0]' });
  expect(await failure(actor.echo([Symbol('other')]))).toMatchObject({ ...refused, path: '$[0][0]' });
  expect(await actor.echo('and on')).toBe('and on');
});

test('H46 U46 what the instance of the other end does not know is refused there, and the next call is sent', async () => {
  const json = teach();
  json.registerClass(Unlisted);
  await using actor = await Taught.with({ serializer: superjson(json) }).spawn();
  expect(await failure(actor.describe(new Unlisted()))).toMatchObject({ code: 'INVALID_PAYLOAD', executed: 'no' });
  expect(await actor.describe(new Price(1n))).toBe('a price of 1');
});
