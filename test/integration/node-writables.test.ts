import { once } from 'node:events';
import { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { Writing } from '#fixtures/writing.js';
import { terminate } from 'uactor';
import { describe, expect, test } from 'vitest';
import '../support/leaks.ts';
import { SERIALIZERS } from '../support/serializers.ts';
import { shared } from '../support/shared.ts';

describe.each(SERIALIZERS)('a Writable of Node.js over %s', (serializer) => {
  const writing = shared(() => Writing.with({ serializer }).spawn());

  test('U72 in object mode receives a text with its encoding', async () => {
    const stream = await writing().objects();
    stream.write('ff', 'hex');
    stream.write({ id: 1 });
    stream.end('text', 'utf8');
    await finished(stream);
    expect(await writing().written()).toEqual(['ff as hex', '{"id":1}', 'text as utf8']);
  });

  test('U72 that fails in its process tells its idle writer, which listens for errors', async () => {
    const stream = await writing().writable();
    const failed = once(stream, 'error');
    await writing().destroy(new RangeError('the disk is full'));
    expect(await failed).toMatchObject([{ constructor: RangeError, message: 'the disk is full' }]);
    expect(stream.destroyed).toBe(true);
  });

  test('U72 that is closed in its process tells its idle writer', async () => {
    const stream = await writing().writable();
    const failed = once(stream, 'error');
    await writing().destroy();
    expect(await failed).toMatchObject([{ message: 'the stream was closed in its own process' }]);
  });

  test('U72 of the caller tells the actor that holds it, although nothing was written', async () => {
    const stream = new Writable();
    const failed = writing().failureOf(stream);
    await writing().written();
    stream.destroy(new RangeError('the disk is full'));
    expect(await failed).toMatchObject({ constructor: RangeError, message: 'the disk is full' });
  });

  test('U72 whose writer ignores errors fails with the next chunk', async () => {
    const stream = await writing().writable();
    await writing().destroy(new RangeError('the disk is full'));
    await writing().written();
    expect(stream.destroyed).toBe(false);
    const failed = once(stream, 'error');
    stream.write('text');
    expect(await failed).toMatchObject([{ message: 'the disk is full' }]);
  });
});

test('U16 U72 a Writable of an actor that ended tells its idle writer', async () => {
  const actor = await Writing.spawn();
  const stream = await actor.writable();
  const failed = once(stream, 'error');
  await terminate(actor);
  expect(await failed).toMatchObject([{ name: 'ActorDiedError' }]);
});
