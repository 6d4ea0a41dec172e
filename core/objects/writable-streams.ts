import { Writable } from 'node:stream';
import { callbackify } from 'node:util';
import { BaseProxy, proxyShare } from '../proxy/base-proxy.ts';
import { type LocalExposure, Lent, demand } from '../references/exposure.ts';
import { dropNow } from '../references/reference.ts';
import { SerializerError } from '../seam/errors.ts';
import { asError } from '../values/error-text.ts';
import { forgetFailure, inUse, keepFailure } from './readable-streams.ts';
import { publicMembers } from './shared-typeid.ts';

/** The number of chunks in progress at which the writer waits for the oldest one. */
const CHUNKS_UNDER_WAY = 16;

/** The writing to one stream. */
interface Writing {
  /** @param encoding - That of a text in object mode, if its writer gave one. */
  write(chunk: unknown, encoding?: unknown): Promise<void>;
  close(): Promise<void>;
  abort(reason: unknown): Promise<void>;
}

/** Writes to a stream of this process for another process. */
class StreamWriting implements Writing {
  readonly #begin: () => Writing;
  #writing: Writing | undefined;
  #over = false;

  /** @param begin - Locks the stream with the first chunk, so a message that is never sent leaves it unlocked. */
  constructor(begin: () => Writing) {
    this.#begin = begin;
  }

  /** Resolves when the stream has accepted the chunk. */
  write(chunk: unknown, encoding?: unknown): Promise<void> {
    return this.#started.write(chunk, encoding);
  }

  close(): Promise<void> {
    this.#over = true;
    return this.#started.close();
  }

  abort(reason?: unknown): Promise<void> {
    if (this.#over) return Promise.resolve();
    this.#over = true;
    return this.#started.abort(reason);
  }

  get #started(): Writing {
    this.#writing ??= this.#begin();
    return this.#writing;
  }
}

const SINK_EXPOSURE: LocalExposure = Object.freeze({
  ...publicMembers(StreamWriting),
  typeid: 'WritableStream',
  methodToTypeid: Object.freeze({}),
  waits: true,
  dropped: (target: object) => {
    if (!(target instanceof StreamWriting)) return;
    // Errors of the stream's own `abort` are visible to its owner.
    target
      .abort(new Error('the process that wrote to this stream has released it, or has ended'))
      .catch(() => undefined);
  },
  takenBack: forgetFailure,
});

const writings = new WeakMap<object, StreamWriting>();

function lend(stream: object, begin: () => Writing): Lent {
  let writing = writings.get(stream);
  if (writing === undefined) {
    writing = new StreamWriting(begin);
    writings.set(stream, writing);
  }
  return new Lent(writing, SINK_EXPOSURE);
}

/**
 * Returns the object that is sent in place of a `WritableStream`.
 *
 * @throws {@link SerializerError} `UNSERIALIZABLE` for one that has a writer.
 */
export function lendWritable(stream: WritableStream<unknown>): Lent {
  if (stream.locked && !writings.has(stream)) throw inUse('WritableStream', 'already has a writer');
  return lend(stream, () => stream.getWriter());
}

/** Returns the object that is sent in place of a `Writable` of Node.js. */
export function lendNodeWritable(stream: Writable): Lent {
  if (stream.destroyed && !writings.has(stream)) throw inUse('Writable', 'was destroyed', stream.errored);
  const lent = lend(stream, () => ({
    write: (chunk, encoding) =>
      called(stream, (done) => {
        if (typeof encoding === 'string' && Buffer.isEncoding(encoding)) stream.write(chunk, encoding, done);
        else stream.write(chunk, done);
      }),
    close: () => called(stream, (done) => stream.end(done)),
    abort: (reason) => {
      // A result that could not be sent was taken back before this.
      keepFailure(stream, lent.object);
      stream.destroy(asError(reason));
      return Promise.resolve();
    },
  }));
  keepFailure(stream, lent.object);
  return lent;
}

/** A signal for each stream that was sent: it aborts when the stream has closed. */
const closings = new WeakMap<Writable, AbortSignal>();

/** Returns the signal by which an idle writer of a stream of this process learns of its failure. */
export function closingOf(stream: Writable): AbortSignal {
  let signal = closings.get(stream);
  if (signal === undefined) {
    const controller = new AbortController();
    signal = controller.signal;
    closings.set(stream, signal);
    stream.once('close', () => {
      controller.abort(stream.errored ?? new Error('the stream was closed in its own process'));
    });
  }
  return signal;
}

/** Rejects with the error that destroyed the stream, rather than with one that says only that it was destroyed. */
function called(stream: Writable, call: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    call((error) => (error ? reject(stream.errored ?? error) : resolve()));
  });
}

/** Creates a stream that writes to one of another process. */
export function writableFrom(data: unknown): WritableStream<unknown> {
  const remote = new RemoteWriting(data);
  return new WritableStream<unknown>({
    start: (controller) => {
      remote.failed = (failure) => {
        controller.error(failure);
        // A chunk that could not be sent did not fail the sink.
        void remote.abort(failure).catch(() => undefined);
      };
      // The stream waits for the chunk in progress before it calls `abort`.
      const signal: unknown = Reflect.get(controller, 'signal');
      if (!(signal instanceof AbortSignal)) return;
      signal.addEventListener('abort', () => void remote.abort(signal.reason).catch(() => undefined));
    },
    write: (chunk) => remote.write(chunk),
    close: () => remote.close(),
    abort: (reason) => remote.abort(reason),
  });
}

/** The signal that each stream of another process watches. Node.js collects a signal that nothing holds. */
const watched = new WeakMap<Writable, AbortSignal>();

/**
 * Creates a `Writable` of Node.js that writes to a stream of another process.
 *
 * @param closing - A signal that aborts when that stream has closed.
 */
export function nodeWritableFrom(data: unknown, objectMode: boolean, closing: unknown): Writable {
  demand(closing instanceof AbortSignal, 'a malformed stream');
  const remote = new RemoteWriting(data);
  const stream = new Writable({ objectMode, ...nodeWriting(remote) });
  remote.failed = (error) => stream.destroy(error);
  watched.set(stream, closing);
  closing.addEventListener('abort', () => {
    // Once it has ended, its last calls say how. If nothing handles the error, which would end this process, the next chunk fails.
    if (!stream.writableEnded && stream.listenerCount('error') > 0) stream.destroy(asError(closing.reason));
  });
  return stream;
}

type Done = (error?: Error | null) => void;

/** Returns the methods of a Node.js stream that writes to one of another process. */
export function nodeWriting(remote: RemoteWriting): {
  readonly write: (chunk: unknown, encoding: string, done: Done) => void;
  readonly final: (done: Done) => void;
  readonly destroy: (error: Error | null, done: Done) => void;
} {
  return {
    write: (chunk, encoding, done) => callbackify(() => remote.write(chunk, encoding))(done),
    final: (done) => callbackify(() => remote.close())(done),
    destroy: (error, done) => {
      const reason = error ?? new Error('the stream was destroyed before its end');
      // The stream is being destroyed anyway, so errors are ignored.
      callbackify(() => remote.abort(reason))(() => done(error));
    },
  };
}

/**
 * Writes to a stream of another process. Several chunks are in progress at a time, so that latency does not slow it down; their
 * number is limited, so that a slow stream slows its writer down.
 */
export class RemoteWriting {
  readonly #proxy: BaseProxy;
  #underWay: Promise<unknown>[] = [];
  #over = false;
  #aborted: Promise<void> | undefined;
  /** Called when a chunk failed. */
  failed: (error: Error) => void = () => undefined;

  /** @throws {@link SerializerError} `INVALID_PAYLOAD` for a value that is not a proxy of a stream. */
  constructor(data: unknown) {
    demand(BaseProxy.isProxy(data), 'a malformed stream');
    this.#proxy = data;
  }

  /** Resolves when there is room for another chunk. Rejects when an earlier one failed. */
  async write(chunk: unknown, encoding?: unknown): Promise<void> {
    const encoded = typeof chunk === 'string' && typeof encoding === 'string';
    const written = this.#proxy.callMethod('write', encoded ? [chunk, encoding] : [chunk]);
    // The promise is awaited with a later chunk, or at the end.
    written.catch((error: unknown) => {
      if (!this.#over) this.failed(asError(error));
    });
    this.#underWay.push(written);
    if (this.#underWay.length >= CHUNKS_UNDER_WAY) await this.#underWay.shift();
  }

  async close(): Promise<void> {
    const underWay = this.#underWay;
    this.#underWay = [];
    await Promise.all(underWay);
    await this.#last('close', []);
  }

  abort(reason: unknown): Promise<void> {
    this.#aborted ??= this.#over ? Promise.resolve() : this.#abort(reason);
    return this.#aborted;
  }

  async #abort(reason: unknown): Promise<void> {
    try {
      await this.#last('abort', [reason]);
    } catch (error) {
      // Aborts even if the reason cannot be sent.
      if (!(error instanceof SerializerError)) throw error;
      await this.#last('abort', []);
    }
  }

  async #last(method: 'close' | 'abort', args: readonly unknown[]): Promise<void> {
    await this.#proxy.callMethod(method, args);
    this.#over = true;
    dropNow(proxyShare(this.#proxy));
  }
}
