import { Readable } from 'node:stream';
import { callbackify } from 'node:util';
import { demand } from '../references/token.ts';
import { SerializerError } from '../seam/errors.ts';
import { IteratorProxy } from './iterator.ts';

/** How a stream is read. */
interface Reading {
  next(): Promise<IteratorResult<unknown, undefined>>;
  /** Nothing more is read; the source of the stream is told. */
  cancel(reason: unknown): Promise<void>;
}

/** A stream of this process that another one reads: an iterator, which runs ahead of its reader by as much as that asks for. */
class StreamReading implements AsyncIterator<unknown, undefined> {
  readonly #begin: () => Reading;
  #reading: Reading | undefined;
  #over = false;

  /** @param begin - Takes the stream for itself, when the first chunk is asked for: a message that is not sent leaves it alone. */
  constructor(begin: () => Reading) {
    this.#begin = begin;
  }

  async next(): Promise<IteratorResult<unknown, undefined>> {
    if (this.#over) return { value: undefined, done: true };
    try {
      const step = await this.#started.next();
      this.#over = step.done === true;
      return step;
    } catch (error) {
      this.#over = true;
      throw error;
    }
  }

  async return(reason?: unknown): Promise<IteratorResult<unknown, undefined>> {
    const over = this.#over;
    this.#over = true;
    if (!over) await this.#started.cancel(reason);
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  get #started(): Reading {
    this.#reading ??= this.#begin();
    return this.#reading;
  }
}

const readings = new WeakMap<object, StreamReading>();

/** The one reading of a stream: sent twice, it is read by two receivers, and each chunk goes to one of them. */
function readingOf(stream: object, begin: () => Reading): StreamReading {
  let reading = readings.get(stream);
  if (reading === undefined) {
    reading = new StreamReading(begin);
    readings.set(stream, reading);
  }
  return reading;
}

/**
 * What is sent for a `ReadableStream`: an iterator.
 *
 * @throws {@link SerializerError} `UNSERIALIZABLE` for one that is being read.
 */
export function lendReadable(stream: ReadableStream<unknown>): object {
  if (stream.locked && !readings.has(stream)) throw inUse('ReadableStream', 'has a reader already');
  return readingOf(stream, () => {
    const reader = stream.getReader();
    return {
      next: async () => {
        const { value, done } = await reader.read();
        return done ? { value: undefined, done } : { value, done };
      },
      cancel: (reason) => reader.cancel(reason),
    };
  });
}

/** The same for a `Readable` of Node.js. */
export function lendNodeReadable(stream: Readable): object {
  if (stream.destroyed && !readings.has(stream)) throw inUse('Readable', 'was destroyed');
  return readingOf(stream, () => {
    const iterator = stream.iterator({ destroyOnReturn: true });
    return {
      next: () => iterator.next(),
      // The iterator would wait for its next chunk first.
      cancel: (reason) => {
        stream.destroy(reason instanceof Error ? reason : undefined);
        // Its own error is what the reader wanted.
        stream.on('error', () => undefined);
        return Promise.resolve();
      },
    };
  });
}

/** The stream of this process that reads what the iterator of another one gives, as its reader asks for it. */
export function readableFrom(data: unknown): ReadableStream<unknown> {
  const remote = new RemoteReading(data);
  return new ReadableStream<unknown>(
    {
      pull: async (controller) => {
        const { value, done } = await remote.next();
        if (done === true) remote.close(() => controller.close());
        else controller.enqueue(value);
      },
      cancel: (reason) => remote.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

/** How a `Readable` of Node.js was made. */
export interface NodeReadableOptions {
  readonly objectMode: boolean;
  readonly encoding: BufferEncoding | undefined;
}

/** The same as a `Readable`. */
export function nodeReadableFrom(data: unknown, options: NodeReadableOptions): Readable {
  const remote = new RemoteReading(data);
  return new Readable({
    ...options,
    read() {
      pushNext(this, remote);
    },
    destroy(error, done) {
      callbackify(() => remote.cancel(error ?? undefined))((failure) => done(error ?? failure));
    },
  });
}

/** Reads what the iterator of another process gives. */
export class RemoteReading {
  readonly #proxy: IteratorProxy;
  readonly #values: AsyncGenerator<unknown, void, undefined>;
  #over = false;

  /** @throws {@link SerializerError} `INVALID_PAYLOAD` for a value that is not a proxy of an iterator. */
  constructor(data: unknown) {
    demand(data instanceof IteratorProxy, 'a malformed stream');
    this.#proxy = data;
    this.#values = data[Symbol.asyncIterator]();
  }

  next(): Promise<IteratorResult<unknown, void>> {
    return this.#values.next();
  }

  /** Runs `close` unless the reader cancelled the stream meanwhile. */
  close(close: () => void): void {
    if (this.#over) return;
    this.#over = true;
    close();
  }

  /** Tells the source that nothing more is read. Not by the generator, which would wait for the next chunk. */
  async cancel(reason: unknown): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    try {
      await this.#proxy.return(reason);
    } catch (error) {
      // A reason that cannot be sent still has to cancel.
      if (!(error instanceof SerializerError)) throw error;
      await this.#proxy.return();
    }
  }
}

/** For `read` of a Node.js stream: pushes the next chunk. */
export function pushNext(stream: Readable, remote: RemoteReading): void {
  callbackify(() => remote.next())((error: Error | null, step: IteratorResult<unknown, void>) => {
    if (error !== null) stream.destroy(error);
    else if (stream.destroyed) return;
    else if (step.done === true) remote.close(() => stream.push(null));
    else stream.push(step.value);
  });
}

/** The error for a stream that is in use in this process. */
export function inUse(kind: string, why: string): SerializerError {
  return new SerializerError(`this ${kind} ${why}, so it cannot be sent: send it before it is used`);
}
