import { PassThrough, Readable, Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { EventStream } from '../../core/objects/event-stream.ts';
import { IteratorSource, shorterBatch } from '../../core/objects/iterator-source.ts';
import { lendNodeReadable } from '../../core/objects/readable-streams.ts';
import { lendNodeWritable, lendWritable } from '../../core/objects/writable-streams.ts';
import type { Lent } from '../../core/references/exposure.ts';
import { failure, thrown } from '../support/failure.ts';

const OVER = { value: undefined, done: true };

test('U72 a stream of Node.js that is sent many times has one listener for errors', () => {
  const [readable, writable] = [new Readable({ read: () => undefined }), new Writable()];
  for (let time = 0; time < 3; time++) {
    lendNodeReadable(readable);
    lendNodeWritable(writable);
  }
  expect(readable.listenerCount('error')).toBe(1);
  expect(writable.listenerCount('error')).toBe(1);
});

test('U72 a WritableStream with a writer and a destroyed Writable cannot be sent', () => {
  const locked = new WritableStream();
  locked.getWriter();
  expect(thrown(() => lendWritable(locked))).toMatchObject({ code: 'UNSERIALIZABLE', message: /already has a writer/ });
  const destroyed = new Writable().on('error', () => undefined);
  destroyed.destroy(new RangeError('the disk is gone'));
  const refusal = { code: 'UNSERIALIZABLE', message: /was destroyed/, cause: { message: 'the disk is gone' } };
  expect(thrown(() => lendNodeWritable(destroyed))).toMatchObject(refusal);
});

test('U72 a Readable that is read is refused when it is sent, a Duplex when its receiver reads it', async () => {
  const readable = Readable.from(['text']).on('data', () => undefined);
  expect(thrown(() => lendNodeReadable(readable))).toMatchObject({ code: 'UNSERIALIZABLE', message: /already being/ });
  const source = sourceOf(lendNodeReadable(new PassThrough().on('data', () => undefined)));
  expect(await failure(source.pull(1))).toMatchObject({ code: 'UNSERIALIZABLE', message: /already being read/ });
});

test('U72 streams that were sent can be sent again, even if their receiver has locked or destroyed them', () => {
  const [web, node] = [new WritableStream(), new Writable({ write: (_chunk, _encoding, done) => done() })];
  const [first, second] = [lendWritable(web).object, lendNodeWritable(node).object];
  Reflect.get(first, 'write').call(first, 'text');
  expect(web.locked).toBe(true);
  node.destroy();
  expect(lendWritable(web).object).toBe(first);
  expect(lendNodeWritable(node).object).toBe(second);
});

test('U72 a Readable whose receiver stops reading is destroyed, a Duplex that is read here goes on', async () => {
  const readable = new Readable({ read: () => undefined }).on('error', () => undefined);
  await sourceOf(lendNodeReadable(readable)).return(new RangeError('enough'));
  expect(readable.errored).toMatchObject({ message: 'enough' });
  const duplex = new PassThrough().on('data', () => undefined);
  await sourceOf(lendNodeReadable(duplex)).return();
  expect(duplex.destroyed).toBe(false);
});

test('U72 a waiting reader of events ends with their stream, which stays at its end', async () => {
  let listening = false;
  const stream = new EventStream(() => {
    listening = true;
    return () => {
      listening = false;
    };
  });
  const waiting = [stream.next(), stream.next()];
  expect(listening).toBe(true);
  expect(await stream.return()).toEqual(OVER);
  expect(await Promise.all(waiting)).toEqual([OVER, OVER]);
  expect(await stream.next()).toEqual(OVER);
  expect(listening).toBe(false);
});

test('U72 a stream of events that overflowed gives those that waited, fails once, and is over', async () => {
  const heard: ((event: string) => void)[] = [];
  const stream = new EventStream(
    (listener) => {
      heard.push(listener);
      return () => heard.splice(0);
    },
    { maxBuffered: 1 },
  );
  for (const listener of heard) for (const event of ['one', 'two', 'three']) listener(event);
  expect(heard).toEqual([]);
  expect(await stream.next()).toEqual({ value: ['one'], done: false });
  expect(await failure(stream.next())).toBeInstanceOf(RangeError);
  expect(await stream.next()).toEqual(OVER);
});

test('U43 an iterator that its reader has ended keeps nothing of a batch that could not be sent', async () => {
  const source = new IteratorSource([1, 2, 3, 4].values());
  const batch = await source.pull(4);
  expect(batch.values).toEqual([1, 2, 3, 4]);
  await source.return();
  expect(shorterBatch(batch)).toMatchObject({ values: [1, 2] });
  expect(await source.next()).toEqual(OVER);
});

test('U43 batches behind one that could not be sent are shorter, and grow again', async () => {
  const source = new IteratorSource(Array.from({ length: 40 }, (_, value) => value).values());
  const read = [shorterBatch(await source.pull(8))];
  while (read.at(-1)?.done === false) read.push(await source.pull(8));
  expect(read.flatMap((batch) => batch?.values)).toEqual(Array.from({ length: 40 }, (_, value) => value));
  expect(read.slice(0, 5).map((batch) => batch?.values.length)).toEqual([4, 4, 6, 2, 8]);
});

function sourceOf({ object, exposure }: Lent): IteratorSource {
  const source = exposure.adapt?.(object);
  if (source instanceof IteratorSource) return source;
  throw new Error('it is not sent as an iterator');
}
