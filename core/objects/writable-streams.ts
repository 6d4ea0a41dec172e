import { Writable } from 'node:stream';
import { callbackify } from 'node:util';
import { BaseProxy, proxyShare } from '../proxy/base-proxy.ts';
import type { LocalExposure } from '../references/exposure.ts';
import { Lent } from '../references/lent.ts';
import { dropNow } from '../references/reference.ts';
import { demand } from '../references/token.ts';
import { SerializerError } from '../seam/errors.ts';
import { inUse } from './readable-streams.ts';
import { publicMembers } from './shared-typeid.ts';

/** How many chunks are in progress before the writer waits for the first of them. */
const CHUNKS_UNDER_WAY = 16;

/** How a stream is written to. */
interface Writing {
  write(chunk: unknown): Promise<void>;
  close(): Promise<void>;
  abort(reason: unknown): Promise<void>;
}

/** A stream of this process that another one writes to. */
class StreamWriting implements Writing {
  readonly #begin: () => Writing;
  #writing: Writing | undefined;
  #over = false;

  /** @param begin - Takes the stream for itself, with the first chunk: a message that is not sent leaves it alone. */
  constructor(begin: () => Writing) {
    this.#begin = begin;
  }

  /** Resolves when the stream has taken the chunk. */
  write(chunk: unknown): Promise<void> {
    return this.#started.write(chunk);
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
    // What the stream makes of it is for its own owner to see.
    target.abort(new Error('the process that wrote to this stream let go of it, or is gone')).catch(() => undefined);
  },
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
 * What is sent for a `WritableStream`.
 *
 * @throws {@link SerializerError} `UNSERIALIZABLE` for one that has a writer.
 */
export function lendWritable(stream: WritableStream<unknown>): Lent {
  if (stream.locked && !writings.has(stream)) throw inUse('WritableStream', 'has a writer already');
  return lend(stream, () => stream.getWriter());
}

/** The same for a `Writable` of Node.js. */
export function lendNodeWritable(stream: Writable): Lent {
  if (stream.destroyed && !writings.has(stream)) throw inUse('Writable', 'was destroyed');
  return lend(stream, () => {
    // Each failure is reported to the writer.
    stream.on('error', () => undefined);
    return {
      write: (chunk) => called((done) => stream.write(chunk, done)),
      close: () => called((done) => stream.end(done)),
      abort: (reason) => {
        stream.destroy(reason instanceof Error ? reason : new Error(String(reason)));
        return Promise.resolve();
      },
    };
  });
}

function called(call: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    call((error) => (error ? reject(error) : resolve()));
  });
}

/** The stream of this process that writes to one of another process. */
export function writableFrom(data: unknown): WritableStream<unknown> {
  const remote = new RemoteWriting(data);
  return new WritableStream<unknown>({
    start: (controller) => {
      remote.failed = (error) => controller.error(error);
      // The stream itself waits for the chunk in progress before it says that it was aborted.
      const signal: unknown = Reflect.get(controller, 'signal');
      if (!(signal instanceof AbortSignal)) return;
      signal.addEventListener('abort', () => void remote.abort(signal.reason).catch(() => undefined));
    },
    write: (chunk) => remote.write(chunk),
    close: () => remote.close(),
    abort: (reason) => remote.abort(reason),
  });
}

/** The same as a `Writable` of Node.js. */
export function nodeWritableFrom(data: unknown, objectMode: boolean): Writable {
  const remote = new RemoteWriting(data);
  const stream = new Writable({ objectMode, ...nodeWriting(remote) });
  remote.failed = (error) => stream.destroy(error);
  return stream;
}

type Done = (error?: Error | null) => void;

/** What a Node.js stream does that writes to one of another process. */
export function nodeWriting(remote: RemoteWriting): {
  readonly write: (chunk: unknown, encoding: string, done: Done) => void;
  readonly final: (done: Done) => void;
  readonly destroy: (error: Error | null, done: Done) => void;
} {
  return {
    write: (chunk, _encoding, done) => callbackify(() => remote.write(chunk))(done),
    final: (done) => callbackify(() => remote.close())(done),
    destroy: (error, done) => {
      const reason = error ?? new Error('the stream was destroyed before its end');
      // What becomes of a stream that is gone anyway is of no interest.
      callbackify(() => remote.abort(reason))(() => done(error));
    },
  };
}

/**
 * Writes to a stream of another process. Some chunks are in progress at a time, so that a long way does not slow it down, and no
 * more, so that a slow stream holds its writer up.
 */
export class RemoteWriting {
  readonly #proxy: BaseProxy;
  #underWay: Promise<unknown>[] = [];
  #over = false;
  #aborted: Promise<void> | undefined;
  /** Told when a chunk failed. */
  failed: (error: Error) => void = () => undefined;

  /** @throws {@link SerializerError} `INVALID_PAYLOAD` for a value that is not a proxy of a stream. */
  constructor(data: unknown) {
    demand(BaseProxy.isProxy(data), 'a malformed stream');
    this.#proxy = data;
  }

  /** Resolves when there is room for another chunk. Rejects when an earlier one failed. */
  async write(chunk: unknown): Promise<void> {
    const written = this.#proxy.callMethod('write', [chunk]);
    // It is awaited with a later chunk, or at the end.
    written.catch((error: unknown) => {
      if (!this.#over) this.failed(error instanceof Error ? error : new Error(String(error)));
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
      // A reason that cannot be sent still has to abort.
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
