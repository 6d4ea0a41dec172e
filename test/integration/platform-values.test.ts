import { EventEmitter } from 'node:events';
import { Readable, Writable } from 'node:stream';
import { Platform } from '#fixtures/platform.js';
import { callOptions, EventsProxy, release, SerializerError, stats, typeid } from 'uactor';
import { describe, expect, test } from 'vitest';
import { platformBytes } from '../../core/objects/platform-values.ts';
import { msgpack } from '../../serializers/msgpack/index.ts';
import { protobuf } from '../../serializers/protobuf/index.ts';
import { superjson } from '../../serializers/superjson/index.ts';
import { CodecPair, serializerError } from '../conformance/codec-pair.ts';
import { eventually } from '../support/eventually.ts';
import { failure } from '../support/failure.ts';
import '../support/leaks.ts';
import { Forged, PlatformExtensions } from '../support/platform-extensions.ts';
import { PLATFORM_SAMPLES } from '../support/platform-samples.ts';
import { SEMANTICS, SERIALIZERS } from '../support/serializers.ts';
import { shared } from '../support/shared.ts';

describe.each(SERIALIZERS)('values of the platform over %s', (serializer) => {
  const Actors = Platform.with({ serializer });
  const platform = shared(() => Actors.spawn());

  test(`U72 it carries ${PLATFORM_SAMPLES.map(({ title }) => title).join(', ')}, there and back`, async () => {
    const actor = platform();
    for (const { make, said } of PLATFORM_SAMPLES) {
      const arrived = await actor.echoObject(make());
      const { member } = await actor.echoMember({ member: make() });
      expect(Object.getPrototypeOf(arrived)).toBe(Object.getPrototypeOf(make()));
      expect(said(arrived)).toEqual(said(make()));
      expect(said(member)).toEqual(said(make()));
    }
  });

  test('U72 Blobs and Files are read before they are sent, and calls behind them keep their order', async () => {
    const actor = platform();
    const blob = new Blob(['x'.repeat(100_000), 'end']);
    const order: string[] = [];
    const calls = [actor.text(blob), actor.echoText('behind'), actor.text(new Blob(['second']))];
    await Promise.all(calls.map(async (call) => order.push((await call).slice(-6))));
    expect(order).toEqual(['xxxend', 'behind', 'second']);
    expect(await (await actor.blob('hello')).text()).toBe('hello');
    const { file } = await actor.later('later');
    expect([await file.text(), file.name, file.type, file.lastModified]).toEqual([
      'later',
      'later.txt',
      'text/plain',
      7,
    ]);
    const [one, two] = await actor.echoBlobs([blob, blob]);
    expect(one).toBe(two);
    expect(one?.size).toBe(100_003);
  });

  test('U72 a FormData brings its Files', async () => {
    const form = new FormData();
    form.append('text', 'one');
    form.append('file', new File(['content'], 'a.txt', { type: 'text/plain', lastModified: 7 }));
    const arrived = await platform().echoObject(form);
    const file = arrived instanceof FormData ? arrived.get('file') : undefined;
    expect(file).toMatchObject({ name: 'a.txt', type: 'text/plain' });
    expect(file instanceof File && (await file.text())).toBe('content');
  });

  test('U72 only values of the class itself travel as values of the platform', async () => {
    class Mine extends URLSearchParams {}
    class Impostor {
      readonly [Symbol.toStringTag] = 'Headers';
    }
    for (const value of [new Mine('a=1'), new Impostor()]) {
      expect(await failure(platform().echoObject(value))).toMatchObject({ code: 'UNSERIALIZABLE', executed: 'no' });
    }
  });

  test('U72 a Request or a Response that was read is rejected, and one without a body arrives', async () => {
    const actor = platform();
    const request = new Request('http://localhost/', { method: 'POST', body: 'x' });
    const response = new Response('x');
    await Promise.all([request.text(), response.text()]);
    for (const read of [request, response]) {
      const error = await failure(actor.echoObject(read));
      expect(error).toMatchObject({
        code: 'UNSERIALIZABLE',
        executed: 'no',
        message: /has a body that was already read/,
      });
    }
    const empty = await actor.echoObject(new Response(null, { status: 204 }));
    expect(empty).toMatchObject({ status: 204, body: null });
    expect(await actor.echoObject(Response.error())).toMatchObject({ type: 'error', status: 0 });
  });

  test('U72 a Blob that cannot be read, or is too large, fails its call alone', async () => {
    const actor = platform();
    await using small = await Platform.with({ serializer, limits: { maxMessageBytes: 65_536 } }).spawn();
    const refused = await failure(small.text(new Blob(['x'.repeat(70_000)])));
    expect(refused).toMatchObject({ constructor: SerializerError, message: /send its stream\(\)/ });
    const fresh = await failure(actor.fresh());
    expect(fresh).toMatchObject({ constructor: SerializerError, message: /keep it in a variable/ });
    expect(await small.text(new Blob(['fits']))).toBe('fits');
  });

  test('U72 a Request and a Response bring their bodies as streams', async () => {
    await using actor = await Actors.spawn();
    const request = new Request('http://example.org/a?b', {
      method: 'POST',
      body: 'body',
      headers: { 'x-from': 'me' },
    });
    const response = await actor.fetched(request);
    expect(response).toBeInstanceOf(Response);
    expect([response.status, response.statusText, response.headers.get('x-answer')]).toEqual([201, 'Made', 'yes']);
    expect(await response.text()).toBe('POST http://example.org/a?b me body');
    expect(String(await failure(actor.echo(response)))).toContain('already read');
  });

  test('U72 a ReadableStream arrives as one, is read as far as its reader asks, and ends', async () => {
    const actor = platform();
    const stream = await actor.numbers(1_000);
    expect(stream).toBeInstanceOf(ReadableStream);
    const before = await actor.produced();
    const read: number[] = [];
    for await (const value of stream) read.push(value);
    expect(read).toEqual(Array.from({ length: 1_000 }, (_, value) => value));
    expect((await actor.produced()) - before).toBeGreaterThan(999);
    const endless = await actor.numbers(Infinity);
    const reader = endless.getReader();
    await reader.read();
    const ahead = await actor.produced();
    await actor.echo(0);
    expect((await actor.produced()) - ahead).toBeLessThan(1_000);
    await reader.cancel('enough');
    await eventually(async () => expect(await actor.told()).toContain('cancelled: enough'));
  });

  test('U72 the failure of a stream reaches its reader, and a reader that leaves reaches its source', async () => {
    const actor = platform();
    const stream = await actor.numbers(10, 3);
    const read: number[] = [];
    const failed = await failure(
      (async () => {
        for await (const value of stream) read.push(value);
      })(),
    );
    expect([read, failed]).toEqual([[0, 1, 2], new RangeError('no more than 3')]);
    const stalling = (await actor.stalling()).getReader();
    expect(await stalling.read()).toEqual({ value: 'one', done: false });
    const waiting = stalling.read();
    await stalling.cancel('tired of it');
    expect(await waiting).toEqual({ value: undefined, done: true });
    await eventually(async () => expect(await actor.told()).toContain('cancelled: tired of it'));
  });

  test('U72 a ReadableStream as an argument is read there', async () => {
    const actor = platform();
    let cancelled: unknown;
    let next = 0;
    const source = (): ReadableStream<number> =>
      new ReadableStream({
        pull: (controller) => {
          if (next === 100) controller.close();
          else controller.enqueue(next++);
        },
        cancel: (reason) => {
          cancelled = reason ?? 'left';
        },
      });
    expect(await actor.sum(source())).toBe(4_950);
    next = 0;
    expect(await actor.sum(source(), 3)).toBe(3);
    await eventually(() => expect(cancelled).toBeDefined());
    const locked = source();
    locked.getReader();
    expect(String(await failure(actor.sum(locked)))).toContain('already has a reader');
  });

  test('U72 a WritableStream takes chunks in order, closes, aborts and fails', async () => {
    await using actor = await Actors.spawn();
    const sink = await actor.sink();
    expect(sink).toBeInstanceOf(WritableStream);
    const writer = sink.getWriter();
    for (let chunk = 0; chunk < 50; chunk++) await writer.write(`chunk ${chunk} ${serializer}`);
    await writer.close();
    const told = (await actor.told()).slice(-51);
    expect(told).toEqual([...Array.from({ length: 50 }, (_, chunk) => `chunk ${chunk} ${serializer}`), 'closed']);
    const aborted = (await actor.sink()).getWriter();
    await aborted.write('one');
    await aborted.abort('changed my mind');
    await eventually(async () => expect((await actor.told()).at(-1)).toBe('aborted: changed my mind'));
    const failing = (await actor.sink(2)).getWriter();
    const failed = await failure(
      (async () => {
        for (let chunk = 0; ; chunk++) await failing.write(chunk);
      })(),
    );
    expect(failed).toEqual(new RangeError('no more'));
  });

  test('U72 a slow WritableStream holds its writer up', async () => {
    const actor = platform();
    const writer = (await actor.slowSink()).getWriter();
    let written = 0;
    const writing = (async () => {
      for (; written < 1_000; written++) await writer.write(written);
    })();
    writing.catch(() => undefined);
    await eventually(() => expect(written).toBeGreaterThan(10));
    await actor.echo(0);
    expect(written).toBeLessThan(100);
    await actor.open();
    await writing;
    await writer.close();
    expect(written).toBe(1_000);
  });

  test('U72 a WritableStream as an argument is written to from there', async () => {
    const actor = platform();
    const chunks: number[] = [];
    let closed = false;
    const sink = new WritableStream<number>({
      write: (chunk) => void chunks.push(chunk),
      close: () => {
        closed = true;
      },
    });
    await actor.writeTo(sink, 100);
    expect([chunks.length, chunks.at(-1), closed]).toEqual([100, 99, true]);
  });

  test('U72 a TransformStream takes and gives', async () => {
    const actor = platform();
    const upper = await actor.upper();
    expect(upper).toBeInstanceOf(TransformStream);
    const lines = new ReadableStream<string>({
      start: (controller) => {
        for (const line of ['a', 'b', 'c']) controller.enqueue(line);
        controller.close();
      },
    });
    const read: string[] = [];
    for await (const line of lines.pipeThrough(upper)) read.push(line);
    expect(read).toEqual(['A', 'B', 'C']);
  });

  test('U72 Readable, Writable and Duplex of Node.js travel as such', async () => {
    const actor = platform();
    const lines = await actor.lines(['a', 'b', 'c']);
    expect(lines).toBeInstanceOf(Readable);
    expect(await lines.toArray()).toEqual(['a', 'b', 'c']);
    const bytes: Uint8Array[] = await (await actor.bytes(200_000)).toArray();
    expect(Buffer.concat(bytes)).toHaveLength(200_000);
    expect(await failure((await actor.failing()).toArray())).toMatchObject({ message: 'the disk is gone' });
    const writable = await actor.writable();
    expect(writable).toBeInstanceOf(Writable);
    writable.write(`line ${serializer}`);
    await new Promise<void>((resolve) => void writable.end(resolve));
    expect((await actor.told()).slice(-2)).toEqual([`line ${serializer}`, 'final']);
    (await actor.writable()).on('error', () => undefined).destroy(new Error('gone'));
    await eventually(async () => expect((await actor.told()).at(-1)).toBe('destroyed: gone'));
    expect(await actor.readAll(Readable.from(['x', 'y']))).toBe('xy');
    const got: string[] = [];
    await actor.writeAll(
      new Writable({
        write: (chunk: Buffer, _encoding, done) => {
          got.push(chunk.toString());
          done();
        },
      }),
      ['p', 'q'],
    );
    expect(got.join('')).toBe('pq');
    const shouting = await actor.shouting();
    shouting.end('quiet');
    expect(String(Buffer.concat(await shouting.toArray()))).toBe('QUIET');
  });

  test('U72 streams that nobody uses any more are released', async () => {
    const actor = platform();
    const before = stats();
    const stream = await actor.numbers(Infinity);
    const reader = stream.getReader();
    await reader.read();
    await reader.cancel();
    const writer = (await actor.sink()).getWriter();
    await writer.close();
    await eventually(() => expect(stats()).toEqual(before));
  });
});

describe.each(SEMANTICS)('events over %s', (serializer) => {
  const Actors = Platform.with({ serializer });
  const platform = shared(() => Actors.spawn());

  test('U72 an EventEmitter is listened to, emitted on and left through its proxy', async () => {
    const actor = platform();
    using events = await actor.emitter();
    expect(events).toBeInstanceOf(EventsProxy);
    expect(typeid(events)).toBe('events');
    const heard: unknown[] = [];
    const listener = (...args: readonly unknown[]): void => void heard.push(args);
    await events.on('tick', listener);
    await events.once('tick', (count) => heard.push(count));
    expect(await events.emit('tick', 1, { at: new Date(1) })).toBe(true);
    await actor.emit('tick', 2);
    await eventually(() => expect(heard).toEqual([[1, { at: new Date(1) }], 1, [2]]));
    using again = await actor.emitter();
    await again.off('tick', listener);
    expect(await actor.listeners('tick')).toBe(0);
    expect(await events.emit('tick', 3)).toBe(false);
    await again.off('tick', listener);
  });

  test('U72 events are read in a loop, with a bound on those that wait', async () => {
    const actor = platform();
    using events = await actor.emitter();
    const ticks = await events.listen('tick', { maxBuffered: 10, whenFull: 'drop-oldest' });
    for (let count = 0; count < 5; count++) await actor.emit('tick', count);
    const read: unknown[] = [];
    for await (const [count] of ticks) {
      read.push(count);
      if (count === 4) break;
    }
    expect(read).toEqual([0, 1, 2, 3, 4]);
    await eventually(async () => expect(await actor.listeners('tick')).toBe(0));
    const dropping = await events.listen('tick', { maxBuffered: 2, whenFull: 'drop-oldest' });
    for (let count = 0; count < 9; count++) await actor.emit('tick', count);
    expect([await dropping.next(), await dropping.next()]).toEqual([
      { value: [7], done: false },
      { value: [8], done: false },
    ]);
    await dropping.return();
    const strict = await events.listen('tick', { maxBuffered: 2 });
    for (let count = 0; count < 4; count++) await actor.emit('tick', count);
    expect([(await strict.next()).value, (await strict.next()).value]).toEqual([[0], [1]]);
    expect(String(await failure(strict.next()))).toContain('maxBuffered');
    release(strict);
    expect(String(await failure(events.listen('tick', { maxBuffered: 0 })))).toContain('maxBuffered must be');
  });

  test('U72 several calls of next wait for events, and get them in order', async () => {
    const actor = platform();
    using events = await actor.emitter();
    const ticks = await events.listen('tick');
    const waiting = [ticks.next(), ticks.next(), ticks.next()];
    for (let count = 0; count < 2; count++) await actor.emit('tick', count);
    expect((await Promise.all(waiting.slice(0, 2))).map(({ value }) => value)).toEqual([[0], [1]]);
    await ticks.return();
    expect(await waiting[2]).toEqual({ value: undefined, done: true });
  });

  test('U72 a listener that is not a function, and invalid options, are refused', async () => {
    using events = await platform().emitter();
    for (const method of ['on', 'once'] as const) {
      const refused = await failure(Reflect.apply(events[method], events, ['tick', 5]));
      expect(refused).toMatchObject({ code: 'MISUSE', message: `${method}: the second argument must be a function` });
    }
    for (const options of [null, 5, { maxBufered: 5 }, { whenFull: 'drop-newest' }]) {
      expect(await failure(events.callMethod('listen', ['tick', options]))).toMatchObject({ code: 'MISUSE' });
    }
  });

  test('U72 a listener that is 1,024 events behind is removed with a warning', async () => {
    await using actor = await Actors.spawn();
    await actor.collectWarnings();
    using events = await actor.emitter();
    await events.on('tick', async () => await new Promise<void>(() => undefined));
    expect([await actor.emitMany('tick', 1_024), await actor.emitMany('tick', 1)]).toEqual([1, 0]);
    await eventually(async () =>
      expect(await actor.told()).toEqual([expect.stringContaining('was removed: it was 1024')]),
    );
  });

  test('U72 off of a once whose event is on its way leaves the other subscriptions of the listener', async () => {
    const actor = platform();
    using events = await actor.emitter();
    const heard: unknown[] = [];
    const listener = (value: unknown): void => void heard.push(value);
    await events.once('first', listener);
    await events.on('second', listener);
    // The event arrives after `off` has forgotten the subscription.
    await Promise.all([actor.emit('first', 1), events.off('first', listener)]);
    await eventually(() => expect(heard).toEqual([1]));
    await events.off('second', listener);
    expect(await actor.listeners('second')).toBe(0);
  });

  test('U72 off of a listener leaves its subscriptions to other names and to other emitters', async () => {
    await using one = await Actors.spawn();
    await using other = await Actors.spawn();
    using events = await one.emitter();
    // The same number in another process.
    using others = await other.emitter();
    using target = await one.target();
    const heard: unknown[] = [];
    const listener = (value: unknown): void => void heard.push(value);
    await events.on('tock', listener);
    await events.on('tick', listener);
    await events.on('tack', listener);
    for (const each of [target, others]) await each.on('tick', listener);
    await events.off('tick', listener);
    const counts = ['tick', 'tock', 'tack'].map(async (name) => await one.listeners(name));
    expect(await Promise.all(counts)).toEqual([0, 1, 1]);
    expect(await other.listeners('tick')).toBe(1);
    await target.emit('tick', undefined);
    await eventually(() => expect(heard).toHaveLength(1));
    await target.off('tick', listener);
    await others.off('tick', listener);
    expect([await one.listeners('tack'), await other.listeners('tick')]).toEqual([1, 0]);
  });

  test('U72 a subscription that failed is forgotten, so off concerns the one that was made', async () => {
    const actor = platform();
    using events = await actor.emitter();
    const heard: unknown[] = [];
    const listener = (value: unknown): void => void heard.push(value);
    await events.on('tick', listener);
    const late = callOptions(events, { timeout: 0 });
    expect(await failure(late.on('tick', listener))).toMatchObject({ code: 'TIMEOUT' });
    release(late);
    await events.off('tick', listener);
    expect(await actor.listeners('tick')).toBe(0);
  });

  test('U72 an EventEmitter takes the name of an event, and an EventTarget also an event', async () => {
    await using actor = await Actors.spawn();
    using events = await actor.emitter();
    expect(await failure(events.emit(new Event('tick')))).toMatchObject({ code: 'MISUSE' });
    using target = await actor.target();
    const heard: unknown[] = [];
    await target.on('change', (event) => heard.push(event));
    expect(await target.emit(new Event('change', { cancelable: true }))).toBe(true);
    await eventually(() => expect(heard).toHaveLength(1));
    expect(heard[0]).toMatchObject({ type: 'change', cancelable: true });
    const plain = await actor.echoObject(new EventTarget());
    expect(plain).toBeInstanceOf(EventsProxy);
    if (plain instanceof EventsProxy) release(plain);
  });

  test('U72 an EventTarget dispatches events and hands them to listeners', async () => {
    await using actor = await Actors.spawn();
    using target = await actor.target();
    const heard: unknown[] = [];
    await target.on('change', (event) => heard.push(event));
    expect(await target.emit('change', 'detail')).toBe(true);
    await actor.dispatch(new CustomEvent('change', { detail: 2 }));
    await eventually(() => expect(heard).toHaveLength(2));
    expect(heard.map((event) => event instanceof CustomEvent && event.detail)).toEqual(['detail', 2]);
  });

  test('U72 an emitter as an argument is listened to there, and its listeners end with their process', async () => {
    const emitter = new EventEmitter();
    const actor = await Actors.spawn();
    await actor.hear(emitter, 'word');
    emitter.emit('word', 'one', 'two');
    await eventually(async () => expect(await actor.told()).toEqual(['heard: one two']));
    await actor.shutdown();
    await eventually(() => expect(emitter.listenerCount('word')).toBe(0));
  });

  test('U72 only what has events has the typeid events', async () => {
    const actor = platform();
    expect(await failure(actor.notAnEmitter())).toMatchObject({ code: 'NOT_ALLOWED' });
  });
});

test('U49 what values of the platform are made of is charged, and what none can be made of fails its call alone', () => {
  for (const serializer of [superjson, msgpack, protobuf]) {
    const pair = new CodecPair(serializer, {}, new PlatformExtensions());
    const forge = (name: string, data: unknown): unknown => pair.send(new Forged(name, data));
    for (const [tag, data] of [
      ['Headers', ['bad name', 'x']],
      ['Headers', ['only']],
      ['Response', [false, 99, '', new Headers(), null, '', false]],
      ['Response', [false, 200, '', { a: 'b' }, null, '', false]],
      ['Response', [false, 200, '', new Headers(), 'text', '', false]],
      ['Request', ['http://a/', 'GET', new Headers(), null, null]],
      ['Request', ['nowhere', 'GET']],
      ['ReadableStream', [{}]],
      ['WritableStream', ['x']],
      ['Readable', [undefined]],
      ['Duplex', []],
      ['Blob', ['text/plain', 'x']],
      ['Blob', ['text/plain', new Float64Array(1)]],
      ['FormData', ['a', 1]],
      ['Temporal.Instant', ['never']],
      ['Nothing', []],
      ['__proto__', []],
      ['Headers', undefined],
    ] as const) {
      expect(serializerError(() => forge(tag, data)).code, tag).toBe('INVALID_PAYLOAD');
    }
    expect(pair.send(1)).toBe(1);
  }
  expect(platformBytes(['x'.repeat(1_000), new Uint8Array(5_000)])).toBeGreaterThan(7_000);
});
