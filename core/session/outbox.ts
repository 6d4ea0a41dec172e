import { MessageTooLargeError, SerializerError, UActorError } from '../seam/errors.ts';
import type { Limits } from '../seam/limits.ts';
import { Output } from '../seam/output.ts';
import type { Codec } from '../seam/serializer.ts';
import type { Connection } from '../seam/transport.ts';
import { CallParts } from './call-parts.ts';
import { SlowConsumerTimer } from './slow-consumer-timer.ts';
import {
  CALL_HEADER_BYTES,
  CLAIM_BYTES,
  GRANT_BYTES,
  Kind,
  LENGTH_BYTES,
  RELEASE_ENTRY_BYTES,
  REPLY_HEADER_BYTES,
  TEXT_HEADER_BYTES,
  writeId,
} from './message.ts';
import { process } from '../seam/environment.ts';

/** What is counted while a message is encoded, and only holds if the message leaves. */
export interface Staging {
  commit(): void;
  abort(): void;
}

/** Who is told how fast the other end reads. */
export interface Reader {
  /** What was written has left, and the connection takes more. */
  room(): void;
  /** The other end has taken nothing of too much for too long. */
  tooSlow(): void;
}

/** Object id → how many references are given back. */
export type Releases = Map<number, number>;

/**
 * Writes the messages of a session. Everything written in one turn of the event loop leaves in one write; while the
 * connection is full, messages wait here. Releases are collected and written behind everything else, so that none
 * overtakes a use.
 */
export class Outbox {
  readonly #connection: Connection;
  readonly #codec: Codec;
  readonly #staging: Staging;
  readonly #maxBytes: number;
  readonly #output = new Output();
  readonly #slowConsumer: SlowConsumerTimer;
  /** What is to be sent for arguments and results. */
  readonly parts: CallParts;
  readonly #reader: Reader;
  /** Messages that go ahead of everything in `output`. */
  #ahead: Uint8Array[] = [];
  #releases: Releases = new Map();
  #flushAt: 'never' | 'tick' | 'uncork' = 'never';
  #full = false;
  #bytesWritten = 0;
  /** What {@link Output.length} was, and where the length field lies, for the message being written. */
  #lengthBefore = 0;
  #lengthField: Buffer = this.#output.buffer;
  #lengthFieldAt = 0;

  constructor(connection: Connection, codec: Codec, staging: Staging, limits: Limits, reader: Reader) {
    this.#connection = connection;
    this.#codec = codec;
    this.parts = new CallParts(codec);
    this.#staging = staging;
    this.#maxBytes = limits.maxMessageBytes;
    this.#slowConsumer = new SlowConsumerTimer(this, limits, () => reader.tooSlow());
    this.#reader = reader;
  }

  /** The bytes that were written and have not left this process. */
  get bytesQueued(): number {
    return this.#output.length + this.#connection.bytesQueued;
  }

  /** The bytes that have left this process since the session began. */
  get bytesTaken(): number {
    return this.#bytesWritten - this.#connection.bytesQueued;
  }

  /** Whether the connection asked to wait. */
  get full(): boolean {
    return this.#full;
  }

  /**
   * Writes a CALL. `undefined` arguments cost no bytes.
   *
   * @throws {@link SerializerError}, {@link MessageTooLargeError}: nothing was written, no reference counted.
   */
  call(call: number, target: number, operation: number, flags: number, args: readonly unknown[]): void {
    const at = this.#begin(Kind.CALL, flags, CALL_HEADER_BYTES);
    const { buffer } = this.#output;
    buffer.writeUInt16LE(operation, at + 2);
    buffer.writeUInt32LE(call, at + 4);
    writeId(buffer, target, at + 8);
    this.#finish(args, args.length > 0);
  }

  /**
   * Writes a message about a call: RESULT, ERROR or CANCEL. An `undefined` value costs no bytes.
   *
   * @throws {@link SerializerError}, {@link MessageTooLargeError}: nothing was written, no reference counted.
   */
  reply(kind: number, call: number, value: unknown, flags = 0): void {
    const at = this.#begin(kind, flags, REPLY_HEADER_BYTES);
    this.#output.buffer.writeUInt16LE(0, at + 2);
    this.#output.buffer.writeUInt32LE(call, at + 4);
    this.#finish(value, value !== undefined);
  }

  /** Writes a GRANT: the other end holds `id` for whoever brings `ticket`. */
  grant(id: number, ticket: Uint8Array): void {
    const at = this.#begin(Kind.GRANT, 0, GRANT_BYTES);
    this.#output.buffer.writeUInt16LE(0, at + 2);
    writeId(this.#output.buffer, id, at + 4);
    this.#output.buffer.set(ticket, at + 10);
    this.#end();
  }

  /** Writes a CLAIM: give me what `ticket` is for, as the result of `call`. */
  claim(call: number, ticket: Uint8Array): void {
    const at = this.#begin(Kind.CLAIM, 0, CLAIM_BYTES);
    this.#output.buffer.writeUInt16LE(0, at + 2);
    this.#output.buffer.writeUInt32LE(call, at + 4);
    this.#output.buffer.set(ticket, at + 8);
    this.#end();
  }

  /** Writes a message of a text (HELLO, END), or of nothing (PING, PONG). */
  text(kind: number, text = ''): void {
    this.#begin(kind, 0, TEXT_HEADER_BYTES);
    this.#output.writeText(text, 'utf8');
    this.#end();
  }

  /** Writes an EXPOSURE ahead of everything that has not been sent, the message being encoded included. */
  exposure(text: string): void {
    const bytes = Buffer.from(text);
    const header = Buffer.alloc(LENGTH_BYTES + TEXT_HEADER_BYTES);
    header.writeUInt32LE(TEXT_HEADER_BYTES + bytes.length);
    header[LENGTH_BYTES] = Kind.EXPOSURE;
    this.#ahead.push(header, bytes);
    this.#schedule();
  }

  /** Gives back `count` references of `id`, behind everything that was written before. */
  release(id: number, count: number): void {
    this.#releases.set(id, (this.#releases.get(id) ?? 0) + count);
    this.#schedule();
  }

  /** What is written from now on waits for {@link Outbox.uncork}, because more is about to follow in this very turn. */
  cork(): void {
    this.#flushAt = 'uncork';
  }

  /** Sends what was written since {@link Outbox.cork}. */
  uncork(): void {
    this.flush();
  }

  /** The connection has room again. */
  drained(): void {
    this.#full = false;
    this.flush();
    this.#slowConsumer.check();
  }

  /** Sends everything that was written, unless the connection is full. */
  flush(): void {
    this.#flushAt = 'never';
    if (!this.#full) this.#write();
    if (this.#full) this.#slowConsumer.check();
    else this.#reader.room();
  }

  /** Sends everything that was written, full or not: the last thing before the connection ends. */
  flushAll(): void {
    this.#flushAt = 'never';
    this.#write();
  }

  /** The connection is gone: nobody is slow any more. */
  close(): void {
    this.#slowConsumer.stop();
  }

  #write(): void {
    if (this.#releases.size > 0) this.#writeReleases();
    const chunks = this.#takeAll();
    for (const chunk of chunks) this.#bytesWritten += chunk.length;
    if (chunks.length > 0) this.#full = !this.#connection.write(chunks);
  }

  #takeAll(): readonly Uint8Array[] {
    const chunks = this.#output.take();
    if (this.#ahead.length === 0) return chunks;
    const ahead = this.#ahead;
    this.#ahead = [];
    return [...ahead, ...chunks];
  }

  #begin(kind: number, flags: number, bytes: number): number {
    const output = this.#output;
    output.mark();
    this.#lengthBefore = output.length;
    output.reserve(LENGTH_BYTES + bytes);
    this.#lengthField = output.buffer;
    this.#lengthFieldAt = output.position;
    const at = output.position + LENGTH_BYTES;
    output.buffer[at] = kind;
    output.buffer[at + 1] = flags;
    output.position = at + bytes;
    return at;
  }

  #finish(value: unknown, hasValue: boolean): void {
    try {
      if (hasValue) this.#codec.encode(value, this.#output);
      this.#end();
    } catch (error) {
      this.#output.rewind();
      this.#codec.discarded?.();
      this.#staging.abort();
      throw unsendable(error);
    }
    this.#staging.commit();
  }

  #end(): void {
    const bytes = this.#output.length - this.#lengthBefore - LENGTH_BYTES;
    if (bytes > this.#maxBytes) {
      throw new MessageTooLargeError(
        `a message of ${bytes} bytes is larger than limits.maxMessageBytes, ${this.#maxBytes}: ` +
          'send it in pieces, or raise the limit on both sides',
      );
    }
    this.#lengthField.writeUInt32LE(bytes, this.#lengthFieldAt);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#flushAt !== 'never') return;
    this.#flushAt = 'tick';
    process.nextTick(flushScheduled, this);
  }

  #writeReleases(): void {
    const releases = this.#releases;
    this.#releases = new Map();
    const perMessage = Math.floor((this.#maxBytes - TEXT_HEADER_BYTES) / RELEASE_ENTRY_BYTES);
    const entries = [...releases];
    for (let from = 0; from < entries.length; from += perMessage) {
      const part = entries.slice(from, from + perMessage);
      let at = this.#begin(Kind.RELEASE, 0, TEXT_HEADER_BYTES + part.length * RELEASE_ENTRY_BYTES) + TEXT_HEADER_BYTES;
      for (const [id, count] of part) {
        writeId(this.#output.buffer, id, at);
        this.#output.buffer.writeUInt32LE(count, at + 6);
        at += RELEASE_ENTRY_BYTES;
      }
      this.#end();
    }
    this.#flushAt = 'never';
  }
}

/** A value can make its codec fail in any way, by being a `Proxy` for instance; its sender is told in one. */
function unsendable(error: unknown): unknown {
  if (error instanceof UActorError) return error;
  return new SerializerError('a value cannot be sent: looking at it failed, for the reason given as the cause', {
    cause: error,
  });
}

function flushScheduled(outbox: Outbox): void {
  outbox.flush();
}
