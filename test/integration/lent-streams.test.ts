import { EventEmitter, once } from 'node:events';
import { mkdtempSync, openAsBlob, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { collectGarbage } from '#fixtures/collect-garbage.js';
import { Platform } from '#fixtures/platform.js';
import { Writing } from '#fixtures/writing.js';
import { type Remote, SerializerError, stats } from 'uactor';
import { describe, expect, onTestFinished, test } from 'vitest';
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

  test('U72 a stream of Node.js that was not sent fails in its own process as if it had never been given', async () => {
    const readable = new Readable({ read: () => undefined });
    const streams = [readable, new Writable(), new PassThrough()];
    expect(await failure(platform().echo([...streams, Symbol('unsendable')]))).toBeInstanceOf(SerializerError);
    for (const stream of streams) expect(() => stream.emit('error', new RangeError('torn'))).toThrow('torn');
    const reading = failure(platform().readAll(readable));
    await eventually(() => expect(readable.listenerCount('error')).toBeGreaterThan(0));
    readable.destroy(new RangeError('torn'));
    expect(await reading).toMatchObject({ message: 'torn' });
  });

  test('U72 a stream in a result that cannot be sent is cancelled, one of Node.js is destroyed', async () => {
    expect(await failure(platform().unsendableNumbers())).toBeInstanceOf(SerializerError);
    await eventually(async () => expect(await platform().told()).toContain('cancelled: undefined'));
    expect(await failure(platform().unsendableWritable())).toBeInstanceOf(SerializerError);
    await eventually(async () =>
      expect(await platform().told()).toContainEqual(expect.stringMatching(/^destroyed: .* released/)),
    );
  });

  test('U72 a chunk that cannot be sent fails the stream, and aborts its sink', async () => {
    await using actor = await Platform.with({ serializer }).spawn();
    const writer = (await actor.sink()).getWriter();
    writer.closed.catch(() => undefined);
    await writer.write('one');
    await writer.write(Symbol('unsendable'));
    expect(await failure(writer.close())).toBeDefined();
    await eventually(async () =>
      expect(await actor.told()).toEqual(['one', expect.stringMatching(/^aborted: SerializerError/)]),
    );
  });

  test.each(['utf8', 'hex', 'base64', 'latin1', 'utf16le'] as const)(
    'U72 a Readable that decodes its chunks as %s arrives decoded, once',
    async (encoding) => {
      const bytes = Uint8Array.of(0xff, 0xe9, 0x41, 0);
      const text = Buffer.from(bytes).toString(encoding);
      expect((await all(await platform().decoded(bytes, encoding))).join('')).toBe(text);
      const stream = Readable.from([bytes], { objectMode: false }).setEncoding(encoding);
      expect(await platform().readAll(stream)).toBe(text);
    },
  );
});

test.each(['ArrayBuffer', 'Map', 'Blob'] as const)(
  'U72 a stream of large values of the class %s runs about 256 KiB ahead of its reader',
  async (kind) => {
    await using actor = await Platform.spawn();
    const reader = (await actor.large(kind, 1_000_000)).getReader();
    for (let read = 0; read < 40; read++) await reader.read();
    // The reader has one value, one waits here, and one is produced there.
    expect(await actor.produced()).toBeLessThanOrEqual(45);
    await reader.cancel();
  },
);

test('U72 a stream that is sent again while it is read has two readers, each chunk for one of them', async () => {
  await using actor = await Platform.spawn();
  const gate = new EventEmitter();
  let [pulled, open] = [0, false];
  const stream = new ReadableStream<number>(
    {
      pull: async (controller) => {
        if (pulled++ > 0 && !open) await once(gate, 'open');
        if (pulled > 4) controller.close();
        else controller.enqueue(pulled);
      },
    },
    { highWaterMark: 0 },
  );
  const first = actor.readBeside([stream], new Blob([]));
  await eventually(() => expect(pulled).toBe(2));
  expect(stream.locked).toBe(true);
  const second = actor.readBeside([stream], new Blob([]));
  await actor.echoText('the second call has arrived');
  open = true;
  gate.emit('open');
  expect(new Set([...(await first), ...(await second)])).toEqual(new Set([1, 2, 3, 4]));
});

test('U72 a Duplex that is read here keeps its output when its receiver ends after writing', async () => {
  const actor = await Platform.spawn();
  const gate = new EventEmitter();
  const read: string[] = [];
  let open = false;
  const slow = new Writable({
    highWaterMark: 1,
    write: (chunk, _encoding, done) => {
      read.push(String(chunk));
      if (open) done();
      else gate.once('open', done);
    },
  });
  const duplex = new PassThrough();
  duplex.pipe(slow);
  await actor.writeAll(duplex, ['one ', 'two ', 'three']);
  await actor.shutdown();
  open = true;
  gate.emit('open');
  await finished(slow);
  expect(read.join('')).toBe('one two three');
});

describe('streams that fail', () => {
  test('U72 an abort reaches a WritableStream that has not accepted the chunks before it', async () => {
    await using actor = await Writing.spawn();
    const writer = (await actor.stuck()).getWriter();
    const written = Array.from({ length: 20 }, (_, chunk) => writer.write(chunk));
    void Promise.allSettled(written);
    await actor.written();
    // The first 16 are in progress, and the stream waits for the first of them.
    expect(writer.desiredSize).toBe(1 - 5);
    await writer.abort('enough');
    expect(await actor.written()).toEqual(['stopped: enough']);
  });

  test('U72 the error of a cancel or an abort reaches its caller, and the stream is told once', async () => {
    await using actor = await Writing.spawn();
    const { readable, writable } = await actor.stubborn();
    expect(await failure(readable.cancel('one'))).toEqual(new RangeError('it cannot be stopped'));
    expect(await failure(writable.abort('two'))).toEqual(new RangeError('it cannot be stopped'));
    expect(await actor.written()).toEqual(['one', 'two']);
  });

  test('U72 a WritableStream is not closed behind a chunk that could not be read', async () => {
    await using actor = await Writing.spawn();
    const path = join(mkdtempSync(join(tmpdir(), 'uactor-blob-')), 'blob');
    writeFileSync(path, 'text');
    const blob = await openAsBlob(path);
    rmSync(dirname(path), { recursive: true });
    const writer = (await actor.sink()).getWriter();
    const written = ['one', blob].map((chunk) => writer.write(chunk));
    const closed = failure(writer.close());
    await Promise.allSettled(written);
    expect(await closed).toMatchObject({ code: 'UNSERIALIZABLE', message: /Blob cannot be sent/ });
    await eventually(async () => expect(await actor.written()).toEqual(['one', 'aborted: SerializerError']));
  });

  test('U72 a stream that has failed is not cancelled when it is released', async () => {
    await using actor = await Platform.spawn();
    const warnings: string[] = [];
    const warned = ({ message }: Error): void => void warnings.push(message);
    process.on('warning', warned);
    onTestFinished(() => void process.off('warning', warned));
    const before = stats();
    const stream = new ReadableStream<number>({
      pull: () => {
        throw new RangeError('the source failed');
      },
    });
    expect(await failure(actor.sum(stream))).toMatchObject({ message: 'the source failed' });
    await eventually(() => expect(stats()).toEqual(before));
    expect(warnings).toEqual([]);
  });

  test('U72 a Readable that fails before it is read ends no process, and its reader gets the error', async () => {
    await using actor = await Platform.spawn();
    const stream = await actor.brokenReadable();
    await hasClosed(actor);
    expect(await failure(all(stream))).toMatchObject({ code: 'ENOENT' });
  });

  test('U72 a Writable that fails before it is written to ends no process, and its writer gets the error', async () => {
    await using actor = await Platform.spawn();
    const stream = await actor.brokenWritable();
    await hasClosed(actor);
    expect(await failure(pipeline(Readable.from(['text']), stream))).toMatchObject({ code: 'ENOENT' });
  });

  test('U72 a Duplex that fails before it is used ends no process, and its reader gets the error', async () => {
    await using actor = await Platform.spawn();
    const stream = await actor.brokenDuplex();
    await hasClosed(actor);
    expect(await failure(all(stream))).toMatchObject({ name: 'RangeError', message: 'it broke' });
  });

  test('U72 a Readable that is read here cannot be sent, and one that has failed says why', async () => {
    await using actor = await Platform.spawn();
    const flowing = Readable.from(['text']).on('data', () => undefined);
    expect(await failure(actor.readAll(flowing))).toMatchObject({
      code: 'UNSERIALIZABLE',
      message: /already being read/,
    });
    const listening = Readable.from(['text']).on('readable', () => undefined);
    expect(await failure(actor.readAll(listening))).toMatchObject({ message: /already being read/ });
    const failed = new Readable().on('error', () => undefined);
    failed.destroy(new RangeError('the disk is gone'));
    expect(await failure(actor.readAll(failed))).toMatchObject({
      message: /was destroyed/,
      cause: { message: 'the disk is gone' },
    });
  });

  test('U72 a Duplex that is read here is written to by its receiver, who cannot read it', async () => {
    await using actor = await Platform.spawn();
    const read: string[] = [];
    const stream = new PassThrough().on('data', (chunk) => read.push(String(chunk)));
    expect(await failure(actor.readAll(stream))).toMatchObject({ message: /already being read/ });
    const writable = new PassThrough().on('data', (chunk) => read.push(String(chunk)));
    await actor.writeAll(writable, ['one', 'two']);
    expect(read).toEqual(['one', 'two']);
  });
});

test('U72 the body of a response of fetch arrives, although the response was collected in its process', async () => {
  await using actor = await Platform.spawn();
  const response = await actor.responseOf('data:text/plain,complete');
  await actor.collectGarbage();
  await actor.collectGarbage();
  expect(await response.text()).toBe('complete');
});

test('U72 the signal of a request aborts at the other end, although the request was collected in its process', async () => {
  await using actor = await Platform.spawn();
  const controller = new AbortController();
  await actor.keepRequest(new Request('http://example.org', { signal: controller.signal }));
  collectGarbage();
  await actor.echoText('a turn of the event loop');
  collectGarbage();
  controller.abort();
  await eventually(async () => expect(await actor.keptAborted()).toBe(true));
});

test('U72 a Request arrives with its members, whatever their combination', async () => {
  await using actor = await Platform.spawn();
  const requests: readonly {
    readonly body?: string;
    readonly keepalive?: boolean;
    readonly [name: string]: unknown;
  }[] = [
    { keepalive: true },
    { method: 'POST', body: 'text', keepalive: true },
    { mode: 'same-origin', cache: 'only-if-cached' },
    { mode: 'no-cors', referrer: '' },
    { referrer: 'http://example.org/from', referrerPolicy: 'no-referrer' },
  ];
  for (const init of requests) {
    const sent: Request = Reflect.construct(Request, ['http://example.org', init]);
    const arrived: unknown = await actor.echo(sent);
    const { method, mode, cache, referrer, referrerPolicy } = sent;
    const keepalive = init.body === undefined && init.keepalive === true;
    expect(arrived).toMatchObject({ method, mode, cache, referrer, referrerPolicy, keepalive });
    expect(arrived instanceof Request && (await arrived.text())).toBe(init.body ?? '');
  }
});

/** Resolves when a stream in the actor's process has closed. */
async function hasClosed(actor: Remote<typeof Platform>): Promise<void> {
  await eventually(async () => expect(await actor.told()).toContain('closed'));
}
