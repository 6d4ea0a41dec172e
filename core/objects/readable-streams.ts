import { Duplex, Readable, type Stream } from 'node:stream';
import { callbackify } from 'node:util';
import { type LocalExposure, Lent, demand } from '../references/exposure.ts';
import { SerializerError } from '../seam/errors.ts';
import { IteratorProxy } from './iterator.ts';
import { ITERATOR_EXPOSURE } from './iterator-source.ts';

/** The reading of one stream. */
interface Reading {
  next(): Promise<IteratorResult<unknown, undefined>>;
  /** Stops reading, and tells the stream's source. */
  cancel(reason: unknown): Promise<void>;
}

/**
 * Reads a stream of this process for another process: an iterator that runs ahead of its reader by as much as the reader
 * requests.
 */
class StreamReading implements AsyncIterator<unknown, undefined> {
  readonly #begin: () => Reading;
  #reading: Reading | undefined;
  #over = false;

  /** @param begin - Locks the stream when the first chunk is requested, so a message that is never sent leaves it unlocked. */
  constructor(begin: () => Reading) {
    this.#begin = begin;
  }

  async next(): Promise<IteratorResult<unknown, undefined>> {
    try {
      return await this.#started.next();
    } catch (error) {
      // A stream that has failed cannot be cancelled.
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

/** Returns the single reading of a stream. If the stream is sent twice, its two receivers share the chunks. */
function readingOf(stream: object, begin: () => Reading): StreamReading {
  let reading = readings.get(stream);
  if (reading === undefined) {
    reading = new StreamReading(begin);
    readings.set(stream, reading);
  }
  return reading;
}

/** For a `Readable` of Node.js. */
const NODE_READING_EXPOSURE: LocalExposure = Object.freeze({ ...ITERATOR_EXPOSURE, takenBack: forgetFailure });

/**
 * Returns the iterator that is sent in place of a `ReadableStream`.
 *
 * @throws {@link SerializerError} `UNSERIALIZABLE` for a stream that is already being read.
 */
export function lendReadable(stream: ReadableStream<unknown>): object {
  if (stream.locked && !readings.has(stream)) throw inUse('ReadableStream', 'already has a reader');
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

/**
 * Returns the iterator that is sent in place of a `Readable` of Node.js.
 *
 * @throws {@link SerializerError} `UNSERIALIZABLE` for one that was destroyed or is already being read.
 */
export function lendNodeReadable(stream: Readable): Lent {
  if (!readings.has(stream)) {
    if (stream.destroyed) throw inUse('Readable', 'was destroyed', stream.errored);
    // The readable side of a Duplex may be read here while the receiver writes.
    if (isRead(stream) && !(stream instanceof Duplex)) throw inUse('Readable', 'is already being read');
  }
  const reading = readingOf(stream, () => {
    // A stream that flows would give its chunks to its reader here, and the iterator would silently get none.
    const iterator = isRead(stream) ? undefined : stream[Symbol.asyncIterator]();
    return {
      next: async () => {
        if (iterator === undefined) throw inUse('Readable', 'is already being read');
        return await iterator.next();
      },
      // Does not use the iterator's `return`, which would first wait for the next chunk.
      cancel: (reason) => {
        // What is read here goes on after the receiver has gone.
        if (iterator !== undefined) stream.destroy(reason instanceof Error ? reason : undefined);
        return Promise.resolve();
      },
    };
  });
  keepFailure(stream, reading);
  return new Lent(reading, NODE_READING_EXPOSURE);
}

/** Whether a listener, a pipe or a loop reads the stream. */
function isRead(stream: Readable): boolean {
  // A pipe to a slow stream stops the flow for a while.
  return stream.readableFlowing === true || ['data', 'readable'].some((event) => stream.listenerCount(event) > 0);
}

/** The streams of Node.js whose failure is kept, by what is sent in their place. */
const kept = new WeakMap<object, Stream>();

/**
 * Lets a stream of Node.js fail without an error event that nothing handles, which would end the process. Its receiver, which may begin
 * to use it later, receives the error.
 *
 * @param lent - What is sent in place of the stream.
 */
export function keepFailure(stream: Stream, lent: object): void {
  kept.set(lent, stream);
  if (!stream.listeners('error').includes(ignore)) stream.on('error', ignore);
}

/** Undoes {@link keepFailure} when the message was not sent: nobody but this process will learn of the failure. */
export function forgetFailure(lent: object): void {
  kept.get(lent)?.off('error', ignore);
}

function ignore(): void {}

/** Creates a stream that reads an iterator of another process on demand. */
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

/** The options of a `Readable` of Node.js. */
export interface NodeReadableOptions {
  readonly objectMode: boolean;
  readonly encoding: BufferEncoding | undefined;
}

/** Creates a `Readable` that reads an iterator of another process on demand. */
export function nodeReadableFrom(data: unknown, options: NodeReadableOptions): Readable {
  const remote = new RemoteReading(data);
  return new Readable({
    ...options,
    read() {
      pushNext(this, remote, options.encoding);
    },
    destroy(error, done) {
      callbackify(() => remote.cancel(error ?? undefined))((failure) => done(error ?? failure));
    },
  });
}

/** Reads an iterator of another process. */
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

  /** Runs `close` unless the reader has cancelled the stream. */
  close(close: () => void): void {
    if (this.#over) return;
    this.#over = true;
    close();
  }

  /** Tells the source that reading stops. Does not use the generator's `return`, which would wait for the next chunk. */
  async cancel(reason: unknown): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    try {
      await this.#proxy.return(reason);
    } catch (error) {
      // Cancels even if the reason cannot be sent.
      if (!(error instanceof SerializerError)) throw error;
      await this.#proxy.return();
    }
  }
}

/**
 * Implements `read` of a Node.js stream: pushes the next chunk.
 *
 * @param encoding - The encoding in which the source has already decoded its chunks.
 */
export function pushNext(stream: Readable, remote: RemoteReading, encoding: BufferEncoding | undefined): void {
  callbackify(() => remote.next())((error: Error | null, step: IteratorResult<unknown, void>) => {
    if (error !== null) stream.destroy(error);
    else if (stream.destroyed) return;
    else if (step.done === true) remote.close(() => stream.push(null));
    else stream.push(step.value, encoding);
  });
}

/** Returns the error for a stream that is in use in this process. */
export function inUse(kind: string, why: string, cause?: unknown): SerializerError {
  const message = `this ${kind} ${why}, so it cannot be sent: send it before it is used`;
  return new SerializerError(message, cause instanceof Error ? { cause } : {});
}
