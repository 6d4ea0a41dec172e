import { finished } from 'node:stream/promises';
import { Writing } from '#fixtures/writing.js';
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
});
