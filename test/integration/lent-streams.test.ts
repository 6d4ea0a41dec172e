import { Platform } from '#fixtures/platform.js';
import { SerializerError } from 'uactor';
import { describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { failure } from '../support/failure.ts';
import '../support/leaks.ts';
import { SERIALIZERS } from '../support/serializers.ts';
import { shared } from '../support/shared.ts';

/** Returns all values of a stream or a generator. */
async function all(values: AsyncIterable<unknown>): Promise<readonly unknown[]> {
  const read: unknown[] = [];
  for await (const value of values) read.push(value);
  return read;
}

/** Returns a stream of two numbers that records why it was cancelled. */
function numbers(cancelled: unknown[] = []): ReadableStream<number> {
  let next = 0;
  return new ReadableStream<number>(
    {
      pull: (controller) => (next < 2 ? controller.enqueue(next++) : controller.close()),
      cancel: (reason) => void cancelled.push(reason),
    },
    { highWaterMark: 0 },
  );
}

async function* generated(): AsyncGenerator<number> {
  yield* [0, 1];
}

describe.each(SERIALIZERS)('streams beside other values over %s', (serializer) => {
  const platform = shared(() => Platform.with({ serializer }).spawn());

  test('U72 streams and generators arrive in one message with a Blob, whose reading delays the message', async () => {
    expect(await platform().readBeside([numbers(), generated()], new Blob(['text']))).toEqual([0, 1, 0, 1]);
    const { blob, stream } = await platform().blobBeside(2);
    expect(await blob.text()).toBe('text');
    expect(await all(stream)).toEqual([0, 1]);
  });

  test('U72 a WritableStream in one message with a Blob receives what is written', async () => {
    const written: unknown[] = [];
    const stream = new WritableStream<number>({ write: (chunk) => void written.push(chunk) });
    await platform().writeBeside(stream, new Blob(['text']));
    expect(written).toEqual([0, 1]);
  });

  test('U72 streams of a generator arrive, although a value behind them cannot be sent', async () => {
    const read: unknown[] = [];
    const reading = async (): Promise<void> => {
      for await (const value of await platform().streamsAndSymbol()) read.push(await all(value));
    };
    expect(await failure(reading())).toBeInstanceOf(SerializerError);
    expect(read).toEqual([[0], [1]]);
  });

  test('U72 a call that cannot be sent leaves its streams and generators to their owner', async () => {
    const cancelled: unknown[] = [];
    const stream = numbers(cancelled);
    const generator = generated();
    expect(await failure(platform().echo([stream, generator, Symbol('unsendable')]))).toBeInstanceOf(SerializerError);
    expect(stream.locked).toBe(false);
    expect(await platform().readBeside([stream, generator], new Blob([]))).toEqual([0, 1, 0, 1]);
    expect(cancelled).toEqual([]);
  });

  test('U72 a stream in a result that cannot be sent is cancelled', async () => {
    expect(await failure(platform().unsendableNumbers())).toBeInstanceOf(SerializerError);
    await eventually(async () => expect(await platform().told()).toContain('cancelled: undefined'));
  });
});
